// Functions over tensors that repeat, roll, turn, mask, and join side by side.

import { ArgumentError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { isPlainObject, kindOf, parameterTwice, parseArgs } from '../core/options';
import { fromHost } from '../graph/record';
import { callable, checked, method } from './callable';
import { cat } from './functions';
import type { TransposeArgs } from './shape-methods';
import { Tensor } from './tensor';
import { tensors as tensorsKind } from './tensor-kinds';

/** As `repeat`, where fewer counts than dimensions are for the last ones. */
export const tile = callable(
  'tile(input, dims: list)',
  (input: Tensor, dims: readonly number[]): Tensor => input.tile(dims),
);
/** The elements moved along dimensions, going round; without `dims`, in the flattened tensor. */
export const roll = method('roll(input, ...)');
/** Turned by k quarters in the plane of two dimensions, from the first towards the second. */
export const rot90 = method('rot90(input, ...)');
/** Dimensions moved to other places, the rest in their order; a view. */
export const movedim = method('movedim(input, ...)');
/** `transpose` by NumPy's name. */
export const swapaxes = method('swapaxes(input, ...)');
/** The lower triangle of matrices, up to a diagonal; 0 elsewhere. */
export const tril = method('tril(input, ...)');
/** The upper triangle of matrices, from a diagonal on; 0 elsewhere. */
export const triu = method('triu(input, ...)');
/** A view of a diagonal of two dimensions, as the last dimension. */
export const diagonal = method('diagonal(input, ...)');

type Counts = number | readonly number[];

/** Slices several times in a row; as the method. With counts alone, the places of the slices: each i as often as the i-th count says. */
export const repeatInterleave = checked('repeatInterleave(input: value, ...)', repeatInterleaveOf);

function repeatInterleaveOf(repeats: Tensor): Promise<Tensor>;
function repeatInterleaveOf(repeats: Tensor, options: { outputSize: number }): Tensor;
function repeatInterleaveOf(input: Tensor, repeats: Counts, dim?: number | null): Tensor;
function repeatInterleaveOf(input: Tensor, repeats: Counts, options: { dim?: number | null }): Tensor;
function repeatInterleaveOf(
  input: Tensor,
  repeats: Tensor,
  options: { dim?: number | null; outputSize: number },
): Tensor;
function repeatInterleaveOf(
  input: Tensor,
  repeats: Tensor,
  dim: number | null,
  options: { outputSize: number },
): Tensor;
function repeatInterleaveOf(
  input: Tensor,
  repeats: Tensor,
  dim?: number | null | { dim?: number | null },
): Promise<Tensor>;
function repeatInterleaveOf(
  input: Tensor,
  options: { repeats: Counts; dim?: number | null; outputSize?: number | null },
): Tensor;
function repeatInterleaveOf(input: Tensor, ...args: readonly unknown[]): Tensor | Promise<Tensor> {
  const [repeats] = args;
  if (!(input instanceof Tensor)) {
    throw new ArgumentError(`repeatInterleave: expected input to be a tensor, but got ${kindOf(input)}`);
  }
  const alone = args.length === 0 || (isPlainObject(repeats) && !('repeats' in repeats));
  const x = alone
    ? Tensor.of(
        fromHost(
          Int32Array.from({ length: input.numel() }, (_, i) => i),
          input.shape,
          'int64',
        ),
      )
    : input;
  const method = x.repeatInterleave as (...given: unknown[]) => Tensor | Promise<Tensor>;
  return method.apply(x, alone ? [input, 0, ...args] : [...args]);
}

/** Tensors joined along dimension 1, vectors along their only one. */
export const hstack = callable('hstack(tensors: tensors)', (tensors: readonly Tensor[]): Tensor => {
  const parts = tensors.map((x) => (x.shape.length === 0 ? x.reshape(1) : x));
  return cat(parts, parts[0]?.shape.length === 1 ? 0 : 1);
});

/** Tensors joined along dimension 0, vectors as rows. */
export const vstack = callable('vstack(tensors: tensors)', (tensors: readonly Tensor[]): Tensor => {
  return cat(
    tensors.map((x) => (x.shape.length < 2 ? x.reshape(1, -1) : x)),
    0,
  );
});

interface MeshgridOptions {
  readonly indexing?: 'ij' | 'xy';
}

/**
 * The coordinates of a grid over vectors, in a list or one by one: one view a vector, of the grid's shape. `indexing: 'xy'` swaps
 * the first two dimensions.
 */
export const meshgrid = checked('meshgrid(*tensors, ...)', meshgridOf);

function meshgridOf(tensors: readonly Tensor[], options?: MeshgridOptions): Tensor[];
function meshgridOf(...args: [...tensors: Tensor[], last: Tensor | MeshgridOptions]): Tensor[];
function meshgridOf(named: MeshgridOptions & { tensors: readonly Tensor[] }): Tensor[];
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

/** `transpose` by another name. */
export const swapdims = callable(
  'swapdims(input, ...)',
  (input: Tensor, ...args: TransposeArgs): Tensor => input.transpose(...args),
);
export { movedim as moveaxis };
