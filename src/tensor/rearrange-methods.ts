// Tensor methods that repeat, roll, turn and mask, and views of diagonals.
import { contiguousStrides, showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { fromHost, named } from '../graph/record';
import { reshape } from '../ops/cast';
import { indexSelect } from '../ops/indexing';
import * as rearrange from '../ops/rearrange';
import { stridedView } from '../ops/shape';
import { windows } from '../ops/windows';
import { ShapeMethods } from './shape-methods';
import type { Tensor } from './tensor';

type Sizes = readonly number[] | [readonly number[]];

const listOf = (sizes: Sizes): readonly number[] => (Array.isArray(sizes[0]) ? sizes[0] : (sizes as readonly number[]));

export abstract class RearrangeMethods extends ShapeMethods {
  /** A copy laid end to end, so many times along each dimension; more counts than dimensions make new leading ones. */
  repeat(...counts: Sizes): Tensor {
    return this.make(rearrange.repeat('repeat', this.value, listOf(counts)));
  }

  /** As `repeat`, where fewer counts than dimensions are for the last ones. */
  tile(...counts: Sizes): Tensor {
    const given = listOf(counts);
    const missing = Math.max(this.shape.length - given.length, 0);
    return this.make(rearrange.repeat('tile', this.value, [...new Array<number>(missing).fill(1), ...given]));
  }

  /** Every slice along a dimension (by default of the flattened tensor) several times in a row; a list has a count for each. */
  repeatInterleave(repeats: number | readonly number[], dim: number | null = null): Tensor {
    const x = dim === null ? this.flatten() : (this as unknown as Tensor);
    const at = dim === null ? 0 : this.wrapDim('repeatInterleave', dim);
    if (typeof repeats === 'number') return this.make(rearrange.repeatEach(x.value, at, repeats));
    if (!Array.isArray(repeats)) {
      throw new ArgumentError(
        'repeatInterleave: expected a number or a list of numbers; read a tensor with tolist() first',
      );
    }
    if (repeats.length !== x.shape[at] || !repeats.every((n) => Number.isInteger(n) && n >= 0)) {
      throw new ShapeError(
        `repeatInterleave: expected ${x.shape[at]} whole counts for dimension ${at}, but got ${showShape(repeats)}`,
      );
    }
    const places = repeats.flatMap((n: number, i: number) => new Array<number>(n).fill(i));
    return this.make(indexSelect(x.value, at, fromHost(Int32Array.from(places), [places.length], 'int64')));
  }

  /** Windows of `size` elements along a dimension, `step` apart, as a new last dimension: they overlap where step < size. */
  unfold(dimension: number, size: number, step: number): Tensor {
    return this.make(windows(this.value, this.wrapDim('unfold', dimension), { size, step }));
  }

  /** The elements moved along dimensions, going round; without `dims`, in the flattened tensor. */
  roll(shifts: number | readonly number[], dims: number | readonly number[] | null = null): Tensor {
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
  rot90(k = 1, dims: readonly number[] = [0, 1]): Tensor {
    const [first, second] = dims.map((d) => this.wrapDim('rot90', d));
    if (dims.length !== 2 || first === second) {
      throw new ArgumentError(`rot90: expected two different dimensions, but got [${dims.join(', ')}]`);
    }
    return this.make(rearrange.rot90(this.value, k, first!, second!));
  }

  /** Dimensions moved to other places, the rest in their order; a view. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
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
  swapaxes(axis0: number, axis1: number): Tensor {
    return this.transpose(axis0, axis1);
  }

  /** The lower triangle of matrices, up to a diagonal; 0 elsewhere. */
  tril(diagonal = 0): Tensor {
    return this.make(rearrange.triangle('tril', this.value, true, diagonal));
  }

  /** The upper triangle of matrices, from a diagonal on; 0 elsewhere. */
  triu(diagonal = 0): Tensor {
    return this.make(rearrange.triangle('triu', this.value, false, diagonal));
  }

  tril_(diagonal = 0): this {
    return this.replace('tril_', this.tril(diagonal).value);
  }

  triu_(diagonal = 0): this {
    return this.replace('triu_', this.triu(diagonal).value);
  }

  /** A view of a diagonal of two dimensions, as the last dimension. */
  diagonal(offset = 0, dim1 = 0, dim2 = 1): Tensor {
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
