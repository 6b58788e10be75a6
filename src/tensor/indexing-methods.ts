// Tensor methods that pick and place elements by index tensors and masks.

import { either, number, orNull } from '../core/argument-kinds';
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../core/errors';
import { isFloat, numel, sameShape, showShape } from '../core/meta';
import { type Arguments, isPlainObject, parseArgs } from '../core/options';
import { fromHost, named } from '../graph/record';
import type { Value } from '../graph/value';
import { mul } from '../ops/arithmetic';
import { broadcastShapes } from '../ops/broadcast';
import { cast, full, reshape } from '../ops/cast';
import { where } from '../ops/compare';
import { gather, indexAdd, indexCopy, indexSelect, scatterInto, wrapIndex } from '../ops/indexing';
import { cat } from '../ops/join';
import { expand } from '../ops/reduce';
import { indexReduce, type Reduce, scatterReduce } from '../ops/scatter-reduce';
import { putAt } from './advanced-index';
import { OrderMethods } from './order-methods';
import type { Tensor } from './tensor';
import { tensor } from './tensor-kinds';

export interface TakeAlongOptions {
  indices: Tensor;
  dim?: number | null;
}

export interface MaskedScatterOptions {
  mask: Tensor;
  source: Tensor;
}

export type TakeArgs = Arguments<{ index: Tensor }, ['index']>;
export type MaskedScatterArgs = Arguments<MaskedScatterOptions, ['mask', 'source']>;
export type TakeAlongArgs = Arguments<TakeAlongOptions, ['indices', 'dim']>;

interface Places {
  dim: number;
  index: Tensor;
}

interface ScatterOptions extends Places {
  src?: Tensor | number | null;
  /** A number in the place of `src`, as PyTorch names it. */
  value?: number | null;
  reduce?: 'add' | 'multiply' | null;
}

export interface ScatterAddOptions extends Places {
  src: Tensor;
}

export interface SourceOptions extends Places {
  source: Tensor;
}

export interface ScatterReduceOptions extends ScatterAddOptions {
  reduce: Reduce;
  includeSelf?: boolean;
}

export interface IndexReduceOptions extends SourceOptions {
  reduce: Exclude<Reduce, 'sum'>;
  includeSelf?: boolean;
}

export interface IndexFillOptions extends Places {
  value: number | Tensor;
}

export type ScatterArgs =
  | [dim: number, index: Tensor, src: Tensor | number, options?: { reduce?: 'add' | 'multiply' | null }]
  | [dim: number, index: Tensor, options: Omit<ScatterOptions, 'dim' | 'index'>]
  | [options: ScatterOptions];
export type ScatterAddArgs = Arguments<ScatterAddOptions, ['dim', 'index', 'src']>;
export type IndexAddArgs = Arguments<SourceOptions & { alpha?: number }, ['dim', 'index', 'source', 'alpha']>;
export type IndexCopyArgs = Arguments<SourceOptions, ['dim', 'index', 'source']>;
export type ScatterReduceArgs = Arguments<ScatterReduceOptions, ['dim', 'index', 'src', 'reduce', 'includeSelf']>;
export type IndexReduceArgs = Arguments<IndexReduceOptions, ['dim', 'index', 'source', 'reduce', 'includeSelf']>;
export interface NonzeroStatic {
  /** How many rows there are. */
  size: number;
  /** In the rows that are left over; default -1. */
  fillValue?: number;
}

export type NonzeroStaticArgs = [options: NonzeroStatic];
export type AccumulateArgs = Arguments<{ accumulate?: boolean }, ['accumulate']>;
export type IndexFillArgs = Arguments<IndexFillOptions, ['dim', 'index', 'value']>;

const isTensor = (x: unknown): x is Tensor => typeof x === 'object' && x !== null && 'storage' in x;

export abstract class IndexingMethods extends OrderMethods {
  /**
   * A copy with src[i][j] at [index[i][j]][j] for dim 0, and so on; `src` may be a number. Of several for one place, the last stays; with
   * `reduce`, all are added to or multiplied with what is there.
   */
  scatter(...args: ScatterArgs): Tensor {
    const { dim, index, src, value, reduce } = parseArgs<ScatterOptions>(
      'scatter',
      ['dim', 'index'],
      { src: null as Tensor | number | null, value: null as number | null, reduce: null as 'add' | 'multiply' | null },
      args,
      { index: tensor, src: orNull(either(number, tensor)), value: orNull(number) },
    );
    const given = src ?? value;
    if (given === null) throw new ArgumentError("scatter: missing 1 required argument: 'src'");
    const source = typeof given === 'number' ? full(index.shape, given, this.dtype, 'scatter') : given.value;
    if (reduce === null) {
      const scattered = scatterInto(this.value, dim, index.value, source, true);
      return this.make(typeof given === 'number' ? named(scattered, 'ScatterBackward1') : scattered);
    }
    if (reduce === 'add') return this.make(scatterInto(this.value, dim, index.value, source, false));
    if (reduce === 'multiply') return this.make(scatterReduce(this.value, dim, index.value, source, 'prod', true));
    throw new ArgumentError(`scatter: expected reduce 'add' or 'multiply', but got '${reduce}'`);
  }

  /** A copy with src[i][j] added to [index[i][j]][j] for dim 0, and so on. */
  scatterAdd(...args: ScatterAddArgs): Tensor {
    const { dim, index, src } = parseArgs<ScatterAddOptions>('scatterAdd', ['dim', 'index', 'src'], {}, args);
    return this.make(scatterInto(this.value, dim, index.value, src.value, false));
  }

  /** A copy with alpha times slice j of `source` added to slice index[j] along a dimension. */
  indexAdd(...args: IndexAddArgs): Tensor {
    const { dim, index, source, alpha } = parseArgs<SourceOptions & { alpha?: number }>(
      'indexAdd',
      ['dim', 'index', 'source'],
      { alpha: 1 },
      args,
    );
    const scaled = alpha === 1 ? source.value : this.scaled(source.value, alpha);
    return this.make(named(indexAdd(this.value, dim, index.value, scaled), 'IndexAddBackward0'));
  }

  /** alpha · x in x's dtype. */
  private scaled(x: Value, alpha: number): Value {
    return isFloat(x.dtype) ? mul(x, alpha) : mul(x, full([], alpha, x.dtype, 'indexAdd'));
  }

  /** A copy with slice j of `source` in the place of slice index[j] along a dimension. */
  indexCopy(...args: IndexCopyArgs): Tensor {
    const { dim, index, source } = parseArgs<SourceOptions>('indexCopy', ['dim', 'index', 'source'], {}, args);
    return this.make(named(indexCopy(this.value, dim, index.value, source.value), 'IndexCopyBackward0'));
  }

  /**
   * A copy in which src[i][j] and all others for [index[i][j]][j], for dim 0 and so on, become one: their sum, product, mean, greatest
   * (`'amax'`) or least; with `includeSelf: false`, without what was there before.
   */
  scatterReduce(...args: ScatterReduceArgs): Tensor {
    const { dim, index, src, reduce, includeSelf } = parseArgs<ScatterReduceOptions>(
      'scatterReduce',
      ['dim', 'index', 'src', 'reduce'],
      { includeSelf: true },
      args,
    );
    return this.make(scatterReduce(this.value, dim, index.value, src.value, reduce, includeSelf));
  }

  /** `scatterReduce`, in place. */
  scatterReduce_(...args: ScatterReduceArgs): this {
    return this.replace('scatterReduce_', this.beforeAll(args).scatterReduce(...args).value);
  }

  /** `scatterReduce` of whole slices: slice j of `source` goes to slice index[j] along a dimension. */
  indexReduce(...args: IndexReduceArgs): Tensor {
    const { dim, index, source, reduce, includeSelf } = parseArgs<IndexReduceOptions>(
      'indexReduce',
      ['dim', 'index', 'source', 'reduce'],
      { includeSelf: true },
      args,
    );
    if (this.shape.length === 0) {
      const parts = [this, index, source].map((x) => x.reshape([-1]));
      if (source.shape.length > 0) {
        throw new ShapeError(
          `indexReduce: expected source without dimensions, as input is, but got ${showShape(source.shape)}`,
        );
      }
      return parts[0]!.indexReduce(dim, parts[1]!, parts[2]!, reduce, { includeSelf }).reshape([]);
    }
    const reduced = indexReduce(this.value, dim, index.value, source.value, reduce, includeSelf);
    return this.make(named(reduced, 'IndexReduceBackward0'));
  }

  /** `indexReduce`, in place. */
  indexReduce_(...args: IndexReduceArgs): this {
    return this.replace('indexReduce_', this.beforeAll(args).indexReduce(...args).value);
  }

  /** `before` of an operation with any arguments. */
  private beforeAll(args: readonly unknown[]): Tensor {
    const given = args.flatMap((argument) => (isPlainObject(argument) ? Object.values(argument) : [argument]));
    return this.before(given.find((x): x is Tensor => isTensor(x) && x.requiresGrad));
  }

  /** A copy with a number in the slices along a dimension that a list of indices names. */
  indexFill(...args: IndexFillArgs): Tensor {
    const { dim, index, value } = parseArgs<IndexFillOptions>('indexFill', ['dim', 'index', 'value'], {}, args);
    const d = this.wrapDim('indexFill', dim);
    const size = this.shape[d] ?? 1;
    if (index.shape.length > 1 || (isTensor(value) && value.shape.length > 0)) {
      throw new ShapeError(
        `indexFill: expected a list of indices and a 0-d value, but got shapes ${showShape(index.shape)} and ${showShape(isTensor(value) ? value.shape : [])}`,
      );
    }
    const filler = isTensor(value) ? cast(value.value, this.dtype) : full([], value, this.dtype, 'indexFill');
    const places = reshape(wrapIndex('indexFill', index.value, size), [index.numel()]);
    // By a mask, since a place that is named twice is filled once.
    const chosen = indexCopy(full([size], 0, 'bool'), 0, places, full([index.numel()], 1, 'bool'));
    const mask = reshape(
      chosen,
      this.shape.map((_, k) => (k === d ? size : 1)),
    );
    const filled = where(mask, filler, this.value);
    return this.make(named(filled, isTensor(value) ? 'IndexFillBackward1' : 'IndexFillBackward0'));
  }

  /** `indexFill`, in place. */
  indexFill_(...args: IndexFillArgs): this {
    return this.replace('indexFill_', this.indexFill(...args).value);
  }

  /** A copy with `values`, which broadcast, put (or with `accumulate` added) where index tensors for the first dimensions lead together. */
  indexPut(indices: readonly Tensor[], values: Tensor, ...args: AccumulateArgs): Tensor {
    const { accumulate } = parseArgs<{ accumulate?: boolean }>('indexPut', [], { accumulate: false }, args);
    if (indices.length > this.shape.length) {
      throw new IndexError(
        `indexPut: expected at most ${this.shape.length} indices for shape ${showShape(this.shape)}, but got ${indices.length}`,
      );
    }
    if (indices.every((index) => index.dtype !== 'bool')) {
      return this.make(named(putAt(this as unknown as Tensor, indices, values, accumulate), 'IndexPutBackward0'));
    }
    const copy = this.clone();
    const places = copy.at(...indices);
    if (accumulate) places.add_(values);
    else places.copy_(values);
    return copy;
  }

  /** `indexPut`, in place. */
  indexPut_(indices: readonly Tensor[], values: Tensor, ...args: AccumulateArgs): this {
    return this.replace('indexPut_', this.indexPut(indices, values, ...args).value);
  }

  /** A copy with the first elements of `source`, in order, in the places where a mask, which broadcasts, holds. */
  maskedScatter(...args: MaskedScatterArgs): Tensor {
    const { mask } = parseArgs<MaskedScatterOptions>('maskedScatter', ['mask', 'source'], {}, args);
    const shape = broadcastShapes('maskedScatter', [this.value, mask.value]);
    return this.expand([...shape])
      .clone()
      .maskedScatter_(...args);
  }

  /** `maskedScatter`, in place. */
  maskedScatter_(...args: MaskedScatterArgs): this {
    const { mask, source } = parseArgs<MaskedScatterOptions>('maskedScatter', ['mask', 'source'], {}, args);
    if (mask.dtype !== 'bool') {
      throw new DTypeError(
        `maskedScatter: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.ne(0)`,
      );
    }
    if (source.dtype !== this.dtype) {
      throw new DTypeError(
        `maskedScatter: expected a source of dtype ${this.dtype}, but got ${source.dtype}; convert it with .to()`,
      );
    }
    this.at(mask.expand(this.shape)).copy_(source.numel() === 1 ? source.reshape(1) : source.flatten());
    return this;
  }

  /** `scatter`, in place. */
  scatter_(...args: ScatterArgs): this {
    return this.replace('scatter_', this.scatter(...args).value);
  }

  /** `scatterAdd`, in place. */
  scatterAdd_(...args: ScatterAddArgs): this {
    return this.replace('scatterAdd_', this.scatterAdd(...args).value);
  }

  /** `indexAdd`, in place. */
  indexAdd_(...args: IndexAddArgs): this {
    return this.replace('indexAdd_', this.indexAdd(...args).value);
  }

  /** `indexCopy`, in place. */
  indexCopy_(...args: IndexCopyArgs): this {
    return this.replace('indexCopy_', this.indexCopy(...args).value);
  }

  /** `gather` with an index that broadcasts against this tensor in the other dimensions; without `dim`, of the flattened tensor. */
  takeAlongDim(...args: TakeAlongArgs): Tensor {
    const none = null as number | null;
    const { indices, dim } = parseArgs<TakeAlongOptions>('takeAlongDim', ['indices'], { dim: none }, args);
    const wrapped = (size: number) => wrapIndex('takeAlongDim', indices.value, size);
    if (dim === null) {
      const places = wrapped(this.numel());
      return this.make(gather(this.flatten().value, 0, reshape(places, [numel(places.shape)])));
    }
    const d = this.wrapDim('takeAlongDim', dim);
    const others = (x: Value) => ({ shape: x.shape.map((size, k) => (k === d ? 1 : size)), dtype: x.dtype });
    const shape = broadcastShapes('takeAlongDim', [others(this.value), others(indices.value)]);
    const to = (x: Value) =>
      expand(
        x,
        shape.map((size, k) => (k === d ? (x.shape[d] ?? 1) : size)),
      );
    return this.make(gather(to(this.value), d, to(wrapped(this.shape[d] ?? 1))));
  }

  /** The elements at places of the flattened tensor, in the shape of the index. */
  take(...args: TakeArgs): Tensor {
    const { index } = parseArgs<{ index: Tensor }>('take', ['index'], {}, args);
    const places = wrapIndex('take', index.value, this.numel());
    const picked = indexSelect(this.flatten().value, 0, reshape(places, [numel(index.shape)]));
    return this.make(named(reshape(picked, index.shape), 'TakeBackward0'));
  }

  /** The elements where a mask holds, as a vector; the mask broadcasts, and is read back, since it decides the shape. */
  async maskedSelect(mask: Tensor): Promise<Tensor> {
    if (mask.dtype !== 'bool') {
      throw new DTypeError(
        `maskedSelect: expected a mask of dtype bool, but got ${mask.dtype}; compare first, as in x.gt(0)`,
      );
    }
    const shape = broadcastShapes('maskedSelect', [this.value, mask.value]);
    const { value } = this;
    const chosen = await placesOf(sameShape(mask.shape, shape) ? mask : mask.expand(shape));
    const flat = reshape(expand(value, shape), [numel(shape)]);
    const picked = indexSelect(flat, 0, fromHost(chosen, [chosen.length], 'int64'));
    return this.make(named(picked, 'MaskedSelectBackward0'));
  }

  /** The indices of the elements that are not zero: a row for each, in order (int64); with `asTuple`, a tensor for each dimension. */
  nonzero(options?: { asTuple?: false }): Promise<Tensor>;
  nonzero(options: { asTuple: true }): Promise<Tensor[]>;
  async nonzero(options: { asTuple?: boolean } = {}): Promise<Tensor | Tensor[]> {
    const { asTuple } = parseArgs<{ asTuple?: boolean }>('nonzero', [], { asTuple: false }, [options]);
    const { shape } = this;
    const places = await placesOf(this.bool());
    const rank = shape.length;
    const rows = new Int32Array(places.length * rank);
    places.forEach((place, i) => {
      let rest = place;
      for (let d = rank - 1; d >= 0; d--) {
        rows[i * rank + d] = rest % shape[d]!;
        rest = Math.floor(rest / shape[d]!);
      }
    });
    const table = this.make(fromHost(rows, [places.length, rank], 'int64'));
    if (!asTuple) return table;
    // An element without dimensions counts as a vector of one.
    return rank > 0 ? table.unbind(1) : [this.make(fromHost(new Int32Array(places.length), [places.length], 'int64'))];
  }

  /**
   * As `nonzero`, but always `size` rows, so that nothing is read back: further ones are left out, missing ones filled. Shape: [size, rank].
   */
  nonzeroStatic(...args: NonzeroStaticArgs): Tensor {
    const { size, fillValue } = parseArgs<NonzeroStatic>('nonzeroStatic', ['size'], { fillValue: -1 }, args);
    if (!Number.isInteger(size) || size < 0) {
      throw new ArgumentError(`nonzeroStatic: expected a size of at least 0, but got ${size}`);
    }
    const { shape } = this;
    if (shape.length === 0) return this.make(full([size, 0], 0, 'int64'));
    const holds = this.bool().flatten();
    const taken = Math.min(size, holds.numel());
    const places = holds.to('int64').argsort(0, true).narrow(0, 0, taken);
    const missing = holds.gather(0, places).logicalNot().unsqueeze(1);
    const columns = shape.map((n, d) => places.floorDivide(numel(shape.slice(d + 1))).remainder(n).value);
    const table = this.make(reshape(cat(columns, 0), [shape.length, taken])).t();
    return table.maskedFill(missing, fillValue).pad([0, 0, 0, size - taken], { value: fillValue });
  }

  /** The indices of the elements that are not zero, a row for each, in order (int64); reads back. */
  argwhere(): Promise<Tensor> {
    return this.nonzero();
  }
}

/** Where in its flattened elements a mask holds. */
async function placesOf(mask: Tensor): Promise<Int32Array> {
  const places: number[] = [];
  (await mask.data()).forEach((holds, i) => {
    if (holds !== 0) places.push(i);
  });
  return Int32Array.from(places);
}
