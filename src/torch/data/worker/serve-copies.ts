// What the modules of workers of this library call: they serve copies of data sets that a loader has cloned. Tensors are unknown here, so that such a worker is small.
import { answer, enter } from './answering';
import { readerOf } from './parts';

/** Reads for a copy of a data set: plain data, by an `address` of the `WorkerCopy`. */
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
