// Loaders: checks them, limits how many of their batches are used, and makes passes through them.

import { ArgumentError, data } from '../../torch';
import { isPlainObject, kindOf, warnOnce } from '../../torch/inside';

/** An iterable of batches, such as a DataLoader. */
export type Loader = AsyncIterable<unknown> | Iterable<unknown>;

/** One loader, or a list of several. For training, also an object of loaders, whose batches are combined by name. */
export type Loaders = Loader | readonly Loader[] | Readonly<Record<string, Loader>>;

const isAsync = (value: unknown): value is AsyncIterable<unknown> =>
  typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function';

const isIterable = (value: unknown): value is Loader =>
  isAsync(value) || typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';

const isNamed = (given: unknown): given is Record<string, unknown> => isPlainObject(given) && !isIterable(given);

/** Whether an object holds loaders by name, rather than options (even misspelt ones). */
export function isLoaders(value: unknown, options: readonly string[]): boolean {
  if (!isPlainObject(value)) return false;
  const isOption = (name: string) => options.includes(name) || /dataloaders?$/i.test(name);
  return isIterable(value) || (Object.values(value).some(isIterable) && !Object.keys(value).some(isOption));
}

/** The number of batches of a pass; null if unknown. */
export function lengthOf(loader: Loader): number | null {
  let length: unknown;
  try {
    length = Reflect.get(loader, 'length');
  } catch {
    // An IterableDataset may have no length.
    return null;
  }
  return typeof length === 'number' ? length : null;
}

function expectLoader(what: string, value: unknown): Loader {
  if (typeof value !== 'string' && isIterable(value)) return value;
  throw new ArgumentError(
    `${what}: expected a DataLoader or something else that gives batches, but got ${kindOf(value)}; pass new data.DataLoader(dataset, { batchSize })`,
  );
}

/** The loaders for validation, testing or predicting, which run one after another. A list of batches is one loader. */
export function severalLoaders(what: string, given: unknown): Loader[] {
  if (isNamed(given)) return Object.values(given).map((loader) => expectLoader(what, loader));
  if (Array.isArray(given) && given.length > 0 && given.every(isAsync)) return [...(given as Loader[])];
  return [expectLoader(what, given)];
}

/** The loader for training. Several loaders are combined into one. */
export function trainingLoader(what: string, given: unknown): Loader {
  if (Array.isArray(given) && given.length > 0 && given.every(isAsync)) {
    return new CombinedLoader(Object.entries(given as Loader[]), true);
  }
  if (isNamed(given)) {
    const named = Object.entries(given).map(([name, loader]): [string, Loader] => [name, expectLoader(what, loader)]);
    return new CombinedLoader(named, false);
  }
  return expectLoader(what, given);
}

/**
 * Combines the batches of several loaders. A pass is as long as that of the longest loader; the shorter ones start
 * again.
 */
class CombinedLoader implements AsyncIterable<unknown> {
  constructor(
    readonly loaders: readonly (readonly [string, Loader])[],
    private readonly asList: boolean,
  ) {}

  get length(): number | undefined {
    const lengths = this.loaders.map(([, loader]) => lengthOf(loader));
    return lengths.includes(null) ? undefined : Math.max(0, ...(lengths as number[]));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<unknown> {
    const passes = this.loaders.map(([, loader]) => ({ loader, iterator: iteratorOf(loader), isOver: false }));
    try {
      for (;;) {
        const batches: unknown[] = [];
        for (const pass of passes) {
          let next = await pass.iterator.next();
          if (next.done) {
            pass.isOver = true;
            if (passes.every(({ isOver }) => isOver)) return;
            pass.iterator = iteratorOf(pass.loader);
            next = await pass.iterator.next();
            if (next.done) return;
          }
          batches.push(next.value);
        }
        yield this.asList ? batches : Object.fromEntries(this.loaders.map(([name], i) => [name, batches[i]]));
      }
    } finally {
      for (const { iterator } of passes) await iterator.return?.();
    }
  }
}

const iteratorOf = (loader: Loader): AsyncIterator<unknown> | Iterator<unknown> =>
  isAsync(loader) ? loader[Symbol.asyncIterator]() : loader[Symbol.iterator]();

/** The loaders inside this loader that can save their position. */
export const statefulOf = (loader: Loader): data.Stateful[] =>
  (loader instanceof CombinedLoader ? loader.loaders.map(([, each]) => each) : [loader]).filter(
    (each): each is Loader & data.Stateful =>
      typeof (each as Partial<data.Stateful>).stateDict === 'function' &&
      typeof (each as Partial<data.Stateful>).loadStateDict === 'function',
  );

/** How many batches are used: all, a number, or a fraction of them. */
export function limitOf(what: string, length: number | null, limit: number | null): number {
  const all = length ?? Infinity;
  if (limit === null) return all;
  if (limit >= 1) return Math.min(all, limit);
  if (limit === 0) return 0;
  if (length === null) {
    throw new ArgumentError(
      `${what}: expected a whole number of batches for a loader that does not know its length, but got the share ${limit}`,
    );
  }
  const count = Math.floor(length * limit);
  if (count > 0 || length === 0) return count;
  throw new ArgumentError(
    `${what}: expected at least one batch, but got ${limit} of ${length}; it has to be ${(1 / length).toPrecision(3)} or more`,
  );
}

/** The loader itself if it does not shuffle; otherwise a copy that does not, with a warning. */
export function inOrder(loader: Loader): Loader {
  if (!(loader instanceof data.DataLoader && loader.sampler instanceof data.RandomSampler)) return loader;
  warnOnce(
    'You requested to overfit but enabled training dataloader shuffling. We are turning off the training dataloader shuffling for you.',
  );
  return loader.withSampler(new data.SequentialSampler(loader.dataset as { readonly length: number }));
}

/** Warns if a loader for evaluation shuffles. */
export function warnOfShuffling(name: string, loader: Loader): void {
  if (!(loader instanceof data.DataLoader && loader.sampler instanceof data.RandomSampler)) return;
  warnOnce(
    `Your \`${name}\`'s sampler has shuffling enabled, it is strongly recommended that you turn shuffling off for val/test dataloaders.`,
  );
}

/**
 * Turns the state of one of our loaders into that at the start of the next pass. The rest of the current pass is
 * dropped.
 */
function afterPass(state: unknown): unknown {
  const { begun, generators } = state as Partial<data.LoaderState>;
  if (!Array.isArray(begun) || !Array.isArray(generators)) return state;
  return { ...(state as data.LoaderState), batches: null, indices: null, short: false, begun: [], workers: null };
}

/** One pass through a loader, up to a limit. */
export class Fetcher {
  /** Whether the last batch fetched is the final one. */
  isDone = false;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | null = null;
  #fetched: number;
  #ahead: IteratorResult<unknown> | null = null;
  /** The states of the loaders before the batch that was prefetched. */
  #before: unknown[] | null = null;

  /** @param fetched if the pass is resumed, the number of its batches that came before */
  constructor(
    readonly loader: Loader,
    private readonly limit: number,
    fetched = 0,
  ) {
    this.#fetched = fetched;
    // As in PyTorch, a pass begins, and draws its seed, before its first batch is requested.
    this.#iterator = iteratorOf(loader);
  }

  /** The next batch; `done` if there is none. */
  async next(): Promise<IteratorResult<unknown>> {
    if (this.#fetched >= this.limit) return { done: true, value: undefined };
    const next = this.#ahead ?? (await this.#fetch());
    this.#ahead = null;
    if (next.done) return next;
    this.#fetched++;
    if (this.#fetched >= this.limit) this.isDone = true;
    else if (this.limit === Infinity) {
      this.#before = this.#states();
      this.#ahead = await this.#fetch();
      this.isDone = this.#ahead.done === true;
    }
    return next;
  }

  async #fetch(): Promise<IteratorResult<unknown>> {
    this.#iterator ??= iteratorOf(this.loader);
    return this.#iterator.next();
  }

  #states(): unknown[] {
    return statefulOf(this.loader).map((each) => each.stateDict());
  }

  /**
   * The states of the loaders after the last batch returned; once the pass is over, those at the start of the next
   * pass.
   */
  states(): unknown[] {
    const states = this.#ahead && this.#before ? this.#before : this.#states();
    return this.isDone ? states.map(afterPass) : states;
  }

  /** Skips batches that an earlier run has used, for a loader that cannot save its position. */
  async skip(batches: number): Promise<void> {
    for (let i = 0; i < batches; i++) if ((await this.#fetch()).done) return;
  }

  /** Continues after the last batch with a new iterator, because the previous iterator failed. */
  async resume(): Promise<void> {
    const loaders = statefulOf(this.loader);
    const states = this.states();
    loaders.forEach((each, i) => {
      each.loadStateDict(states[i] as data.LoaderState);
    });
    this.#iterator = null;
    this.#ahead = null;
    if (loaders.length === 0) await this.skip(this.#fetched);
  }

  async close(): Promise<void> {
    await this.#iterator?.return?.();
    this.#iterator = null;
  }
}
