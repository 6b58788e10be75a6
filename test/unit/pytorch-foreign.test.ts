// Files of torch.save with objects that are no tensors and no containers: plain data is read, the rest stands by its name, and the weights come.
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { valuesAtHand } from '../../src/torch/tensor/reading/shown';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/pytorch/${name}.pt`, import.meta.url));
const facts = (x: unknown) => {
  const tensor = x as torch.Tensor;
  return [tensor.dtype, tensor.shape, Array.from(valuesAtHand(tensor)!)];
};
type Values = Record<string, unknown>;
const object = (module: string, name: string, rest: object = {}) => ({ module, name, ...rest });
const family = 'families.foreign_objects';

const plain: Values = {
  float64: 0.1,
  whole: 2,
  float32: 0.5,
  float16: 0.25,
  int64: -5,
  long: 2n ** 60n,
  uint64: 2n ** 63n,
  int8: -3,
  uint8: 200,
  bool: true,
  str: 'grüß',
  bytes: Uint8Array.of(97, 98),
  deque: [1, 2],
  defaultdict: { a: 1 },
  time: '2024-02-03T04:05:06.000789',
  zoned: '2024-02-03T04:05:06-03:30',
  date: '2024-02-03',
  clock: '01:02:03',
  duration: 86402.5,
  path: '/a/b/c.txt',
  here: '.',
  windows: 'C:\\a\\b',
  decimal: '1.10',
  uuid: '00000000-0000-0000-0000-000000000005',
  simple: { a: 1 },
};

const arrays: Values = {
  array: ['float32', [2, 3], [0, 1, 2, 3, 4, 5]],
  columns: ['int32', [2, 3], [0, 1, 2, 3, 4, 5]],
  big: ['int32', [4], [0, 1, 2, 3]],
  scalar: ['float32', [], [5]],
  empty: ['float32', [0, 3], []],
  flags: ['bool', [2], [1, 0]],
};

const objects: Values = {
  complex128: object('numpy._core.multiarray', 'scalar'),
  day: object('numpy._core.multiarray', 'scalar'),
  strings: object('numpy', 'ndarray'),
  fields: object('numpy', 'ndarray'),
  beyond: object('numpy', 'ndarray'),
  objects: object('numpy', 'ndarray'),
  random: object('numpy.random._pickle', '__randomstate_ctor'),
  generator: object('numpy.random._pickle', '__generator_ctor'),
  dtype: object('numpy', 'dtype', { args: ['f4', false, true] }),
  type: object('numpy', 'float64', { args: null }),
  chain: object('collections', 'ChainMap', { state: { maps: [{ a: 1 }] } }),
  fraction: object('fractions', 'Fraction', { args: expect.anything() }),
  complex: object('builtins', 'complex', { args: [1, 2] }),
  range: object('builtins', 'range', { args: [0, 10, 2] }),
  slice: object('builtins', 'slice', { args: [1, null, 2] }),
  ellipsis: object('builtins', 'Ellipsis', { args: null }),
  enum: object(family, 'Color', { args: [1] }),
  function: object(family, 'function', { args: null, state: null }),
  builtin: object('builtins', 'len', { args: null }),
  partial: object('functools', 'partial', { args: [object(family, 'function')] }),
  inner: object(family, 'Outer.Inner', { args: [], state: { x: 1 } }),
  'inner class': object(family, 'Outer.Inner', { args: null }),
  names: object(family, 'Names', { list: [1, 2] }),
  class: object(family, 'Net', { args: null }),
  layer: object('torch.nn.modules.linear', 'Linear', { args: null }),
  error: object('builtins', 'ValueError', { args: ['bad'] }),
  sparse: object('torch._utils', '_rebuild_sparse_tensor'),
  quantized: object('torch._utils', '_rebuild_qtensor'),
  'torch generator': object('torch._C', 'Generator'),
};

beforeEach(() => {
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

describe.each(['foreign-2', 'foreign-4', 'foreign-5', 'foreign-legacy'])('%s', (name) => {
  test('every value, the weights beside them, and a warning', async () => {
    const values = await torch.load<Values>(path(name));
    expect(facts(values['model.w'])).toEqual(['float32', [3], [0, 1, 2]]);
    expect(facts(values.z)).toEqual(['float32', [2], [1, 1]]);
    for (const [key, expected] of Object.entries(plain)) expect(values[key], key).toEqual(expected);
    for (const [key, expected] of Object.entries(arrays)) expect(facts(values[key]), key).toEqual(expected);
    for (const [key, expected] of Object.entries(objects)) expect(values[key], key).toMatchObject(expected as object);
    const { args, config, slots, pair, node, named } = values as Record<string, torch.PickledObject>;
    expect(args).toMatchObject({ lr: 0.1, n: 2 });
    expect(facts((args as unknown as Values).t)).toEqual(['float32', [2], [1, 1]]);
    expect(config).toMatchObject({ entries: { a: 1 }, state: { extra: 5 } });
    expect((slots!.state as unknown[])[1]).toMatchObject({ a: 1 });
    expect(facts(pair!.args![1])).toEqual(['float32', [2], [1, 1]]);
    const { me, all } = node!.state as { me: unknown; all: unknown[] };
    expect([me, all[0]]).toEqual([node, node]);
    expect(name === 'foreign-4' || name === 'foreign-5' ? named!.kwargs : named!.state).toEqual({ size: 3 });
    expect([...(values['by enum'] as Map<unknown, unknown>)]).toMatchObject([[{ name: 'Color', args: [1] }, 1]]);
    expect(String(values.enum)).toBe(`<${family}.Color object>`);
    expect(String(values.layer)).toBe('<class or function torch.nn.modules.linear.Linear>');
    expect((values.objects as torch.PickledObject).state).toMatchObject({ 4: [1, 'a', null] });
    expect(vi.mocked(console.warn).mock.calls.join()).toMatch(
      /holds Python objects whose classes are not known here: .* more\. Each is given as a PickledObject/,
    );
  });

  test('a part is read whatever else is there, and objects are refused, or come without a warning, as is said', async () => {
    for (const weightsOnly of [null, true, false]) {
      const part = await torch.load<Values>(path(name), {
        only: ['model.', 'float64'].slice(0, weightsOnly ? 1 : 2),
        weightsOnly,
      });
      expect(facts(part['model.w'])).toEqual(['float32', [3], [0, 1, 2]]);
    }
    // Arrays come as tensors: of what they are made nothing is said.
    const read = await torch.load<Values>(path(name), { only: ['array', 'scalar', 'float32'] });
    expect(facts(read.scalar)).toEqual(arrays.scalar);
    await torch.load(path(name), { weightsOnly: false });
    expect(console.warn).not.toHaveBeenCalled();
    await expect(torch.load(path(name), { weightsOnly: true })).rejects.toThrow(torch.FileFormatError);
    await expect(torch.load(path(name), { only: ['model.', 'enum'], weightsOnly: true })).rejects.toThrow(
      /a call of families\.foreign_objects\.Color, which is not run.*weightsOnly: false/,
    );
  });
});

test('a whole module gives its state dictionary', async () => {
  for (const name of ['whole-net', 'whole-net-legacy']) {
    const saved = await torch.load<torch.PickledObject>(path(name), { weightsOnly: false });
    expect(String(saved)).toBe(`<${family}.Net object>`);
    const state = saved.stateDict();
    expect(Object.keys(state)).toEqual([
      'fc.weight',
      'fc.bias',
      'body.0.weight',
      'body.0.bias',
      'body.0.running_mean',
      'body.0.running_var',
      'body.0.num_batches_tracked',
    ]);
    expect(facts(state['fc.weight'])).toEqual(['float32', [3, 2], [0, 1, 2, 3, 4, 5]]);
    await expect(torch.saveBytes(saved as never)).rejects.toThrow(
      /an instance of PickledObject; pass model\.stateDict\(\)/,
    );
  }
});
