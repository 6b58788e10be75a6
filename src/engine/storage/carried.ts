// Carries the switches of gradient recording and of mixed precision across the awaits of the library's asynchronous
// functions. A user's function that awaits by itself is refused, because nothing can be carried across its awaits.

import { calls, convertedBy } from '../core/calls';
import { ArgumentError } from '../core/errors';
import { mode, withMode } from '../graph/mode';

declare const carries: unique symbol;

/**
 * The promise of a function whose parts between its awaits all run in the mode in which it was called, so that `noGrad`
 * may return it: `await torch.noGrad(() => detector(images))`. A promise chained to it is an ordinary one.
 */
export class CarriedPromise<T> extends Promise<T> {
  /** Lets types tell it apart: see `Synchronous`. */
  declare readonly [carries]: true;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}

/** Runs a synchronous part of an asynchronous function in the mode in which that function was called. */
export type InMode = <T>(part: () => T) => T;

/** Calls `steps` with the function that runs its parts between awaits, and returns its promise. */
export function carried<T>(steps: (inMode: InMode) => Promise<T>): CarriedPromise<T> {
  const { grad, keepSaved } = mode;
  const { conversions } = calls;
  const inMode: InMode = (part) => convertedBy(conversions, () => withMode({ grad, keepSaved }, part));
  return new CarriedPromise((resolve) => resolve(steps(inMode)));
}

/**
 * Runs a generator to its end. Each value that it yields is awaited outside of the mode, and the generator resumes in
 * the mode.
 */
const stepped = <T>(steps: Generator<unknown, T, never>): CarriedPromise<T> =>
  carried(async (inMode) => {
    let step = inMode(() => steps.next());
    while (!step.done) {
      step = await Promise.resolve(step.value).then(
        (value) => inMode(() => steps.next(value as never)),
        (error: unknown) => inMode(() => steps.throw(error)),
      );
    }
    return step.value;
  });

/**
 * The type that a switch returns: the result of its function, or, for a generator function, the promise of that result.
 */
export type Switched<T> = 0 extends 1 & T
  ? T
  : [T] extends [never]
    ? T
    : [T] extends [Generator<unknown, infer R, never>]
      ? CarriedPromise<R>
      : T;

/** Runs `fn` for the switch of that name. A generator function runs step by step; for others see `runSynchronously`. */
export function runSwitched<T>(name: string, fn: () => T): Switched<T> {
  const result = runSynchronously(name, fn, true);
  return (isGenerator(result) ? stepped(result) : result) as Switched<T>;
}

const isGenerator = (value: unknown): value is Generator<unknown, unknown, never> =>
  Object.prototype.toString.call(value) === '[object Generator]';

/**
 * Runs `fn` for the switch of that name. A function that awaits is refused, an `async` one before it runs: during the
 * await, other code would run with the switch, or the code after the await would run without it.
 * @throws ArgumentError if `fn` is async, or returns a promise other than a carried one
 */
export function runSynchronously<T>(name: string, fn: () => T, mayCarry = false): T {
  if (Object.prototype.toString.call(fn) === '[object AsyncFunction]') throw waits(name, 'an async one', mayCarry);
  const result = fn();
  if ((mayCarry && result instanceof CarriedPromise) || !isThenable(result)) return result;
  // The caller gets this error, and no unhandled rejection of the dropped promise besides.
  if (result instanceof Promise) result.catch(() => {});
  throw waits(name, 'one that returned a promise', mayCarry);
}

const waits = (name: string, given: string, mayCarry: boolean): ArgumentError =>
  new ArgumentError(
    `${name}: expected a synchronous function, but got ${given}; ${name} cannot hold across an await, so wrap each part between awaits: const y = ${name}(() => model(x)); await y.item()` +
      (mayCarry ? `, or write await ${name}(function* () { … }) with yield in the place of await` : ''),
  );

const isThenable = (value: unknown): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof Reflect.get(value, 'then') === 'function';
