// Owns Stop: what cells wait for passes through here, so that they end at an `await` once it is pressed.
import { gpu } from 'lamplight';
import { breathe } from './breathe';

/** Thrown into a cell at the `await` where it is when Stop is pressed. */
export class StopError extends Error {
  override readonly name = 'StopError';

  constructor() {
    super('stopped');
  }
}

/** Milliseconds that a cell runs between two looks at what the page has sent: a loop that only awaits what is at hand takes no turn otherwise. */
const BREATH = 40;
/** Milliseconds after Stop in which what the library does may come to an end, before cells are no longer kept waiting for it. */
const GRACE = 400;

export class Stopper {
  /** Those who wait, to be told of a stop. */
  readonly #waiting = new Set<(error: StopError) => void>();
  #isStopped = false;
  #breath = performance.now();
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Is aborted at the next stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Begins anew, before a cell runs. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#isStopped = false;
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    this.#breath = performance.now();
  }

  stop(): void {
    this.#isStopped = true;
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#endWaits(), GRACE);
  }

  #endWaits(): void {
    for (const reject of [...this.#waiting]) reject(new StopError());
    this.#waiting.clear();
  }

  /** @throws StopError once Stop was pressed */
  check(): void {
    if (this.#isStopped) throw new StopError();
  }

  /** What `value` gives; rejects once Stop was pressed, at the latest when what is waited for has had time to end. */
  async wait<T>(value: T): Promise<Awaited<T>> {
    // It is over within one task, and what it waits for may never come.
    if (gpu.isRehearsing()) return (await value) as Awaited<T>;
    if (performance.now() - this.#breath > BREATH) {
      await breathe();
      this.#breath = performance.now();
    }
    if (!isThenable(value)) {
      this.check();
      return value as Awaited<T>;
    }
    const result = await this.#orStop(value);
    this.check();
    return result;
  }

  #orStop<T>(value: T): Promise<Awaited<T>> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const over = () => this.#waiting.delete(reject);
      Promise.resolve(value).then(
        (result) => {
          over();
          resolve(result as Awaited<T>);
        },
        (error: unknown) => {
          over();
          // What the stop has ended may say so in its own words.
          reject(this.#isStopped ? new StopError() : error);
        },
      );
    });
  }

  /**
   * The items of a loop, with a look at Stop before each. The source is closed in any case; where Stop is pressed while it has still to give an item, as
   * panels do that nobody moves, the loop does not wait until it has closed.
   */
  async *each<T>(items: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): AsyncGenerator<Awaited<T>, void, void> {
    const isAsync = Symbol.asyncIterator in items;
    const source = isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    let isOver = false;
    let isAsked = false;
    const answered = () => {
      isAsked = false;
    };
    try {
      for (;;) {
        const next = source.next();
        isAsked = isThenable(next);
        if (isAsked) void Promise.resolve(next).then(answered, answered);
        const { value, done } = await this.wait(next);
        if (done) {
          isOver = true;
          return;
        }
        yield await this.wait(value as T);
      }
    } catch (error) {
      isOver = !(error instanceof StopError);
      throw error;
    } finally {
      if (!isOver) {
        const closed = Promise.resolve(source.return?.());
        // Whatever fails after the stop has nobody left to hear it.
        if (isAsked) closed.catch(() => {});
        else await closed;
      }
    }
  }
}

const isThenable = (value: unknown): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof (value as { then?: unknown }).then === 'function';
