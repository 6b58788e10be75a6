// Checks what needs no device: modules as functions, their registry, printed text, state dicts, shapes, and errors.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { CNNModel, ComplexCNNModel, LargeNet } from '../support/models';

interface TextCase {
  name: string;
  kind: string;
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  text: string;
  parameters?: number;
  stateDict?: { key: string; shape: number[] }[];
}

const { cases } = await loadFixture<TextCase>('text');
const LayerTypes = nn as unknown as Record<string, (new (...args: unknown[]) => nn.Module) | undefined>;
const models: Record<string, { build: () => nn.Module; input: number[] }> = {
  CNNModel: { build: () => new CNNModel(), input: [2, 1, 28, 28] },
  ComplexCNNModel: { build: () => new ComplexCNNModel(), input: [2, 1, 28, 28] },
  LargeNet: { build: () => new LargeNet(), input: [2, 3, 32, 32] },
};

describe('printed modules', () => {
  const layers = cases.filter(({ kind }) => kind === 'module');

  test('cover the layers', () => expect(layers.length).toBeGreaterThan(38));

  test.each(layers)('$name', ({ module, args, options, text }) => {
    const named = Object.keys(options).length > 0 ? [options] : [];
    // The fixtures were made with Python lists, for which there are tuples here.
    const expected = text.replace(/\[([\d, ]+)\]/g, '($1)');
    expect(`${new LayerTypes[module]!(...args, ...named)}`).toBe(expected);
  });

  test.each(Object.keys(models))('%s, before and after it has seen a batch', (name) => {
    const { build, input } = models[name]!;
    const model = build();
    expect(`${model}`).toBe(cases.find((c) => c.name === `model ${name}`)!.text);
    model(torch.zeros(input));
    const seen = cases.find((c) => c.name === `model ${name} seen`)!;
    expect(`${model}`).toBe(seen.text);
    expect(model.parameters().reduce((sum, p) => sum + p.numel(), 0)).toBe(seen.parameters);
    const state = Object.entries(model.stateDict()).map(([key, { shape }]) => ({ key, shape: [...shape] }));
    expect(state).toEqual(seen.stateDict);
  });

  test('of containers', () => {
    const nested = new nn.Sequential(
      new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.ReLU()),
      new nn.Sequential(),
      new nn.Flatten(),
    );
    expect(`${nested}`).toBe(cases.find(({ name }) => name === 'model nested')!.text);
    const linears = [0, 1, 2].map(() => new nn.Linear(2, 2));
    const list = new nn.ModuleList<nn.Module>([...linears, new nn.ReLU()]);
    expect(`${list}`).toBe(cases.find(({ name }) => name === 'model list')!.text);
    expect(`${new nn.ModuleDict({ a: new nn.Tanh() })}`).toBe('ModuleDict(\n  (a): Tanh()\n)');
    expect(`${new nn.ModuleList()}`).toBe('ModuleList()');
  });

  test('use the name of a class of one’s own, and its extraRepr', () => {
    class Scale extends nn.Module {
      factor = new nn.Parameter(torch.ones([2]));
      forward(x: Tensor) {
        return x.mul(this.factor);
      }
      override extraRepr() {
        return 'by 2';
      }
    }
    expect(String(new Scale())).toBe('Scale(by 2)');
  });
});

describe('a module', () => {
  test('is a function, an instance of its class, and may have any fields', () => {
    const net = new LargeNet();
    expect(typeof net).toBe('function');
    expect(net).toBeInstanceOf(LargeNet);
    expect(net).toBeInstanceOf(nn.Module);
    expect(net.name).toBe('large');
    expect(Object.hasOwn(new nn.ReLU(), 'name')).toBe(false);
    expect(net(torch.randn(4, 3, 32, 32)).shape).toEqual([4]);
  });

  test('types its call as its forward', () => {
    expectTypeOf(new LargeNet()).toBeCallableWith(torch.zeros([1]));
    expectTypeOf<ReturnType<LargeNet['forward']>>().toEqualTypeOf<Tensor>();
    const pooled = new nn.MaxPool2d(2)(torch.zeros([1, 4, 4]));
    expectTypeOf(pooled).toEqualTypeOf<Tensor>();
    const encoder = new nn.Sequential(new nn.TransformerEncoderLayer(4, 2, 8), new nn.LayerNorm(4));
    expect(encoder(torch.zeros(3, 2, 4)).shape).toEqual([3, 2, 4]);
    const [values, indices] = new nn.MaxPool2d(2, { returnIndices: true })(torch.zeros([1, 4, 4]));
    expect([values.shape, indices.dtype]).toEqual([[1, 2, 2], 'int64']);
    // @ts-expect-error a tensor is required
    expect(() => new nn.ReLU()()).toThrow();
    // @ts-expect-error a misspelt option does not compile
    expect(() => new nn.Conv2d(1, 2, 3, { pading: 1 })).toThrow("Conv2d: got an unknown argument 'pading'");
  });

  test('lists parameters, buffers and submodules in the order of assignment, shared ones once', () => {
    class Tied extends nn.Module {
      scale = new nn.Parameter(torch.ones([1]));
      notTracked = torch.ones([1]);
      a = new nn.Linear(2, 2);
      b = this.a;
      c = new nn.Linear(2, 2, { bias: false });
      constructor() {
        super();
        this.c.weight = this.a.weight;
        this.registerBuffer('mean', torch.zeros([2]), { key: 'running_mean' });
        this.registerBuffer('scratch', torch.zeros([1]), { persistent: false });
      }
      forward(x: Tensor) {
        return this.c(this.b(x));
      }
    }
    const tied = new Tied();
    expect(tied.namedParameters().map(([name]) => name)).toEqual(['scale', 'a.weight', 'a.bias']);
    expect(tied.namedParameters({ recurse: false }).map(([name]) => name)).toEqual(['scale']);
    expect(tied.namedBuffers().map(([name]) => name)).toEqual(['running_mean', 'scratch']);
    expect(tied.namedChildren().map(([name]) => name)).toEqual(['a', 'c']);
    expect(tied.namedModules().map(([name]) => name)).toEqual(['', 'a', 'c']);
    expect(Object.keys(tied.stateDict())).toEqual([
      'scale',
      'running_mean',
      'a.weight',
      'a.bias',
      'b.weight',
      'b.bias',
      'c.weight',
    ]);
    expect(tied.getSubmodule('c')).toBe(tied.c);
    expect(tied.getParameter('a.bias')).toBe(tied.a.bias);
    expect(() => tied.getParameter('a.wait')).toThrow("getParameter: Linear has no parameter 'wait' (of 'a.wait')");
    expect(() => tied.registerParameter('forward', null)).toThrow("'forward' is already an attribute of Tied");
    expect(() => tied.registerBuffer('x.y', null)).toThrow('has no dot');
  });

  test('goes through train, eval, apply and requiresGrad_ with all below it', () => {
    const model = new CNNModel();
    expect(model.eval()).toBe(model);
    expect(model.modules().every(({ training }) => !training)).toBe(true);
    expect(model.train().relu1.training).toBe(true);
    const visited: string[] = [];
    model.apply((module) => visited.push(module.constructor.name));
    expect(visited.at(-1)).toBe('CNNModel');
    expect(visited).toHaveLength(8);
    expect(
      new nn.Linear(2, 2)
        .requiresGrad_(false)
        .parameters()
        .some(({ requiresGrad }) => requiresGrad),
    ).toBe(false);
  });

  test('calls hooks, until they are removed', () => {
    const relu = new nn.ReLU();
    const shapes: (readonly number[])[] = [];
    const before = relu.registerForwardPreHook((_, [x]) => [x.unsqueeze(0)]);
    const after = relu.registerForwardHook((module, [x], y) => {
      expect(module).toBe(relu);
      shapes.push(x.shape, y.shape);
      return y.unsqueeze(0);
    });
    expect(relu(torch.ones([2])).shape).toEqual([1, 1, 2]);
    expect(shapes).toEqual([
      [1, 2],
      [1, 2],
    ]);
    before.remove();
    after.remove();
    after.remove();
    expect(relu(torch.ones([2])).shape).toEqual([2]);
  });
});

describe('containers', () => {
  test('Sequential has places, a length, an order and names', () => {
    const net = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU());
    expect(net.length).toBe(2);
    expect(net[0]!(torch.ones([1, 4])).shape).toEqual([1, 3]);
    expect(net.at(-1)).toBe(net[1]);
    expect([...net]).toEqual([net[0], net[1]]);
    expect(net.append(new nn.Linear(3, 1))(torch.ones([5, 4])).shape).toEqual([5, 1]);
    expect(
      net
        .insert(1, new nn.Identity())
        .namedChildren()
        .map(([name]) => name),
    ).toEqual(['0', '1', '2', '3']);
    expect(net[1]).toBeInstanceOf(nn.Identity);
    expect(net.slice(1).length).toBe(3);
    expect(() => net.at(9)).toThrow('Sequential: index 9 is out of range for 4 modules');
    const named = new nn.Sequential({ fc: new nn.Linear(4, 3), relu: new nn.ReLU() });
    expect(Object.keys(named.stateDict())).toEqual(['fc.weight', 'fc.bias']);
    expect(named[1]).toBe(named.getSubmodule('relu'));
    expect(named.length).toBe(2);
  });

  test('ModuleList, ModuleDict and ParameterList register what they hold', () => {
    const list = new nn.ModuleList([new nn.Linear(2, 2)]).append(new nn.Linear(2, 3));
    expect(list[1]!.outFeatures).toBe(3);
    expect(() => list()).toThrow('ModuleList: has no forward of its own');
    const dict = new nn.ModuleDict({ a: new nn.Linear(2, 2), b: new nn.Linear(2, 2) });
    expect([...dict]).toEqual(['a', 'b']);
    expect(dict.pop('a')).toBeInstanceOf(nn.Linear);
    expect(Object.keys(dict.stateDict())).toEqual(['b.weight', 'b.bias']);
    expect(() => dict.get('a')).toThrow("no module is named 'a'");
    const parameters = new nn.ParameterList([torch.ones([2, 3]), new nn.Parameter(torch.ones([1]))]);
    expect(parameters.parameters().map(({ shape }) => shape)).toEqual([[2, 3], [1]]);
  });
});

describe('lazy layers', () => {
  test('LazyLinear says so until its first batch, then is a Linear with the same parameters', () => {
    const lazy = new nn.LazyLinear(10);
    const [weight] = lazy.parameters();
    expect(weight).toBeInstanceOf(nn.UninitializedParameter);
    expect(() => weight!.shape).toThrow('an uninitialized parameter has no shape yet');
    lazy(torch.zeros([2, 16]));
    expect(lazy.constructor).toBe(nn.Linear);
    expect(lazy.weight).toBe(weight);
    expect(weight!.shape).toEqual([10, 16]);
    expect(weight!.requiresGrad).toBe(true);
    expect(weight).not.toBeInstanceOf(nn.UninitializedParameter);
    expect(() => lazy(torch.zeros([2, 15]))).toThrow(torch.ShapeError);
  });

  test('take their shapes from a state dict too', () => {
    const lazy = new nn.LazyLinear(3);
    lazy.loadStateDict(new nn.Linear(5, 3).stateDict());
    expect(lazy.weight.shape).toEqual([3, 5]);
    expect(lazy(torch.zeros([1, 5])).shape).toEqual([1, 3]);
    expect(`${lazy}`).toBe('Linear(in_features=5, out_features=3, bias=True)');
  });

  test('LazyConv2d takes the channels of its first input', () => {
    const lazy = new nn.LazyConv2d(4, 3, { padding: 1, groups: 2 });
    expect(lazy(torch.zeros([1, 6, 8, 8])).shape).toEqual([1, 4, 8, 8]);
    expect(`${lazy}`).toBe('Conv2d(6, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2)');
  });
});

describe('loadStateDict', () => {
  const messages = (name: string) => (cases.find((c) => c.name === name) as unknown as { message: string }).message;

  test('refuses missing, unexpected and misshapen keys as PyTorch does', () => {
    const { weight, bias } = new nn.Linear(2, 2).stateDict();
    const load = (state: nn.StateDict) => () => new nn.Linear(2, 2).loadStateDict(state);
    expect(load({ weight: weight! })).toThrow(torch.StateDictError);
    expect(load({ weight: weight! })).toThrow(new torch.StateDictError(messages('error load missing')));
    expect(load({ weight: weight!, bias: bias!, extra: bias! })).toThrow(
      new torch.StateDictError(messages('error load unexpected')),
    );
    expect(load({ weight: torch.zeros([3, 2]), bias: bias! })).toThrow(
      new torch.StateDictError(messages('error load shape')),
    );
  });

  test('says everything that is wrong at once, and leaves the weights as they were', () => {
    const model = new CNNModel();
    const before = model.conv1.weight.value;
    const state = {
      ...model.conv1.stateDict('conv1.'),
      'conv1.weight': torch.ones([1, 1, 3, 3]),
      other: torch.ones([1]),
    };
    expect(() => model.loadStateDict(state)).toThrow(/CNNModel:\n\tMissing.*"conv2.weight".*\n\tUnexpected.*"other"/s);
    expect(model.conv1.weight.value).toBe(before);
    expect(model.loadStateDict(state, { strict: false }).unexpectedKeys).toEqual(['other']);
    expect(model.conv1.weight.value).not.toBe(before);
  });

  test('takes a promise', async () => {
    const from = new nn.Linear(2, 2);
    const loading = new nn.Linear(2, 2).loadStateDict(Promise.resolve(from.stateDict()));
    expect(await loading).toEqual({ missingKeys: [], unexpectedKeys: [] });
  });

  test('says what it left out in PyTorch’s words', () => {
    const model = new nn.Sequential(new nn.Linear(1, 1, false), new nn.Linear(1, 1, false));
    expect(String(model.loadStateDict(model.stateDict()))).toBe('<All keys matched successfully>');
    const other = { x: torch.ones(1), '0.weight': torch.ones(1, 1) };
    expect(`${model.loadStateDict(other, { strict: false })}`).toBe(
      "_IncompatibleKeys(missing_keys=['1.weight'], unexpected_keys=['x'])",
    );
    expect(() => model.loadStateDict(other, { assign: true } as never)).toThrow(
      /unknown argument 'assign'; tensors are/,
    );
  });

  test('takes a prefix, and keeps the parameters themselves', () => {
    const layer = new nn.Linear(1, 1);
    const state = layer.stateDict({ prefix: 'fc.', keepVars: true });
    expect(Object.keys(state)).toEqual(['fc.weight', 'fc.bias']);
    expect(state['fc.weight']).toBe(layer.weight);
    expect(layer.stateDict().weight!.requiresGrad).toBe(false);
  });
});

describe('options of PyTorch’s modules', () => {
  test('take modules out of containers', () => {
    const named = new nn.Sequential({ a: new nn.ReLU(), b: new nn.Tanh(), c: new nn.GELU() });
    expect(`${named.pop(1)}`).toBe('Tanh()');
    expect(`${named}`).toBe("Sequential(\n  (0): ReLU()\n  (1): GELU(approximate='none')\n)");
    const list = new nn.ModuleList<nn.Module>([new nn.ReLU(), new nn.Tanh()]);
    expect(`${list.pop(-1)}${list}`).toBe('Tanh()ModuleList(\n  (0): ReLU()\n)');
    expect(() => list.pop(3)).toThrow(torch.IndexError);
    const dict = new nn.ModuleDict({ a: new nn.ReLU() });
    expect(dict.items()).toEqual([['a', dict.get('a')]]);
    dict.clear();
    expect(dict.length).toBe(0);
  });

  test('list what is shared every time', () => {
    const shared = new nn.Linear(1, 1, false);
    const model = new nn.Sequential(shared, shared);
    const namesOf = (entries: readonly [string, unknown][]) => entries.map(([name]) => name);
    expect(namesOf(model.namedParameters({ removeDuplicate: false }))).toEqual(['0.weight', '1.weight']);
    expect(namesOf(model.namedParameters())).toEqual(['0.weight']);
    expect(namesOf(model.namedModules({ removeDuplicate: false }))).toEqual(['', '0', '1']);
    expect(namesOf(model.namedModules({ prefix: 'p' }))).toEqual(['p', 'p.0']);
    expect([model.modules(false).length, model.modules().length]).toEqual([3, 2]);
  });

  test('put a submodule in the place of another', () => {
    const model = new nn.Sequential(new nn.Linear(1, 1), new nn.Sequential(new nn.Tanh()));
    model.setSubmodule('1.0', new nn.ReLU());
    model.setSubmodule('1.1', new nn.Identity());
    expect(`${model[1]}`).toBe('Sequential(\n  (0): ReLU()\n  (1): Identity()\n)');
    expect(() => model.setSubmodule('5', new nn.ReLU(), { strict: true })).toThrow(/Sequential has no submodule '5'/);
    expect(() => model.setSubmodule('5.0', new nn.ReLU())).toThrow(/Sequential has no submodule '5'/);
  });

  test('convert to the dtype of a tensor', () => {
    const layer = new nn.Linear(1, 1);
    expect(layer.to(torch.ones(1))).toBe(layer);
    expect(layer.to({ dtype: 'float32' })).toBe(layer);
    expect(() => new nn.Linear(1, 1, { dtype: 'float16' } as never)).toThrow(/'dtype'; convert with \.to\(dtype\)/);
  });

  test('place hooks in front of others', () => {
    const seen: string[] = [];
    const note = (text: string) => () => void seen.push(text);
    const relu = new nn.ReLU();
    relu.registerForwardPreHook(note('pre 1'));
    relu.registerForwardPreHook(note('pre 0'), { prepend: true });
    relu.registerForwardHook(note('hook 1'));
    const handle = relu.registerForwardHook(note('hook 0'), { prepend: true });
    relu(torch.ones(1));
    expect(seen).toEqual(['pre 0', 'pre 1', 'hook 0', 'hook 1']);
    handle.remove();
    relu(torch.ones(1));
    expect(seen.slice(4)).toEqual(['pre 0', 'pre 1', 'hook 1']);
    expect(() => relu.registerForwardHook(note(''), { withKwargs: true } as never)).toThrow(
      /^registerForwardHook: got an unknown argument 'withKwargs'; there are no keyword arguments/,
    );
  });

  test('call hooks that are always called where forward or another hook throws', () => {
    class Failing extends nn.Module {
      forward(_: Tensor): Tensor {
        throw new RangeError('no');
      }
    }
    const seen: unknown[] = [];
    const failing = new Failing();
    failing.registerForwardHook(() => void seen.push('usual'));
    failing.registerForwardHook(
      (_module, _args, y) => {
        seen.push(['first', y]);
        throw new Error('hook');
      },
      { alwaysCall: true },
    );
    failing.registerForwardHook((_module, _args, y) => void seen.push(['always', y]), { alwaysCall: true });
    expect(() => failing(torch.ones(1))).toThrow(new RangeError('no'));
    expect(seen.splice(0)).toEqual([
      ['first', null],
      ['always', null],
    ]);
    const same = new nn.Identity();
    same.registerForwardHook(() => {
      throw new Error('hook');
    });
    same.registerForwardHook(() => void seen.push('usual'));
    same.registerForwardHook((_module, _args, y) => void seen.push(['late', y !== null]), { alwaysCall: true });
    expect(() => same(torch.ones(1))).toThrow('hook');
    expect(seen).toEqual([['late', true]]);
  });
});

describe('wrong input', () => {
  test.each<[string, () => unknown, string]>([
    [
      'conv2d of a matrix',
      () => new nn.Conv2d(1, 5, 3)(torch.randn(28, 28)),
      'conv2d: expected 4-D (or 3-D) input for 4-D weight [5, 1, 3, 3], but got 2-D input of shape [28, 28]',
    ],
    ['conv2d channels', () => new nn.Conv2d(3, 5, 3)(torch.randn(1, 1, 8, 8)), 'conv2d: expected'],
    [
      'convTranspose2d channels',
      () => new nn.ConvTranspose2d(3, 5, 3)(torch.randn(1, 1, 8, 8)),
      'convTranspose2d: expected',
    ],
    ['linear', () => new nn.Linear(4, 2)(torch.randn(3, 5)), 'linear: expected'],
    ['layer norm', () => new nn.LayerNorm([28, 28])(torch.randn(2, 27, 28)), 'layerNorm: expected'],
    ['max pool', () => new nn.MaxPool2d(3)(torch.randn(2, 2)), 'maxPool2d: expected'],
    ['avg pool', () => new nn.AvgPool2d(3)(torch.randn(2, 2)), 'avgPool2d: expected'],
    [
      'cross entropy',
      () => new nn.CrossEntropyLoss()(torch.randn(3, 5), torch.zeros([2], { dtype: 'int64' })),
      'crossEntropy: expected',
    ],
    [
      'groups',
      () => new nn.Conv2d(3, 4, 3, { groups: 2 }),
      'Conv2d: expected inChannels divisible by groups, but got 3 and 2',
    ],
    [
      'strided same',
      () => new nn.Conv2d(3, 4, 3, { padding: 'same', stride: 2 }),
      "Conv2d: expected stride 1 with padding 'same'",
    ],
    [
      'missing',
      () => new (nn.Conv2d as unknown as new () => nn.Conv2d)(),
      "Conv2d: missing 3 required arguments: 'inChannels', 'outChannels', and 'kernelSize'",
    ],
    ['kernel', () => new nn.MaxPool2d(0), 'MaxPool2d: expected kernelSize to be an integer ≥ 1'],
    [
      'reduction',
      () => new nn.MSELoss({ reduction: 'max' as 'mean' }),
      "MSELoss: expected reduction 'mean', 'sum' or 'none'",
    ],
  ])('%s', (_, fn, message) => {
    expect(fn).toThrow(torch.LamplightError);
    expect(fn).toThrow(message);
  });

  test('of a wrong dtype', () => {
    const images = torch.zeros([1, 1, 8, 8], { dtype: 'int64' });
    for (const layer of [new nn.Conv2d(1, 1, 3), new nn.Linear(8, 2), new nn.LayerNorm(8)]) {
      expect(() => layer(images)).toThrow(torch.DTypeError);
    }
  });
});

test('an assignment replaces a module of a row, also from the end and in a row with names', () => {
  const row = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  row[2] = new nn.Linear(8, 3);
  row[-2] = new nn.Tanh();
  expect(`${row}`.split('\n').map((line) => line.trim())).toEqual([
    'Sequential(',
    '(0): Linear(in_features=4, out_features=8, bias=True)',
    '(1): Tanh()',
    '(2): Linear(in_features=8, out_features=3, bias=True)',
    ')',
  ]);
  const named = new nn.Sequential({ fc: new nn.Linear(4, 8), act: new nn.ReLU() });
  named[0] = new nn.Linear(4, 5);
  named[-1] = new nn.Sigmoid();
  expect(Object.keys(named.stateDict())).toEqual(['fc.weight', 'fc.bias']);
  expect([named.stateDict()['fc.weight']!.shape, `${named[1]}`]).toEqual([[5, 4], 'Sigmoid()']);
});

test('layers take their inputs by place and by name, with the options behind them', () => {
  const x = torch.rand(2, 4);
  const classes = torch.tensor([1, 0]);
  const shapesOf = (...all: readonly Tensor[]) => all.map(({ shape }) => shape);
  expect(shapesOf(new nn.Linear(4, 3)({ input: x }), new nn.CrossEntropyLoss()(x, { target: classes }))).toEqual([
    [2, 3],
    [],
  ]);
  expect(new nn.LSTM(4, 5)({ input: x, hx: [torch.zeros(1, 5), torch.zeros(1, 5)] })[0].shape).toEqual([2, 5]);
  const attention = new nn.MultiheadAttention(4, 2);
  expect(attention({ query: x, key: x, value: x, needWeights: false })[1]).toBeNull();
  expect(attention(x, { key: x, value: x })[1]!.shape).toEqual([2, 2]);
  const up = new nn.ConvTranspose1d(1, 1, 2, { stride: 2 });
  expect(up(torch.rand(1, 1, 3), { outputSize: [7] }).shape).toEqual([1, 1, 7]);
  const loose = (module: nn.Module) => module as unknown as (...args: unknown[]) => unknown;
  const loss = new nn.MSELoss();
  expect(() => loose(loss)({ input: x })).toThrow("MSELoss: missing 1 required argument: 'target'");
  expect(() => loose(loss)(x)).toThrow("MSELoss: missing 1 required argument: 'target'");
  expect(() => loose(loss)(x, { input: x })).toThrow("MSELoss: got argument 'input' twice");
  expect(() => loose(loss)({ inputs: x })).toThrow("MSELoss: got an unknown argument 'inputs'");
  expect(() => loose(attention)(x, x, x, { needWeight: true })).toThrow("got an unknown argument 'needWeight'");
  // What a program's own forward takes may be an object.
  class Net extends nn.Module {
    forward(batch: { input: Tensor }): Tensor {
      return batch.input;
    }
  }
  expect(new Net()({ input: x })).toBe(x);
});

test('methods of modules take their parameters by place and by name, and refuse others', () => {
  const net = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
  expect(net.train({ mode: false }).training).toBe(false);
  expect(net.requiresGrad_({ requiresGrad: false }).parameters()[0]!.requiresGrad).toBe(false);
  expect(net.getSubmodule({ target: '0' })).toBe(net[0]);
  net.registerBuffer({ name: 'seen', tensor: torch.zeros(1), persistent: false });
  net.addModule({ name: '2', module: new nn.Tanh() });
  const called: string[] = [];
  net.registerForwardHook({ hook: () => void called.push('first'), prepend: true });
  net.apply({ fn: (module) => void called.push(module.constructor.name) });
  expect(called).toEqual(['Linear', 'ReLU', 'Tanh', 'Sequential']);
  const loose = net as unknown as Record<string, (...args: unknown[]) => unknown>;
  expect(() => loose.eval!(1)).toThrow('eval: expected no arguments, but got 1');
  expect(() => loose.extraRepr!('foo')).toThrow('extraRepr: expected no arguments');
  expect(() => loose.train!(true, 2)).toThrow('train: expected at most 1 argument, but got 2');
  expect(() => loose.addModule!('3')).toThrow("addModule: missing 1 required argument: 'module'");
  expect(() => Reflect.construct(nn.Sigmoid, [1])).toThrow('Sigmoid: expected no arguments, but got 1');
  // A class may replace a method by one that takes a mode by place alone.
  class Frozen extends nn.Sequential {
    override train(mode = true): this {
      return super.train(mode && false);
    }
  }
  expect(new Frozen(new nn.Linear(1, 1)).train()[0]!.training).toBe(false);
});

describe('files from before PyTorch 0.4', () => {
  class Scaled extends nn.Module {
    scale = new nn.Parameter(torch.tensor(2.5));
  }
  const statistics = () => ({ '0.running_mean': torch.zeros(2), '0.running_var': torch.ones(2) });

  test('have a number as a vector of one', () => {
    const model = new Scaled();
    model.loadStateDict({ scale: torch.tensor([7.5]) });
    expect(model.scale.shape).toEqual([]);
    expect(() => model.loadStateDict({ scale: torch.tensor([7.5, 1]) })).toThrow(/size mismatch for scale/);
    expect(() => new nn.PReLU().loadStateDict({ weight: torch.tensor(0.5) })).toThrow(/size mismatch for weight/);
  });

  test("have statistics of InstanceNorm, and the error's advice helps", () => {
    const plain = () => new nn.Sequential(new nn.InstanceNorm2d(2));
    expect(() => plain().loadStateDict(statistics())).toThrow(
      /statistics for InstanceNorm2d .*; remove them by delete state\['0\.running_mean'\]; delete state\['0\.running_var'\], or pass \{ trackRunningStats: true \}/,
    );
    const state: Record<string, torch.Tensor> = statistics();
    delete state['0.running_mean'];
    delete state['0.running_var'];
    expect(`${plain().loadStateDict(state)}`).toBe('<All keys matched successfully>');
    const tracking = new nn.Sequential(new nn.InstanceNorm2d(2, { trackRunningStats: true }));
    expect(`${tracking.loadStateDict(statistics())}`).toBe('<All keys matched successfully>');
    expect(plain().loadStateDict(statistics(), { strict: false }).unexpectedKeys).toHaveLength(2);
  });
});
