// Combines tensors: stacks them, raises them to a number of dimensions, broadcasts them together, or puts them along a
// diagonal.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Shape, sameShape, showShape } from '../../../engine/core/meta';
import { isPlainObject, parameterTwice, parseArgs } from '../../../engine/core/options';
import { fromHost } from '../../../engine/graph/record';
import { broadcastShapes as broadcast } from '../../../engine/ops/shape/broadcast';
import { TensorBase } from '../base';
import { callable, checked } from '../calling/callable';
import { expectSize } from '../calling/sizes';
import { tensors as tensorsKind } from '../calling/tensor-kinds';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { cat } from './cat-stack';

/** Joins tensors along dimension 1, and vectors along their only dimension. */
export const hstack = callable('hstack(tensors: tensors)', (tensors: readonly Tensor[]): Tensor => {
  const parts = tensors.map((x) => (x.shape.length === 0 ? x.reshape(1) : x));
  return cat(parts, parts[0]?.shape.length === 1 ? 0 : 1);
});

/** Joins tensors along dimension 0; vectors become rows first. */
export const vstack = callable('vstack(tensors: tensors)', (tensors: readonly Tensor[]): Tensor => {
  return cat(
    tensors.map((x) => (x.shape.length < 2 ? x.reshape(1, -1) : x)),
    0,
  );
});

interface MeshgridOptions {
  /** 'ij' for matrices, 'xy' for plots. */
  readonly indexing?: 'ij' | 'xy';
}

/**
 * The coordinates of a grid over vectors, which are given in a list or one by one: for each vector, a view of the
 * grid's shape. `indexing: 'xy'` swaps the first two dimensions.
 */
export const meshgrid = checked('meshgrid(*tensors, ...)', meshgridOf);

/** A grid's coordinates for each of the vectors T: as many as there are vectors, if their number is known. */
type Grid<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

function meshgridOf<const T extends readonly Tensor[]>(tensors: T, options?: MeshgridOptions): Grid<T>;
function meshgridOf<const T extends readonly Tensor[]>(...tensors: T): Grid<T>;
function meshgridOf<const T extends readonly Tensor[]>(...args: [...tensors: T, options: MeshgridOptions]): Grid<T>;
function meshgridOf<const T extends readonly Tensor[]>(named: MeshgridOptions & { tensors: T }): Grid<T>;
function meshgridOf(...args: readonly unknown[]): Tensor[] {
  const last = args.at(-1);
  const [places, named] = isPlainObject(last) ? [args.slice(0, -1), [last]] : [args, []];
  const { tensors: listed, indexing } = parseArgs<MeshgridOptions & { tensors?: readonly Tensor[] }>(
    'meshgrid',
    [],
    { tensors: [], indexing: 'ij' },
    named,
    { tensors: tensorsKind },
  );
  if (listed.length > 0 && places.length > 0) throw parameterTwice('meshgrid', 'tensors');
  const tensors = [...(places.flat() as Tensor[]), ...listed];
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new ArgumentError(`meshgrid: expected indexing 'ij' or 'xy', but got '${indexing}'`);
  }
  for (const x of tensors) {
    if (x.shape.length > 1) {
      throw new ShapeError(`meshgrid: expected tensors of at most 1 dimension, but got shape ${showShape(x.shape)}`);
    }
  }
  const place = (i: number) => (indexing === 'xy' && i < 2 && tensors.length > 1 ? 1 - i : i);
  const shape = tensors.map((_, d) => tensors[place(d)]!.numel());
  return tensors.map((x, i) => x.reshape(shape.map((_, d) => (d === place(i) ? -1 : 1))).expand(shape));
}

interface AtLeast {
  (tensor: Tensor): Tensor;
  (...tensors: [Tensor, Tensor, ...Tensor[]]): Tensor[];
  (tensors: readonly Tensor[]): Tensor[];
}

/** Applies `raise` to the only tensor, or to each of several. */
const atLeast = (name: string, raise: (x: Tensor) => Tensor): AtLeast =>
  checked(`${name}(*tensors)`, ((...tensors: readonly (Tensor | readonly Tensor[])[]) => {
    const [first] = tensors;
    if (first instanceof TensorBase && tensors.length === 1) return raise(first);
    return (tensors.flat() as Tensor[]).map(raise);
  }) as AtLeast);

/** Makes tensors without dimensions vectors; others stay. */
export const atleast1d = atLeast('atleast1d', (x) => (x.shape.length === 0 ? x.reshape(1) : x));

/** Makes tensors of fewer than 2 dimensions matrices of one row; others stay. */
export const atleast2d = atLeast('atleast2d', (x) => (x.shape.length < 2 ? x.reshape(1, -1) : x));

/** Gives vectors shape [1, n, 1] and matrices shape [n, m, 1]; tensors of more dimensions stay. */
export const atleast3d = atLeast('atleast3d', (x) =>
  x.shape.length < 2 ? x.reshape(1, -1, 1) : x.shape.length === 2 ? x.unsqueeze(-1) : x,
);

/** Joins tensors along dimension 2, after `atleast3d`. */
export const dstack = callable(
  'dstack(tensors: tensors)',
  (tensors: readonly Tensor[]): Tensor => cat(atleast3d(tensors), 2),
);

/** Joins tensors along dimension 1; vectors become columns first. */
export const columnStack = callable(
  'columnStack(tensors: tensors)',
  (tensors: readonly Tensor[]): Tensor =>
    cat(
      tensors.map((x) => (x.shape.length < 2 ? x.reshape(-1, 1) : x)),
      1,
    ),
);

export { vstack as rowStack };

/**
 * The shape to which the shapes broadcast; a number counts as a shape of one dimension.
 * @param shapes Shapes.
 */
export function broadcastShapes(...shapes: readonly (Shape | number)[]): Shape {
  const given = shapes.map((shape) => expectSize('broadcastShapes', typeof shape === 'number' ? [shape] : shape));
  if (given.length === 0) return [];
  return broadcast(
    'broadcastShapes',
    given.map((shape) => ({ shape, dtype: 'float32' })),
  );
}

/** Views of the tensors, expanded to the shape to which all of them broadcast. */
export const broadcastTensors = checked('broadcastTensors(*tensors)', broadcastTensorsOf);

function broadcastTensorsOf(...tensors: readonly Tensor[] | [readonly Tensor[]]): Tensor[] {
  const list = tensors.flat() as Tensor[];
  const shape = broadcastShapes(...list.map((x) => x.shape));
  return list.map((x) => (sameShape(x.shape, shape) ? x : x.expand(shape)));
}

/** A block-diagonal matrix of the given matrices, with zeros elsewhere; vectors count as rows. */
export const blockDiag = checked('blockDiag(*tensors)', blockDiagOf);

function blockDiagOf(/** The arguments. */ ...given: readonly Tensor[]): Tensor {
  const blocks = given.flat().map((x) => {
    if (x.shape.length > 2) {
      throw new ShapeError(`blockDiag: expected tensors of at most 2 dimensions, but got shape ${showShape(x.shape)}`);
    }
    return atleast2d(x);
  });
  if (blocks.length === 0) throw new ArgumentError('blockDiag: expected at least one tensor, but got none');
  const columns = blocks.map((x) => x.shape[1]!);
  const total = columns.reduce((a, b) => a + b, 0);
  let before = 0;
  return cat(
    blocks.map((x, i) => {
      const row = x.pad([before, total - before - columns[i]!]);
      before += columns[i]!;
      return row;
    }),
  );
}

/**
 * The Cartesian product of vectors: a row for each way to take one element of each; the last column changes fastest.
 */
export const cartesianProd = checked('cartesianProd(*tensors)', cartesianProdOf);

function cartesianProdOf(/** The arguments. */ ...given: readonly Tensor[]): Tensor {
  const tensors = given.flat();
  for (const x of tensors) {
    if (x.shape.length !== 1) {
      throw new ShapeError(`cartesianProd: expected vectors, but got shape ${showShape(x.shape)}`);
    }
  }
  const [only, ...more] = tensors;
  if (!only) throw new ArgumentError('cartesianProd: expected at least one tensor, but got none');
  if (more.length === 0) return only;
  const columns = meshgrid(tensors).map((x) => x.reshape(-1, 1));
  return cat(columns, 1);
}

/** The maximum number of numbers that `combinations` may return, since they are enumerated one by one on the host. */
const MOST_PLACES = 2 ** 24;

function expectRows(n: number, r: number, withReplacement: boolean): void {
  if (!withReplacement && r > n) return;
  // The binomial coefficient as a product. It grows with every factor, so the loop can stop early.
  const of = withReplacement ? n + r - 1 : n;
  const fewer = Math.min(r, of - r);
  let rows = 1;
  for (let k = 1; k <= fewer && rows * r <= MOST_PLACES; k++) rows *= (of - fewer + k) / k;
  if (rows * r <= MOST_PLACES) return;
  throw new ArgumentError(
    `combinations: expected at most ${MOST_PLACES} numbers in all rows, but ${r} of ${n} elements give more`,
  );
}

/**
 * The combinations of r elements of a vector, a row for each, in order. With `withReplacement`, elements may repeat.
 */
export const combinations = callable(
  'combinations(input, ...)',
  (
    input: Tensor,
    ...args:
      | [
          options?: {
            /** The number of elements that are taken together. */ r?: number;
            /** Whether an element may be taken again. */
            withReplacement?: boolean;
          },
        ]
      | [r: number, options?: { withReplacement?: boolean }]
  ): Tensor => {
    const { r, withReplacement } = parseArgs<{ r?: number; withReplacement?: boolean }>(
      'combinations',
      [],
      { r: 2, withReplacement: false },
      args,
    );
    if (input.shape.length !== 1) {
      throw new ShapeError(`combinations: expected a vector, but got shape ${showShape(input.shape)}`);
    }
    if (!Number.isInteger(r) || r < 0) throw new ArgumentError(`combinations: expected a whole r ≥ 0, but got ${r}`);
    expectRows(input.shape[0]!, r, withReplacement);
    let rows: number[][] = r === 0 ? [] : [[]];
    for (let i = 0; i < r && rows.length > 0; i++) {
      rows = rows.flatMap((row) => {
        const last = row.at(-1);
        const start = last === undefined ? 0 : withReplacement ? last : last + 1;
        return Array.from({ length: Math.max(input.shape[0]! - start, 0) }, (_, k) => [...row, start + k]);
      });
    }
    const places = made(fromHost(Int32Array.from(rows.flat()), [rows.length * r], 'int64'));
    return input.indexSelect(0, places).reshape(rows.length, r);
  },
);
