// Who makes the batches of a loader with workers: threads that read, and for each worker, on the main side, its number, seed and generator.

import { WorkerError } from '../../core/errors';
import { Generator } from '../../storage/random/generator';
import { lengthOf } from '../dataset';
import { rootIndex, rootOf } from '../subset';
import type { WorkerCopy } from './copy';
import { Crew } from './crew';
import { asWorker, shownSeed, type WorkerInfo } from './info';
import type { Answer, Served } from './protocol';
import type { WorkerLike } from './thread';

/** Where the items of a loader come from. */
export type Origin =
  /** A module of the user's. */
  | { readonly kind: 'served'; readonly start: () => WorkerLike | Promise<WorkerLike>; readonly iterable: boolean }
  /** Copies of a data set of this library. */
  | { readonly kind: 'cloned'; readonly copy: WorkerCopy }
  /** Memory: nothing is read ahead. */
  | { readonly kind: 'here' };

/** What is to go on where a run stopped. */
export interface WorkforceState {
  readonly baseSeed: string;
  /** Of each worker: its generator on the main side, and that of its thread where that has drawn. */
  readonly generators: readonly { readonly main: Uint8Array; readonly thread: Uint8Array | null }[];
}

/** One worker as the main side knows it. */
interface Hand {
  readonly info: WorkerInfo;
  /** What code of the worker that runs on the main side draws from. */
  readonly generator: Generator;
  /** The state of the generator in its thread behind the last batch that was handed out; null before it has drawn. */
  thread: Uint8Array | null;
}

export interface WorkforceOptions {
  readonly dataset: unknown;
  readonly origin: Origin;
  readonly numWorkers: number;
  readonly baseSeed: bigint;
  readonly workerInitFn: ((workerId: number) => unknown) | null;
  readonly resumed: WorkforceState | null;
}

export class Workforce {
  readonly #hands: readonly Hand[];
  readonly #options: WorkforceOptions;
  readonly #crew: Crew | null;

  constructor(options: WorkforceOptions) {
    const { dataset, origin, numWorkers, baseSeed, workerInitFn, resumed } = options;
    this.#options = options;
    const ids = Array.from({ length: numWorkers }, (_, id) => id);
    this.#hands = ids.map((id) => {
      const seed = baseSeed + BigInt(id);
      const info = { id, numWorkers, seed: shownSeed(seed), dataset };
      return { info, generator: new Generator().manualSeed(seed), thread: resumed?.generators[id]?.thread ?? null };
    });
    for (const [id, { info, generator }] of this.#hands.entries()) {
      asWorker(info, generator, () => workerInitFn?.(id));
      if (resumed) generator.setState(resumed.generators[id]!.main);
    }
    if (origin.kind === 'here') {
      this.#crew = null;
      return;
    }
    const state = origin.kind === 'cloned' ? origin.copy.state : null;
    this.#crew = new Crew({
      starts: this.#hands.map(({ thread }, id) => ({
        id,
        numWorkers,
        seed: baseSeed + BigInt(id),
        generator: thread,
        state,
      })),
      start: () => (origin.kind === 'cloned' ? origin.copy.start() : origin.start()),
      check: (served) => this.#check(served),
    });
  }

  get isOver(): boolean {
    return this.#crew?.isOver ?? false;
  }

  get baseSeed(): bigint {
    return this.#options.baseSeed;
  }

  nextPass(): void {
    this.#crew?.nextPass();
  }

  /** Has worker `id` make the batch of `indices`; of an iterable data set, of the next so many. */
  ask(id: number, task: number, indices: readonly number[] | number, dropLast: boolean): void {
    const { origin, dataset } = this.#options;
    if (typeof indices === 'number') {
      this.#crew!.ask(id, task, { addresses: indices, samples: null, dropLast });
    } else if (origin.kind === 'cloned') {
      this.#crew!.ask(id, task, { addresses: indices.map((i) => origin.copy.address(i)), samples: indices, dropLast });
    } else {
      this.#crew?.ask(id, task, { addresses: indices.map((i) => rootIndex(dataset, i)), samples: indices, dropLast });
    }
  }

  /** What came of a task; null where nothing is read ahead. */
  async answer(task: number, seconds: number, signal: AbortSignal | null): Promise<Answer | null> {
    signal?.throwIfAborted();
    return (await this.#crew?.answer(task, seconds, signal)) ?? null;
  }

  /** Runs code of worker `id` on the main side. */
  as<T>(id: number, fn: () => T): T {
    const { info, generator } = this.#hands[id]!;
    return asWorker(info, generator, fn);
  }

  /** Notes what the thread of worker `id` has drawn, for a batch that is being handed out. */
  note(id: number, state: Uint8Array | null): void {
    if (state === null) return;
    const hand = this.#hands[id]!;
    // Where the thread draws for items, what draws for batches on the main side takes numbers of its own.
    if (hand.thread === null) hand.generator.manualSeed(this.#options.baseSeed + BigInt(this.#hands.length + id));
    hand.thread = state;
  }

  state(): WorkforceState {
    const generators = this.#hands.map(({ generator, thread }) => ({ main: generator.getState(), thread }));
    return { baseSeed: String(this.#options.baseSeed), generators };
  }

  /** Sets the generators of the main side; the threads have got there by themselves. */
  goOn({ generators }: WorkforceState): void {
    for (const [id, hand] of this.#hands.entries()) {
      hand.generator.setState(generators[id]!.main);
      hand.thread = generators[id]!.thread;
    }
  }

  /** Throws where a module of the user's serves another data set. */
  #check(served: Served | null): void {
    const { origin, dataset } = this.#options;
    if (origin.kind !== 'served') return;
    const root = rootOf(dataset) as { readonly constructor: { readonly name: string }; readonly length: number };
    const expected = origin.iterable ? null : lengthOf(root);
    if (served?.length === expected) return;
    const text = (name: string | undefined, length: number | null | undefined) =>
      `${name ?? 'something else'}, ${length == null ? 'which is iterated' : `of ${length} items`}`;
    throw new WorkerError(
      `DataLoader: expected the workers to serve the loader's data set, ${text(root.constructor.name, expected)}, but they serve ${text(served?.name, served?.length)}`,
    );
  }

  close(): Promise<void> {
    return this.#crew?.close() ?? Promise.resolve();
  }
}
