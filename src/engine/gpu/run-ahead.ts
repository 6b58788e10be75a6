// The lead: by how many runs a program is ahead of its device, how it waits until they are fewer, and a word to loops that nothing holds.
import { warnOnce } from '../core/warnings';
import type { Queue } from './queue';

/** Runs that the device is let be behind before a program that waits for something waits for it too. */
export const MAX_RUNS_AHEAD = 2;

/** Milliseconds between marks while nobody reads or waits. */
const INTERVAL = 100;
/** A loop is told of a lead of so many runs and milliseconds, */
const MANY_RUNS = 50;
const LONG = 1000;
/** since which the event loop has turned so often that the device would have been heard. */
const TURNS = 3;

/** A point in the queue that the device has not reached, as far as is known. */
interface Mark {
  /** The runs before it. */
  readonly runs: number;
  readonly time: number;
  readonly reached: Promise<void>;
  /** Turns of the event loop, counted once the mark is old. */
  turns: number;
}

export class Lead {
  private runs = 0;
  /** Reads under way: while there are some, the program may be held behind any run. */
  private reads = 0;
  private readonly marks: Mark[] = [];
  private latest = Number.NEGATIVE_INFINITY;
  private told = false;
  private counts = false;

  constructor(private readonly queue: Queue) {}

  get isAwaited(): boolean {
    return this.reads > 0;
  }

  /** A read that is under way until `promise` is settled. */
  async reading<T>(promise: Promise<T>): Promise<T> {
    this.reads++;
    try {
      return await promise;
    } finally {
      this.reads--;
    }
  }

  /** Notes a run that has been encoded. */
  ran(): void {
    this.runs++;
    const now = performance.now();
    if (this.isAwaited || (this.marks.length === 0 && now - this.latest > INTERVAL)) this.mark(now);
    this.tell(now);
  }

  private mark(now: number): void {
    // A loop and its loader may both ask between two runs.
    if (this.marks.at(-1)?.runs === this.runs) return;
    const reached = this.queue.finished().catch(() => {}); // a lost device reports itself
    const mark: Mark = { runs: this.runs, time: now, reached, turns: 0 };
    this.latest = now;
    this.marks.push(mark);
    void reached.then(() => this.marks.splice(0, this.marks.indexOf(mark) + 1));
  }

  /** Resolves when the device has finished all runs but the last `limit`, as far as marks tell where those begin. */
  async settle(limit: number): Promise<void> {
    this.mark(performance.now());
    await this.marks.findLast(({ runs }) => runs <= this.runs - limit)?.reached;
  }

  /** Tells a loop that waits, but for nothing of the device. */
  private tell(now: number): void {
    const [oldest] = this.marks;
    if (this.told || !oldest || now - oldest.time < LONG || this.runs - oldest.runs < MANY_RUNS) return;
    if (oldest.turns < TURNS) {
      this.count(oldest);
      return;
    }
    this.told = true;
    const seconds = ((now - oldest.time) / 1000).toFixed(1);
    warnOnce(
      `Lamplight: the program is ${this.runs - oldest.runs} runs, or ${seconds} s, ahead of the GPU, so that values arrive late. A timer or a ` +
        'frame holds no loop back: await a value in it now and then, as in await loss.item(), or await torch.synchronize().',
    );
  }

  private count(mark: Mark): void {
    if (this.counts) return;
    this.counts = true;
    const timer: unknown = setTimeout(() => {
      this.counts = false;
      mark.turns++;
    });
    (timer as { unref?(): void }).unref?.();
  }
}
