// Calls of a user's code that stand within a backward, such as hooks. Code of Python may wait for the GPU, which no call within JavaScript
// can: the backward stops before such a call, and goes on with its answer.

import type { Value } from './value';

/** Calls a function in some mode. */
export type Within = <R>(fn: () => R) => R;

/** A call of `code` with `args`. `then` gives what its answer leads to, which may be a further call. */
export class Ask<T> {
  /** What `code` runs in, such as the mode of the backward. */
  within: Within = (fn) => fn();
  /** What the backward has computed so far: who waits holds these values, since a flush may come meanwhile. */
  alive: () => Iterable<Value> = () => [];

  constructor(
    // biome-ignore lint/suspicious/noExplicitAny: the parameters of a user's code are its own.
    readonly code: (...args: any[]) => unknown,
    readonly args: readonly unknown[],
    readonly then: (answer: unknown) => T | Ask<T>,
  ) {}

  call(): unknown {
    return this.within(() => this.code(...this.args));
  }
}

/** Goes on with a result, once all that it asks for has been called. */
export function behind<T, R>(given: T | Ask<T>, then: (result: T) => R | Ask<R>): R | Ask<R> {
  if (!(given instanceof Ask)) return then(given);
  return new Ask(given.code, given.args, (answer) => behind(given.then(answer), then));
}

/** The way to a result, which stops before each call of a user's code, and goes on with its answer. */
export type Steps<T> = Generator<Ask<unknown>, T, unknown>;

/** What a result is once all that it asks for has been called; `alive` are the values that are needed behind that. */
export function* answered<T>(given: T | Ask<T>, alive: Ask<T>['alive']): Steps<T> {
  let now = given;
  while (now instanceof Ask) {
    now.alive = alive;
    now = now.then(yield now as Ask<unknown>);
  }
  return now;
}

/** The result, with each call made where the way stops. */
export function finished<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next(step.value.call());
  return step.value;
}

/** The way of `steps`, each part of which runs in the mode that `within` sets. Calls that JavaScript makes on the way run in it, too. */
export function* partsWithin<T>(within: Within, steps: Steps<T>): Steps<T> {
  let step = within(() => steps.next());
  while (!step.done) {
    const ask = step.value;
    const inner = ask.within;
    ask.within = (fn) => within(() => inner(fn));
    const answer = yield ask;
    step = within(() => steps.next(answer));
  }
  return step.value;
}
