// Tensor methods that repeat, roll, turn and mask, and views of diagonals.

import { either, integer, listOf, nonEmpty, orNull, whole } from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { contiguousStrides, showShape } from '../core/meta';
import { type Arguments, expectKind, kindOf, parseArgs } from '../core/options';
import { fromHost, named } from '../graph/record';
import { reshape } from '../ops/cast';
import * as rearrange from '../ops/rearrange';
import { stridedView } from '../ops/shape';
import { windows } from '../ops/windows';
import { allocated } from '../storage/allocate';
import { TensorBase } from '../storage/base';
import { searchsorted } from './search';
import { ShapeMethods, sizesArg } from './shape-methods';
import type { Tensor } from './tensor';

type Sizes = readonly number[] | [readonly number[]];

interface RepeatOptions {
  dim?: number | null;
  /** Of the dimension afterwards. */
  outputSize?: number | null;
}

interface UnfoldOptions {
  dimension: number;
  size: number;
  step: number;
}

export interface RollOptions {
  shifts: number | readonly number[];
  dims?: number | readonly number[] | null;
}

export interface Rot90Options {
  k?: number;
  dims?: readonly number[];
}

export interface MovedimOptions {
  source: number | readonly number[];
  destination: number | readonly number[];
}

/** Where a diagonal lies. */
export interface DiagonalPlace {
  /** From the main diagonal upwards; default 0. */
  offset?: number;
  dim1?: number;
  dim2?: number;
}

export type UnfoldArgs = Arguments<UnfoldOptions, ['dimension', 'size', 'step']>;
export type RollArgs = Arguments<RollOptions, ['shifts', 'dims']>;
export type Rot90Args = Arguments<Rot90Options, ['k', 'dims']>;
export type MovedimArgs = Arguments<MovedimOptions, ['source', 'destination']>;
export type SwapaxesArgs = Arguments<{ axis0: number; axis1: number }, ['axis0', 'axis1']>;
export type TriangleArgs = Arguments<{ diagonal?: number }, ['diagonal']>;
export type DiagonalArgs = Arguments<DiagonalPlace, ['offset', 'dim1', 'dim2']>;

/** The slices of x along a dimension, each as often as a list says. */
function repeatListed(x: Tensor, at: number, repeats: readonly number[]): Tensor {
  const size = x.shape[at]!;
  if (repeats.length !== size || !repeats.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `repeatInterleave: expected ${size} whole counts for dimension ${at}, but got ${showShape(repeats)}`,
    );
  }
  const places = repeats.flatMap((n, i) => new Array<number>(n).fill(i));
  return x.indexSelect(at, x.picked(fromHost(Int32Array.from(places), [places.length], 'int64')));
}

const repeatRead = async (x: Tensor, at: number, repeats: Tensor): Promise<Tensor> =>
  repeatListed(x, at, Array.from(await repeats.data()));

/** For each of `total` places in a row, which one it is of those that come as often as `repeats` says. */
function turnsOf(repeats: Tensor, total: number): Tensor {
  const places = fromHost(
    allocated(Int32Array, total).map((_, i) => i),
    [total],
    'int64',
  );
  return searchsorted(repeats.cumsum(0), repeats.picked(places), { right: true });
}

export abstract class RearrangeMethods extends ShapeMethods {
  /** A copy laid end to end, so many times along each dimension; more counts than dimensions make new leading ones. */
  repeat(...counts: Sizes | [{ repeats: readonly number[] }]): Tensor {
    return this.make(rearrange.repeat('repeat', this.value, sizesArg('repeat', 'repeats', counts)));
  }

  /** As `repeat`, where fewer counts than dimensions are for the last ones. */
  tile(...counts: Sizes | [{ dims: readonly number[] }]): Tensor {
    const given = sizesArg('tile', 'dims', counts);
    expectKind('tile', 'dims', given, listOf(whole(0)));
    const missing = Math.max(this.shape.length - given.length, 0);
    return this.make(rearrange.repeat('tile', this.value, [...new Array<number>(missing).fill(1), ...given]));
  }

  /**
   * Every slice along a dimension (by default of the flattened tensor) several times in a row; a list or vector has a count for each.
   *
   * Counts in a tensor decide the shape, so they are read back and the result comes with `await`; unless `outputSize`, their sum, is given.
   */
  repeatInterleave(
    repeats: number | readonly number[],
    ...args: Arguments<RepeatOptions, ['dim', 'outputSize']>
  ): Tensor;
  repeatInterleave(repeats: Tensor, options: RepeatOptions & { outputSize: number }): Tensor;
  repeatInterleave(repeats: Tensor, dim: number | null, options: { outputSize: number }): Tensor;
  repeatInterleave(repeats: Tensor, options?: { dim?: number | null }): Promise<Tensor>;
  repeatInterleave(repeats: Tensor, dim?: number | null): Promise<Tensor>;
  repeatInterleave(options: RepeatOptions & { repeats: number | readonly number[] }): Tensor;
  repeatInterleave(options: RepeatOptions & { repeats: Tensor; outputSize: number }): Tensor;
  repeatInterleave(options: { repeats: Tensor; dim?: number | null }): Promise<Tensor>;
  repeatInterleave(...args: readonly unknown[]): Tensor | Promise<Tensor> {
    const none = null as number | null;
    const { repeats, dim, outputSize } = parseArgs<RepeatOptions & { repeats: number | readonly number[] | Tensor }>(
      'repeatInterleave',
      ['repeats'],
      { dim: none, outputSize: none },
      args,
      { outputSize: orNull(whole(0)) },
    );
    const x = dim === null ? this.flatten() : (this as unknown as Tensor);
    const at = dim === null ? 0 : this.wrapDim('repeatInterleave', dim);
    if (typeof repeats === 'number') return this.make(rearrange.repeatEach(x.value, at, repeats));
    if (!(repeats instanceof TensorBase)) {
      if (Array.isArray(repeats)) return repeatListed(x, at, repeats);
      throw new ArgumentError(
        `repeatInterleave: expected repeats to be a number, a list or a tensor, but got ${kindOf(repeats)}`,
      );
    }
    if (repeats.shape.length > 1 || (repeats.numel() !== 1 && repeats.numel() !== x.shape[at])) {
      throw new ShapeError(
        `repeatInterleave: expected ${x.shape[at]} counts for dimension ${at}, but got shape ${showShape(repeats.shape)}`,
      );
    }
    const counts = repeats.expand([x.shape[at]!]);
    return outputSize === null ? repeatRead(x, at, counts) : x.indexSelect(at, turnsOf(counts, outputSize));
  }

  /**
   * Windows of `size` elements along a dimension, `step` apart, as a new last dimension: they overlap where step < size. A view: of
   * windows that overlap only a fill can be written.
   */
  unfold(...args: UnfoldArgs): Tensor {
    const { dimension, size, step } = parseArgs<UnfoldOptions>('unfold', ['dimension', 'size', 'step'], {}, args, {
      size: whole(0),
      step: whole(1),
    });
    const d = this.wrapDim('unfold', dimension);
    const { shape, strides, offset, value } = this;
    const x = shape.length === 0 ? reshape(value, [1]) : value;
    const along = strides[d] ?? 1;
    const steps = shape.length === 0 ? [] : strides.map((stride, k) => (k === d ? stride * step : stride));
    if (shape.length === 0 && size === 1) return this.makeView(named(x, 'UnfoldBackward0'), [along], offset);
    return this.makeView(windows(x, d, { size, step }), [...steps, along], offset);
  }

  /** The elements moved along dimensions, going round; without `dims`, in the flattened tensor. */
  roll(...args: RollArgs): Tensor {
    const none = null as number | readonly number[] | null;
    const { shifts, dims } = parseArgs<RollOptions>('roll', ['shifts'], { dims: none }, args, {
      shifts: either(integer, nonEmpty(integer)),
    });
    const by = [shifts].flat() as number[];
    if (dims === null) {
      if (by.length !== 1) throw new ArgumentError('roll: expected one shift without dims, or as many dims as shifts');
      const flat = rearrange.roll(reshape(this.value, [this.numel()]), 0, by[0]!);
      return this.make(named(reshape(flat, this.shape), 'RollBackward0'));
    }
    const along = [dims].flat() as number[];
    if (along.length !== by.length) {
      throw new ArgumentError(`roll: expected as many dims as shifts, but got ${along.length} and ${by.length}`);
    }
    return this.make(along.reduce((x, d, i) => rearrange.roll(x, this.wrapDim('roll', d), by[i]!), this.value));
  }

  /** Turned by k quarters in the plane of two dimensions, from the first towards the second. */
  rot90(...args: Rot90Args): Tensor {
    const { k, dims } = parseArgs<Rot90Options>('rot90', [], { k: 1, dims: [0, 1] }, args);
    const [first, second] = dims.map((d) => this.wrapDim('rot90', d));
    if (dims.length !== 2 || first === second) {
      throw new ArgumentError(`rot90: expected two different dimensions, but got [${dims.join(', ')}]`);
    }
    return this.make(rearrange.rot90(this.value, k, first!, second!));
  }

  /** Dimensions moved to other places, the rest in their order; a view. */
  movedim(...args: MovedimArgs): Tensor {
    const { source, destination } = parseArgs<MovedimOptions>('movedim', ['source', 'destination'], {}, args);
    const from = ([source].flat() as number[]).map((d) => this.wrapDim('movedim', d));
    const to = ([destination].flat() as number[]).map((d) => this.wrapDim('movedim', d));
    if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
      throw new ArgumentError(
        `movedim: expected as many distinct places as dimensions, but got [${from.join(', ')}] and [${to.join(', ')}]`,
      );
    }
    const rest = this.shape.map((_, d) => d).filter((d) => !from.includes(d));
    return this.permute(this.shape.map((_, d) => (to.includes(d) ? from[to.indexOf(d)]! : rest.shift()!)));
  }

  /** `transpose` by NumPy's name. */
  swapaxes(...args: SwapaxesArgs): Tensor {
    const { axis0, axis1 } = parseArgs<{ axis0: number; axis1: number }>('swapaxes', ['axis0', 'axis1'], {}, args);
    return this.transpose(axis0, axis1);
  }

  /** The lower triangle of matrices, up to a diagonal; 0 elsewhere. */
  tril(...args: TriangleArgs): Tensor {
    const { diagonal } = parseArgs<{ diagonal?: number }>('tril', [], { diagonal: 0 }, args);
    return this.make(rearrange.triangle('tril', this.value, true, diagonal));
  }

  /** The upper triangle of matrices, from a diagonal on; 0 elsewhere. */
  triu(...args: TriangleArgs): Tensor {
    const { diagonal } = parseArgs<{ diagonal?: number }>('triu', [], { diagonal: 0 }, args);
    return this.make(rearrange.triangle('triu', this.value, false, diagonal));
  }

  /** `tril`, in place. */
  tril_(...args: TriangleArgs): this {
    return this.replace('tril_', this.tril(...args).value);
  }

  /** `triu`, in place. */
  triu_(...args: TriangleArgs): this {
    return this.replace('triu_', this.triu(...args).value);
  }

  /** A view of a diagonal of two dimensions, as the last dimension. */
  diagonal(...args: DiagonalArgs): Tensor {
    const { offset, dim1, dim2 } = parseArgs<DiagonalPlace>('diagonal', [], { offset: 0, dim1: 0, dim2: 1 }, args);
    const [first, second] = [this.wrapDim('diagonal', dim1), this.wrapDim('diagonal', dim2)];
    if (first === second || this.shape.length < 2) {
      throw new ShapeError(
        `diagonal: expected two different dimensions of shape ${showShape(this.shape)}, but got ${dim1} and ${dim2}`,
      );
    }
    const dense = rearrange.diagonalOf(this.shape, contiguousStrides(this.shape), offset, first, second);
    const own = rearrange.diagonalOf(this.shape, this.strides, offset, first, second);
    const value = named(stridedView(this.value, dense.shape, dense.strides, dense.offset), 'DiagonalBackward0');
    return this.makeView(value, own.strides, this.offset + own.offset);
  }
}
