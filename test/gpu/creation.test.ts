// Tensors made from data, constants, ranges and random numbers: contents, dtypes, calling rules and errors.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

const read = async (t: torch.Tensor) => ({ dtype: t.dtype, list: await t.tolist() });

test('nested data keeps its shape and infers its dtype', async () => {
  expect(
    await read(
      torch.tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ),
  ).toEqual({
    dtype: 'int64',
    list: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  });
  expect(await read(torch.tensor([1, 2.5]))).toEqual({ dtype: 'float32', list: [1, 2.5] });
  expect(await read(torch.tensor([true, false]))).toEqual({ dtype: 'bool', list: [true, false] });
  expect(await read(torch.tensor(-7))).toEqual({ dtype: 'int64', list: -7 });
  expect(await read(torch.tensor(new Uint8Array([0, 255])))).toEqual({ dtype: 'uint8', list: [0, 255] });
  expect(await read(torch.tensor([]))).toEqual({ dtype: 'float32', list: [] });
  expect(await read(torch.tensor([1.5, -2.5], { dtype: 'int32' }))).toEqual({ dtype: 'int32', list: [1, -2] });
});

test('a tensor is copied, without its gradient', async () => {
  const source = torch.tensor([1, 2.5], { requiresGrad: true });
  const copy = torch.tensor(source.mul(2));
  expect([copy.requiresGrad, copy.isLeaf]).toEqual([false, true]);
  const same = torch.tensor(source, { dtype: 'int64' });
  torch.noGrad(() => source.zero_());
  expect(await read(copy)).toEqual({ dtype: 'float32', list: [2, 5] });
  expect(await read(same)).toEqual({ dtype: 'int64', list: [1, 2] });
});

test.each<[string, () => torch.Tensor, string, unknown]>([
  [
    'zeros(2, 3)',
    () => torch.zeros(2, 3),
    'float32',
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
  ['zeros([2], int64)', () => torch.zeros([2], { dtype: 'int64' }), 'int64', [0, 0]],
  ['zeros([])', () => torch.zeros([]), 'float32', 0],
  ['zeros(0, 3)', () => torch.zeros(0, 3), 'float32', []],
  ['zeros({ size })', () => torch.zeros({ size: [1] }), 'float32', [0]],
  ['ones(3, bool)', () => torch.ones(3, { dtype: 'bool' }), 'bool', [true, true, true]],
  ['ones(3, uint8)', () => torch.ones(3, { dtype: 'uint8' }), 'uint8', [1, 1, 1]],
  ['full, whole', () => torch.full([2], 7), 'int64', [7, 7]],
  ['full, negative', () => torch.full([2], -7, { dtype: 'int32' }), 'int32', [-7, -7]],
  ['full, uint32', () => torch.full([1], 4294967295, { dtype: 'uint32' }), 'uint32', [4294967295]],
  ['full, fraction', () => torch.full([2], 0.5), 'float32', [0.5, 0.5]],
  ['full, infinite', () => torch.full([1], Number.NEGATIVE_INFINITY), 'float32', [Number.NEGATIVE_INFINITY]],
  ['full, boolean', () => torch.full([1], true), 'bool', [true]],
  ['empty(2)', () => torch.empty(2), 'float32', [0, 0]],
  ['zerosLike', () => torch.zerosLike(torch.tensor([[1, 2]])), 'int64', [[0, 0]]],
  ['onesLike', () => torch.onesLike(torch.tensor([1, 2]), { dtype: 'float32' }), 'float32', [1, 1]],
  ['fullLike', () => torch.fullLike(torch.zeros(2), 3), 'float32', [3, 3]],
  ['emptyLike', () => torch.emptyLike(torch.zeros(1)), 'float32', [0]],
  [
    'eye(2)',
    () => torch.eye(2),
    'float32',
    [
      [1, 0],
      [0, 1],
    ],
  ],
  [
    'eye(2, 3)',
    () => torch.eye(2, 3, { dtype: 'int64' }),
    'int64',
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
  ],
  ['eye(3, 1)', () => torch.eye(3, 1), 'float32', [[1], [0], [0]]],
  ['arange(4)', () => torch.arange(4), 'int64', [0, 1, 2, 3]],
  ['arange(1, 4)', () => torch.arange(1, 4), 'int64', [1, 2, 3]],
  ['arange(5, 0, -2)', () => torch.arange(5, 0, -2), 'int64', [5, 3, 1]],
  ['arange(0, 1, 0.25)', () => torch.arange(0, 1, 0.25), 'float32', [0, 0.25, 0.5, 0.75]],
  ['arange(2.5)', () => torch.arange(2.5), 'float32', [0, 1, 2]],
  ['arange({ end, step })', () => torch.arange({ end: 5, step: 2 }), 'int64', [0, 2, 4]],
  ['arange(1, { end })', () => torch.arange(1, { end: 3 }), 'int64', [1, 2]],
  ['arange(3, float32)', () => torch.arange(3, { dtype: 'float32' }), 'float32', [0, 1, 2]],
  ['arange(0)', () => torch.arange(0), 'int64', []],
  ['linspace(0, 1, 5)', () => torch.linspace(0, 1, 5), 'float32', [0, 0.25, 0.5, 0.75, 1]],
  ['linspace(3, -3, 3)', () => torch.linspace(3, -3, 3), 'float32', [3, 0, -3]],
  ['linspace(3, 1, 1)', () => torch.linspace(3, 1, 1), 'float32', [3]],
])('%s', async (_, make, dtype, list) => {
  expect(await read(make())).toEqual({ dtype, list });
});

test('requiresGrad makes a leaf', () => {
  for (const leaf of [torch.ones(2, { requiresGrad: true }), torch.rand([2], { requiresGrad: true })]) {
    expect([leaf.requiresGrad, leaf.isLeaf, leaf.grad]).toEqual([true, true, null]);
  }
  expect(() => torch.tensor([1], { requiresGrad: true })).toThrow(torch.DTypeError);
});

test('random numbers are those of PyTorch', async () => {
  torch.manualSeed(0);
  expect(torch.initialSeed()).toBe(0);
  // torch.manual_seed(0); torch.rand(2)
  expect(await torch.rand(2).tolist()).toEqual([0.49625658988952637, 0.7682217955589294]);
  torch.manualSeed(0);
  // torch.manual_seed(0); torch.randn(3), by the scalar path
  const normal = (await torch.randn(3).data()) as Float32Array;
  [1.5409960746765137, -0.293428897857666, -2.1787893772125244].forEach((x, i) => {
    expect(normal[i]).toBeCloseTo(x, 6);
  });
});

test('a generator of its own leaves the default one alone', async () => {
  torch.manualSeed(1);
  const first = await torch.rand(3).tolist();
  torch.manualSeed(1);
  const generator = new torch.Generator().manualSeed(5);
  const own = await torch.rand(3, { generator }).tolist();
  expect(await torch.rand(3).tolist()).toEqual(first);
  expect(await torch.rand([3], { generator: new torch.Generator().manualSeed(5) }).tolist()).toEqual(own);
});

test('randint, randperm and bernoulli stay in their ranges', async () => {
  const dice = (await torch.randint(1, 7, [500]).data()) as Int32Array;
  expect([Math.min(...dice), Math.max(...dice), new Set(dice).size]).toEqual([1, 6, 6]);
  const named = torch.randint({ high: 2, size: [3], dtype: 'float32' });
  expect([named.dtype, named.shape]).toEqual(['float32', [3]]);
  expect(torch.randint(5, { size: [2, 2] }).shape).toEqual([2, 2]);
  const order = (await torch.randperm(40).data()) as Int32Array;
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  const coins = torch.bernoulli(torch.tensor([0, 1, 0.5]).expand(200, 3)).mean(0);
  const [never, always, half] = (await coins.data()) as Float32Array;
  expect([never, always]).toEqual([0, 1]);
  expect(Math.abs(half - 0.5)).toBeLessThan(0.15);
});

test('normal takes numbers or tensors', async () => {
  torch.manualSeed(3);
  const numbers = await torch.normal(10, 2, [4]).tolist();
  torch.manualSeed(3);
  const tensors = await torch.normal(torch.full([4], 10, { dtype: 'float32' }), torch.full([4], 2.5).sub(0.5)).tolist();
  (numbers as number[]).forEach((x, i) => {
    expect((tensors as number[])[i]).toBeCloseTo(x, 4);
  });
  expect(torch.normal(torch.zeros(3)).shape).toEqual([3]);
  expect(torch.randnLike(torch.zeros(2, 2)).shape).toEqual([2, 2]);
});

test.each<[() => unknown, RegExp]>([
  [() => torch.tensor([[1, 2], [3]]), /^tensor: expected a sequence of length 2 at \[1\], but got length 1/],
  [() => torch.zeros(2, -1), /^zeros: expected sizes ≥ 0, but got \[2, -1\]/],
  [() => torch.zeros(1.5), /^zeros: expected a size of whole numbers/],
  [() => torch.zeros(), /^zeros: missing 1 required argument: 'size'/],
  [() => torch.zeros(2, { size: [2] } as object), /^zeros: got argument 'size' twice/],
  [
    () => torch.ones(2, { requires_grad: true } as object),
    /^ones: got an unknown argument 'requires_grad'; did you mean 'requiresGrad'/,
  ],
  [() => torch.ones(2, { dtype: 'float64' } as object), /^ones: expected a dtype of float32/],
  [() => torch.full([2], 300, { dtype: 'uint8' }), /^full: expected numbers from -255 to 255 for uint8, but got 300/],
  [() => torch.arange(0, 1, -1), /^arange: expected a step from start 0 towards end 1, but got -1/],
  [() => torch.arange(0, 1, 0), /^arange: expected a step/],
  [() => torch.arange({ start: 1 } as unknown as { end: number }), /^arange: missing 1 required argument: 'end'/],
  [() => torch.linspace(0, 1, -1), /^linspace: expected steps to be a whole number/],
  [() => torch.rand(2, { dtype: 'int64' }), /^rand: expected dtype float32/],
  [() => torch.randint(5, 1, [2]), /^randint: expected whole numbers low < high/],
  [() => torch.randperm(-1), /^randperm: expected sizes ≥ 0/],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(torch.LamplightError);
});
