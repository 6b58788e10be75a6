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
