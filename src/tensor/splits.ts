// Cutting tensors into pieces, and turning them over.

import { whole } from '../core/argument-kinds';
import { ArgumentError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, expectKind, parseArgs } from '../core/options';
import { resolveDim } from '../ops/dims';
import { callable } from './callable';
import type { Tensor } from './tensor';

/** How many pieces, or where each but the first begins. */
export type Sections = number | readonly number[];

interface TensorSplit {
  indicesOrSections: Sections;
  dim?: number;
}

/** What `tensorSplit` takes behind its input, by place or by name. */
export type TensorSplitArgs = Arguments<TensorSplit, ['indicesOrSections', 'dim']>;

/** Pieces along a dimension (views): so many, the first ones one longer where they do not come out even, or cut at the given indices. */
export const tensorSplit = callable('tensorSplit(input, ...)', (input: Tensor, ...args: TensorSplitArgs): Tensor[] => {
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

/** `tensorSplit` along a dimension of a tensor that has at least so many; a number of pieces must come out even. */
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

/** Pieces side by side: along dimension 1, or that of a vector. */
export const hsplit = callable(
  'hsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] =>
    evenly('hsplit', input, indicesOrSections, 1, input.shape.length === 1 ? 0 : 1),
);

/** Pieces above each other: along dimension 0. */
export const vsplit = callable(
  'vsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] => evenly('vsplit', input, indicesOrSections, 2, 0),
);

/** Pieces behind each other: along dimension 2. */
export const dsplit = callable(
  'dsplit(input, indicesOrSections: numbers)',
  (input: Tensor, indicesOrSections: Sections): Tensor[] => evenly('dsplit', input, indicesOrSections, 3, 2),
);

/** `split` with a list of sizes. */
export const splitWithSizes = callable(
  'splitWithSizes(input, splitSizes: list, dim?: number)',
  (input: Tensor, splitSizes: readonly number[], dim = 0): Tensor[] => input.split(splitSizes, dim),
);

export { splitWithSizes as unsafeSplitWithSizes };

/** The columns in reverse order; a copy. */
export const fliplr = callable('fliplr(input)', (input: Tensor): Tensor => {
  if (input.shape.length < 2) {
    throw new ShapeError(`fliplr: expected at least 2 dimensions, but got shape ${showShape(input.shape)}`);
  }
  return input.flip(1);
});

/** The rows in reverse order; a copy. */
export const flipud = callable('flipud(input)', (input: Tensor): Tensor => {
  if (input.shape.length < 1) throw new ShapeError('flipud: expected at least one dimension, but got shape []');
  return input.flip(0);
});
