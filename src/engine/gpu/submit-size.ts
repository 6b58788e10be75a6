// Pacing: how long each plan keeps the GPU busy, and into how many submits it is cut so that a page keeps its frames.
import type { Queue } from './queue';

/** Runs of a plan that are timed; the least time counts, since the others may have waited for work of somebody else. */
const SAMPLES = 4;

/** Adapters other than processors: about two frames. */
export const SUBMIT_MILLISECONDS = 30;

interface Times {
  least: number;
  samples: number;
}

export class Pacing {
  private readonly times = new WeakMap<object, Times>();
  /** When the latest of the runs that are timed was seen to be done. */
  private lastDone = 0;

  constructor(private readonly queue: Queue) {}

  /** The submits that a plan of so many dispatches is spread over, for each to last about `budget` milliseconds. */
  pieces(plan: object, dispatches: number, budget: number): number {
    const least = this.times.get(plan)?.least ?? Number.POSITIVE_INFINITY;
    return least <= budget || !Number.isFinite(least)
      ? 1
      : Math.min(Math.ceil(least / budget), Math.max(dispatches, 1));
  }

  /** A plan takes the place of another that computes the same. */
  replace(former: object, plan: object): void {
    const times = this.times.get(former);
    if (times) this.times.set(plan, times);
  }

  /** Times the run of a plan that has just been submitted, until enough of them have been. */
  submitted(plan: object): void {
    const known = this.times.get(plan);
    const times = known ?? { least: Number.POSITIVE_INFINITY, samples: 0 };
    if (!known) this.times.set(plan, times);
    if (times.samples++ >= SAMPLES) return;
    let start = 0;
    this.queue.whenSent(() => {
      start = performance.now();
    });
    this.queue.finished().then(
      () => {
        const now = performance.now();
        times.least = Math.min(times.least, now - Math.max(start, this.lastDone));
        this.lastDone = now;
      },
      () => {}, // the device was lost, which is reported by its own error
    );
  }
}
