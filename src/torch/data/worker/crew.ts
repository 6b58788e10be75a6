// The workers of a loader as the main side sees them: started together, asked for batches, and closed together.
import { LamplightError, WorkerError } from '../../../engine/core/errors';
import { warnOnce } from '../../../engine/core/warnings';
import { errorOf } from '../../crossing/failure';
import { type Answer, isMarked, MARK, type Order, type Report, type Served, type Start } from './protocol';
import { type Thread, type ThreadWords, threadOf, type WorkerLike } from './thread';

export interface CrewOptions {
  /** The start order for each worker, by worker id. */
  readonly starts: readonly Omit<Start, 'mark' | 'kind' | 'lock'>[];
  start(): WorkerLike | Promise<WorkerLike>;
  /** Throws if a worker serves something other than the loader's data set. */
  check(served: Served | null): void;
}

interface Member {
  readonly name: string;
  thread: Thread | null;
  serving: boolean;
  /** The orders to send once the worker serves. */
  readonly orders: Order[];
  /** Aborted when the worker has been terminated. */
  readonly watch: AbortController;
}

/** If a worker takes longer than this to serve, the user is warned. */
const SLOW_SECONDS = 30;

export class Crew {
  readonly #options: CrewOptions;
  readonly #members: readonly Member[];
  readonly #answers = new Map<number, Answer>();
  #waiting: { readonly task: number; settle(): void } | null = null;
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;
  #pass = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#members = options.starts.map(({ id }) => ({
      name: `DataLoader worker ${id}`,
      thread: null,
      serving: false,
      orders: [],
      watch: new AbortController(),
    }));
    for (const member of this.#members) void this.#begin(member);
  }

  /** Whether the crew has been closed, or a worker has died. */
  get isOver(): boolean {
    return this.#closing !== null || this.#failure !== null;
  }

  /** Begins a new pass, whose tasks are numbered from the start; unanswered tasks of the previous pass are dropped. */
  nextPass(): void {
    this.#answers.clear();
    const order = { mark: MARK, kind: 'pass', pass: ++this.#pass } as const;
    for (const member of this.#members) this.#tell(member, order);
  }

  /** Asks worker `id` for a batch. */
  ask(
    id: number,
    task: number,
    wanted: { addresses: readonly unknown[] | number; samples: readonly number[] | null; dropLast: boolean },
  ): void {
    this.#tell(this.#members[id]!, { mark: MARK, kind: 'fetch', pass: this.#pass, task, ...wanted });
  }

  /**
   * The answer to a task. A Node process stays alive while this waits.
   *
   * @param seconds the maximum time to wait; 0: no limit
   * @throws WorkerError if a worker has died, the crew has been closed, or there is no answer in time; if the signal is
   * aborted, its reason
   */
  async answer(task: number, seconds: number, signal: AbortSignal | null): Promise<Answer> {
    signal?.throwIfAborted();
    if (!this.#has(task)) await this.#arrival(task, seconds, signal);
    const answer = this.#answers.get(task);
    if (answer) {
      this.#answers.delete(task);
      return answer;
    }
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    if (this.#closing)
      throw new WorkerError('DataLoader: disposed of before the pass was over, so its workers are gone');
    throw new WorkerError(`DataLoader: timed out after ${seconds} seconds`);
  }

  /** Terminates all workers. Resolves when they are gone. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(
      this.#members.map(({ thread, watch }) => {
        watch.abort();
        return thread?.terminate();
      }),
    ).then(() => undefined);
    this.#waiting?.settle();
    return this.#closing;
  }

  #has(task: number): boolean {
    return this.#answers.has(task) || this.isOver;
  }

  /** Resolves when the answer has arrived, or can no longer arrive. */
  #arrival(task: number, seconds: number, signal: AbortSignal | null): Promise<void> {
    return new Promise((resolve) => {
      for (const { thread } of this.#members) thread?.hold(true);
      const timers = [setTimeout(() => this.#warnOfSlow(), SLOW_SECONDS * 1000)];
      const settle = () => {
        for (const timer of timers) clearTimeout(timer);
        for (const { thread } of this.#members) thread?.hold(false);
        signal?.removeEventListener('abort', settle);
        this.#waiting = null;
        resolve();
      };
      if (seconds > 0) timers.push(setTimeout(settle, seconds * 1000));
      signal?.addEventListener('abort', settle);
      this.#waiting = { task, settle };
    });
  }

  #warnOfSlow(): void {
    const slow = this.#members.find(({ serving }) => !serving);
    if (!slow) return;
    warnOnce(
      `${slow.name}: for ${SLOW_SECONDS} seconds it has not called data.serve(dataset), which its module is to do; the option timeout makes an error of that`,
    );
  }

  async #begin(member: Member): Promise<void> {
    try {
      const started = this.#options.start();
      const worker = isPromise(started) ? await started : started;
      const thread = threadOf(worker, wordsOf(member.name), {
        message: (data) => {
          if (isMarked(data)) this.#hear(member, data as Report);
        },
        died: (error) => this.#fail(error),
      });
      if (this.#closing) {
        await thread.terminate();
        return;
      }
      member.thread = thread;
      if (this.#waiting) thread.hold(true);
      thread.post({ mark: MARK, kind: 'hello' } satisfies Order);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#fail(
        cause instanceof LamplightError
          ? cause
          : new WorkerError(`${member.name}: it could not be started. ${why}`, { cause }),
      );
    }
  }

  #tell(member: Member, order: Order): void {
    if (member.serving) member.thread!.post(order);
    else member.orders.push(order);
  }

  #hear(member: Member, report: Report): void {
    if (this.#closing) return;
    if (report.kind === 'serving') {
      if (!member.serving) this.#setToWork(member, report.served);
    } else if (report.kind === 'locked') {
      this.#watch(member);
    } else if (report.pass < 0 && report.kind === 'failed') {
      this.#fail(errorOf(report.failure, member.name));
    } else if (report.pass === this.#pass) {
      this.#answers.set(report.task, this.#answerOf(member, report));
      if (this.#waiting?.task === report.task) this.#waiting.settle();
    }
  }

  #answerOf(member: Member, report: Exclude<Report, { kind: 'serving' | 'locked' }>): Answer {
    if (report.kind === 'end') return { kind: 'end' };
    if (report.kind === 'failed') return { kind: 'failed', error: errorOf(report.failure, member.name) };
    return { kind: 'batch', items: report.items, generator: report.generator };
  }

  #setToWork(member: Member, served: Served | null): void {
    try {
      this.#options.check(served);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    member.serving = true;
    const own = this.#options.starts[this.#members.indexOf(member)]!;
    const thread = member.thread!;
    try {
      thread.post({ mark: MARK, kind: 'start', lock: thread.lock, ...own } satisfies Order);
    } catch (cause) {
      const why = (cause as Error).message;
      this.#fail(new WorkerError(`${member.name}: the data set cannot be cloned into it. ${why}`, { cause }));
      return;
    }
    for (const order of member.orders) thread.post(order);
    member.orders.length = 0;
  }

  /** A Web Worker that ends sends no message, but releases the lock that it held. */
  #watch({ name, thread, watch: { signal } }: Member): void {
    thread!.watch(signal, () => this.#fail(new WorkerError(`${name}: it has ended by itself, or crashed`)));
  }

  #fail(error: Error): void {
    if (this.#closing || this.#failure) return;
    this.#failure = error;
    this.#waiting?.settle();
    void this.close();
  }
}

const wordsOf = (name: string): ThreadWords => ({
  name,
  expected: 'DataLoader: expected worker() to return a Worker',
  remedy: "write worker: () => new Worker(new URL('./my-data.ts', import.meta.url), { type: 'module' })",
  twice:
    'DataLoader: expected worker() to return a new Worker at each call, but got one twice; write worker: () => new Worker(…)',
  serve: 'its module is to call data.serve(dataset) and to stay',
});

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null)?.then === 'function';
