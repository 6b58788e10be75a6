// Finds the plans that run so often, or so long, that specialised kernels are worth compiling for them.

/** A plan is hot after HOT_RUNS runs, if meanwhile at least one in ONE_IN runs of all plans was a run of it. */
const HOT_RUNS = 4;
const ONE_IN = 4;

/** A plan with a run of more than this many milliseconds is hot at its next run. */
const LONG_RUN = 1000;

interface Spell {
  readonly from: number;
  runs: number;
  long: boolean;
}

/** Counts runs of plans. */
export class HotPlans {
  private runs = 0;
  private readonly spells = new WeakMap<object, Spell>();

  /** Counts a run of a plan. True if this run makes the plan hot, which happens once. */
  rises(plan: object): boolean {
    const now = ++this.runs;
    const spell = this.spells.get(plan);
    if (!spell || now - spell.from >= ONE_IN * (spell.runs + 1)) {
      this.spells.set(plan, { from: now, runs: 1, long: spell?.long ?? false });
      return false;
    }
    spell.runs = spell.long ? Math.max(spell.runs + 1, HOT_RUNS) : spell.runs + 1;
    return spell.runs === HOT_RUNS;
  }

  /**
   * Times a run of a plan from now until it ends, waits included. Called once the kernels exist, so compiling does not
   * count.
   */
  time(plan: object, finished: Promise<void>): void {
    const spell = this.spells.get(plan);
    const start = performance.now();
    const end = () => {
      if (spell && performance.now() - start > LONG_RUN) spell.long = true;
    };
    finished.then(end, () => {}); // a lost device reports itself
  }
}
