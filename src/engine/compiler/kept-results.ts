// KeptResults: finds which kept results of a plan are still valid for the inputs of a run, and need not be computed
// again.
import type { Dispatch, Executable } from '../gpu/executable';
import type { Job } from './job';

/** The inputs and scalars that the kept results of a dispatch were computed from. */
interface Made {
  /** Held weakly, so that kept results keep no parameter alive. */
  readonly inputs: readonly WeakRef<object>[];
  readonly offsets: readonly (number | undefined)[];
  readonly scalars: readonly number[];
}

type Brought = Pick<Job, 'inputs' | 'offsets' | 'scalars'>;

const none: readonly Dispatch[] = [];

/**
 * The kept results on one device. A write to a parameter makes a new value, so an unchanged value means an unchanged
 * result.
 */
export class KeptResults {
  private made = new WeakMap<Dispatch, Made>();

  /** Of the dispatches whose results are kept: those that must run again. */
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

  /** Notes that these dispatches have been sent. */
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

  /** Forgets all kept results. Called after a refused run, since its results and those of later runs are wrong. */
  forget(): void {
    this.made = new WeakMap();
  }
}
