// Where batches come from: loaders as they are given, how many batches of each count, and one pass through them.

import { ArgumentError, data } from '../../torch';
import { isPlainObject, kindOf, warnOnce } from '../../torch/inside';

/** Gives batches, as a DataLoader does. */
export type Loader = AsyncIterable<unknown> | Iterable<unknown>;

/** One loader; several as a list; for training also by names, whose batches come together. */
export type Loaders = Loader | readonly Loader[] | Readonly<Record<string, Loader>>;

const isAsync = (value: unknown): value is AsyncIterable<unknown> =>
  typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function';

const isIterable = (value: unknown): value is Loader =>
  isAsync(value) || typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';

const isNamed = (given: unknown): given is Record<string, unknown> => isPlainObject(given) && !isIterable(given);

/** Whether an object is loaders by their names, rather than options of these names, or of names that are meant to be these. */
export function isLoaders(value: unknown, options: readonly string[]): boolean {
  if (!isPlainObject(value)) return false;
  const isOption = (name: string) => options.includes(name) || /dataloaders?$/i.test(name);
  return isIterable(value) || (Object.values(value).some(isIterable) && !Object.keys(value).some(isOption));
}

/** The batches of a pass; null where that is not known. */
export function lengthOf(loader: Loader): number | null {
  let length: unknown;
  try {
    length = Reflect.get(loader, 'length');
  } catch {
    // An IterableDataset need not say how long it is.
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

/** The loaders of validation, testing or predicting, one after another. A list of batches is one loader. */
export function severalLoaders(what: string, given: unknown): Loader[] {
  if (isNamed(given)) return Object.values(given).map((loader) => expectLoader(what, loader));
  if (Array.isArray(given) && given.length > 0 && given.every(isAsync)) return [...(given as Loader[])];
  return [expectLoader(what, given)];
}

/** The loader of training; several become one whose batches are made of theirs. */
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

/** Batches of several loaders together, as long as the longest; the others begin again. */
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

/** All loaders in one, of those that can say where they are. */
export const statefulOf = (loader: Loader): data.Stateful[] =>
  (loader instanceof CombinedLoader ? loader.loaders.map(([, each]) => each) : [loader]).filter(
    (each): each is Loader & data.Stateful =>
      typeof (each as Partial<data.Stateful>).stateDict === 'function' &&
      typeof (each as Partial<data.Stateful>).loadStateDict === 'function',
  );

/** How many batches count: all of them, a number, or a share of them. */
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

/** The loader with its items in order, where they are shuffled. */
export function inOrder(loader: Loader): Loader {
  if (!(loader instanceof data.DataLoader && loader.sampler instanceof data.RandomSampler)) return loader;
  warnOnce(
    'You requested to overfit but enabled training dataloader shuffling. We are turning off the training dataloader shuffling for you.',
  );
  return loader.withSampler(new data.SequentialSampler(loader.dataset as { readonly length: number }));
}

/** Says so where items that are only looked at are shuffled. */
export function warnOfShuffling(name: string, loader: Loader): void {
  if (!(loader instanceof data.DataLoader && loader.sampler instanceof data.RandomSampler)) return;
  warnOnce(
    `Your \`${name}\`'s sampler has shuffling enabled, it is strongly recommended that you turn shuffling off for val/test dataloaders.`,
  );
}

/** The state of a loader of ours between passes, whatever of the pass before was left out. */
function afterPass(state: unknown): unknown {
  const { begun, generators } = state as Partial<data.LoaderState>;
  if (!Array.isArray(begun) || !Array.isArray(generators)) return state;
  return { ...(state as data.LoaderState), batches: null, indices: null, short: false, begun: [], workers: null };
}

/** One pass through a loader, up to a limit. */
export class Fetcher {
  /** Whether the batch that was fetched last is the last. */
  isDone = false;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | null = null;
  #fetched: number;
  #ahead: IteratorResult<unknown> | null = null;
  /** Where the loaders were before the batch that was fetched ahead. */
  #before: unknown[] | null = null;

  /** @param fetched batches of the pass that are behind, where it goes on */
  constructor(
    readonly loader: Loader,
    private readonly limit: number,
    fetched = 0,
  ) {
    this.#fetched = fetched;
    // Like PyTorch's, a pass begins, and draws its seed, before its first batch is asked for.
    this.#iterator = iteratorOf(loader);
  }

  /** The next batch; done where there is none. */
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

  /** Where the loaders are behind the batch that was given last; at the start of the next pass once this one is over. */
  states(): unknown[] {
    const states = this.#ahead && this.#before ? this.#before : this.#states();
    return this.isDone ? states.map(afterPass) : states;
  }

  /** Passes over batches that a pass before has had, of a loader that cannot say where it is. */
  async skip(batches: number): Promise<void> {
    for (let i = 0; i < batches; i++) if ((await this.#fetch()).done) return;
  }

  /** Goes on behind that batch with a new iterator, after the one before has failed. */
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
