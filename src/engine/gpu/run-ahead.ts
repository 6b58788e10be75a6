// How many runs a program is ahead of its device. Lets the program wait until there are fewer, and warns
// about loops that never wait for the device.
import { warnOnce } from '../core/warnings';
import type { Queue } from './queue';

/** A program that waits for something may be this many runs ahead; beyond, it also waits for the device. */
export const MAX_RUNS_AHEAD = 2;

/** The milliseconds between marks while nobody reads or waits. */
const INTERVAL = 100;
/** Warn about a loop that is at least MANY_RUNS runs and LONG milliseconds ahead, */
const MANY_RUNS = 50;
const LONG = 1000;
/** if the event loop has turned this often meanwhile: often enough to hear from the device. */
const TURNS = 3;

/** A point in the queue that the device is not known to have reached. */
interface Mark {
  /** The number of runs before the mark. */
  readonly runs: number;
  readonly time: number;
  readonly reached: Promise<void>;
  /** Turns of the event loop, counted from when the mark is old. */
  turns: number;
}

export class RunAhead {
  private runs = 0;
  /**
   * The number of reads under way. While there are any, every run gets a mark, as the program may have to wait for it.
   */
  private reads = 0;
  private readonly marks: Mark[] = [];
  private latest = Number.NEGATIVE_INFINITY;
  private told = false;
  private counts = false;

  constructor(private readonly queue: Queue) {}

  get isAwaited(): boolean {
    return this.reads > 0;
  }

  /** Counts a read as under way until `promise` is settled. */
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
    // A loop and its data loader may both wait between two runs; one mark is enough.
    if (this.marks.at(-1)?.runs === this.runs) return;
    const reached = this.queue.finished().catch(() => {}); // a lost device reports itself
    const mark: Mark = { runs: this.runs, time: now, reached, turns: 0 };
    this.latest = now;
    this.marks.push(mark);
    void reached.then(() => this.marks.splice(0, this.marks.indexOf(mark) + 1));
  }

  /**
   * Resolves when the device has finished all runs but the last `limit`, or a few more: it waits for the nearest
   * earlier mark.
   */
  async settle(limit: number): Promise<void> {
    this.mark(performance.now());
    await this.marks.findLast(({ runs }) => runs <= this.runs - limit)?.reached;
  }

  /** Warns once about a loop that lets the event loop turn, but never waits for the device. */
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
