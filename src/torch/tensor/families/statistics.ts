// Medians, counts (histc, bincount), and unique elements.

import { orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { isFloat, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectFloat, expectNumber, fromHost, named } from '../../../engine/graph/record';
import { withGradient } from '../../../engine/ops/custom';
import { numbersWithin } from '../../../engine/ops/indexing/indexing';
import { full } from '../../../engine/ops/shape/cast';
import type { CalledByName } from '../calling/callable';
import { type ValuesIndices, valuesIndices } from '../calling/named-results';
import { reduceArgs } from '../calling/reduce-args';
import { tensor } from '../calling/tensor-kinds';
import { family } from '../family';
import { made } from '../made';
import type { TensorData } from '../reading/readable';
import type { Tensor } from '../tensor';

const { methods, op, forms } = family();
export default methods;

interface UniqueOptions<I extends boolean, C extends boolean> {
  /** Whether to sort. The result is always sorted, whatever this says. */
  sorted?: boolean;
  /** Whether to also return, for each element, its index in the result. */
  returnInverse?: I;
  /** Whether to also return how often each element occurs. */
  returnCounts?: C;
  /** If given, finds unique slices along this dimension instead of unique elements. */
  dim?: number | null;
}

/** The result of `unique`: a tensor, or a list with it and the further results that were requested. */
type Unique<I extends boolean, C extends boolean> = I extends true
  ? C extends true
    ? [output: Tensor, inverse: Tensor, counts: Tensor]
    : [output: Tensor, inverse: Tensor]
  : C extends true
    ? [output: Tensor, counts: Tensor]
    : Tensor;

type UniqueArgs<I extends boolean, C extends boolean> =
  | [options?: UniqueOptions<I, C>]
  | [sorted: boolean, returnInverse?: I, returnCounts?: C, dim?: number | null];

type ConsecutiveArgs<I extends boolean, C extends boolean> =
  | [options?: Omit<UniqueOptions<I, C>, 'sorted'>]
  | [returnInverse: I, returnCounts?: C, dim?: number | null];

interface HistcOptions {
  /** How many ranges of equal length there are, or their bounds. */
  bins?: number;
  min?: number;
  max?: number;
}

interface BincountOptions {
  /** The weights. */
  weights?: Tensor | null;
  /** The least length of the result. */
  minlength?: number;
}

type HistcArgs = Arguments<HistcOptions, ['bins', 'min', 'max']>;

type BincountArgs = Arguments<BincountOptions, ['weights', 'minlength']>;

interface Middle {
  (input: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  (input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
  (named: { input: Tensor }): Tensor;
  (named: { input: Tensor; dim: number; keepdim?: boolean }): ValuesIndices;
}

interface MiddleMethod {
  (): Tensor;
  (dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  (options: { dim: number; keepdim?: boolean }): ValuesIndices;
}

// ── The middle ──

/** The elements at the indices that `middle` returns for the last dimension, and (with `dim`) the indices. */
function middling(
  input: Tensor,
  name: string,
  middle: (x: Tensor) => Tensor,
  args: readonly unknown[],
): Tensor | ValuesIndices {
  const { dim: given, keepdim } = reduceArgs(name, args);
  expectNumber(name, 'input', input);
  const dim = given as number | null;
  const whole = dim === null || input.shape.length === 0;
  const d = dim === null ? 0 : input.wrapDim(name, dim);
  const x = whole ? input.flatten() : input.transpose(d, -1);
  if (x.numel() === 0 && dim === null && isFloat(input.dtype)) return x.sum().add(Number.NaN);
  if (x.shape.at(-1) === 0) {
    throw new ShapeError(`${name}: expected a dimension with elements, but got shape ${showShape(input.shape)}`);
  }
  const places = middle(x.detach());
  const gradName = name === 'median' ? 'MedianBackward' : 'NanmedianBackward';
  if (dim === null) return spread(x, x.detach().gather(-1, places), `${gradName}0`);
  const values = x.gather(-1, places);
  if (whole) return valuesIndices(made(named(values.reshape([]).value, `${gradName}1`)), places.reshape([]));
  const settled = (y: Tensor) => (keepdim ? y.transpose(d, -1) : y.transpose(d, -1).squeeze(d));
  return valuesIndices(made(named(settled(values).value, `${gradName}1`)), settled(places));
}

/** An element of the vector x as a 0-d tensor, whose gradient is shared by all elements of x that equal it. */
function spread(x: Tensor, element: Tensor, gradName: string): Tensor {
  const [value] = withGradient([x.value], [element.reshape([]).value], ([dy]) => {
    const alike = x.detach().eq(element).logicalOr(x.detach().isnan().logicalAnd(element.isnan())).to('float32');
    return [alike.div(alike.sum()).mul(made(dy!)).value];
  });
  return made(named(value!, gradName));
}

/**
 * The median: the middle element in sorted order, and the lower of the two middle ones if the number is even. NaN if
 * any element is NaN. With `dim`, `[values, indices]`.
 */
export const median = forms<Middle, MiddleMethod>(
  'median(input, ...)',
  (input: Tensor, ...args: readonly unknown[]): Tensor | ValuesIndices => {
    const middle = (x: Tensor) => {
      const size = x.shape.at(-1)!;
      const order = x.argsort(-1);
      const place = order.narrow(-1, Math.floor((size - 1) / 2), 1);
      if (!isFloat(x.dtype)) return place;
      const isNaNs = x.isnan();
      return isNaNs
        .to('int64')
        .argmax(-1, { keepdim: true })
        .where(isNaNs.any(-1, { keepdim: true }), place);
    };
    return middling(input, 'median', middle, args);
  },
);

/** `median` of the elements that are not NaN; NaN if there are none. */
export const nanmedian = forms<Middle, MiddleMethod>(
  'nanmedian(input, ...)',
  (input: Tensor, ...args: readonly unknown[]): Tensor | ValuesIndices => {
    const middle = (x: Tensor) => {
      const numbers = x.isnan().logicalNot().to('int64').sum(-1, { keepdim: true });
      return x.argsort(-1).gather(-1, numbers.sub(1).clamp({ min: 0 }).floorDivide(2));
    };
    return middling(input, 'nanmedian', middle, args);
  },
);

// ── Counts ──

const MOST = 3.4028235e38;
/** The number, checked on the device to be finite. */
const finite = (x: Tensor): Tensor =>
  made(numbersWithin('histc: expected finite elements; give min and max', MOST, x.abs().value)).copysign(x);

/**
 * The number of elements in each of `bins` equal bins over [min, max]; if min = max, over the range of the elements.
 * float32.
 */
export const histc = op('histc(input, ...)', (input: Tensor, ...args: HistcArgs): Tensor => {
  const { bins, min, max } = parseArgs<HistcOptions>('histc', [], { bins: 100, min: 0, max: 0 }, args, {
    bins: whole(1, 2 ** 24),
  });
  expectFloat('histc', 'input', input);
  if (input.numel() === 0) return made(full([bins], 0, input.dtype));
  if (max < min) throw new ArgumentError(`histc: expected max of at least min, but got ${min} and ${max}`);
  const x = input.detach().float().flatten();
  const bound = (given: number, found: () => Tensor) => (min === max ? finite(found()) : made(full([], given)));
  const [low, high] = [bound(min, () => x.amin()), bound(max, () => x.amax())];
  const flat = low.eq(high).to('float32');
  const [from, to] = [low.sub(flat), high.add(flat)];
  const inside = x.ge(from).logicalAnd(x.le(to));
  const place = x
    .sub(from)
    .div(to.sub(from))
    .mul(bins)
    .floor()
    .clamp(0, bins - 1);
  const numbers = made(
    fromHost(
      Float32Array.from({ length: bins }, (_, i) => i),
      [bins, 1],
      'float32',
    ),
  );
  return numbers.eq(place).logicalAnd(inside).to('float32').sum(1);
});

/**
 * How often each of 0, 1, … occurs in the input, or the sum of the weights. Asynchronous: the numbers decide the size.
 */
export const bincount = op('bincount(input, ...)', bincountOf);

async function bincountOf(input: Tensor, ...args: BincountArgs): Promise<Tensor> {
  const none = null as Tensor | null;
  const { weights, minlength } = parseArgs<BincountOptions>('bincount', [], { weights: none, minlength: 0 }, args, {
    weights: orNull(tensor),
    minlength: whole(0),
  });
  if (isFloat(input.dtype) || input.dtype === 'bool' || input.shape.length !== 1) {
    throw new DTypeError(
      `bincount: expected a vector of whole numbers, but got ${input.dtype} of shape ${showShape(input.shape)}`,
    );
  }
  if (weights && weights.shape.join() !== input.shape.join()) {
    throw new ShapeError(
      `bincount: expected weights of shape ${showShape(input.shape)}, but got ${showShape(weights.shape)}`,
    );
  }
  const [data, shares] = await Promise.all([input.data(), weights?.data()]);
  const numbers = Array.from(data);
  const least = numbers.reduce((a, b) => Math.min(a, b), 0);
  if (least < 0) throw new ArgumentError(`bincount: expected numbers of at least 0, but got ${least}`);
  const size = numbers.reduce((a, b) => Math.max(a, b + 1), minlength);
  const counts = new Float64Array(size);
  numbers.forEach((n, i) => {
    counts[n]! += shares ? shares[i]! : 1;
  });
  return shares
    ? made(fromHost(Float32Array.from(counts), [size], 'float32'))
    : made(fromHost(Int32Array.from(counts), [size], 'int64'));
}

// ── Unique elements ──

interface Slices {
  readonly rows: readonly TensorData[];
  readonly dim: number | null;
}

/** Compares slices in lexicographic order; NaN comes last. */
function compare(a: TensorData, b: TensorData): number {
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]!, b[i]!];
    if (p !== q && !(Number.isNaN(p) && Number.isNaN(q))) return Number.isNaN(p) ? 1 : Number.isNaN(q) ? -1 : p - q;
  }
  return 0;
}

/** Whether all elements are equal; NaN equals nothing. */
const equal = (a: TensorData, b: TensorData): boolean => a.every((element: number, i: number) => element === b[i]);

async function slicesOf(input: Tensor, name: string, dim: number | null): Promise<Slices> {
  const d = dim === null ? 0 : input.wrapDim(name, dim);
  const others = input.shape.filter((_, k) => k !== d);
  if (dim !== null && (input.shape.length === 0 || (others.includes(0) && input.shape[d] !== 0))) {
    throw new ShapeError(
      `${name}: expected slices with elements along dimension ${dim}, but got ${showShape(input.shape)}`,
    );
  }
  const x = dim === null ? input.flatten() : input.movedim(d, 0).contiguous();
  const data = await x.data();
  const count = x.shape[0]!;
  const width = count === 0 ? 0 : data.length / count;
  const rows = Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
  return { rows, dim };
}

function grouped(
  input: Tensor,
  { rows, dim }: Slices,
  order: readonly number[],
  options: { returnInverse?: boolean; returnCounts?: boolean },
): Tensor | Tensor[] {
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(rows.length);
  for (const i of order) {
    const last = firsts.at(-1);
    if (last === undefined || !equal(rows[last]!, rows[i]!)) {
      firsts.push(i);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[i] = firsts.length - 1;
  }
  const places = made(fromHost(Int32Array.from(firsts), [firsts.length], 'int64'));
  const output = dim === null ? input.flatten().indexSelect(0, places) : input.indexSelect(dim, places);
  const parts = [output.detach()];
  const back = dim === null ? input.shape : [rows.length];
  if (options.returnInverse) parts.push(made(fromHost(inverse, back, 'int64')));
  if (options.returnCounts) parts.push(made(fromHost(Int32Array.from(counts), [counts.length], 'int64')));
  return parts.length === 1 ? parts[0]! : parts;
}

type UniqueCall = <I extends boolean = false, C extends boolean = false>(
  input: Tensor,
  ...args: UniqueArgs<I, C>
) => Promise<Unique<I, C>>;

type UniqueMethod = <I extends boolean = false, C extends boolean = false>(
  ...args: UniqueArgs<I, C>
) => Promise<Unique<I, C>>;

/** The distinct elements, in ascending order, NaNs last. Asynchronous: the elements decide the size. */
export const unique = forms<CalledByName<'unique(input)', UniqueCall>, UniqueMethod>('unique(input, ...)', uniqueOf);

async function uniqueOf(input: Tensor, ...args: UniqueArgs<boolean, boolean>): Promise<Tensor | Tensor[]> {
  const options = parseArgs<UniqueOptions<boolean, boolean>>(
    'unique',
    [],
    { sorted: true, returnInverse: false, returnCounts: false, dim: null as number | null },
    args,
  );
  const { dim } = options;
  const slices = await slicesOf(input, 'unique', dim);
  const order = slices.rows.map((_, i) => i).sort((a, b) => compare(slices.rows[a]!, slices.rows[b]!));
  return grouped(input, slices, order, options);
}

type ConsecutiveCall = <I extends boolean = false, C extends boolean = false>(
  input: Tensor,
  ...args: ConsecutiveArgs<I, C>
) => Promise<Unique<I, C>>;

type ConsecutiveMethod = <I extends boolean = false, C extends boolean = false>(
  ...args: ConsecutiveArgs<I, C>
) => Promise<Unique<I, C>>;

/** The elements without those that equal their predecessor. Asynchronous: the elements decide the size. */
export const uniqueConsecutive = forms<CalledByName<'uniqueConsecutive(input)', ConsecutiveCall>, ConsecutiveMethod>(
  'uniqueConsecutive(input, ...)',
  uniqueConsecutiveOf,
);

async function uniqueConsecutiveOf(
  input: Tensor,
  ...args: ConsecutiveArgs<boolean, boolean>
): Promise<Tensor | Tensor[]> {
  const options = parseArgs<Omit<UniqueOptions<boolean, boolean>, 'sorted'>>(
    'uniqueConsecutive',
    [],
    { returnInverse: false, returnCounts: false, dim: null as number | null },
    args,
  );
  const slices = await slicesOf(input, 'uniqueConsecutive', options.dim);
  const order = slices.rows.map((_, i) => i);
  return grouped(input, slices, order, options);
}
