// The waiting of a detector's call. Between its awaits, the call records its work through `inParts`: each part in a
// scope of its own, and in the grad mode of the caller.
import { type CarriedPromise, carried, scopesInTurn } from '../../../torch/inside';

/** Records a part of a detector's work, which must not wait. The tensors that it returns live on for the next part. */
export type RecordedPart = <T>(part: () => T) => T;

/**
 * Runs a detector's work, which awaits between its parts, and returns its promise. Afterwards, the tensors passed from
 * part to part are released, except those in the result.
 */
export const inParts = <T>(work: (part: RecordedPart) => Promise<T>): CarriedPromise<T> =>
  carried((inMode) => scopesInTurn((scoped) => work((part) => inMode(() => scoped(part)))));
