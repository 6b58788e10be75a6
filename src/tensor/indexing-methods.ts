// Tensor methods that pick and place elements by index tensors and masks.
import { numel, sameShape } from '../compiler/meta';
import { DTypeError } from '../errors';
import { fromHost } from '../graph/record';
import type { Value } from '../graph/value';
import { mul } from '../ops/arithmetic';
import { broadcastShapes } from '../ops/broadcast';
import { full, reshape } from '../ops/cast';
import { gather, indexAdd, indexCopy, indexSelect, scatterInto } from '../ops/indexing';
import { expand } from '../ops/reduce';
import { indexReduce, type Reduce, scatterReduce } from '../ops/scatter-reduce';
import { putAt } from './advanced-index';
import { type Arguments, parseArgs } from './options';
import { OrderMethods } from './order-methods';
import type { Tensor } from './tensor';

interface TakeAlongOptions {
  indices: Tensor;
  dim?: number | null;
}

export type TakeAlongArgs = Arguments<TakeAlongOptions, ['indices', 'dim']>;

export abstract class IndexingMethods extends OrderMethods {
  /** A copy with src[i][j] at [index[i][j]][j] for dim 0, and so on; `src` may be a number. Of several for one place, the last stays. */
  scatter(dim: number, index: Tensor, src: Tensor | number): Tensor {
    const source = typeof src === 'number' ? full(index.shape, src, this.dtype) : src.value;
    return this.make(scatterInto(this.value, dim, index.value, source, true));
  }

  /** A copy with src[i][j] added to [index[i][j]][j] for dim 0, and so on. */
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor {
    return this.make(scatterInto(this.value, dim, index.value, src.value, false));
  }

  /** A copy with alpha times slice j of `source` added to slice index[j] along a dimension. */
  indexAdd(dim: number, index: Tensor, source: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
    const scaled = alpha === 1 ? source.value : mul(source.value, alpha);
    return this.make(indexAdd(this.value, dim, index.value, scaled));
  }

  /** A copy with slice j of `source` in the place of slice index[j] along a dimension. */
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor {
    return this.make(indexCopy(this.value, dim, index.value, source.value));
  }

  /**
   * A copy in which src[i][j] and all others for [index[i][j]][j], for dim 0 and so on, become one: their sum, product, mean, greatest
   * (`'amax'`) or least; with `includeSelf: false`, without what was there before.
   */
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: Reduce,
    { includeSelf = true }: { includeSelf?: boolean } = {},
  ): Tensor {
    return this.make(scatterReduce(this.value, dim, index.value, src.value, reduce, includeSelf));
  }

  scatterReduce_(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: Reduce,
    options: { includeSelf?: boolean } = {},
  ): this {
    return this.replace('scatterReduce_', this.before(src).scatterReduce(dim, index, src, reduce, options).value);
  }

  /** `scatterReduce` of whole slices: slice j of `source` goes to slice index[j] along a dimension. */
  indexReduce(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: Exclude<Reduce, 'sum'>,
    { includeSelf = true }: { includeSelf?: boolean } = {},
  ): Tensor {
    return this.make(indexReduce(this.value, dim, index.value, source.value, reduce, includeSelf));
  }

  indexReduce_(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: Exclude<Reduce, 'sum'>,
    options: { includeSelf?: boolean } = {},
  ): this {
    return this.replace('indexReduce_', this.before(source).indexReduce(dim, index, source, reduce, options).value);
  }

  /** A copy with a number in the slices along a dimension that a list of indices names. */
  indexFill(dim: number, index: Tensor, value: number): Tensor {
    const d = this.wrapDim('indexFill', dim);
    const shape = this.shape.map((size, k) => (k === d ? index.numel() : size));
    return this.make(indexCopy(this.value, d, index.value, full(shape, value, this.dtype)));
  }

  indexFill_(dim: number, index: Tensor, value: number): this {
    return this.replace('indexFill_', this.indexFill(dim, index, value).value);
  }

  /** A copy with `values`, which broadcast, put (or with `accumulate` added) where index tensors for the first dimensions lead together. */
  indexPut(indices: readonly Tensor[], values: Tensor, { accumulate = false }: { accumulate?: boolean } = {}): Tensor {
    if (indices.every((index) => index.dtype !== 'bool')) {
      return this.make(putAt(this as unknown as Tensor, indices, values, accumulate));
    }
    const copy = this.clone();
    const places = copy.at(...indices);
    if (accumulate) places.add_(values);
    else places.copy_(values);
    return copy;
  }

  indexPut_(indices: readonly Tensor[], values: Tensor, options: { accumulate?: boolean } = {}): this {
    return this.replace('indexPut_', this.indexPut(indices, values, options).value);
  }

  /** A copy with the first elements of `source`, in order, in the places where a mask, which broadcasts, holds. */
  maskedScatter(mask: Tensor, source: Tensor): Tensor {
    return this.clone().maskedScatter_(mask, source);
  }

  maskedScatter_(mask: Tensor, source: Tensor): this {
    this.at(mask.expand(this.shape)).copy_(source.numel() === 1 ? source.reshape(1) : source.flatten());
    return this;
  }

  scatter_(dim: number, index: Tensor, src: Tensor | number): this {
    return this.replace('scatter_', this.scatter(dim, index, src).value);
  }

  scatterAdd_(dim: number, index: Tensor, src: Tensor): this {
    return this.replace('scatterAdd_', this.scatterAdd(dim, index, src).value);
  }

  indexAdd_(dim: number, index: Tensor, source: Tensor, options: { alpha?: number } = {}): this {
    return this.replace('indexAdd_', this.indexAdd(dim, index, source, options).value);
  }

  indexCopy_(dim: number, index: Tensor, source: Tensor): this {
    return this.replace('indexCopy_', this.indexCopy(dim, index, source).value);
  }

  /** `gather` with an index that broadcasts against this tensor in the other dimensions; without `dim`, of the flattened tensor. */
  takeAlongDim(...args: TakeAlongArgs): Tensor {
    const none = null as number | null;
    const { indices, dim } = parseArgs<TakeAlongOptions>('takeAlongDim', ['indices'], { dim: none }, args);
    if (dim === null) return this.make(gather(this.flatten().value, 0, indices.flatten().value));
    const d = this.wrapDim('takeAlongDim', dim);
    const others = (x: Value) => ({ shape: x.shape.map((size, k) => (k === d ? 1 : size)), dtype: x.dtype });
    const shape = broadcastShapes('takeAlongDim', [others(this.value), others(indices.value)]);
    const to = (x: Value) =>
      expand(
        x,
        shape.map((size, k) => (k === d ? (x.shape[d] ?? 1) : size)),
      );
    return this.make(gather(to(this.value), d, to(indices.value)));
  }

  /** The elements at places of the flattened tensor, in the shape of the index. */
  take(index: Tensor): Tensor {
    const picked = indexSelect(this.flatten().value, 0, reshape(index.value, [numel(index.shape)]));
    return this.make(reshape(picked, index.shape));
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
    return this.make(indexSelect(flat, 0, fromHost(chosen, [chosen.length], 'int64')));
  }

  /** The indices of the elements that are not zero: a row for each, in order (int64); with `asTuple`, a tensor for each dimension. */
  nonzero(options?: { asTuple?: false }): Promise<Tensor>;
  nonzero(options: { asTuple: true }): Promise<Tensor[]>;
  async nonzero({ asTuple = false }: { asTuple?: boolean } = {}): Promise<Tensor | Tensor[]> {
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
    return asTuple ? table.unbind(1) : table;
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
