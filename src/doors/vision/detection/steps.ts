// How a detector waits: between its awaits it records through `inParts`, in scopes of their own, in the mode in which it was called.
import { type CarriedPromise, carried, leaveBehind, type Storage, scopeOf } from '../../../torch/inside';

/** Records a part of a detector's work, which does not wait; tensors that it returns are there for the next part. */
export type Part = <T>(part: () => T) => T;

/** The promise of a detector's work, which awaits between its parts. What these have handed on is inner afterwards, but for what the work gives. */
export const inParts = <T>(work: (part: Part) => Promise<T>): CarriedPromise<T> =>
  carried(async (inMode) => {
    const passed = new Set<Storage>();
    const result = await work((part) => inMode(() => scopeOf(part, passed)));
    leaveBehind(passed, result);
    return result;
  });
