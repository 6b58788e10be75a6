// KeptResults: which results of a plan are still those of the values that a run brings, and need not be computed again.
import type { Dispatch, Executable } from '../gpu/executable';
import type { Job } from './job';

/** What the results of a dispatch were computed of. */
interface Made {
  /** Held weakly, so that kept results keep no parameter alive. */
  readonly inputs: readonly WeakRef<object>[];
  readonly offsets: readonly (number | undefined)[];
  readonly scalars: readonly number[];
}

type Brought = Pick<Job, 'inputs' | 'offsets' | 'scalars'>;

const none: readonly Dispatch[] = [];

/** Of one device. A write to a parameter makes a new value, so that two runs with the same value compute the same of it. */
export class KeptResults {
  private made = new WeakMap<Dispatch, Made>();

  /** The dispatches that must run, of those whose results are kept. */
  stale({ dispatches, steady }: Executable, job: Brought): readonly Dispatch[] {
    const count = dispatches.length - steady.length;
    if (count === 0) return none;
    return dispatches.slice(0, count).filter((dispatch) => !this.holds(dispatch, job));
  }

  private holds(dispatch: Dispatch, { inputs, offsets, scalars }: Brought): boolean {
    const made = this.made.get(dispatch);
    const { kept } = dispatch;
    if (!made || !kept) return false;
    return (
      kept.inputs.every((i, k) => made.inputs[k]!.deref() === inputs[i] && made.offsets[k] === offsets[i]) &&
      kept.scalars.every((s, k) => Object.is(made.scalars[k], scalars[s]))
    );
  }

  /** These dispatches have been sent. */
  sent(dispatches: readonly Dispatch[], { inputs, offsets, scalars }: Brought): void {
    for (const dispatch of dispatches) {
      const { kept } = dispatch;
      if (!kept) continue;
      this.made.set(dispatch, {
        inputs: kept.inputs.map((i) => new WeakRef(inputs[i]!)),
        offsets: kept.inputs.map((i) => offsets[i]),
        scalars: kept.scalars.map((s) => scalars[s]!),
      });
    }
  }

  /** A run was refused: its results, and those of the runs behind it, are wrong. */
  forget(): void {
    this.made = new WeakMap();
  }
}
