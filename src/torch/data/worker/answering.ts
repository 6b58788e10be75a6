// The loop of a worker: it starts when the loader tells it to, and makes one batch after another.

import { defaultGenerator, manualSeed } from '../../../engine/storage/random/generator';
import { failureOf } from '../../crossing/failure';
import { BatchWriter, type TensorNumbers } from '../../crossing/hand-over';
import { endpoint } from './endpoint';
import { becomeWorker, shownSeed } from './info';
import { type Fetch, isMarked, MARK, type Order, type Report, type Served, type Start } from './protocol';

/** The source of a worker's items. */
export interface Source {
  readonly dataset: unknown;
  /** Called for one item after another, so that random draws stay in order. */
  read(address: unknown): unknown;
  /** For an iterable data set: begins a pass. */
  iterate?(): AsyncIterator<unknown> | Iterator<unknown>;
}

export interface Answering {
  /** A description of the data set; null if the loader knows it. */
  readonly served: Promise<Served | null>;
  /** Called once, when the loader sends its start order. */
  open(start: Start): Promise<Source>;
  /** The numbers that a tensor holds; null if this worker knows no tensors. */
  numbersOf(value: object): TensorNumbers | null;
}

/** Starts to answer the loader of this worker. */
export function answer(work: Answering): void {
  const { post, listen, hold } = endpoint(
    'data.serve: expected to be called in a worker, in the module that the option worker of a DataLoader starts',
  );
  const report = (message: Report, transfer: ArrayBuffer[] = []) => post(message, transfer);
  const fail = (at: { pass: number; task: number }, thrown: unknown, sample: number | null) =>
    report({ mark: MARK, kind: 'failed', pass: at.pass, task: at.task, failure: failureOf(thrown, sample) });
  const hello = () =>
    work.served.then(
      (served) => report({ mark: MARK, kind: 'serving', served }),
      (error: unknown) => fail(NEVER, error, null),
    );
  let source: Promise<Source>;
  let iterator: ReturnType<NonNullable<Source['iterate']>> | null = null;
  let pass = 0;
  let state: Uint8Array;
  /** Settles when the latest order has been carried out; orders are carried out one after another. */
  let last: Promise<void> = Promise.resolve();

  const begin = async (order: Start): Promise<void> => {
    // Take the lock first, so that the page notices if the worker ends during the remaining steps.
    if (order.lock !== null) {
      await hold(order.lock);
      report({ mark: MARK, kind: 'locked' });
    }
    source = work.open(order);
    await source;
    state = defaultGenerator().getState();
  };

  const fetch = async (order: Fetch): Promise<void> => {
    const writer = new BatchWriter(work.numbersOf);
    let sample: number | null = null;
    try {
      const from = await source;
      if (typeof order.addresses === 'number') {
        iterator ??= from.iterate!();
        let count = 0;
        for (; count < order.addresses; count++) {
          const { value, done } = await iterator.next();
          if (done) break;
          writer.add(await value);
        }
        if (count === 0 || (order.dropLast && count < order.addresses)) {
          report({ mark: MARK, kind: 'end', pass, task: order.task });
          return;
        }
      } else {
        for (const [i, address] of order.addresses.entries()) {
          sample = order.samples?.[i] ?? null;
          writer.add(await from.read(address));
        }
        sample = null;
      }
      const items = writer.finish();
      const now = defaultGenerator().getState();
      const drew = now.some((byte, i) => byte !== state[i]);
      state = now;
      report({ mark: MARK, kind: 'batch', pass, task: order.task, items, generator: drew ? now : null }, [
        items.buffer,
      ]);
    } catch (error) {
      fail(order, error, sample);
    }
  };

  const nextPass = async (number: number): Promise<void> => {
    pass = number;
    const before = iterator;
    iterator = null;
    await before?.return?.();
  };

  const obey = (order: Order): Promise<void> => {
    if (order.kind === 'hello') return hello();
    if (order.kind === 'start') return begin(order);
    return order.kind === 'fetch' ? fetch(order) : nextPass(order.pass);
  };

  listen((data) => {
    if (!isMarked(data)) return;
    const order = data as Order;
    // An error at the start is reported in answer to the first request for a batch.
    last = last.then(() => obey(order)).catch(() => undefined);
  });
  void hello();
}

/** The pass and task of a failure that belongs to no batch. */
const NEVER = { pass: -1, task: -1 };

/** Seeds the thread's generator or restores its state, and sets the result of `getWorkerInfo`. */
export function enter({ id, numWorkers, seed, generator }: Start, dataset: unknown): void {
  const own = manualSeed(seed);
  if (generator) own.setState(generator);
  becomeWorker({ id, numWorkers, seed: shownSeed(seed), dataset });
}
