// One pass of a loader with workers, batch by batch in PyTorch's order: worker b mod numWorkers makes batch b, which is
// requested when batch b - ahead is handed out. This module imports everything that worker threads need, and is loaded
// at the first pass with workers.
import { type BatchMessage, readBatch, type TensorNumbers } from '../../crossing/hand-over';
import { Crew } from './crew';
import type { Answer } from './protocol';
import type { Workforce } from './workforce';

export interface PassOptions<B> {
  readonly workforce: Workforce;
  readonly numWorkers: number;
  /** Number of batches to request ahead. */
  readonly ahead: number;
  /** The indices of each batch; for an iterable data set, the number of items to read next. */
  readonly batches: Iterator<readonly number[] | number>;
  readonly dropLast: boolean;
  readonly timeout: number;
  readonly signal: AbortSignal | null;
  /** Number of batches that have already been handed out; it determines which worker makes the next one. */
  readonly first: number;
  /** Awaited before a batch is made. */
  waitForDevice(): Promise<void>;
  /** Makes a tensor from the numbers that a worker has sent. */
  tensorOf(numbers: TensorNumbers): unknown;
  /**
   * Makes the batch, on behalf of its worker, from what the worker has read; `read` is null if nothing is read ahead.
   */
  make(read: (() => unknown[]) | null, indices: readonly number[]): B | Promise<B>;
}

interface Task {
  readonly worker: number;
  readonly indices: readonly number[];
}

export class Pass<B> {
  readonly #options: PassOptions<B>;
  /** Null if nothing is read ahead. */
  readonly #crew: Crew | null;
  readonly #tasks = new Map<number, Task>();
  readonly #active: boolean[];
  #turn: number;
  #sent = 0;
  #received = 0;

  /** Requests the first batches. */
  constructor(options: PassOptions<B>) {
    this.#options = options;
    const { numWorkers, ahead, first, workforce } = options;
    this.#active = new Array<boolean>(numWorkers).fill(true);
    this.#turn = first % numWorkers;
    this.#crew = workforce.crew((crew) => new Crew(crew));
    this.#crew?.nextPass();
    for (let i = 0; i < ahead; i++) this.#ask();
  }

  /** The next batch and its indices; null at the end. */
  async next(): Promise<{ readonly batch: B; readonly indices: readonly number[] } | null> {
    const { workforce, waitForDevice, tensorOf, make } = this.#options;
    const read = await this.#next();
    if (!read) return null;
    const { worker, indices, items } = read;
    await waitForDevice();
    const readItems = items && (() => readBatch(items, tensorOf));
    return { batch: await workforce.as(worker, () => make(readItems, indices)), indices };
  }

  /**
   * Makes the workers read as many batches as an earlier run has used, and drops these batches. Returns the number of
   * batches dropped.
   */
  async skip(batches: number): Promise<number> {
    for (let skipped = 0; skipped < batches; skipped++) if (!(await this.#next())) return skipped;
    return batches;
  }

  async #next(): Promise<(Task & { readonly items: BatchMessage | null }) | null> {
    const { workforce } = this.#options;
    for (; this.#received < this.#sent; this.#received++) {
      const at = this.#received;
      const { worker, indices } = this.#tasks.get(at)!;
      this.#tasks.delete(at);
      if (!this.#active[worker]) continue;
      const answer = await this.#answer(at);
      if (answer?.kind === 'end') this.#active[worker] = false;
      this.#ask();
      if (answer?.kind === 'end') continue;
      this.#received++;
      if (answer?.kind === 'failed') throw answer.error;
      workforce.note(worker, answer?.generator ?? null);
      return { worker, indices, items: answer?.items ?? null };
    }
    return null;
  }

  /** The answer to a task; null if nothing is read ahead. */
  async #answer(task: number): Promise<Answer | null> {
    const { timeout, signal } = this.#options;
    signal?.throwIfAborted();
    return (await this.#crew?.answer(task, timeout, signal)) ?? null;
  }

  /** Requests the next batch, if any, from the worker whose turn it is. */
  #ask(): void {
    const { workforce, batches, numWorkers, dropLast } = this.#options;
    const { value, done } = batches.next();
    if (done) return;
    for (let tried = 0; tried < numWorkers; tried++) {
      const worker = this.#turn;
      this.#turn = (worker + 1) % numWorkers;
      if (!this.#active[worker]) continue;
      const task = this.#sent++;
      const indices = typeof value === 'number' ? null : value;
      this.#tasks.set(task, { worker, indices: indices ?? [] });
      this.#crew?.ask(worker, task, {
        addresses: typeof value === 'number' ? value : workforce.addresses(value),
        samples: indices,
        dropLast,
      });
      return;
    }
  }
}
