// Owns `assert`, by which a cell says what has to hold.
import { Tensor } from 'lamplight';

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** @throws AssertionError with the message where the condition is false; TypeError for a condition that has not been read yet */
export function assert(condition: unknown, message = 'this does not hold yet'): asserts condition {
  if (condition instanceof Promise)
    throw new TypeError('assert: expected a condition, but got a Promise; await it first');
  if (condition instanceof Tensor) {
    throw new TypeError('assert: expected a condition, but got a Tensor; read it first, as by await x.item()');
  }
  if (!condition) throw new AssertionError(message);
}
