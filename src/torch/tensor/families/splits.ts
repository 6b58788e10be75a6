// Cuts tensors into pieces, which are views.

import { either, integer, listOf, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { family, withMethod } from '../family';
import type { Tensor } from '../tensor';
import { called, needDims, several } from '../views';

const { methods, op, alias } = family();
export default methods;

interface SplitOptions {
  /** The size of all pieces, or a list of the size of each. */
  splitSize: number | readonly number[];
  dim?: number;
}

interface ChunksArguments {
  /** How many parts there are at most. */
  chunks: number;
  dim?: number;
}

type SplitArgs = Arguments<SplitOptions, ['splitSize', 'dim']>;

type ChunkArgs = Arguments<ChunksArguments, ['chunks', 'dim']>;

type UnbindArgs = Arguments<{ dim?: number }, ['dim']>;

/** All slices along a dimension. */
export const unbind = op('unbind(input, ...)', (input: Tensor, ...args: UnbindArgs): Tensor[] => {
  const { dim } = parseArgs<{ dim?: number }>('unbind', [], { dim: 0 }, args);
  needDims(input, 'unbind');
  const size = input.shape[input.wrapDim('unbind', dim)]!;
  return Array.from({ length: size }, (_, i) => several(called(input, 'UnbindBackward0', input.select(dim, i))));
});

const parted = op('split(input, ...)', (input: Tensor, ...args: SplitArgs): Tensor[] => {
  const { splitSize: size, dim } = parseArgs<SplitOptions>('split', ['splitSize'], { dim: 0 }, args, {
    splitSize: either(integer, listOf(integer)),
  });
  needDims(input, 'split');
  const total = input.shape[input.wrapDim('split', dim)]!;
  if (typeof size === 'number' && (!(size >= 0) || (size === 0 && total > 0))) {
    throw new ArgumentError(
      `split: expected a size of at least 1 for dimension ${dim} of size ${total}, but got ${size}`,
    );
  }
  const whole = typeof size === 'number' ? Math.max(Math.ceil(total / (size || 1)), 1) : 0;
  const sizes =
    typeof size === 'number' ? Array.from({ length: whole }, (_, i) => Math.min(size, total - i * size)) : size;
  if (sizes.reduce((a, b) => a + b, 0) !== total) {
    throw new ShapeError(`split: expected sizes that sum to ${total} (dimension ${dim}), but got ${showShape(sizes)}`);
  }
  const gradName = typeof size === 'number' ? 'SplitBackward0' : 'SplitWithSizesBackward0';
  let start = 0;
  return sizes.map((length) => {
    const piece = several(called(input, gradName, input.narrow(dim, start, length)));
    start += length;
    return piece;
  });
});

interface SplitParameters {
  /** The size of all pieces, or a list of the size of each. */
  splitSizeOrSections: number | readonly number[];
  dim?: number;
}

type SplitFunctionArgs = Arguments<SplitParameters, ['splitSizeOrSections', 'dim']>;

/** Pieces along a dimension: of one size (the last may be smaller), or of the listed sizes. */
export const split = withMethod(
  callable('split(input, splitSizeOrSections: numbers, ...)', (input: Tensor, ...args: SplitFunctionArgs): Tensor[] => {
    const { splitSizeOrSections, dim } = parseArgs<SplitParameters>('split', ['splitSizeOrSections'], { dim: 0 }, args);
    return input.split(splitSizeOrSections, dim);
  }),
  parted,
);

/** `split` by another name. */
export const unsafeSplit = alias('unsafeSplit', split);

/** At most `chunks` pieces of equal size along a dimension; the last may be smaller. */
export const chunk = op('chunk(input, ...)', (input: Tensor, ...args: ChunkArgs): Tensor[] => {
  const { chunks, dim } = parseArgs<ChunksArguments>('chunk', ['chunks'], { dim: 0 }, args, { chunks: whole(1) });
  needDims(input, 'chunk');
  const size = input.shape[input.wrapDim('chunk', dim)]!;
  if (size === 0) return input.split(new Array<number>(chunks).fill(0), dim);
  return input.split(Math.max(Math.ceil(size / chunks), 1), dim);
});

/** `chunk` by another name. */
export const unsafeChunk = alias('unsafeChunk', chunk);

/** The number of pieces, or the index at which each piece after the first begins. */
export type Sections = number | readonly number[];

interface TensorSplit {
  indicesOrSections: Sections;
  dim?: number;
}

/** The arguments of `tensorSplit` after its input, by position or by name. */
export type TensorSplitArgs = Arguments<TensorSplit, ['indicesOrSections', 'dim']>;

/**
 * Pieces along a dimension, as views: a given number of them (if the size does not divide evenly, the first ones are
 * longer by one), or cut at given indices.
 */
export const tensorSplit = op('tensorSplit(input, ...)', (input: Tensor, ...args: TensorSplitArgs): Tensor[] => {
  const { indicesOrSections, dim } = parseArgs<TensorSplit>('tensorSplit', ['indicesOrSections'], { dim: 0 }, args);
  return pieces('tensorSplit', input, indicesOrSections, dim);
});

function pieces(name: string, input: Tensor, sections: Sections, dim: number): Tensor[] {
  if (input.shape.length === 0) throw new ShapeError(`${name}: expected at least one dimension, but got shape []`);
  const d = resolveDim(name, dim, input.shape.length);
  const size = input.shape[d]!;
  if (typeof sections === 'number') {
    expectKind(name, 'sections', sections, whole(1, 2 ** 20));
    const [least, longer] = [Math.floor(size / sections), size % sections];
    const lengths = Array.from({ length: sections }, (_, i) => least + (i < longer ? 1 : 0));
    return sliced(input, d, lengths);
  }
  if (!Array.isArray(sections)) {
    throw new ArgumentError(`${name}: expected a number or a list of numbers; read a tensor with tolist() first`);
  }
  const places = sections.map((at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size));
  return [...places, size].map((end, i) => {
    const start = i === 0 ? 0 : places[i - 1]!;
    return input.narrow(d, start, Math.max(end - start, 0));
  });
}

function sliced(input: Tensor, dim: number, lengths: readonly number[]): Tensor[] {
  let start = 0;
  return lengths.map((length) => {
    const piece = input.narrow(dim, start, length);
    start += length;
    return piece;
  });
}

/** `tensorSplit` for tensors of at least `rank` dimensions, where a number of pieces must divide the size evenly. */
function evenly(name: string, input: Tensor, sections: Sections, rank: number, dim: number): Tensor[] {
  if (input.shape.length < rank) {
    throw new ShapeError(`${name}: expected at least ${rank} dimensions, but got shape ${showShape(input.shape)}`);
  }
  if (typeof sections === 'number' && input.shape[dim]! % sections !== 0) {
    throw new ShapeError(
      `${name}: expected a number of sections that divides ${input.shape[dim]} (dimension ${dim} of ${showShape(input.shape)}), but got ${sections}`,
    );
  }
  return pieces(name, input, sections, dim);
}

/** Pieces side by side: along dimension 1; for a vector, along its only dimension. */
export const hsplit = op(
  'hsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] =>
    evenly('hsplit', input, indicesOrSections, 1, input.shape.length === 1 ? 0 : 1),
);

/** Pieces one above the other: along dimension 0. */
export const vsplit = op(
  'vsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] => evenly('vsplit', input, indicesOrSections, 2, 0),
);

/** Pieces along dimension 2 (depth). */
export const dsplit = op(
  'dsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] => evenly('dsplit', input, indicesOrSections, 3, 2),
);

/** `split` with a list of sizes. */
export const splitWithSizes = op(
  'splitWithSizes(input, splitSizes: list, dim?: number)',
  (
    input: Tensor,
    /** The size of each part, or a list of their sizes. */ splitSizes: readonly number[],
    dim = 0,
  ): Tensor[] => input.split(splitSizes, dim),
);

/** `splitWithSizes` by another name. */
export const unsafeSplitWithSizes = alias('unsafeSplitWithSizes', splitWithSizes);
