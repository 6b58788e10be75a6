// Owns the look back after a stop: whether the GPU is still given work, though no cell runs.
import { gpu } from 'lamplight';

/** Milliseconds after a stop in which what had begun may come to its end. */
const END = 1000;
/** Milliseconds behind them in which nothing more is expected. */
const LOOK = 2000;

export class LookBack {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly goesOn: () => void) {}

  /** Looks once, a while from now. */
  begin(): void {
    this.cancel();
    this.#timer = setTimeout(() => {
      const { submits } = gpu.stats();
      this.#timer = setTimeout(() => {
        if (gpu.stats().submits > submits) this.goesOn();
      }, LOOK);
    }, END);
  }

  /** A cell runs, and what is computed may be its own. */
  cancel(): void {
    clearTimeout(this.#timer);
  }
}
