// Tensor methods that look at the distribution of elements: medians, histograms, counts, and unique elements.

import { whole } from '../core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors';
import { isFloat, showShape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { expectFloat, expectNumber, fromHost, named } from '../graph/record';
import { full } from '../ops/cast';
import { withGradient } from '../ops/custom';
import { IndexingMethods } from './indexing-methods';
import { type ValuesIndices, valuesIndices } from './named-results';
import type { TensorData } from './readable';
import { reduceArgs } from './reduce-args';
import type { Tensor } from './tensor';

export interface UniqueOptions<I extends boolean, C extends boolean> {
  /** In rising order, default true; they always are. */
  sorted?: boolean;
  /** Also where in the result each element is. */
  returnInverse?: I;
  /** Also how often each one occurs. */
  returnCounts?: C;
  /** Unique slices along this dimension rather than elements. */
  dim?: number | null;
}

/** What `unique` gives: a tensor alone, or a list with what was asked for. */
export type Unique<I extends boolean, C extends boolean> = I extends true
  ? C extends true
    ? [output: Tensor, inverse: Tensor, counts: Tensor]
    : [output: Tensor, inverse: Tensor]
  : C extends true
    ? [output: Tensor, counts: Tensor]
    : Tensor;

export type UniqueArgs<I extends boolean, C extends boolean> =
  | [options?: UniqueOptions<I, C>]
  | [sorted: boolean, returnInverse?: I, returnCounts?: C, dim?: number | null];

export type ConsecutiveArgs<I extends boolean, C extends boolean> =
  | [options?: Omit<UniqueOptions<I, C>, 'sorted'>]
  | [returnInverse: I, returnCounts?: C, dim?: number | null];

export interface HistcOptions {
  bins?: number;
  min?: number;
  max?: number;
}

export interface BincountOptions {
  weights?: Tensor | null;
  minlength?: number;
}

export type HistcArgs = Arguments<HistcOptions, ['bins', 'min', 'max']>;
export type BincountArgs = Arguments<BincountOptions, ['weights', 'minlength']>;

export abstract class StatisticsMethods extends IndexingMethods {
  /**
   * The middle element in order, of an even number the lower of two; NaN where there is one. With `dim`, `[values, indices]`.
   */
  median(): Tensor;
  median(dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  median(options: { dim: number; keepdim?: boolean }): ValuesIndices;
  median(...args: readonly unknown[]): Tensor | ValuesIndices {
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
    return this.middling('median', middle, args);
  }

  /** `median` of the elements that are not NaN; NaN where there are none. */
  nanmedian(): Tensor;
  nanmedian(dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  nanmedian(options: { dim: number; keepdim?: boolean }): ValuesIndices;
  nanmedian(...args: readonly unknown[]): Tensor | ValuesIndices {
    const middle = (x: Tensor) => {
      const numbers = x.isnan().logicalNot().to('int64').sum(-1, { keepdim: true });
      return x.argsort(-1).gather(-1, numbers.sub(1).clamp({ min: 0 }).floorDivide(2));
    };
    return this.middling('nanmedian', middle, args);
  }

  /** The elements at the places that `middle` gives for the last dimension, and the places. */
  private middling(name: string, middle: (x: Tensor) => Tensor, args: readonly unknown[]): Tensor | ValuesIndices {
    const { dim: given, keepdim } = reduceArgs(name, args);
    expectNumber(name, 'input', this);
    const dim = given as number | null;
    const whole = dim === null || this.shape.length === 0;
    const d = dim === null ? 0 : this.wrapDim(name, dim);
    const x = whole ? this.flatten() : this.transpose(d, -1);
    if (x.numel() === 0 && dim === null && isFloat(this.dtype)) return x.sum().add(Number.NaN);
    if (x.shape.at(-1) === 0) {
      throw new ShapeError(`${name}: expected a dimension with elements, but got shape ${showShape(this.shape)}`);
    }
    const places = middle(x.detach());
    const gradName = name === 'median' ? 'MedianBackward' : 'NanmedianBackward';
    if (dim === null) return this.spread(x, x.detach().gather(-1, places), `${gradName}0`);
    const values = x.gather(-1, places);
    if (whole) return valuesIndices(this.make(named(values.reshape([]).value, `${gradName}1`)), places.reshape([]));
    const settled = (y: Tensor) => (keepdim ? y.transpose(d, -1) : y.transpose(d, -1).squeeze(d));
    return valuesIndices(this.make(named(settled(values).value, `${gradName}1`)), settled(places));
  }

  /** One element of the vector x, as a number whose gradient all elements equal to it share. */
  private spread(x: Tensor, element: Tensor, gradName: string): Tensor {
    const [value] = withGradient([x.value], [element.reshape([]).value], ([dy]) => {
      const alike = x.detach().eq(element).logicalOr(x.detach().isnan().logicalAnd(element.isnan())).to('float32');
      return [alike.div(alike.sum()).mul(this.make(dy!)).value];
    });
    return this.make(named(value!, gradName));
  }

  /** How many elements lie in each of `bins` equal parts of [min, max]; with both 0, of the range of the elements. float32. */
  histc(...args: HistcArgs): Tensor {
    const { bins, min, max } = parseArgs<HistcOptions>('histc', [], { bins: 100, min: 0, max: 0 }, args, {
      bins: whole(1, 2 ** 24),
    });
    expectFloat('histc', 'input', this);
    if (this.numel() === 0) return this.make(full([bins], 0, this.dtype));
    if (max < min) throw new ArgumentError(`histc: expected max of at least min, but got ${min} and ${max}`);
    const x = this.detach().float().flatten();
    const bound = (given: number, found: () => Tensor) => (min === max ? found() : this.make(full([], given)));
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
    const numbers = this.make(
      fromHost(
        Float32Array.from({ length: bins }, (_, i) => i),
        [bins, 1],
        'float32',
      ),
    );
    return numbers.eq(place).logicalAnd(inside).to('float32').sum(1);
  }

  /** How often each of 0, 1, … occurs among whole numbers, or the sum of their weights; reads back, since they decide the size. */
  async bincount(...args: BincountArgs): Promise<Tensor> {
    const none = null as Tensor | null;
    const { weights, minlength } = parseArgs<BincountOptions>('bincount', [], { weights: none, minlength: 0 }, args);
    if (isFloat(this.dtype) || this.dtype === 'bool' || this.shape.length !== 1) {
      throw new DTypeError(
        `bincount: expected a vector of whole numbers, but got ${this.dtype} of shape ${showShape(this.shape)}`,
      );
    }
    if (weights && weights.shape.join() !== this.shape.join()) {
      throw new ShapeError(
        `bincount: expected weights of shape ${showShape(this.shape)}, but got ${showShape(weights.shape)}`,
      );
    }
    const [data, shares] = await Promise.all([this.data(), weights?.data()]);
    const numbers = Array.from(data);
    const least = numbers.reduce((a, b) => Math.min(a, b), 0);
    if (least < 0) throw new ArgumentError(`bincount: expected numbers of at least 0, but got ${least}`);
    const size = numbers.reduce((a, b) => Math.max(a, b + 1), minlength);
    const counts = new Float64Array(size);
    numbers.forEach((n, i) => {
      counts[n]! += shares ? shares[i]! : 1;
    });
    return shares
      ? this.make(fromHost(Float32Array.from(counts), [size], 'float32'))
      : this.make(fromHost(Int32Array.from(counts), [size], 'int64'));
  }

  /** The elements without repetition, in rising order, NaNs last; reads back, since they decide the size. */
  async unique<I extends boolean = false, C extends boolean = false>(...args: UniqueArgs<I, C>): Promise<Unique<I, C>> {
    const options = parseArgs<UniqueOptions<boolean, boolean>>(
      'unique',
      [],
      { sorted: true, returnInverse: false, returnCounts: false, dim: null as number | null },
      args,
    );
    const { dim } = options;
    const slices = await this.slices('unique', dim);
    const order = slices.rows.map((_, i) => i).sort((a, b) => compare(slices.rows[a]!, slices.rows[b]!));
    return this.grouped(slices, order, options) as Unique<I, C>;
  }

  /** The elements without those that equal the one before; reads back. */
  async uniqueConsecutive<I extends boolean = false, C extends boolean = false>(
    ...args: ConsecutiveArgs<I, C>
  ): Promise<Unique<I, C>> {
    const options = parseArgs<Omit<UniqueOptions<boolean, boolean>, 'sorted'>>(
      'uniqueConsecutive',
      [],
      { returnInverse: false, returnCounts: false, dim: null as number | null },
      args,
    );
    const slices = await this.slices('uniqueConsecutive', options.dim);
    const order = slices.rows.map((_, i) => i);
    return this.grouped(slices, order, options) as Unique<I, C>;
  }

  private async slices(name: string, dim: number | null): Promise<Slices> {
    const d = dim === null ? 0 : this.wrapDim(name, dim);
    const others = this.shape.filter((_, k) => k !== d);
    if (dim !== null && (this.shape.length === 0 || (others.includes(0) && this.shape[d] !== 0))) {
      throw new ShapeError(
        `${name}: expected slices with elements along dimension ${dim}, but got ${showShape(this.shape)}`,
      );
    }
    const x = dim === null ? this.flatten() : this.movedim(d, 0).contiguous();
    const data = await x.data();
    const count = x.shape[0]!;
    const width = count === 0 ? 0 : data.length / count;
    const rows = Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
    return { rows, dim };
  }

  private grouped(
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
    const places = this.make(fromHost(Int32Array.from(firsts), [firsts.length], 'int64'));
    const output = dim === null ? this.flatten().indexSelect(0, places) : this.indexSelect(dim, places);
    const parts = [output.detach()];
    const back = dim === null ? this.shape : [rows.length];
    if (options.returnInverse) parts.push(this.make(fromHost(inverse, back, 'int64')));
    if (options.returnCounts) parts.push(this.make(fromHost(Int32Array.from(counts), [counts.length], 'int64')));
    return parts.length === 1 ? parts[0]! : parts;
  }
}

interface Slices {
  readonly rows: readonly TensorData[];
  readonly dim: number | null;
}

/** The order of slices, element by element; NaN comes last. */
function compare(a: TensorData, b: TensorData): number {
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]!, b[i]!];
    if (p !== q && !(Number.isNaN(p) && Number.isNaN(q))) return Number.isNaN(p) ? 1 : Number.isNaN(q) ? -1 : p - q;
  }
  return 0;
}

/** Whether all elements are equal; NaN equals nothing. */
const equal = (a: TensorData, b: TensorData): boolean => a.every((element: number, i: number) => element === b[i]);
