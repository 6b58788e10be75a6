// Owns what a run puts out: places in their order, and who is still at work on one.
import type { FromWorker, Output } from '../protocol';

export type Post = (message: FromWorker) => void;

/** A place below a cell; what is put there again takes the place of what was. */
export interface Slot {
  put(output: Output): void;
}

export class RunOutputs {
  #slots = 0;
  readonly #work = new Set<Promise<unknown>>();
  readonly #flushes = new Map<object, () => Promise<void>>();
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
  ) {}

  slot(): Slot {
    const slot = this.#slots++;
    return { put: (output) => this.post({ type: 'output', run: this.run, slot, output }) };
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

  /** Resolves once all that was begun is on the page. */
  async settled(): Promise<void> {
    for (const flush of this.#flushes.values()) this.#track(flush());
    this.#flushes.clear();
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  clear(): void {
    this.canvases.clear();
    this.bars.clear();
    this.files.clear();
    this.reports.clear();
    this.post({ type: 'cleared', run: this.run });
  }
}
