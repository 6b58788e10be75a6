// The main side's record of a loader's workers: the id, seed and generator of each. The threads that read are a
// `Crew`, which the first pass makes.

import { WorkerError } from '../../../engine/core/errors';
import { Generator } from '../../../engine/storage/random/generator';
import { lengthOf } from '../dataset';
import { rootIndex, rootOf } from '../subset';
import type { WorkerCopy } from './copy';
import type { Crew, CrewOptions } from './crew';
import { asWorker, shownSeed, type WorkerInfo } from './info';
import type { Served } from './protocol';
import type { WorkerLike } from './thread';

/** Where the items of a loader are made. */
export type Origin =
  /** A worker module of the user. */
  | { readonly kind: 'served'; readonly start: () => WorkerLike | Promise<WorkerLike>; readonly iterable: boolean }
  /** Copies of a data set of this library. */
  | { readonly kind: 'cloned'; readonly copy: WorkerCopy }
  /** The main side: nothing is read ahead. */
  | { readonly kind: 'here' };

/** The state from which a stopped run resumes. */
export interface WorkforceState {
  readonly baseSeed: string;
  /** For each worker: its generator on the main side, and its thread's generator if the thread has drawn. */
  readonly generators: readonly { readonly main: Uint8Array; readonly thread: Uint8Array | null }[];
}

/** What the main side knows about a worker. */
interface Hand {
  readonly info: WorkerInfo;
  /** The generator for code that the main side runs on the worker's behalf. */
  readonly generator: Generator;
  /**
   * The state of the generator in the worker's thread after the last batch that was handed out; null until the thread
   * has drawn.
   */
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
  #crew: Crew | null = null;
  #isClosed = false;

  constructor(options: WorkforceOptions) {
    const { dataset, numWorkers, baseSeed, workerInitFn, resumed } = options;
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
  }

  /**
   * The threads, which the first pass starts; null if nothing is read ahead. @param make makes a crew from its options
   */
  crew(make: (options: CrewOptions) => Crew): Crew | null {
    const { origin, numWorkers, baseSeed } = this.#options;
    if (this.#crew || origin.kind === 'here') return this.#crew;
    const state = origin.kind === 'cloned' ? origin.copy.state : null;
    const crew = make({
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
    if (this.#isClosed) void crew.close();
    this.#crew = crew;
    return crew;
  }

  get isOver(): boolean {
    return this.#crew?.isOver ?? this.#isClosed;
  }

  get baseSeed(): bigint {
    return this.#options.baseSeed;
  }

  /** The addresses at which the threads find the items at `indices`. */
  addresses(indices: readonly number[]): unknown[] {
    const { origin, dataset } = this.#options;
    return indices.map((i) => (origin.kind === 'cloned' ? origin.copy.address(i) : rootIndex(dataset, i)));
  }

  /** Runs code on the main side as worker `id`. */
  as<T>(id: number, fn: () => T): T {
    const { info, generator } = this.#hands[id]!;
    return asWorker(info, generator, fn);
  }

  /** Notes the state of the generator in worker `id`'s thread after the batch that is being handed out. */
  note(id: number, state: Uint8Array | null): void {
    if (state === null) return;
    const hand = this.#hands[id]!;
    // If the thread draws for items, the main side's draws for batches get a different seed, so that the two do not use
    // the same numbers.
    if (hand.thread === null) hand.generator.manualSeed(this.#options.baseSeed + BigInt(this.#hands.length + id));
    hand.thread = state;
  }

  state(): WorkforceState {
    const generators = this.#hands.map(({ generator, thread }) => ({ main: generator.getState(), thread }));
    return { baseSeed: String(this.#options.baseSeed), generators };
  }

  /** Sets the generators of the main side; the threads have reached this position by reading again. */
  goOn({ generators }: WorkforceState): void {
    for (const [id, hand] of this.#hands.entries()) {
      hand.generator.setState(generators[id]!.main);
      hand.thread = generators[id]!.thread;
    }
  }

  /** Throws if the user's module serves a different data set. */
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

  /** Ends the threads. Resolves when they are gone. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#crew?.close() ?? Promise.resolve();
  }
}
