// Switches of gradient recording.
import { ArgumentError } from '../core/errors';
import { mode, withMode } from '../graph/mode';
import { type CarriedPromise, runSwitched, type Switched } from './carried';

/**
 * The type of a function that a switch takes: one that does not wait, since other code would run with the switch in the
 * meantime; or a generator function, which yields the promises that it waits for. An asynchronous function of the
 * library, such as a detector, carries the switch along.
 */
export type Synchronous<T> = 0 extends 1 & T
  ? () => T
  : [T] extends [never]
    ? () => T
    : [T] extends [CarriedPromise<unknown>]
      ? () => T
      : [T] extends [PromiseLike<unknown>]
        ? () => 'a synchronous function: the switch cannot follow an await, so await outside of it, or write function* and yield in the place of await'
        : () => T;

/**
 * Runs `fn` without recording gradients and returns its result. The switch cannot follow an await, so read values back
 * outside of it: `const correct = torch.noGrad(() => …); total += await correct.item();` Or pass a generator function
 * that yields where it would await. It records no gradients, while other code that runs during its waits does.
 *
 *     const total = await torch.noGrad(function* () {
 *       const scores: number[] = yield model(x).tolist();
 *       …
 *     });
 *
 * @throws ArgumentError if `fn` returns a promise
 */
export const noGrad = <T>(fn: (() => T) & Synchronous<T>): Switched<T> => switched<T>('noGrad', false, fn);

/** Runs `fn` with gradients recorded, also inside `noGrad`. */
export const enableGrad = <T>(fn: (() => T) & Synchronous<T>): Switched<T> => switched<T>('enableGrad', true, fn);

/** `noGrad` by the name that PyTorch has for code that never needs gradients. */
export const inferenceMode = <T>(fn: (() => T) & Synchronous<T>): Switched<T> =>
  switched<T>('inferenceMode', false, fn);

/**
 * Runs `fn` with gradients recorded, or not.
 * @param on Whether it is on.
 */
export const setGradEnabled = <T>(on: boolean, fn: (() => T) & Synchronous<T>): Switched<T> =>
  switched<T>('setGradEnabled', on, fn);

/** Whether gradients are recorded now. */
export const isGradEnabled = (): boolean => mode.grad;

function switched<T>(name: string, grad: boolean, fn: () => T): Switched<T> {
  if (typeof grad !== 'boolean')
    throw new ArgumentError(`${name}: expected on to be a boolean, but got ${typeof grad}`);
  if (typeof fn !== 'function')
    throw new ArgumentError(`${name}: expected a function, as in ${name}(() => …), but got ${typeof fn}`);
  return withMode({ grad }, () => runSwitched(name, fn));
}
