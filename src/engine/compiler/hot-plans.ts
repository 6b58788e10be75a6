// Which plans run so often, or so long, that kernels of their own are worth compiling.

/** A plan is hot when it has run so often, and has been at least one of so many runs meanwhile. */
const HOT_RUNS = 4;
const ONE_IN = 4;

/** A plan one of whose runs took so many milliseconds is hot when it runs again. */
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

  /** Counts a run of a plan; true where that makes it hot, which it becomes once. */
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

  /** Notes the time from now until a run of a plan ends, waits included; for a first run, from the moment its kernels are there. */
  time(plan: object, finished: Promise<void>): void {
    const spell = this.spells.get(plan);
    const start = performance.now();
    const end = () => {
      if (spell && performance.now() - start > LONG_RUN) spell.long = true;
    };
    finished.then(end, () => {}); // a lost device reports itself
  }
}
