// A loader's position within a pass, as plain data, so that a run can resume where another stopped, in the same order
// and with the same random numbers. The order itself is not saved: it is drawn again from the generators' states at the
// beginning of the pass.
import { StateDictError } from '../../engine/core/errors';
import { isPlainObject, kindOf, shown } from '../../engine/core/options';
import { defaultGenerator, Generator } from '../../engine/storage/random/generator';
import { IterableDataset } from './dataset';
import { fromText, isGeneratorState, toText } from './generator-text';
import type { Workforce, WorkforceState } from './worker/workforce';

/** The state of a loader, from `stateDict()`: plain data, which both `torch.save` and JSON can store. */
export type LoaderState = {
  /** How many batches the current pass has given; null between passes. */
  batches: number | null;
  /**
   * The indices of the last batch given, used to detect a different order; null if batches are not requested by index.
   */
  indices: number[] | null;
  /** Whether that batch was smaller than the others, and therefore the last of its pass. */
  short: boolean;
  /**
   * The states of the default generator, then of the loader's and the sampler's own generators, at the beginning of the
   * pass (`begun`) and now; in base64.
   */
  begun: string[];
  generators: string[];
  /** The workers' generators; null without workers, or if none are left. */
  workers: WorkersState | null;
  /** The states of the sampler and the data set, if they have `stateDict()` and `loadStateDict()`; otherwise null. */
  sampler: unknown;
  dataset: unknown;
};

interface WorkersState {
  baseSeed: string;
  /**
   * For each worker, the states of its main-side generator and, once its thread has drawn, of the thread's generator:
   * at the beginning of the pass, and now.
   */
  begun: HandState[];
  generators: HandState[];
}

interface HandState {
  main: string;
  thread: string | null;
}

/** A sampler or data set that can save its position and return to it. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(/** The result of `stateDict`. */ state: unknown): void;
}

/** The parts of a loader that have a state. */
export interface LoaderParts {
  readonly generator: Generator | null;
  /** The sampler and the samplers inside it, outermost first. */
  readonly samplers: readonly unknown[];
  readonly dataset: unknown;
  readonly numWorkers: number;
}

/** One pass: its position, and the state needed to resume it. */
export class Progress {
  batches = 0;
  indices: readonly number[] | null = null;
  short = false;
  isOver = false;
  /** The sampler's own state after the last batch given. */
  samplerState: unknown;
  workersBegun: WorkforceState | null = null;
  /** The sampler's own states after each batch that has been requested but not given yet. */
  readonly #asked: unknown[] = [];

  /** @param resumed the state from which the pass resumes */
  constructor(
    readonly begun: readonly Uint8Array[],
    readonly baseSeed: bigint,
    private readonly generators: readonly Generator[],
    private readonly sampler: Stateful | null,
    private readonly resumed: LoaderState | null,
  ) {
    this.samplerState = sampler?.stateDict() ?? null;
  }

  /** How many batches the saved pass had given. */
  get resumedAt(): number {
    return this.resumed?.batches ?? 0;
  }

  /**
   * The state from which the workers start; if the data set is an IterableDataset, they start at the beginning of the
   * pass, since they read it again.
   */
  get workers(): WorkforceState | null {
    const { workers, batches, indices } = this.resumed ?? {};
    if (!workers) return null;
    return toWorkforce(workers.baseSeed, batches !== null && indices === null ? workers.begun : workers.generators);
  }

  /** The rest of an order. The batches that the saved pass has already given are drawn again and dropped. */
  *rest<I>(order: Iterable<I>): IterableIterator<I> {
    const iterator = order[Symbol.iterator]();
    const { resumedAt, sampler } = this;
    if (!sampler) this.#repeat(iterator);
    this.#goOn();
    // The saved pass was over, so a sampler with its own state is already at the start of the next pass.
    if (sampler && resumedAt > 0 && this.short) return;
    for (const each of { [Symbol.iterator]: () => iterator }) {
      if (sampler) this.#asked.push(sampler.stateDict());
      yield each;
    }
  }

  /**
   * The rest of a stream. The stream is read again from its start unless the data set has restored its own position.
   */
  async *restOf<I>(groups: AsyncIterableIterator<I>): AsyncIterableIterator<I> {
    const knows = this.resumed !== null && this.resumed.dataset !== null;
    try {
      for (let i = 0; !knows && i < this.resumedAt; i++) {
        if ((await groups.next()).done) throw shorter(this.resumedAt, i);
      }
      this.#goOn();
      if (knows && this.resumedAt > 0 && this.short) return;
      for await (const group of groups) yield group;
    } finally {
      await groups.return?.();
    }
  }

  /**
   * Resumes a stream that workers read: they read the batches that the saved pass has already given once more, and drop
   * them.
   */
  async overtake(skip: (batches: number) => Promise<number>, workforce: Workforce): Promise<void> {
    const { resumedAt, resumed } = this;
    const skipped = await skip(resumedAt);
    if (skipped < resumedAt) throw shorter(resumedAt, skipped);
    this.#goOn();
    if (resumed?.workers) workforce.goOn(toWorkforce(resumed.workers.baseSeed, resumed.workers.generators));
  }

  /** Notes that a batch has been made and is about to be given. */
  given(indices: readonly number[] | null, short: boolean): void {
    this.batches++;
    this.indices = indices;
    this.short = short;
    if (this.sampler) this.samplerState = this.#asked.shift();
  }

  end(): void {
    this.isOver = true;
  }

  /** Draws again the indices that the saved pass has given, and checks that the last ones are the same. */
  #repeat(iterator: Iterator<unknown>): void {
    const { resumedAt } = this;
    let last: unknown;
    for (let i = 0; i < resumedAt; i++) {
      const { value, done } = iterator.next();
      if (done) throw shorter(resumedAt, i);
      last = value;
    }
    const expected = this.resumed?.indices;
    if (resumedAt === 0 || !expected || `${last}` === `${expected}`) return;
    throw new StateDictError(
      `DataLoader: expected the sampler to give the indices ${shown(expected)} again, but got ${shown(last)}; resume with the same data set and options, or give the sampler stateDict() and loadStateDict()`,
    );
  }

  /** Sets the position and the generators to those of the saved run. */
  #goOn(): void {
    const { resumed } = this;
    if (!resumed || resumed.batches === null) return;
    this.batches = resumed.batches;
    this.indices = resumed.indices;
    this.short = resumed.short;
    // If the sampler has no state of its own, drawing the order again has already advanced the samplers' generators,
    // perhaps further than the batches given. So only the default generator is set.
    const count = this.sampler ? this.generators.length : 1;
    setAll(this.generators.slice(0, count), resumed.generators);
  }
}

const shorter = (expected: number, got: number): StateDictError =>
  new StateDictError(
    `DataLoader: expected a data set of at least the ${expected} batches that the saved pass has given, but got ${got}; resume with the same data set and options`,
  );

/** The position of a loader: of its latest pass, or the one from which the next pass starts. */
export class LoaderPosition {
  /**
   * The workers; null before a pass and after the loader was restored, when their state does not belong to this
   * position.
   */
  workforce: Workforce | null = null;
  readonly #parts: LoaderParts;
  readonly #sampler: Stateful | null;
  /** The data set, if it has a state and is read on the main side. */
  readonly #dataset: Stateful | null;
  #progress: Progress | null = null;
  #loaded: LoaderState | null = null;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
    this.#sampler = parts.samplers.find(isStateful) ?? null;
    const { dataset, numWorkers } = parts;
    this.#dataset = isStateful(dataset) && !(dataset instanceof IterableDataset && numWorkers > 0) ? dataset : null;
  }

  get isLoaded(): boolean {
    return this.#loaded !== null;
  }

  /**
   * Begins a pass, from the start or from the state given to `load`. The base seed is drawn unless the saved pass had
   * drawn one.
   */
  begin(drawBaseSeed: () => bigint): Progress {
    const resumed = this.#loaded;
    this.#loaded = null;
    const generators = this.#generators();
    if (resumed) {
      setAll(generators, resumed.batches === null ? resumed.generators : resumed.begun);
      if (resumed.sampler !== null) this.#sampler?.loadStateDict(resumed.sampler);
      if (resumed.dataset !== null) this.#dataset?.loadStateDict(resumed.dataset);
    }
    const goesOn = resumed !== null && (resumed.batches !== null || resumed.workers !== null);
    const baseSeed = goesOn ? BigInt(resumed.workers?.baseSeed ?? 0) : drawBaseSeed();
    const begun = generators.map((generator) => generator.getState());
    this.#progress = new Progress(begun, baseSeed, generators, this.#sampler, resumed);
    return this.#progress;
  }

  state(): LoaderState {
    if (this.#loaded) return this.#loaded;
    const pass = this.#progress?.isOver ? null : this.#progress;
    const workers = this.workforce?.state() ?? null;
    return {
      batches: pass ? pass.batches : null,
      indices: pass?.indices ? [...pass.indices] : null,
      short: pass?.short ?? false,
      begun: pass ? pass.begun.map(toText) : [],
      generators: this.#generators().map((generator) => toText(generator.getState())),
      workers: workers && {
        baseSeed: workers.baseSeed,
        begun: pass?.indices === null && pass.workersBegun ? pass.workersBegun.generators.map(ofHand) : [],
        generators: workers.generators.map(ofHand),
      },
      sampler: (pass ? pass.samplerState : this.#sampler?.stateDict()) ?? null,
      dataset: this.#dataset?.stateDict() ?? null,
    };
  }

  /** @throws StateDictError if `state` is not a loader's, or comes from a loader with other generators or workers */
  load(state: LoaderState): void {
    const given: Partial<LoaderState> = isPlainObject(state) ? state : {};
    const { batches, begun, generators, workers = null } = given;
    const { indices = null, short = false, sampler = null, dataset = null } = given;
    const isCount = batches === null || (Number.isSafeInteger(batches) && batches! >= 0);
    if (!isCount || !areStates(generators) || !areStates(begun) || !(workers === null || isWorkersState(workers))) {
      throw new StateDictError(
        `DataLoader.loadStateDict: expected what stateDict() of a loader gives, but got ${isPlainObject(state) ? shown(Object.keys(state)) : kindOf(state)}`,
      );
    }
    const count = this.#generators().length;
    if (generators.length !== count || (batches !== null && begun.length !== count)) {
      throw new StateDictError(
        `DataLoader.loadStateDict: expected the state of a loader with ${count - 1} generators of its own, as this one has, but got one with ${generators.length - 1}`,
      );
    }
    const { numWorkers } = this.#parts;
    const inState = workers?.generators.length ?? 0;
    if ((batches !== null || workers) && inState !== numWorkers) {
      throw new StateDictError(
        `DataLoader.loadStateDict: expected the state of a loader with numWorkers: ${numWorkers}, as this one has, but got one with ${inState}`,
      );
    }
    this.#loaded = { batches: batches!, indices, short, begun, generators, workers, sampler, dataset };
  }

  /** All generators without duplicates, the default one first. */
  #generators(): Generator[] {
    const { generator, samplers } = this.#parts;
    const own = samplers.map((sampler) => (sampler as { generator?: unknown } | null)?.generator);
    return [...new Set([defaultGenerator(), generator, ...own])].filter((each) => each instanceof Generator);
  }
}

const isStateful = (x: unknown): x is Stateful =>
  typeof (x as Stateful | null)?.stateDict === 'function' && typeof (x as Stateful).loadStateDict === 'function';

const setAll = (generators: readonly Generator[], states: readonly string[]): void =>
  generators.forEach((generator, i) => {
    generator.setState(fromText(states[i]!));
  });

const ofHand = ({ main, thread }: WorkforceState['generators'][0]): HandState => ({
  main: toText(main),
  thread: thread && toText(thread),
});

const toWorkforce = (baseSeed: string, hands: readonly HandState[]): WorkforceState => ({
  baseSeed,
  generators: hands.map(({ main, thread }) => ({
    main: fromText(main),
    thread: thread === null ? null : fromText(thread),
  })),
});

const areStates = (list: unknown): list is string[] => Array.isArray(list) && list.every(isGeneratorState);

function isWorkersState(state: unknown): state is WorkersState {
  const isHand = (hand: unknown) =>
    isPlainObject(hand) && isGeneratorState(hand.main) && (hand.thread === null || isGeneratorState(hand.thread));
  const areHands = (list: unknown) => Array.isArray(list) && list.every(isHand);
  const { baseSeed, begun, generators } = state as WorkersState;
  return /^-?\d+$/.test(baseSeed) && areHands(begun) && areHands(generators);
}
