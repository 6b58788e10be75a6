// Owns what a run puts out: places in their order, and who is still at work on one. The page gets it in portions, a few times a second.
import type { FromWorker, Output, TextOutput } from '../protocol';
import { later, now } from './clock';
import { Lines } from './lines';

export type Post = (message: FromWorker) => void;

/** A place below a cell; what is put there again takes the place of what was. */
export interface Slot {
  put(output: Output): void;
}

/** Milliseconds between two portions: what stands in a place for a shorter time is never sent. */
const PACE = 50;

export class RunOutputs {
  #slots = 0;
  readonly #work = new Set<Promise<unknown>>();
  readonly #flushes = new Map<object, () => Promise<void>>();
  /** What the page has not got yet, by place. */
  readonly #unsent = new Map<number, Output>();
  #sentAt = Number.NEGATIVE_INFINITY;
  #isTimed = false;
  /** The page has yet to hear that what it shows goes. */
  #isCleared = false;
  readonly #lines: Lines;
  /** Canvases whose picture has been shown, each with its place. */
  readonly canvases = new Map<object, Slot>();
  /** Bars, by what they are of. */
  readonly bars = new Map<object, Slot>();
  /** Files that are offered, by their names. */
  readonly files = new Map<string, Slot>();
  /** Values that are reported where there are no panels, by their names. */
  readonly reports = new Map<string, Slot>();
  /** The last text on the console, which the value of the last line need not say again. */
  lastText: string | null = null;

  constructor(
    readonly run: number,
    private readonly post: Post,
  ) {
    this.#lines = new Lines({
      place: () => this.#slots++,
      changed: () => this.#changed(),
    });
  }

  slot(): Slot {
    this.#lines.end();
    const slot = this.#slots++;
    return {
      put: (output) => {
        this.#unsent.set(slot, output);
        this.#changed();
      },
    };
  }

  /** Writes a text below what was written; texts of a stream that follow each other share a place. */
  write(stream: TextOutput['stream'], text: string): void {
    this.#lines.add(stream).put(text);
  }

  /** Writes a text that comes later, in the place where it was asked for; the run does not end before. */
  writeLater(stream: TextOutput['stream'], text: Promise<string>): void {
    const line = this.#lines.add(stream);
    this.#track(text.then((written) => line.put(written)));
  }

  /** A place whose output comes later; the run does not end before. What fails stands there as text. */
  later(work: (slot: Slot) => Promise<void>): Promise<void> {
    const slot = this.slot();
    const promise = work(slot);
    this.#track(promise);
    return promise;
  }

  #track(promise: Promise<unknown>): void {
    this.#work.add(promise);
    const over = () => this.#work.delete(promise);
    promise.then(over, over);
  }

  /** Has something that is drawn from time to time be drawn a last time before the run ends. */
  atEnd(owner: object, flush: () => Promise<void>): void {
    this.#flushes.set(owner, flush);
  }

  /** Resolves once all that was begun is on its way to the page. */
  async settled(): Promise<void> {
    for (const flush of this.#flushes.values()) this.#track(flush());
    this.#flushes.clear();
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
    this.send();
  }

  clear(): void {
    this.canvases.clear();
    this.bars.clear();
    this.files.clear();
    this.reports.clear();
    this.#unsent.clear();
    this.#lines.clear();
    this.#isCleared = true;
    this.#changed();
  }

  /** Something is to be sent: at once where the page has heard nothing for a while, as when a cell never lets a timer in, else by a timer. */
  #changed(): void {
    if (now() - this.#sentAt >= PACE) this.send();
    else if (!this.#isTimed) {
      this.#isTimed = true;
      later(() => {
        this.#isTimed = false;
        this.send();
      }, PACE);
    }
  }

  /** Sends what the page has not got. */
  send(): void {
    const { puts, gone, before } = this.#lines.take();
    for (const [slot, output] of this.#unsent) puts.push([slot, output]);
    this.#unsent.clear();
    if (puts.length === 0 && gone.length === 0 && !this.#isCleared) return;
    this.#sentAt = now();
    if (this.#isCleared) this.post({ type: 'cleared', run: this.run });
    this.#isCleared = false;
    try {
      this.post({ type: 'outputs', run: this.run, puts, gone, before });
    } catch {
      this.#sendEach(puts);
    }
  }

  /** One of them holds what no message can carry: the others go, and it says so in its place. */
  #sendEach(puts: readonly (readonly [slot: number, output: Output])[]): void {
    for (const [slot, output] of puts) {
      const post = (sent: Output) =>
        this.post({ type: 'outputs', run: this.run, puts: [[slot, sent]], gone: [], before: 0 });
      try {
        post(output);
      } catch (error) {
        post({ kind: 'text', stream: 'error', text: String(error) });
      }
    }
  }
}
