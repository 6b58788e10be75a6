// Owns the type of pooling functions that return the places of the maxima on demand.
import type { Arguments } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';

export interface IndicesOptions {
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: boolean;
}

type Given<O, Return extends IndicesOptions> = { input: Tensor } & O & Return;

/** A pooling function of the parameters O, in that order, with `input` before and `returnIndices` after them. */
export interface MaxPool<O, Order extends readonly (keyof O)[]> {
  (
    ...args: Arguments<Given<O, { returnIndices: true }>, ['input', ...Order, 'returnIndices']>
  ): [values: Tensor, indices: Tensor];
  (...args: Arguments<Given<O, { returnIndices?: false }>, ['input', ...Order, 'returnIndices']>): Tensor;
}
