// Carries the switches of gradient recording across the awaits of an asynchronous function of the library.
import { mode, withMode } from '../graph/mode';

declare const carries: unique symbol;

/**
 * The promise of a function whose parts between its awaits all run in the mode in which it was called, so that `noGrad` may
 * return it: `await torch.noGrad(() => detector(images))`. What is chained to it is an ordinary promise.
 */
export class CarriedPromise<T> extends Promise<T> {
  /** Told apart by types: see `Synchronous`. */
  declare readonly [carries]: true;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}

/** Runs a part of an asynchronous function, which does not wait itself, in the mode in which that function was called. */
export type InMode = <T>(part: () => T) => T;

/** The promise of `steps`, which awaits between the parts that it runs through what it is given. */
export function carried<T>(steps: (inMode: InMode) => Promise<T>): CarriedPromise<T> {
  const { grad, keepSaved } = mode;
  const inMode: InMode = (part) => withMode({ grad, keepSaved }, part);
  return new CarriedPromise((resolve) => resolve(steps(inMode)));
}
