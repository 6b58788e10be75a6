// Which plans run so often that kernels of their own are worth compiling.

/** A plan is hot when it has run so often, and has been at least one of so many runs meanwhile. */
const HOT_RUNS = 4;
const ONE_IN = 4;

interface Spell {
  readonly from: number;
  runs: number;
}

/** Counts runs of plans, the same way whatever time they take. */
export class Heat {
  private runs = 0;
  private readonly spells = new WeakMap<object, Spell>();

  /** Counts a run of a plan; true where that makes it hot, which it becomes once. */
  rises(plan: object): boolean {
    const now = ++this.runs;
    const spell = this.spells.get(plan);
    if (!spell || now - spell.from >= ONE_IN * (spell.runs + 1)) {
      this.spells.set(plan, { from: now, runs: 1 });
      return false;
    }
    return ++spell.runs === HOT_RUNS;
  }
}
