// The type of pooling functions that return the places of the maxima on demand.
import type { Arguments } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';

export interface IndicesOptions<R extends boolean = boolean> {
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
}

type PoolGiven<O, Return extends IndicesOptions> = { input: Tensor } & O & Return;

/** Some arguments by position, then `returnIndices: true` with others by name. */
type SomeByName<O, Order extends readonly (keyof O)[], Given extends readonly unknown[] = []> = Order extends readonly [
  infer K extends keyof O,
  ...infer Rest extends readonly (keyof O)[],
]
  ? [...Given, named: { returnIndices: true } & Pick<O, Order[number]>] | SomeByName<O, Rest, [...Given, O[K]]>
  : [...Given, named: { returnIndices: true }];

/** A pooling function of the parameters O, in that order, with `input` before and `returnIndices` after them. */
export interface MaxPool<O, Order extends readonly (keyof O)[]> {
  (
    ...args: Arguments<PoolGiven<O, { returnIndices: true }>, ['input', ...Order, 'returnIndices']>
  ): [values: Tensor, indices: Tensor];
  /** Some of the parameters by position, and the rest by name. */
  (input: Tensor, ...args: SomeByName<O, Order>): [values: Tensor, indices: Tensor];
  (...args: Arguments<PoolGiven<O, IndicesOptions<false>>, ['input', ...Order, 'returnIndices']>): Tensor;
}

/** The result of a max pool: values, with their indices if R is true. */
export type MaxResult<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor;
