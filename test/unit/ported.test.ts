// What the port of a PyTorch script writes about devices, `.data`, NumPy and numbers that are not awaited: it works, or is told what to write.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { ArgumentError, DTypeError } = torch;
const x = torch.tensor([
  [1, 2],
  [3, 4.5],
]);

describe('devices', () => {
  test('are those of PyTorch, and print as they are called', () => {
    expect(String(torch.device('cuda'))).toBe('cuda');
    expect(String(torch.device('cuda', 1))).toBe('cuda:1');
    const device = torch.device('mps:0');
    expect([device.type, device.index, `${torch.device(device)}`]).toEqual(['mps', 0, 'mps:0']);
    expect(`${x.device}`).toBe('webgpu');
    expect(JSON.stringify({ device: x.device })).toBe('{"device":"webgpu"}');
    expect(() => torch.device('gpu' as never)).toThrow(/^device: expected a device such as 'cuda'.* but got 'gpu'/);
    expect(() => torch.device('cuda:0', 1)).toThrow(ArgumentError);
  });

  test('are asked for as PyTorch’s scripts do', () => {
    expect([torch.cuda.isAvailable(), torch.cuda.deviceCount()]).toEqual([true, 1]);
    expect(torch.accelerator.isAvailable()).toBe(true);
    expect(String(torch.accelerator.currentAccelerator())).toBe('webgpu');
    const device = torch.device(torch.cuda.isAvailable() ? 'cuda' : 'cpu');
    expect(x.to(device)).toBe(x);
  });

  test.each(['cpu', 'cuda', 'cuda:0', 'mps', 'xpu', 'webgpu', torch.device('cuda'), x.device] as const)(
    '%s may be named wherever a tensor or model is moved or made',
    (device) => {
      const model = new nn.Linear(2, 2);
      expect(x.to(device)).toBe(x);
      expect(x.to({ device })).toBe(x);
      expect(x.to(device, 'int64').dtype).toBe('int64');
      expect(x.to(device, { dtype: 'int32', nonBlocking: true }).dtype).toBe('int32');
      expect(x.to(device, { copy: true }) === x).toBe(false);
      expect(model.to(device)).toBe(model);
      expect(model.to(device, 'float32')).toBe(model);
      expect(model.to({ device })).toBe(model);
      expect(x.cuda(device).cpu()).toBe(x);
      expect(model.cuda(device).cpu()).toBe(model);
      const made = [
        torch.zeros(2, { device }),
        torch.ones([2], { device }),
        torch.full([2], 1, { device }),
        torch.rand(2, { device }),
        torch.randn([2], { device, requiresGrad: true }),
        torch.randint(0, 3, [2], { device }),
        torch.arange(2, { device }),
        torch.linspace(0, 1, 2, { device }),
        torch.zerosLike(x.at(0), { device }),
        torch.tensor([1, 2], { device, dtype: 'float32' }),
        torch.asTensor([1, 2], { device }),
        x.newZeros(2, { device }),
        torch.randperm(2, { device }),
      ];
      for (const tensor of made) expect([tensor.shape, String(tensor.device)]).toEqual([[2], 'webgpu']);
    },
  );

  test('that are none are refused by name', () => {
    expect(() => torch.zeros(2, { device: 'gpu' as never })).toThrow(/^zeros: expected a device such as/);
    expect(() => x.to('gpu' as never)).toThrow(DTypeError);
    expect(() => new nn.Linear(1, 1).cuda('gpu' as never)).toThrow(ArgumentError);
  });
});

describe('.data', () => {
  test('is the tensor of the same memory without a gradient', async () => {
    const p = new nn.Parameter(torch.tensor([1, 2.5]));
    p.data.mul_(2);
    p.data.add_(torch.ones(2));
    expect(p.data.shape).toEqual([2]);
    expect(p.data.requiresGrad).toBe(false);
    expect(p.data).toBeInstanceOf(torch.Tensor);
    expect(torch.add(p.data, p.data).requiresGrad).toBe(false);
    nn.init.zeros_(p.data);
    expect(String(p.data)).toBe('Tensor(shape=[2], dtype=float32)');
  });

  test('is read back when it is called, and cannot be replaced', async () => {
    expect(await torch.tensor([1, 2.5]).data()).toEqual(Float32Array.of(1, 2.5));
    const p = new nn.Parameter(torch.ones(2));
    expect(() => {
      (p as { data: unknown }).data = torch.zeros(2);
    }).toThrow(/data: expected .*torch\.noGrad\(\(\) => p\.copy_\(x\)\)/);
  });
});

describe('what is not awaited', () => {
  test.each<[string, (x: Tensor) => Promise<unknown>]>([
    ['item', (x) => x.item()],
    ['data', (x) => x.data()],
    ['tolist', (x) => x.tolist()],
    ['text', (x) => x.text()],
  ])('%s is refused by operators and texts, and stays a promise', async (name, read) => {
    const promise = read(torch.tensor([2])) as unknown as number & Promise<unknown>;
    expect(promise).toBeInstanceOf(Promise);
    const text = new RegExp(`^${name}: expected await before .*\\(await x\\.${name}\\(\\)\\)`);
    expect(() => promise + 1).toThrow(text);
    expect(() => promise < 1).toThrow(ArgumentError);
    expect(() => +promise).toThrow(text);
    expect(() => `loss ${promise}`).toThrow(text);
    const total = { loss: 0 };
    expect(() => {
      total.loss += promise;
    }).toThrow(text);
    expect(Object.keys(promise)).toEqual([]);
    await promise;
  });

  test('item gives its number', async () => {
    expect(await torch.tensor([2.5]).item()).toBe(2.5);
    expect(await torch.tensor([true]).item()).toBe(true);
  });
});

describe('operators of JavaScript on tensors', () => {
  const number = x as unknown as number;

  test.each<[string, () => unknown]>([
    ['+x', () => +number],
    ['x + 1', () => number + 1],
    ['1 - x', () => 1 - number],
    ['x > 0', () => number > 0],
    // biome-ignore lint/suspicious/noDoubleEquals: what is refused.
    ['x == 1', () => (number as unknown) == 1],
    // biome-ignore lint/style/useTemplate: as above; templates are taken.
    ['text + x', () => 'x: ' + number],
    ['Math.max(x)', () => Math.max(number, 1)],
  ])('%s names the methods', (_, call) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(/x\.add\(1\).*x\.gt\(0\)/);
  });

  test('texts have its description, and identity is what it was', () => {
    expect(`${x}`).toBe('Tensor(shape=[2, 2], dtype=float32)');
    expect(String(x)).toBe(`${x}`);
    expect([x].join()).toBe(`${x}`);
    const other: unknown = x;
    expect(other === x).toBe(true);
    expect(other == null).toBe(false);
  });
});

test('NumPy, float64 and iterators are told what to write', () => {
  const model = new nn.Linear(2, 2);
  // @ts-expect-error there is no NumPy
  expect(() => x.numpy()).toThrow(/^numpy: .*await x\.data\(\).*await x\.tolist\(\)/);
  // @ts-expect-error there is no float64
  expect(() => x.double()).toThrow(/^double: .*x\.float\(\)/);
  // @ts-expect-error there is no float64
  expect(() => model.double()).toThrow(/^double: .*model\.float\(\)/);
  // @ts-expect-error there is no float64
  expect(() => torch.zeros(2, { dtype: torch.float64 })).toThrow(/zeros: .* but got "float64"; .*float32/);
  // @ts-expect-error an array is no iterator
  expect(() => model.parameters().next()).toThrow(/^parameters\(\)\.next: .* write parameters\(\)\[0\]/);
  expect(model.parameters().map((p) => p.shape)).toEqual([[2, 2], [2]]);
  expect(Object.keys(model.parameters())).toEqual(['0', '1']);
});

test('a tensor is made of flat numbers and a shape', () => {
  expect(torch.tensor(new Float32Array(6), { shape: [2, 3] }).shape).toEqual([2, 3]);
  expect(torch.tensor([1, 2, 3, 4], [2, 2]).shape).toEqual([2, 2]);
  expect(torch.tensor([1, 2, 3, 4], [4, 1], { dtype: 'float32' }).dtype).toBe('float32');
  expect(torch.tensor(torch.ones(4), { shape: [2, 2] }).shape).toEqual([2, 2]);
  expect(() => torch.tensor([1, 2, 3], [2, 2])).toThrow(/^tensor: expected 4 elements for shape \[2, 2\], but got 3/);
});

test('a learning rate is a number, or a tensor whose number is at hand', () => {
  const params = () => [torch.ones(1, { requiresGrad: true })];
  const sgd = new torch.optim.SGD(params(), { lr: torch.tensor(0.5), momentum: 0.9 });
  sgd.addParamGroup({ params: params(), lr: torch.tensor([0.25]) });
  expect(sgd.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.25]);
  expect(new torch.optim.AdamW(params(), torch.tensor(2)).paramGroups[0]!.lr).toBe(2);
  expect(() => new torch.optim.Adam(params(), { lr: torch.rand(1).add(1) })).toThrow(
    /^Adam: expected lr to be a number, .* but got a tensor that the GPU has yet to compute; pass await lr\.item\(\)/,
  );
  expect(() => new torch.optim.Adam(params(), { lr: torch.tensor([1, 2]) })).toThrow(/but got shape \[2\]/);
});

test('types and constructors of old scripts are those that there are', () => {
  expect(x.type()).toBe('torch.FloatTensor');
  expect([torch.zeros(1, { dtype: 'bool' }).type(), torch.arange(2).type()]).toEqual([
    'torch.BoolTensor',
    'torch.LongTensor',
  ]);
  const types = [
    torch.int64,
    'torch.LongTensor',
    'torch.cuda.LongTensor',
    torch.LongTensor,
    torch.cuda.LongTensor,
  ] as const;
  for (const type of types) expect(x.type(type).dtype).toBe('int64');
  expect(() => x.type('torch.DoubleTensor' as never)).toThrow(DTypeError);
  expect([torch.FloatTensor([1, 2]).dtype, new torch.LongTensor([1, 2]).dtype]).toEqual(['float32', 'int64']);
  expect([torch.FloatTensor(2, 3).shape, torch.ByteTensor().shape, new torch.IntTensor(4).dtype]).toEqual([
    [2, 3],
    [0],
    'int32',
  ]);
  expect(torch.FloatTensor(x).shape).toEqual([2, 2]);
  expect(() => torch.FloatTensor(torch.tensor([1]))).toThrow(
    /^FloatTensor: expected a tensor of dtype float32, but got int64/,
  );
  expect(() => torch.FloatTensor(2.5)).toThrow(ArgumentError);
  const variable = torch.autograd.Variable(x, { requiresGrad: true });
  expect([variable.requiresGrad, new torch.autograd.Variable(x).requiresGrad, x.requiresGrad]).toEqual([
    true,
    false,
    false,
  ]);
  // @ts-expect-error tensors are made by torch.tensor
  expect(() => new torch.Tensor([1, 2])).toThrow(
    /^Tensor: .* write torch\.tensor\(\[1, 2\], \{ dtype: torch\.float32 \}\)/,
  );
  // @ts-expect-error there is no NumPy
  expect(() => torch.fromNumpy(new Float32Array(2))).toThrow(/^fromNumpy: .* write torch\.tensor\(array\)/);
});

test('seeds and settings of CUDA are taken', async () => {
  torch.cuda.manualSeedAll(0);
  const drawn = torch.rand(1);
  torch.manualSeed(0);
  expect(JSON.stringify(torch.rand(1))).toBe(JSON.stringify(drawn));
  torch.cuda.manualSeed(0);
  torch.backends.cudnn.deterministic = true;
  torch.backends.cudnn.benchmark = false;
  expect([torch.backends.cudnn.isAvailable(), torch.backends.mps.isAvailable()]).toEqual([false, true]);
  // There is no device here, which is told once where something was to be computed.
  torch.rand(2, 3).matmul(torch.rand(3, 2));
  await expect(torch.cuda.synchronize('cuda:0')).rejects.toThrow(torch.WebGPUUnavailableError);
  await expect(torch.cuda.synchronize('cuda:0')).resolves.toBe(undefined);
});

describe('whole numbers that became int64', () => {
  const whole = () => torch.tensor([[1, 2]]);
  const hint = /int64.*; whole numbers make int64: torch\.tensor\(\[1, 2\], \{ dtype: torch\.float32 \}\)$/;
  const linear = new nn.Linear(2, 1);

  test.each<[string, () => unknown]>([
    ['a layer', () => linear(whole())],
    ['a layer, of a view', () => linear(whole().reshape(2).unsqueeze(0))],
    ['a layer, of what was computed', () => linear(whole().mul(2).add(1))],
    ['mean', () => torch.tensor([1, 1]).mean()],
    ['torch.mean', () => torch.mean(torch.tensor(3))],
    ['softmax of a slice', () => whole().at(0).softmax(0)],
    ['a loss', () => nn.functional.mseLoss(whole(), whole())],
    ['conv', () => new nn.Conv1d(1, 1, 1)(whole().unsqueeze(0))],
    ['a product', () => torch.ones(1, 2).matmul(whole().t())],
    ['requiresGrad_', () => whole().requiresGrad_()],
  ])('are named by %s', (_, call) => {
    expect(call).toThrow(DTypeError);
    expect(call).toThrow(hint);
  });

  test('are not where they were asked for', () => {
    for (const made of [torch.tensor([[1, 2]], { dtype: 'int64' }), torch.arange(2).unsqueeze(0)]) {
      expect(() => linear(made)).toThrow(/convert it with \.float\(\)$/);
    }
  });
});
