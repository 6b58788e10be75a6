// The size of submits: measures how long each plan keeps the GPU busy, and decides how many submits to split it into, so that a page
// keeps its frame rate.
import type { Queue } from './queue';

/**
 * This many runs of a plan are timed. The shortest time counts, since other runs may have waited for someone else's
 * work.
 */
const SAMPLES = 4;

/** The default length of a submit on a GPU: about two frames. */
export const SUBMIT_MILLISECONDS = 30;

/** The length of a submit on a slow GPU, while a plan has not been timed: far below the 2 s after which Windows resets a GPU. */
export const UNTIMED_MILLISECONDS = 500;

interface Times {
  /** Undefined until a run has been timed. */
  least?: number;
  samples: number;
}

export class SubmitSize {
  private readonly times = new WeakMap<object, Times>();
  /** The time when the latest timed run was found to be done. */
  private lastDone = 0;

  constructor(private readonly queue: Queue) {}

  /**
   * The number of submits for a plan, such that each takes about `budget` milliseconds. While the plan has not been timed,
   * it may take as long as on a slow GPU, which `expected` tells.
   */
  pieces(plan: object, expected: () => number, budget: number): number {
    const least = this.times.get(plan)?.least;
    return Math.ceil(least === undefined ? expected() / Math.max(budget, UNTIMED_MILLISECONDS) : least / budget) || 1;
  }

  /** Notes that a plan replaces another that computes the same, and inherits its times. */
  replace(former: object, plan: object): void {
    const times = this.times.get(former);
    if (times) this.times.set(plan, times);
  }

  /** Times the run of a plan that has just been submitted, unless enough runs have been timed. */
  submitted(plan: object): void {
    const known = this.times.get(plan);
    const times: Times = known ?? { samples: 0 };
    if (!known) this.times.set(plan, times);
    if (times.samples++ >= SAMPLES) return;
    let start = 0;
    this.queue.whenSent(() => {
      start = performance.now();
    });
    this.queue.finished().then(
      () => {
        const now = performance.now();
        times.least = Math.min(times.least ?? now, now - Math.max(start, this.lastDone));
        this.lastDone = now;
      },
      () => {}, // the device was lost, which is reported by its own error
    );
  }
}
