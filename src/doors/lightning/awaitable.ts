// A value or a promise. The user's hooks and steps are awaited only if they return a promise, so a plain step stays
// synchronous.

export type Awaitable<T> = T | Promise<T>;

export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';

/**
 * Calls `next(value)` once the value is available. It is not named `then`, because a module that exports `then` would
 * be mistaken for a promise.
 */
export function after<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromise(value) ? (value as Promise<T>).then(next) : next(value as T);
}

/** Makes the calls one after another. */
export function inTurn(calls: readonly (() => unknown)[], from = 0): Awaitable<void> {
  for (let i = from; i < calls.length; i++) {
    const result = calls[i]!();
    if (isPromise(result)) return result.then(() => inTurn(calls, i + 1));
  }
}
