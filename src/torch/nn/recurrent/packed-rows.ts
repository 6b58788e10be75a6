// The interface by which a recurrent layer reads a packed sequence, so that layers do not load the code of packed
// sequences.
import type { Tensor } from '../../tensor/tensor';
import type { PackedSequence } from './packed-sequences';

/** The method of a packed sequence that lays its rows out for a layer. */
export const laidOut: unique symbol = Symbol('laidOut');

/** The rows of a packed sequence side by side as [L, N, …], the longest sequence first. */
export interface PackedRows {
  /** The elements; those after the end of a sequence are arbitrary. Shape: [L, N, *]. */
  readonly x: Tensor;
  /** Reverses each sequence up to its own end; doing it twice restores the order. Shape: [L, N, *] → [L, N, *]. */
  reversed(x: Tensor): Tensor;
  /** The elements at the end of each sequence. Shape: [L, N, *] → [N, *]. */
  last(x: Tensor): Tensor;
  /** Replaces the elements after the end of each sequence by `value`. Shape: [L, N, *] → [L, N, *]. */
  filled(x: Tensor, value: number): Tensor;
  /** Reorders states from the given order of the sequences to the order of the rows. Shape: [*, N, *] → [*, N, *]. */
  sorted(state: Tensor): Tensor;
  /** The inverse of `sorted`. */
  unsorted(state: Tensor): Tensor;
  /** A packed sequence of the same lengths. Shape of x: [L, N, *]. */
  packed(x: Tensor): PackedSequence;
}

export const isPacked = (x: unknown): x is PackedSequence => typeof x === 'object' && x !== null && laidOut in x;
