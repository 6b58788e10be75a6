// Tensor methods that rearrange: views where PyTorch gives views, copies where it copies.

import { integer, type Kinds, listOf, whole } from '../core/argument-kinds';
import { oneTooMany } from '../core/arity';
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../core/errors';
import { numel, type Shape, showShape } from '../core/meta';
import { type Arguments, isPlainObject, kindOf, parseArgs } from '../core/options';
import { named } from '../graph/record';
import type { Value } from '../graph/value';
import { detach, identity, reshape } from '../ops/cast';
import { resolveDims } from '../ops/dims';
import { gather, indexSelect } from '../ops/indexing';
import { matmul } from '../ops/matmul';
import { expand } from '../ops/reduce';
import { flip, isDistinct, pad, permute, slice, stridedScatter, stridedView } from '../ops/shape';
import { parseSlice, resolveIndex, resolveShape, viewStrides } from '../storage/layout';
import { isWhole } from '../storage/storage';
import { dimsOf, type IndexList, listIndex, type Part, pickAt } from './advanced-index';
import type { Axis } from './picking';
import { ReduceMethods } from './reduce-methods';
import type { Tensor } from './tensor';

/**
 * One part of `at(...)`: a number, a slice such as `':'` or `'1:5:2'`, `'...'`, null for a new dimension, an index tensor or
 * list, or a mask (a bool tensor, or a list of booleans).
 */
export type Index = number | string | null | Tensor | IndexList;

type Sizes = readonly number[] | [readonly number[]];

const sizesOf = (sizes: Sizes): readonly number[] =>
  Array.isArray(sizes[0]) ? sizes[0] : (sizes as readonly number[]);

/** Sizes one by one, as a list, or in an object under a name. */
export function sizesArg<K extends string>(
  name: string,
  key: K,
  args: Sizes | [Record<K, readonly number[]>],
): readonly number[] {
  if (isPlainObject(args.at(-1))) {
    const kinds = { [key]: listOf(integer) } as Kinds<{ sizes: readonly number[] }>;
    return parseArgs<{ sizes: readonly number[] }>(name, [key as 'sizes'], {}, args, kinds)[key as 'sizes'];
  }
  if (Array.isArray(args[0]) && args.length > 1) throw oneTooMany(name, 1, args);
  return sizesOf(args as Sizes);
}

export interface FlattenOptions {
  startDim?: number;
  endDim?: number;
}

export interface UnflattenOptions {
  dim: number;
  sizes: readonly number[];
}

export interface TransposeOptions {
  dim0: number;
  dim1: number;
}

export interface SqueezeOptions {
  dim: number | readonly number[];
}

export interface SelectOptions {
  dim: number;
  index: number;
}

export interface NarrowOptions {
  dim: number;
  start: number;
  length: number;
}

interface SplitOptions {
  /** Of each piece, or of every one. */
  splitSize: number | readonly number[];
  dim?: number;
}

export interface ChunkOptions {
  chunks: number;
  dim?: number;
}

export interface PickOptions {
  dim: number;
  index: Tensor;
}

export interface GatherOptions extends PickOptions {
  /** Must be false: there are no sparse gradients. */
  sparseGrad?: false;
}

export interface StridedOptions {
  size: Shape;
  stride: readonly number[];
  storageOffset?: number;
}

export type FlattenArgs = Arguments<FlattenOptions, ['startDim', 'endDim']>;
export type UnflattenArgs = Arguments<UnflattenOptions, ['dim', 'sizes']>;
export type TransposeArgs = Arguments<TransposeOptions, ['dim0', 'dim1']>;
export type SqueezeArgs = [dim?: number | readonly number[] | SqueezeOptions];
export type UnsqueezeArgs = Arguments<{ dim: number }, ['dim']>;
export type SelectArgs = Arguments<SelectOptions, ['dim', 'index']>;
export type NarrowArgs = Arguments<NarrowOptions, ['dim', 'start', 'length']>;
export type UnbindArgs = Arguments<{ dim?: number }, ['dim']>;
export type SplitArgs = Arguments<SplitOptions, ['splitSize', 'dim']>;
export type ChunkArgs = Arguments<ChunkOptions, ['chunks', 'dim']>;
export type GatherArgs = Arguments<GatherOptions, ['dim', 'index', 'sparseGrad']>;
export type StridedArgs = Arguments<StridedOptions, ['size', 'stride', 'storageOffset']>;
export type PickArgs = Arguments<PickOptions, ['dim', 'index']>;

export abstract class ShapeMethods extends ReduceMethods {
  /** The same memory in another shape; one size may be -1. Throws where the elements would have to move. */
  view(...sizes: Sizes | [{ size: readonly number[] }]): Tensor {
    if (typeof sizes[0] === 'string') {
      throw new ArgumentError(
        `view: expected sizes, but got '${sizes[0]}'; bits cannot be read as another dtype here, and .to('${sizes[0]}') converts the numbers`,
      );
    }
    const shape = resolveShape('view', sizesArg('view', 'size', sizes), this.numel());
    const strides = viewStrides(this.shape, this.strides, shape);
    if (!strides) {
      throw new ShapeError(
        `view: shape ${showShape(shape)} is not compatible with this tensor's shape ${showShape(this.shape)} and strides ${showShape(this.strides)} (a dimension spans non-contiguous memory); use reshape()`,
      );
    }
    return this.makeView(reshape(this.value, shape), strides, this.offset);
  }

  /** A view that is one of several that one function gives. */
  private oneOf(view: Tensor): Tensor {
    view.origin ??= 'several';
    return view;
  }

  /** The same elements in another shape: a view where possible, else a copy. */
  reshape(...sizes: Sizes | [{ shape: readonly number[] }]): Tensor {
    const shape = resolveShape('reshape', sizesArg('reshape', 'shape', sizes), this.numel());
    const strides = viewStrides(this.shape, this.strides, shape);
    const value = reshape(this.value, shape);
    return strides ? this.makeView(value, strides, this.offset) : this.make(named(value, 'UnsafeViewBackward0'));
  }

  /** `view` in the shape of `other`. */
  viewAs(other: Tensor): Tensor {
    return this.view(other.shape);
  }

  /** `reshape` to the shape of `other`. */
  reshapeAs(other: Tensor): Tensor {
    return this.reshape(other.shape);
  }

  /** Dimensions startDim to endDim as one. */
  flatten(...args: FlattenArgs): Tensor {
    const { startDim, endDim } = parseArgs<FlattenOptions>('flatten', [], { startDim: 0, endDim: -1 }, args);
    const start = this.wrapDim('flatten', startDim);
    const end = this.wrapDim('flatten', endDim);
    if (this.shape.length === 0) return this.reshape(1);
    if (start > end) throw new ShapeError(`flatten: expected startDim ≤ endDim, but got ${startDim} and ${endDim}`);
    const { shape } = this;
    if (start === end) return this as unknown as Tensor;
    return this.reshape([...shape.slice(0, start), numel(shape.slice(start, end + 1)), ...shape.slice(end + 1)]);
  }

  /** All dimensions as one. */
  ravel(): Tensor {
    return this.flatten();
  }

  /** Dimension `dim` as several of the given sizes; one may be -1. */
  unflatten(...args: UnflattenArgs): Tensor {
    const { dim, sizes } = parseArgs<UnflattenOptions>('unflatten', ['dim', 'sizes'], {}, args, {
      sizes: listOf(integer),
    });
    const d = this.wrapDim('unflatten', dim);
    const parts = resolveShape(`unflatten of dimension ${d}`, sizes, this.shape[d]!);
    return this.view([...this.shape.slice(0, d), ...parts, ...this.shape.slice(d + 1)]);
  }

  /** Dimensions in another order. */
  permute(...dims: Sizes | [{ dims: readonly number[] }]): Tensor {
    const given = sizesArg('permute', 'dims', dims);
    if (given.length !== this.shape.length) {
      throw new ShapeError(
        `permute: expected each of the ${this.shape.length} dimensions of ${showShape(this.shape)} once, but got ${given.length}: (${given.join(', ')})`,
      );
    }
    const order = given.map((d) => this.wrapDim('permute', d));
    if (order.length !== this.shape.length || new Set(order).size !== order.length) {
      throw new ShapeError(
        `permute: expected each dimension of ${showShape(this.shape)} once, but got (${given.join(', ')})`,
      );
    }
    const strides = order.map((d) => this.strides[d]!);
    return this.makeView(permute(this.value, order), strides, this.offset);
  }

  /** Names the gradient function of a view that is one of PyTorch's own but here is made of others. */
  private called(name: string, view: Tensor): Tensor {
    if (view.value !== this.value) named(view.value, name);
    return view;
  }

  /** The same elements with two dimensions in each other's place: a view. */
  transpose(...args: TransposeArgs): Tensor {
    const { dim0, dim1 } = parseArgs<TransposeOptions>('transpose', ['dim0', 'dim1'], {}, args);
    const order = this.shape.map((_, d) => d);
    const a = this.wrapDim('transpose', dim0);
    const b = this.wrapDim('transpose', dim1);
    if (order.length > 0) [order[a], order[b]] = [order[b]!, order[a]!];
    return this.called('TransposeBackward0', this.permute(order));
  }

  /** The transpose of a matrix; tensors of rank 0 and 1 as they are. */
  t(): Tensor {
    if (this.shape.length > 2)
      throw new ShapeError(`t: expected a tensor of at most 2 dimensions, but got shape ${showShape(this.shape)}`);
    return this.shape.length < 2 ? this.alias() : this.called('TBackward0', this.permute(1, 0));
  }

  /** Dimensions in reverse order. */
  get T(): Tensor {
    return this.permute(this.shape.map((_, d) => this.shape.length - 1 - d));
  }

  /** Without dimensions of size 1: all of them, or those given. */
  squeeze(...args: SqueezeArgs): Tensor {
    const [given, ...more] = args as readonly unknown[];
    if (more.length > 0) throw oneTooMany('squeeze', 1, args);
    const dim = isPlainObject(given) ? parseArgs<SqueezeOptions>('squeeze', ['dim'], {}, args).dim : given;
    const chosen =
      dim === undefined ? null : new Set(resolveDims('squeeze', dim as number | readonly number[], this.shape.length));
    const kept = this.shape.map((_, d) => d).filter((d) => this.shape[d] !== 1 || (chosen !== null && !chosen.has(d)));
    const variant = dim === undefined ? 0 : typeof dim === 'number' ? 1 : 2;
    return this.called(`SqueezeBackward${variant}`, this.keepDims(kept));
  }

  /** With a new dimension of size 1 before `dim` (of the result). */
  unsqueeze(...args: UnsqueezeArgs): Tensor {
    const { dim } = parseArgs<{ dim: number }>('unsqueeze', ['dim'], {}, args);
    const d = this.wrapDim('unsqueeze', dim, this.shape.length + 1);
    const shape = [...this.shape.slice(0, d), 1, ...this.shape.slice(d)];
    const step = d < this.shape.length ? this.shape[d]! * this.strides[d]! : 1;
    const strides = [...this.strides.slice(0, d), step, ...this.strides.slice(d)];
    return this.called('UnsqueezeBackward0', this.makeView(reshape(this.value, shape), strides, this.offset));
  }

  /** Dimensions of size 1 repeated without a copy; -1 keeps a size. New dimensions come first. */
  expand(...sizes: Sizes | [{ size: readonly number[] }]): Tensor {
    const wanted = sizesArg('expand', 'size', sizes);
    const lead = wanted.length - this.shape.length;
    if (lead < 0)
      throw new ShapeError(
        `expand: expected at least ${this.shape.length} sizes for shape ${showShape(this.shape)}, but got ${showShape(wanted)}`,
      );
    const shape = wanted.map((size, d) => (size === -1 && d >= lead ? this.shape[d - lead]! : size));
    const strides = shape.map((size, d) => {
      const own = d < lead ? 1 : this.shape[d - lead]!;
      if (own === size && d >= lead) return this.strides[d - lead]!;
      if (own !== 1 || size < 0) {
        throw new ShapeError(
          `expand: the size ${size} must match the existing size ${own} at dimension ${d}, to expand ${showShape(this.shape)} to ${showShape(wanted)}`,
        );
      }
      return 0;
    });
    return this.makeView(expand(this.value, shape), strides, this.offset);
  }

  /** `expand` to the shape of `other`. */
  expandAs(other: Tensor): Tensor {
    return this.expand(other.shape);
  }

  /** The same elements in a greater shape, repeated along dimensions of size 1 and new ones: a view. */
  broadcastTo(...sizes: Sizes | [{ size: readonly number[] }]): Tensor {
    return this.expand(...sizes);
  }

  /** A tensor whose elements lie in row-major order: this one if they do. */
  contiguous(): Tensor {
    return this.isContiguous() ? (this as unknown as Tensor) : this.make(named(identity(this.value), 'CloneBackward0'));
  }

  /** One index of a dimension, which disappears. */
  select(...args: SelectArgs): Tensor {
    const { dim, index } = parseArgs<SelectOptions>('select', ['dim', 'index'], {}, args);
    this.needDims('select');
    const d = this.wrapDim('select', dim);
    return this.indexDim(d, index, 'select');
  }

  /** @throws IndexError for a tensor without dimensions */
  protected needDims(op: string): void {
    if (this.shape.length === 0)
      throw new IndexError(`${op}: expected a tensor with dimensions, but got one of shape []`);
  }

  /** `length` indices of a dimension, from `start`. */
  narrow(...args: NarrowArgs): Tensor {
    const { dim, start, length } = parseArgs<NarrowOptions>('narrow', ['dim', 'start', 'length'], {}, args);
    this.needDims('narrow');
    const d = this.wrapDim('narrow', dim);
    const size = this.shape[d]!;
    if (!Number.isInteger(start) || !Number.isInteger(length)) {
      throw new ArgumentError(
        'narrow: expected whole numbers as start and length; read tensors with await item() first',
      );
    }
    const from = start < 0 ? start + size : start;
    if (from < 0 || length < 0 || from + length > size) {
      throw new ShapeError(
        `narrow: expected a range within dimension ${d} of size ${size}, but got start ${start} and length ${length}`,
      );
    }
    return this.ranged(d, from, length, 1);
  }

  /** All slices along a dimension. */
  unbind(...args: UnbindArgs): Tensor[] {
    const { dim } = parseArgs<{ dim?: number }>('unbind', [], { dim: 0 }, args);
    this.needDims('unbind');
    const size = this.shape[this.wrapDim('unbind', dim)]!;
    return Array.from({ length: size }, (_, i) => this.oneOf(this.called('UnbindBackward0', this.select(dim, i))));
  }

  /** Pieces along a dimension: of `size` each (the last may be smaller), or of the sizes given. */
  split(...args: SplitArgs): Tensor[] {
    const { splitSize: size, dim } = parseArgs<SplitOptions>('split', ['splitSize'], { dim: 0 }, args);
    this.needDims('split');
    const total = this.shape[this.wrapDim('split', dim)]!;
    if (typeof size === 'number' && (!(size >= 0) || (size === 0 && total > 0))) {
      throw new ArgumentError(
        `split: expected a size of at least 1 for dimension ${dim} of size ${total}, but got ${size}`,
      );
    }
    const whole = typeof size === 'number' ? Math.max(Math.ceil(total / (size || 1)), 1) : 0;
    const sizes =
      typeof size === 'number' ? Array.from({ length: whole }, (_, i) => Math.min(size, total - i * size)) : size;
    if (sizes.reduce((a, b) => a + b, 0) !== total) {
      throw new ShapeError(
        `split: expected sizes that sum to ${total} (dimension ${dim}), but got ${showShape(sizes)}`,
      );
    }
    const gradName = typeof size === 'number' ? 'SplitBackward0' : 'SplitWithSizesBackward0';
    let start = 0;
    return sizes.map((length) => {
      const piece = this.oneOf(this.called(gradName, this.narrow(dim, start, length)));
      start += length;
      return piece;
    });
  }

  /** At most `chunks` pieces of equal size along a dimension; the last may be smaller. */
  chunk(...args: ChunkArgs): Tensor[] {
    const { chunks, dim } = parseArgs<ChunkOptions>('chunk', ['chunks'], { dim: 0 }, args, { chunks: whole(1) });
    this.needDims('chunk');
    const size = this.shape[this.wrapDim('chunk', dim)]!;
    if (size === 0) return this.split(new Array<number>(chunks).fill(0), dim);
    return this.split(Math.max(Math.ceil(size / chunks), 1), dim);
  }

  /** The order of the elements reversed along the given dimensions; a copy. */
  flip(...dims: Sizes | [{ dims: readonly number[] }] | [dim: number]): Tensor {
    const reversed = resolveDims('flip', sizesArg('flip', 'dims', dims), this.shape.length);
    return this.make(flip(this.value, reversed));
  }

  /**
   * A frame of constants: `[left, right, top, bottom, …]`, last dimension first, as in PyTorch. Negative amounts crop.
   */
  pad(amounts: readonly number[], options: { value?: number } = {}): Tensor {
    const { value } = parseArgs<{ value?: number }>('pad', [], { value: 0 }, [options]);
    const rank = this.shape.length;
    if (amounts.length % 2 !== 0 || amounts.length > 2 * rank) {
      throw new ArgumentError(
        `pad: expected an even number of at most ${2 * rank} amounts for shape ${showShape(this.shape)}, but got ${amounts.length}`,
      );
    }
    // PyTorch fills with a float, which it does not wrap.
    if (this.dtype === 'uint8' && value < 0) {
      throw new DTypeError(`pad: expected a value from 0 to 255 for uint8, but got ${value}`);
    }
    const before = new Array<number>(rank).fill(0);
    const after = new Array<number>(rank).fill(0);
    for (let i = 0; i < amounts.length / 2; i++) {
      before[rank - 1 - i] = amounts[2 * i]!;
      after[rank - 1 - i] = amounts[2 * i + 1]!;
    }
    return this.make(pad(this.value, before, after, value));
  }

  /**
   * Indexing, PyTorch's `x[...]`: numbers (negative ones from the end), slices as strings (`':'`, `'1:5'`, `'::2'`), `'...'`,
   * null for a new dimension: a view, so writing to it writes to this tensor. Index tensors and lists broadcast together and give
   * a copy, with their dimensions in the place of those they index, or in front where a slice lies between them.
   *
   * Writing in place to what `at` returns writes to this tensor in every case, as `x[...] = v` and `x[...] += v` do:
   *
   *     x.at([0, 2]).add_(1);                  // x[[0, 2]] += 1; of several values for one place, the last stays
   *     x.at(x.lt(0)).fill_(0);                // x[x < 0] = 0
   *     const rows = await x.at(mask);         // x[mask]: how many there are is known only after reading the mask back
   *
   * A mask may stand beside numbers, slices and index tensors, which go with the elements that it picks one by one.
   *
   * `x.at([0, 2]).clone()` is a copy that can be written to alone.
   * @throws IndexError for numbers out of range, at once; for those in tensors, when values are next read
   */
  at(...indices: Index[]): Tensor {
    const strange = indices.find((index) => index === undefined || typeof index === 'boolean');
    if (indices.includes(undefined as never) || strange !== undefined) {
      throw new ArgumentError(
        `at: expected numbers, slices, '...', null, or index tensors and lists, but got ${kindOf(strange)}`,
      );
    }
    const parts = indices.flatMap((index) => (Array.isArray(index) ? listIndex(index) : index) as Part | Part[]);
    const given = parts.reduce<number>((n, part) => n + dimsOf(part), 0);
    if (given > this.shape.length) {
      throw new ShapeError(`at: too many indices for shape ${showShape(this.shape)}: got ${given}`);
    }
    if (parts.filter((part) => part === '...').length > 1) throw new ArgumentError("at: expected '...' at most once");
    const rest = this.shape.length - given;
    const expanded = parts.flatMap((part): Part[] => (part === '...' ? new Array<Part>(rest).fill(':') : [part]));
    let view = this as unknown as Tensor;
    let dim = 0;
    const axes: Axis[] = [];
    for (const part of expanded) {
      if (part === null) view = view.unsqueeze(dim++);
      else if (typeof part === 'number') view = view.indexDim(dim, part);
      else if (typeof part === 'string') view = view.sliceDim(dim++, part);
      else {
        axes.push({ dim, index: part });
        dim += dimsOf(part);
      }
    }
    if (axes.length > 0) return pickAt(view, axes);
    return view === (this as unknown as Tensor) ? this.alias() : view;
  }

  /** The slices along `dim` that a rank-1 tensor of indices names; a copy. */
  indexSelect(...args: PickArgs): Tensor {
    const { dim, index } = parseArgs<PickOptions>('indexSelect', ['dim', 'index'], {}, args);
    return this.make(indexSelect(this.value, dim, index.value));
  }

  /** y[i][j][k] = x[index[i][j][k]][j][k] for dim 0, and so on. Shape: that of the index. */
  gather(...args: GatherArgs): Tensor {
    const { dim, index, sparseGrad } = parseArgs<GatherOptions>(
      'gather',
      ['dim', 'index'],
      { sparseGrad: false },
      args,
    );
    if (sparseGrad) throw new ArgumentError('gather: expected sparseGrad false; there are no sparse gradients here');
    return this.make(gather(this.value, dim, index.value));
  }

  /** Slices along dimension 0. */
  *[Symbol.iterator](): Generator<Tensor> {
    if (this.shape.length === 0) throw new ShapeError('a 0-d tensor cannot be iterated over');
    for (let i = 0; i < this.shape[0]!; i++) yield this.oneOf(this.select(0, i));
  }

  /** Matrix product, in every combination of ranks that PyTorch has. */
  matmul(other: Tensor): Tensor {
    return this.make(matmul(this.value, other.value));
  }

  /** The product of two matrices. Shape: [n, m] and [m, p] → [n, p]. */
  mm(other: Tensor): Tensor {
    if (this.shape.length !== 2 || other.shape.length !== 2) {
      throw new ShapeError(
        `mm: expected two matrices, but got shapes ${showShape(this.shape)} and ${showShape(other.shape)}; use matmul`,
      );
    }
    return this.matmul(other);
  }

  /** The products of matrices, one by one. Shape: [b, n, m] and [b, m, p] → [b, n, p]. */
  bmm(other: Tensor): Tensor {
    if (this.shape.length !== 3 || other.shape.length !== 3 || this.shape[0] !== other.shape[0]) {
      throw new ShapeError(
        `bmm: expected two batches of as many matrices, but got shapes ${showShape(this.shape)} and ${showShape(other.shape)}; use matmul`,
      );
    }
    const y = this.matmul(other);
    named(y.value, 'BmmBackward0');
    return y;
  }

  /** @internal */
  indexDim(dim: number, index: number, op = 'at'): Tensor {
    const at = resolveIndex(op, index, this.shape[dim]!, dim);
    const others = this.shape.map((_, k) => k).filter((k) => k !== dim);
    return this.called('SelectBackward0', this.ranged(dim, at, 1, 1).keepDims(others));
  }

  /** @internal */
  sliceDim(dim: number, text: string): Tensor {
    const { start, length, step } = parseSlice(text, this.shape[dim]!);
    return this.ranged(dim, start, length, step);
  }

  /** @internal A view of some dimensions, which are all those of size other than 1. */
  keepDims(dims: readonly number[]): Tensor {
    const shape = dims.map((d) => this.shape[d]!);
    return this.makeView(
      reshape(this.value, shape),
      dims.map((d) => this.strides[d]!),
      this.offset,
    );
  }

  private ranged(dim: number, start: number, length: number, step: number): Tensor {
    const { shape, strides, offset, value } = this;
    const ranges = shape.map((size, d) =>
      d === dim ? { start, stop: start + length * step, step } : { start: 0, stop: size, step: 1 },
    );
    ranges[dim]!.stop = length === 0 ? start : start + (length - 1) * step + 1;
    return this.makeView(
      slice(value, ranges),
      strides.map((stride, d) => (d === dim ? stride * step : stride)),
      offset + start * strides[dim]!,
    );
  }

  private alias(): Tensor {
    return this.makeView(this.value, this.strides, this.offset);
  }

  /** The contents of the whole storage, in which gradients reach this tensor's elements alone. */
  private around(): Value {
    const { storage, shape, strides, offset } = this;
    const whole = this.whole();
    if (!whole.requiresGrad || isWhole(this, storage.shape) || !isDistinct(this)) return whole;
    return stridedScatter(detach(whole), this.value, shape, strides, offset);
  }

  /** A view with the given geometry over this tensor's storage, as PyTorch's `as_strided`: all of it must lie inside. */
  asStrided(...args: StridedArgs): Tensor {
    const given = parseArgs<StridedOptions>('asStrided', ['size', 'stride'], { storageOffset: this.offset }, args);
    const { size, stride, storageOffset } = given;
    const last = size.reduce((at, n, d) => at + (n - 1) * stride[d]!, storageOffset);
    if (size.length !== stride.length || stride.some((s) => s < 0) || last >= numel(this.storage.shape)) {
      throw new ShapeError(
        `asStrided: size ${showShape(size)}, stride ${showShape(stride)} and offset ${storageOffset} reach outside of a storage of ${numel(this.storage.shape)} elements`,
      );
    }
    // The arrays are the user's, who may change them before the view is computed.
    const strides = [...stride];
    return this.makeView(stridedView(this.around(), [...size], strides, storageOffset), strides, storageOffset);
  }
}
