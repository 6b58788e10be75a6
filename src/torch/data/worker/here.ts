// A stand-in for a worker: if no worker script can be loaded, it reads for the copy of a data set on the main side.
import { failureOf } from '../../crossing/failure';
import { BatchWriter } from '../../crossing/hand-over';
import { readerOf } from './parts';
import { type Fetch, isMarked, MARK, type Order, type Report } from './protocol';
import type { CopyReader } from './serve-copies';
import type { WebWorkerLike } from './thread';

/**
 * A Web Worker that `start` starts, or the stand-in if `start` throws or returns null, or the worker's script cannot be
 * loaded. `missing` is called before the stand-in is made.
 */
export function workerElseHere(
  start: () => WebWorkerLike | null,
  open: (state: unknown) => CopyReader | Promise<CopyReader>,
  missing: () => void,
): WebWorkerLike {
  const standIn = () => {
    missing();
    return workerHere(open);
  };
  try {
    const worker = start();
    return worker ? workerOr(worker, standIn) : standIn();
  } catch {
    return standIn();
  }
}

/**
 * Makes the stand-in. Batches are the same as with a worker, since reading draws no random numbers. @param open makes
 * the reader from the `state` of a `WorkerCopy`
 */
export function workerHere(open: (state: unknown) => CopyReader | Promise<CopyReader>): WebWorkerLike {
  const listeners = new Set<(event: Event) => void>();
  const report = (message: Report) => {
    for (const listener of listeners) listener(new MessageEvent('message', { data: message }));
  };
  let reader: Promise<CopyReader>;
  let pass = 0;
  let isOver = false;
  let last: Promise<void> = Promise.resolve();

  const fetch = async ({ task, addresses, samples }: Fetch): Promise<void> => {
    const own = pass;
    let sample: number | null = null;
    try {
      if (isOver) return;
      const writer = new BatchWriter(() => null);
      const read = await reader;
      for (const [i, address] of (addresses as readonly unknown[]).entries()) {
        sample = samples?.[i] ?? null;
        writer.add(await read(address));
      }
      report({ mark: MARK, kind: 'batch', pass: own, task, items: writer.finish(), generator: null });
    } catch (error) {
      report({ mark: MARK, kind: 'failed', pass: own, task, failure: failureOf(error, sample) });
    }
  };

  const obey = (order: Order): void | Promise<void> => {
    if (order.kind === 'hello') return report({ mark: MARK, kind: 'serving', served: null });
    if (order.kind === 'pass') pass = order.pass;
    if (order.kind === 'fetch') return fetch(order);
    if (order.kind === 'start') {
      reader = readerOf(order.state, open);
      // An error while opening is reported in answer to the first request for a batch.
      reader.catch(() => undefined);
    }
  };

  return {
    postMessage(message) {
      if (isMarked(message)) last = last.then(() => obey(message as Order));
    },
    addEventListener(type, listener) {
      if (type === 'message') listeners.add(listener);
    },
    terminate() {
      isOver = true;
      listeners.clear();
    },
  };
}

/**
 * A Web Worker of this library, or its substitute if the script cannot be loaded, as with a bundler that does not
 * support workers.
 */
export function workerOr(worker: WebWorkerLike, substitute: () => WebWorkerLike): WebWorkerLike {
  let at = worker;
  let hasSpoken = false;
  const orders: unknown[] = [];
  const listeners: Parameters<WebWorkerLike['addEventListener']>[] = [];
  worker.addEventListener('message', () => {
    hasSpoken = true;
    orders.length = 0;
  });
  return {
    postMessage(message) {
      if (!hasSpoken) orders.push(message);
      at.postMessage(message);
    },
    addEventListener(type, listener) {
      listeners.push([type, listener]);
      worker.addEventListener(type, (event) => {
        // If the script is missing, the error event has no message.
        if (type !== 'error' || hasSpoken || (event as Partial<ErrorEvent>).message) return listener(event);
        if (at !== worker) return;
        at = substitute();
        for (const each of listeners) at.addEventListener(...each);
        for (const order of orders) at.postMessage(order);
      });
    },
    terminate: () => at.terminate(),
  };
}
