// Functions over tensors that repeat, roll, turn, mask, and join side by side.
import { showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { cat } from './functions';
import type { Tensor } from './tensor';

export const tile = (input: Tensor, dims: readonly number[]): Tensor => input.tile(dims);
export const repeatInterleave = (input: Tensor, ...args: Parameters<Tensor['repeatInterleave']>): Tensor =>
  input.repeatInterleave(...args);
export const roll = (input: Tensor, ...args: Parameters<Tensor['roll']>): Tensor => input.roll(...args);
export const rot90 = (input: Tensor, k?: number, dims?: readonly number[]): Tensor => input.rot90(k, dims);
export const movedim = (input: Tensor, ...args: Parameters<Tensor['movedim']>): Tensor => input.movedim(...args);
export const swapaxes = (input: Tensor, axis0: number, axis1: number): Tensor => input.swapaxes(axis0, axis1);
export const tril = (input: Tensor, diagonal?: number): Tensor => input.tril(diagonal);
export const triu = (input: Tensor, diagonal?: number): Tensor => input.triu(diagonal);
export const diagonal = (input: Tensor, ...args: Parameters<Tensor['diagonal']>): Tensor => input.diagonal(...args);

/** Tensors joined along dimension 1, vectors along their only one. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const parts = tensors.map((x) => (x.shape.length === 0 ? x.reshape(1) : x));
  return cat(parts, parts[0]?.shape.length === 1 ? 0 : 1);
}

/** Tensors joined along dimension 0, vectors as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return cat(
    tensors.map((x) => (x.shape.length < 2 ? x.reshape(1, -1) : x)),
    0,
  );
}

/** The coordinates of a grid over vectors: one view a vector, of the grid's shape. `indexing: 'xy'` swaps the first two dimensions. */
export function meshgrid(tensors: readonly Tensor[], { indexing = 'ij' }: { indexing?: 'ij' | 'xy' } = {}): Tensor[] {
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

export { movedim as moveaxis, swapaxes as swapdims };
