// Reductions along axes: sums, means, products, extremes, norms, and the indices of extremes.
import { full, type Tensor } from '../../../../torch';
import { isFloat, numelOf as numel } from '../../../../torch/inside';
import { asTensor, axisOf, type Elements, elements, reshaped, without } from '../arrange';
import type { Call, Operator, Operators } from '../call';
import { isSmall, reduceOnHost } from '../host';
import { HostArray } from '../values';

interface Reduction {
  readonly name: string;
  /** The version since which the axes are an input. */
  readonly since?: number;
  /** Reduces the axes, which keep size 1. */
  readonly fn: (x: Tensor, axes: number[]) => Tensor;
  /** The result for an empty set of elements. */
  readonly empty: number;
  readonly onHost?: (numbers: number[]) => number;
}

/** The axes, counted from the front; null if nothing is reduced. */
function axesOf(call: Call, rank: number, since: number): number[] | null {
  const given = call.opset >= since ? call.optionalNumbers(1) : call.ints('axes');
  if (given !== null && given.length > 0) return given.map((axis) => axisOf(call, axis, rank));
  if (call.int('noop_with_empty_axes', 0) === 1) return null;
  return Array.from({ length: rank }, (_, d) => d);
}

const reduction = ({ since = 18, fn, empty, onHost }: Reduction): Operator => {
  return (call) => {
    const x = elements(call, 0);
    const keepdims = call.int('keepdims', 1) === 1;
    const axes = axesOf(call, x.shape.length, since);
    if (axes === null) return fn(asTensor(x), []).to(x.dtype);
    const reduced = along(x, axes, { fn, empty, onHost });
    return keepdims ? reduced : reshaped(call, reduced, without(x.shape, axes));
  };
};

function along(x: Elements, axes: number[], { fn, empty, onHost }: Omit<Reduction, 'name'>): Elements {
  if (x instanceof HostArray && onHost && isSmall(x.shape) && numel(x.shape) > 0) return reduceOnHost(x, axes, onHost);
  const tensor = asTensor(x);
  if (numel(x.shape) > 0) return fn(tensor, axes).to(x.dtype);
  const shape = x.shape.map((size, d) => (axes.includes(d) ? 1 : size));
  return full(shape, limitOf(x.dtype, empty), { dtype: x.dtype });
}

/** An infinite number; for an integer type, the limit of its range instead. */
function limitOf(dtype: Elements['dtype'], number: number): number {
  if (isFloat(dtype) || Number.isFinite(number)) return number;
  if (dtype === 'bool') return number > 0 ? 1 : 0;
  if (dtype === 'uint8') return number > 0 ? 255 : 0;
  return number > 0 ? 2 ** 31 - 1 : -(2 ** 31);
}

const none = (axes: readonly number[]): boolean => axes.length === 0;

const sum = (x: Tensor, axes: number[]): Tensor => (none(axes) ? x : x.sum(axes, true));

const logSumExp = (x: Tensor, axes: number[]): Tensor => {
  const y = isFloat(x.dtype) ? x : x.float();
  return none(axes) ? y : y.logsumexp(axes, true);
};

const floats = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : x.float());

const product = (x: Tensor, axes: number[]): Tensor => axes.reduce((y, d) => y.prod(d, true).to(x.dtype), x);

function extreme(x: Tensor, axes: number[], side: 'amax' | 'amin'): Tensor {
  if (none(axes)) return x;
  return x[side](axes, true);
}

/** The index of the largest or smallest element along an axis: the first such, or with `select_last_index` the last. */
const place =
  (side: 'argmax' | 'argmin'): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axis = axisOf(call, call.int('axis', 0), x.shape.length);
    const keepdims = call.int('keepdims', 1) === 1;
    if (call.int('select_last_index', 0) === 0) return x[side](axis, keepdims);
    return x
      .flip(axis)
      [side](axis, keepdims)
      .neg()
      .add(x.shape[axis]! - 1);
  };

const total = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

const kinds: readonly Reduction[] = [
  { name: 'ReduceSum', since: 13, fn: sum, empty: 0, onHost: total },
  {
    name: 'ReduceMean',
    fn: (x, axes) => (none(axes) ? x : floats(x).mean(axes, true)),
    empty: Number.NaN,
    onHost: (numbers) => total(numbers) / numbers.length,
  },
  { name: 'ReduceProd', fn: product, empty: 1, onHost: (numbers) => numbers.reduce((a, b) => a * b, 1) },
  {
    name: 'ReduceMax',
    fn: (x, axes) => extreme(x, axes, 'amax'),
    empty: -Infinity,
    onHost: (numbers) => Math.max(...numbers),
  },
  {
    name: 'ReduceMin',
    fn: (x, axes) => extreme(x, axes, 'amin'),
    empty: Infinity,
    onHost: (numbers) => Math.min(...numbers),
  },
  { name: 'ReduceL1', fn: (x, axes) => sum(x.abs(), axes), empty: 0 },
  { name: 'ReduceL2', fn: (x, axes) => sum(floats(x).square(), axes).sqrt(), empty: 0 },
  { name: 'ReduceLogSum', fn: (x, axes) => sum(floats(x), axes).log(), empty: -Infinity },
  { name: 'ReduceLogSumExp', fn: logSumExp, empty: -Infinity },
  { name: 'ReduceSumSquare', fn: (x, axes) => sum(x.square(), axes), empty: 0 },
];

export const reductions: Operators = {
  ...Object.fromEntries(kinds.map((kind) => [kind.name, reduction(kind)])),
  ArgMax: place('argmax'),
  ArgMin: place('argmin'),
};
