// Diagonals (as views, as matrices, as sums), and copies with a diagonal, index, slice or window replaced (the scatter
// functions).

import { type Kind, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, IndexError, ShapeError } from '../../../engine/core/errors';
import { contiguousStrides, numel, type Shape, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectNumber, named } from '../../../engine/graph/record';
import { indexAdd, indexCopy, wrapIndex } from '../../../engine/ops/indexing/indexing';
import { cast, full, reshape } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { diagonalOf } from '../../../engine/ops/shape/rearrange';
import { stridedScatter, stridedView } from '../../../engine/ops/shape/shape';
import { resolveIndex } from '../../../engine/storage/layout';
import { isWhole } from '../../../engine/storage/storage';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op, inPlace } = family();
export default methods;

/** The position of a diagonal. */
interface DiagonalPlace {
  /** How far the diagonal is above the main one; negative: below. Default: 0. */
  offset?: number;
  dim1?: number;
  /** The other of the two dimensions. */
  dim2?: number;
}

type DiagonalArgs = Arguments<DiagonalPlace, ['offset', 'dim1', 'dim2']>;

/** A view of a diagonal over two dimensions, which becomes the last dimension. */
export const diagonal = op('diagonal(input, ...)', (input: Tensor, ...args: DiagonalArgs): Tensor => {
  const { offset, dim1, dim2 } = parseArgs<DiagonalPlace>('diagonal', [], { offset: 0, dim1: 0, dim2: 1 }, args);
  const [first, second] = [input.wrapDim('diagonal', dim1), input.wrapDim('diagonal', dim2)];
  if (first === second || input.shape.length < 2) {
    throw new ShapeError(
      `diagonal: expected two different dimensions of shape ${showShape(input.shape)}, but got ${dim1} and ${dim2}`,
    );
  }
  const dense = diagonalOf(input.shape, contiguousStrides(input.shape), offset, first, second);
  const own = diagonalOf(input.shape, input.strides, offset, first, second);
  const value = named(stridedView(input.value, dense.shape, dense.strides, dense.offset), 'DiagonalBackward0');
  return input.makeView(value, own.strides, input.offset + own.offset);
});

/** The sum of the diagonal of a matrix. */
export const trace = op('trace(input)', (input: Tensor): Tensor => {
  if (input.shape.length !== 2) {
    throw new ShapeError(`trace: expected a matrix, but got shape ${showShape(input.shape)}`);
  }
  expectNumber('trace', 'input', input);
  const sum = input.diagonal().sum();
  named(sum.value, 'TraceBackward0');
  return sum;
});

type DiagArgs = Arguments<{ diagonal?: number }, ['diagonal']>;

/**
 * For a vector, a matrix of zeros with the vector as its diagonal; for a matrix, its diagonal. `diagonal` counts up
 * from the main one.
 */
export const diag = op('diag(input, ...)', (input: Tensor, ...args: DiagArgs): Tensor => {
  const { diagonal } = parseArgs<{ diagonal?: number }>('diag', [], { diagonal: 0 }, args);
  if (input.shape.length === 1) return diagEmbed(input, diagonal);
  if (input.shape.length === 2) return input.diagonal(diagonal).clone();
  throw new ShapeError(`diag: expected a vector or a matrix, but got shape ${showShape(input.shape)}`);
});

/**
 * Matrices of zeros whose diagonals are the last dimension of the input. The matrices are in the dimensions dim1 and
 * dim2 of the result (by default the last two).
 */
export const diagEmbed = op('diagEmbed(input, ...)', (input: Tensor, ...args: DiagonalArgs): Tensor => {
  const { offset, dim1, dim2 } = parseArgs<DiagonalPlace>('diagEmbed', [], { offset: 0, dim1: -2, dim2: -1 }, args);
  const rank = input.shape.length + 1;
  const [row, col] = [resolveDim('diagEmbed', dim1, rank), resolveDim('diagEmbed', dim2, rank)];
  if (input.shape.length === 0 || row === col) {
    throw new ShapeError(
      `diagEmbed: expected two different dimensions for shape ${showShape(input.shape)}, but got ${dim1} and ${dim2}`,
    );
  }
  const side = input.shape.at(-1)! + Math.abs(offset);
  const shape = [...input.shape.slice(0, -1), side, side];
  const window = diagonalOf(shape, contiguousStrides(shape), offset, rank - 2, rank - 1);
  const zeros = full(shape, 0, input.dtype);
  const { strides, offset: start } = window;
  const embedded = stridedScatter(zeros, input.value, window.shape, strides, start);
  const matrices = input.picked(named(embedded, 'DiagEmbedBackward0'));
  return row === rank - 2 && col === rank - 1 ? matrices : matrices.movedim([-2, -1], [row, col]);
});

/** A matrix of zeros with the flattened input as its diagonal. */
export const diagflat = op(
  'diagflat(input, ...)',
  (input: Tensor, ...args: Arguments<{ offset?: number }, ['offset']>): Tensor => {
    const { offset } = parseArgs<{ offset?: number }>('diagflat', [], { offset: 0 }, args);
    return diagEmbed(input.flatten(), offset);
  },
);

/** A copy of the input with `src`, cast to its dtype, written into a window. */
function scattered(op: string, input: Tensor, src: Tensor, window: Window): Tensor {
  if (!sameShape(src.shape, window.shape)) {
    throw new ShapeError(
      `${op}: expected src of shape ${showShape(window.shape)} for input of shape ${showShape(input.shape)}, but got ${showShape(src.shape)}`,
    );
  }
  const source = cast(src.value, input.dtype);
  return input.picked(stridedScatter(input.value, source, window.shape, window.strides, window.offset));
}

interface Window {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A copy of the input with `src` in place of a diagonal, as after `diagonal(…).copy_(src)`. */
export const diagonalScatter = op(
  'diagonalScatter(input, src, ...)',
  (input: Tensor, src: Tensor, ...args: DiagonalArgs): Tensor => {
    const { offset, dim1, dim2 } = parseArgs<DiagonalPlace>(
      'diagonalScatter',
      [],
      { offset: 0, dim1: 0, dim2: 1 },
      args,
    );
    const { shape } = input;
    const [row, col] = [dim1, dim2].map((d) => resolveDim('diagonalScatter', d, shape.length)) as [number, number];
    if (shape.length < 2 || row === col) {
      throw new ShapeError(
        `diagonalScatter: expected two different dimensions of shape ${showShape(shape)}, but got ${dim1} and ${dim2}`,
      );
    }
    return scattered('diagonalScatter', input, src, diagonalOf(shape, contiguousStrides(shape), offset, row, col));
  },
);

/** The window for a range of one dimension. */
function ranged({ shape }: Tensor, dim: number, start: number, length: number, step: number): Window {
  const strides = contiguousStrides(shape);
  return {
    shape: shape.map((size, d) => (d === dim ? length : size)),
    strides: strides.map((stride, d) => (d === dim ? stride * step : stride)),
    offset: length === 0 ? 0 : start * strides[dim]!,
  };
}

/** A copy of the input with `src` in place of one index of a dimension, as after `select(dim, index).copy_(src)`. */
export const selectScatter = op(
  'selectScatter(input, src, dim: number, index: number)',
  (input: Tensor, src: Tensor, dim: number, index: number): Tensor => {
    if (input.shape.length === 0)
      throw new IndexError('selectScatter: expected input with dimensions, but got shape []');
    const d = resolveDim('selectScatter', dim, input.shape.length);
    const at = resolveIndex('selectScatter', index, input.shape[d]!, d);
    const { shape, strides, offset } = ranged(input, d, at, 1, 1);
    const others = <T>(list: readonly T[]) => list.filter((_, k) => k !== d);
    return scattered('selectScatter', input, src, { shape: others(shape), strides: others(strides), offset });
  },
);

interface SliceRange {
  dim?: number;
  /** As in a Python slice: negative bounds count from the end, and bounds past an end are clamped to it. */
  start?: number | null;
  end?: number | null;
  step?: number;
}

const sliceEnd = orNull({
  words: 'a whole number',
  fits: (value) => Number.isInteger(value) || value === Number.POSITIVE_INFINITY,
} satisfies Kind);

type SliceScatterArgs = Arguments<SliceRange, ['dim', 'start', 'end', 'step']>;

/** A copy of the input with `src` in place of a slice of a dimension. */
export const sliceScatter = op(
  'sliceScatter(input, src, ...)',
  (input: Tensor, src: Tensor, ...args: SliceScatterArgs): Tensor => {
    const none = null as number | null;
    const given = parseArgs<SliceRange>('sliceScatter', [], { dim: 0, start: none, end: none, step: 1 }, args, {
      start: sliceEnd,
      end: sliceEnd,
    });
    const dim = resolveDim('sliceScatter', given.dim, input.shape.length);
    const size = input.shape[dim]!;
    if (!Number.isInteger(given.step) || given.step < 1) {
      throw new ArgumentError(`sliceScatter: expected a step of at least 1, but got ${given.step}`);
    }
    const bound = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const [start, end] = [bound(given.start ?? 0), bound(given.end ?? size)];
    const length = Math.max(Math.ceil((end - start) / given.step), 0);
    return scattered('sliceScatter', input, src, ranged(input, dim, start, length, given.step));
  },
);

/**
 * A copy of the input with `src` written to the elements of its memory that a size, strides and an offset (default: the
 * input's) reach. No element may be reached twice.
 */
export const asStridedScatter = op(
  'asStridedScatter(input, src, size: list, stride: list, ...)',
  (
    input: Tensor,
    src: Tensor,
    size: Shape,
    stride: readonly number[],
    ...args: Arguments<{ storageOffset?: number | null }, ['storageOffset']>
  ): Tensor => {
    const none = null as number | null;
    const { storageOffset } = parseArgs<{ storageOffset?: number | null }>(
      'asStridedScatter',
      [],
      { storageOffset: none },
      args,
      { storageOffset: orNull(whole(0)) },
    );
    const window = { shape: [...size], strides: [...stride], offset: storageOffset ?? input.offset };
    const { storage, shape, strides, offset } = input;
    if (isWhole(input, storage.shape)) return scattered('asStridedScatter', input, src, window);
    // Strides and offset count in the whole memory, of which the input is a part: write into a copy of the memory, and
    // read back the part.
    const room = full([numel(storage.shape)], 0, input.dtype);
    const all = input.picked(stridedScatter(room, input.value, shape, strides, offset));
    const written = scattered('asStridedScatter', all, src, window);
    return input.picked(stridedView(written.value, shape, strides, offset));
  },
);

type PutArgs = Arguments<{ accumulate?: boolean }, ['accumulate']>;

/** A copy with elements of `source` written (with `accumulate`, added) at indices of the flattened tensor. */
export const put = op(
  'put(input, index, source, ...)',
  (input: Tensor, index: Tensor, source: Tensor, ...args: PutArgs): Tensor => {
    const { accumulate } = parseArgs<{ accumulate?: boolean }>('put', [], { accumulate: false }, args);
    if (index.numel() !== source.numel()) {
      throw new ShapeError(
        `put: expected as many indices as elements of source, but got shapes ${showShape(index.shape)} and ${showShape(source.shape)}`,
      );
    }
    const flat = (x: Tensor) => reshape(x.value, [x.numel()]);
    const place = accumulate ? indexAdd : indexCopy;
    const places = wrapIndex('put', index.value, input.numel());
    const y = place(flat(input), 0, reshape(places, [index.numel()]), cast(flat(source), input.dtype));
    return input.picked(named(reshape(y, input.shape), 'PutBackward0'));
  },
);

/** `put`, in place. */
export const put_ = inPlace(put, { readsOld: false });
