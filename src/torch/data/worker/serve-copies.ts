// `serveCopies`: the worker modules of this library call it to serve copies of data sets that a loader has cloned. It
// does not know tensors, which keeps such a worker small.
import { answer, enter } from './answering';
import { readerOf } from './parts';

/** Reads plain data for a copy of a data set, given an `address` of the `WorkerCopy`. */
export type CopyReader = (address: unknown) => unknown;

/** @param open makes the reader from the `state` of a `WorkerCopy` */
export function serveCopies(open: (state: unknown) => CopyReader | Promise<CopyReader>): void {
  answer({
    served: Promise.resolve(null),
    async open(start) {
      enter(start, null);
      return { dataset: null, read: await readerOf(start.state, open) };
    },
    numbersOf: () => null,
  });
}
