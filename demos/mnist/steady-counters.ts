// What one step of a training asks of WebGPU once it repeats what it did before, by the differences of the library's counters.
import * as torch from 'lamplight';
import type { StepCounters } from './protocol';

const COUNTED = ['dispatches', 'submits', 'buffersCreated', 'bindGroupsCreated', 'pipelinesCreated'] as const;

type Counters = StepCounters & { readonly plansCompiled: number };

/** Steady steps of which the middle one counts. */
const SAMPLE = 101;

/** Differences of the library's counters from step to step. */
export class SteadyCounters {
  private before: Counters;
  private steady: StepCounters[] = [];
  private earlier: StepCounters | null = null;
  /** Whether the last step submitted nothing. */
  private isLate = false;
  unsteady: StepCounters | null = null;

  constructor(private readonly now: () => Counters = countersNow) {
    this.before = now();
  }

  /** Begins an epoch. Until it has a steady step of its own, what the one before it showed still holds. */
  begin(): void {
    this.earlier = this.steadyStep;
    this.restart();
    this.steady = [];
    this.isLate = false;
  }

  /** Leaves out what has happened since the last step. */
  restart(): void {
    this.before = this.now();
  }

  /**
   * Ends a step; one for which a plan had to be compiled is not steady. Where pipelines are still being made, a step submits nothing, and a later one submits
   * for several.
   */
  step(steady: boolean): void {
    const now = this.now();
    const { plansCompiled, ...difference } = now;
    for (const name of COUNTED) difference[name] -= this.before[name];
    const compiled = plansCompiled - this.before.plansCompiled;
    this.before = now;
    const wasLate = this.isLate;
    this.isLate = difference.submits === 0;
    if (steady && compiled === 0 && !wasLate && !this.isLate)
      this.steady = [...this.steady.slice(1 - SAMPLE), difference];
    else this.unsteady = difference;
  }

  /** The median of each counter over the latest steady steps: a page of memory for small values, made once in hundreds of steps, is no step's own. */
  get steadyStep(): StepCounters | null {
    const { steady } = this;
    const [first] = steady;
    if (!first) return this.earlier;
    const middle = { ...first };
    for (const name of COUNTED) {
      const values = steady.map((one) => one[name]).sort((a, b) => a - b);
      middle[name] = values[values.length >> 1] ?? first[name];
    }
    return middle;
  }
}

function countersNow(): Counters {
  const { dispatches, submits, buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled } = torch.gpu.stats();
  return { dispatches, submits, buffersCreated, bindGroupsCreated, pipelinesCreated, plansCompiled };
}
