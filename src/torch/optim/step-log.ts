// The steps of an optimizer that may still turn out not to have been applied, and how its counts go back to those that were.
import { engine } from '../../engine/compiler/engine';
import { type FaultListener, takeFaultSlot } from '../../engine/gpu/fault-slots';
import type { PendingStep } from '../../engine/graph/lost';
import type { Tensor } from '../tensor/tensor';
import type { ParamState } from './optimizer';

/** The counts of parameters that were updated together, before that. */
export interface CountsBefore {
  readonly params: readonly Tensor[];
  readonly step: number;
  readonly numbers: Readonly<Record<string, number>>;
}

interface Step {
  /** Dispatches that update parameters. */
  readonly updates: number;
  readonly before: readonly CountsBefore[];
  /** The number of its run among those of the slot; infinite until it has run. */
  run: number;
}

/** Steps after which a loop that reads nothing back has the GPU asked whether they were applied. */
const MAX_UNKNOWN = 1024;

export class StepLog implements FaultListener {
  /** Faults that the updates hang on are reported here. */
  readonly slot = takeFaultSlot();
  private steps: Step[] = [];
  private asking = false;

  constructor(private readonly states: ReadonlyMap<Tensor, ParamState>) {
    this.slot.listen(this);
  }

  /** A step that has been recorded; `updates` is the number of its dispatches. */
  add(updates: number, before: readonly CountsBefore[], changes: PendingStep['changes']): PendingStep {
    const step: Step = { updates, before, run: Number.POSITIVE_INFINITY };
    this.steps.push(step);
    return {
      slot: this.slot,
      changes,
      ran: () => {
        step.run = this.slot.runs;
        if (this.steps.length > MAX_UNKNOWN) void this.ask();
      },
      failed: () => {
        const left = this.steps.filter((other) => other !== step);
        // Other counts have been loaded since: this step's are forgotten.
        if (left.length === this.steps.length) return;
        this.steps = left;
        this.undo(step);
      },
    };
  }

  /** Forgets all steps: other counts have been loaded. */
  clear(): void {
    this.steps = [];
  }

  applied(runs: number): void {
    const left = this.steps.findIndex(({ run }) => run > runs);
    this.steps = left < 0 ? [] : this.steps.slice(left);
  }

  dropped(runs: number, updates: number): void {
    let left = updates;
    for (const step of this.steps.reverse()) {
      if (step.run <= runs) {
        if (left <= 0) break;
        left -= step.updates;
      }
      this.undo(step);
    }
    this.steps = [];
  }

  /** Counts only ever go back here, so that steps may be undone in any order. */
  private undo({ before }: Step): void {
    for (const { params, step, numbers } of before) {
      for (const param of params) {
        const state = this.states.get(param);
        if (state && state.step > step) Object.assign(state, { step, numbers });
      }
    }
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    await engine.confirm(this.slot);
    this.asking = false;
  }
}
