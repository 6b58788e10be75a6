// How a detector waits: between its awaits it records in scopes of their own, in the mode in which it was called.
import { type CarriedPromise, carried } from '../../autograd/carried';
import { scope } from '../../tensor/scope';

/** Records a part of a detector's work, which does not wait; tensors that it returns are there for the next part. */
export type Part = <T>(part: () => T) => T;

/** The promise of a detector's work, which awaits between its parts. */
export const inParts = <T>(work: (part: Part) => Promise<T>): CarriedPromise<T> =>
  carried((inMode) => work((part) => inMode(() => scope(part))));
