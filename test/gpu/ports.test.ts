// Programs as they stand in PyTorch's tutorials, and the slips that come with porting them. Numbers and errors are PyTorch 2.15's.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test, vi } from 'vitest';

const F = nn.functional;
const grown = (...size: number[]) => torch.ones(size, { requiresGrad: true });

test('indices have no gradient, though the values beside them have', async () => {
  const x = grown(1, 2);
  const image = grown(1, 1, 2, 2);
  const indices: Tensor[] = [
    x.max(1)[1],
    x.min(1)[1],
    x.argmax(1),
    x.argmin(),
    F.maxPool2d(image, 2, { returnIndices: true })[1],
    F.adaptiveMaxPool2d(image, 1, true)[1],
    F.maxPool3d(image, 2, { returnIndices: true, padding: 1 })[1],
  ];
  expect(indices.map(({ requiresGrad, isLeaf, gradFn }) => [requiresGrad, isLeaf, gradFn])).toEqual(
    indices.map(() => [false, true, null]),
  );
  const [values, at] = x.max(1);
  expect([await values.text(), await at.text()]).toEqual(['tensor([1.], grad_fn=<MaxBackward0>)', 'tensor([0])']);
  values.sum().backward();
  expect(await x.grad!.tolist()).toEqual([[1, 0]]);
});

test('normal takes its size by name', async () => {
  torch.manualSeed(0);
  const numbers = await torch.normal(0, 1, { size: [3] }).data();
  [1.5409960746765137, -0.293428897857666, -2.1787893772125244].forEach((x, i) => {
    expect(numbers[i]).toBeCloseTo(x, 5);
  });
});

describe('a number where a tensor stands first', () => {
  const x = torch.tensor([1, -4], { dtype: 'float32', requiresGrad: true });
  const whole = torch.tensor([3, -2]);

  test.each<[string, () => Tensor, string]>([
    ['add', () => torch.add(2, x), 'tensor([ 3., -2.], grad_fn=<AddBackward0>)'],
    ['sub', () => torch.sub(1, x), 'tensor([0., 5.], grad_fn=<SubBackward0>)'],
    ['sub with alpha', () => torch.sub(1, x, { alpha: 2 }), 'tensor([-1.,  9.], grad_fn=<SubBackward0>)'],
    ['sub of integers', () => torch.sub(1.5, whole), 'tensor([-1.5000,  3.5000])'],
    ['mul', () => torch.mul(2, x), 'tensor([ 2., -8.], grad_fn=<MulBackward0>)'],
    ['div', () => torch.div(1, x), 'tensor([ 1.0000, -0.2500], grad_fn=<DivBackward0>)'],
    ['div rounded', () => torch.div(7, whole, { roundingMode: 'floor' }), 'tensor([ 2, -4])'],
    ['floorDivide', () => torch.floorDivide(7, whole), 'tensor([ 2, -4])'],
  ])('%s', async (_name, call, text) => expect(await call().text()).toBe(text));

  test('is an error where PyTorch takes none', () => {
    expect(() => torch.sqrt(2 as never)).toThrow(/^sqrt: expected input to be a tensor, but got number 2$/);
    expect(() => torch.maximum(0 as never, x)).toThrow(/^maximum: expected input to be a tensor, but got number 0$/);
    expect(() => torch.tan(null as never)).toThrow(/^tan: expected input to be a tensor, but got null$/);
  });
});

test('a factor of whole numbers weighs a binary cross entropy', async () => {
  const [x, target] = [torch.tensor([0.5, -1.5]), torch.tensor([0.25, 0.75])];
  const loss = new nn.BCEWithLogitsLoss({ posWeight: torch.tensor([2.0]) })(x, target);
  expect(await loss.item()).toBeCloseTo(1.7850347757339478, 5);
  expect(() => F.binaryCrossEntropyWithLogits(x, torch.tensor([0, 1]))).toThrow(
    /^binaryCrossEntropyWithLogits: expected target of dtype float32, but got int64/,
  );
});

test('a binary cross entropy of what is no probability is refused', async () => {
  for (const wrong of [1.5, -0.5, NaN]) {
    const x = torch.tensor([wrong, 1, 0.5]);
    const losses = F.binaryCrossEntropy(x, torch.tensor([1, 1, 1]).float(), { reduction: 'none' });
    await expect(losses.tolist()).rejects.toThrow(`expected inputs between 0 and 1, but got ${wrong}.`);
  }
});

test('a target that has to broadcast is warned of once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const [x, y] = [torch.tensor([[1], [2]]).float(), torch.tensor([1, 2]).float()];
    const loss = F.mseLoss(x, y);
    F.mseLoss(x, y);
    F.l1Loss(x, x);
    F.smoothL1Loss(x, y);
    F.huberLoss(x, y);
    expect(await loss.item()).toBeCloseTo(0.5);
    const told =
      "the target's shape [2] differs from the input's [2, 1], and both broadcast to [2, 2]; give them the same shape";
    expect(warn.mock.calls).toEqual(['mseLoss', 'smoothL1Loss', 'huberLoss'].map((name) => [`${name}: ${told}`]));
  } finally {
    warn.mockRestore();
  }
});

test('whole numbers in the shape of the scores are no targets of a cross entropy', () => {
  const labels = F.oneHot(torch.tensor([0, 1, 2]), 4);
  expect(() => F.crossEntropy(torch.ones(3, 4), labels)).toThrow(
    /^crossEntropy: expected target of dtype float32 if .* \[3, 4\] \(probabilities\), but got int64; convert/,
  );
});

describe('hooks', () => {
  test('may be functions without a result, or return one gradient', async () => {
    const layer = new nn.Linear(2, 1, { bias: false });
    torch.noGrad(() => layer.weight.fill_(1));
    const seen: Tensor[] = [];
    function keep(grad: Tensor): void {
      seen.push(grad);
    }
    layer.registerFullBackwardHook((_layer, [gradInput]) => gradInput!.mul(3));
    const x = grown(1, 2);
    const y = layer(x);
    y.registerHook((grad) => keep(grad));
    y.sum().backward();
    expect([await seen[0]!.tolist(), await x.grad!.tolist()]).toEqual([[[1]], [[3, 3]]]);
  });

  test('that return what push returns are errors rather than results', () => {
    const seen: unknown[] = [];
    const x = grown(1, 2);
    const layer = new nn.Linear(2, 1);
    layer.registerForwardHook((_layer, _args, y) => seen.push(y));
    expect(() => layer(x)).toThrow(
      /^forward hook: expected it to return nothing .* number 1; write its body in braces/,
    );
    const y = x.mul(2);
    y.registerHook((grad) => seen.push(grad));
    expect(() => y.sum().backward()).toThrow(/^registerHook: expected the hook to return a tensor or nothing/);
  });
});

test('Function.apply says how to pass it on', () => {
  class Double extends torch.autograd.Function {
    static forward(_ctx: torch.autograd.FunctionContext, x: Tensor) {
      return x.mul(2);
    }
    static backward(_ctx: torch.autograd.FunctionContext, dy: Tensor) {
      return dy.mul(2);
    }
  }
  const { apply } = Double as unknown as { apply(x: Tensor): Tensor };
  expect(() => apply(torch.ones(1))).toThrow(/^apply: expected to be called on a subclass of Function; write/);
});

describe('options', () => {
  const x = torch.tensor([5, -5]);
  const module = new nn.BatchNorm1d(2);
  const unknown = (options: object): [string, () => unknown][] => [
    ['add', () => x.add(x, options as never)],
    ['sub_', () => x.sub_(x, options as never)],
    ['div', () => torch.div(x, 2, options as never)],
    ['addcmul', () => x.addcmul(x, x, options as never)],
    ['addcdiv', () => torch.ones(2).addcdiv(torch.ones(2), torch.ones(2), options as never)],
    ['isclose', () => x.isclose(x, options as never)],
    ['isin', () => torch.isin(x, x, options as never)],
    ['rsub', () => torch.rsub(x, x, options as never)],
    ['pad', () => x.pad([1, 1], options as never)],
    ['indexPut', () => x.indexPut([torch.tensor([0])], torch.tensor(1), options as never)],
    ['gelu', () => F.gelu(torch.ones(1), options as never)],
    ['adaptiveMaxPool1d', () => F.adaptiveMaxPool1d(torch.ones(1, 1, 2), 1, options as never)],
    ['adaptiveMaxPool2d', () => F.adaptiveMaxPool2d(torch.ones(1, 1, 2, 2), 1, options as never)],
    ['adaptiveMaxPool3d', () => F.adaptiveMaxPool3d(torch.ones(1, 1, 2, 2, 2), 1, options as never)],
    ['parameters', () => module.parameters(options as never)],
    ['namedBuffers', () => module.namedBuffers(options as never)],
    ['zeroGrad', () => module.zeroGrad(options as never)],
    ['Parameter', () => new nn.Parameter(torch.ones(1), options as never)],
    ['Buffer', () => new nn.Buffer(torch.ones(1), options as never)],
    ['registerBuffer', () => module.registerBuffer('extra', null, options as never)],
    ['loadStateDict', () => module.loadStateDict(module.stateDict(), options as never)],
  ];

  test.each(unknown({ rounding_mod: 'floor' }))('of %s that it does not have are errors', (_name, call) => {
    expect(call).toThrow(/got an unknown argument 'rounding_mod'/);
  });

  test('of nonzero that it does not have are errors', async () => {
    await expect(x.nonzero({ as_tuple: true } as never)).rejects.toThrow(
      /unknown argument 'as_tuple'; did you mean 'asTuple'/,
    );
  });

  test('of grad that are what it does anyway are taken', async () => {
    const y = grown(2);
    const [dy] = torch.autograd.grad({ outputs: y.mul(2).sum(), inputs: y, onlyInputs: true });
    expect(await dy!.tolist()).toEqual([2, 2]);
    expect(() => torch.autograd.grad({ outputs: y.sum(), inputs: y, onlyInputs: false as never })).toThrow(
      /^grad: expected onlyInputs true, but got false; torch\.autograd\.backward/,
    );
  });

  test('that PyTorch takes by position', async () => {
    expect(await torch.allclose(torch.ones(1), torch.tensor([1.05]), 0.1)).toBe(true);
    expect(await torch.allclose(torch.ones(1), torch.tensor([1.05]), 0, 0.01)).toBe(false);
    expect(module.parameters(false)).toHaveLength(2);
    expect(module.namedParameters('norm').map(([name]) => name)).toEqual(['norm.weight', 'norm.bias']);
    expect(module.loadStateDict({}, false).missingKeys).toContain('running_mean');
    const net = new nn.Sequential();
    net.registerBuffer('mask', torch.ones(1), false);
    expect(Object.keys(net.stateDict())).toEqual([]);
    const counts = torch.zeros(2, { dtype: 'int64' }).indexPut([torch.tensor([1, 1])], torch.tensor(1), true);
    expect(await counts.tolist()).toEqual([0, 2]);
  });
});

describe('a call with what is no tensor', () => {
  class Misspelt extends nn.Module {
    foward(x: Tensor) {
      return x;
    }
    declare forward: (x: Tensor) => Tensor;
  }
  const x = torch.ones(2, 3);
  const loosely = (f: unknown, ...args: unknown[]): unknown => (f as (...args: unknown[]) => unknown)(...args);

  test.each<[string, () => unknown, RegExp]>([
    ['no forward', () => loosely(new Misspelt(), x), /^Misspelt: expected a method forward, but it has none$/],
    [
      'nothing',
      () => loosely(new nn.Sequential(new nn.Flatten(), new nn.Linear(2, 3))),
      /^Flatten: missing 1 required argument: 'input'$/,
    ],
    ['an array', () => loosely(new nn.Linear(2, 3), [1, 2]), /^Linear.forward: .* but got an array$/],
    ['a promise', () => loosely(new nn.Tanh(), x.data()), /^Tanh.forward: .* but got a promise; await it first$/],
    [
      'no indices',
      () => loosely(new nn.MaxUnpool2d(2), torch.ones(1, 2, 2)),
      /^MaxUnpool2d: missing 1 required argument: 'indices'$/,
    ],
    ['no target', () => loosely(new nn.MSELoss(), x), /^MSELoss: missing 1 required argument: 'target'$/],
    ['a promise as a number', () => x.add(x.sum().item() as never), /^add: .* but got a promise; await it first$/],
    [
      'a promise as an index',
      () => x.at(0, x.argmax().item() as never),
      /^at: expected a value, but got a promise; await it first$/,
    ],
    [
      'two tensors instead of a list',
      () => loosely(torch.cat, x, x),
      /^cat: expected a list of tensors, as in cat\(\[a, b\]\), but got an instance of Tensor$/,
    ],
    [
      'a promise in a list',
      () => torch.stack([x, x.data() as never]),
      /^stack: .* but at 1 got a promise; await it first$/,
    ],
    [
      'numbers to embed',
      () => new nn.Embedding(3, 2)(x),
      /^embedding: expected input of dtype int64, but got float32;/,
    ],
    ['no chunks', () => x.chunk(0), /^chunk: expected chunks to be a whole number of at least 1, but got 0$/],
    ['a dtype for a size', () => x.view('int32' as never), /^view: expected sizes, but got 'int32'; .*\.to\('int32'\)/],
    ['a function of nothing', () => loosely(F.relu), /^relu: missing 1 required argument: 'input'$/],
    ['a number as a parameter', () => new nn.Parameter(3 as never), /^Parameter: expected a tensor, but got number 3/],
    [
      'a model instead of its parameters',
      () => nn.utils.clipGradNorm_(new nn.Sequential(new nn.ReLU()) as never, 1),
      /^clipGradNorm_: expected tensors, but got a function; pass model.parameters\(\)$/,
    ],
    [
      'a model instead of its parameters, to limit values',
      () => nn.utils.clipGradValue_(new nn.Linear(1, 1) as never, 1),
      /^clipGradValue_: expected tensors, but got a function; pass model.parameters\(\)$/,
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(torch.LamplightError);
  });

  test('leaves errors of the forward itself as they are', () => {
    class Net extends nn.Module {
      forward(y: Tensor, size?: number[]) {
        return (y as unknown as { missing(size?: number[]): Tensor }).missing(size);
      }
    }
    expect(() => new Net()(x)).toThrow(/missing is not a function/);
  });
});
