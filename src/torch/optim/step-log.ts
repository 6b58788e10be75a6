// Logs those steps of an optimizer that may turn out not to have been applied, and resets its counts to the applied
// steps.
import { engine } from '../../engine/compiler/engine';
import { type FaultListener, takeFaultSlot } from '../../engine/gpu/fault-slots';
import type { PendingStep } from '../../engine/graph/lost';
import type { Tensor } from '../tensor/tensor';
import type { ParamState } from './optimizer';

/** The counts of parameters that were updated together, before the update. */
export interface CountsBefore {
  readonly params: readonly Tensor[];
  readonly step: number;
  readonly numbers: Readonly<Record<string, number>>;
}

interface Step {
  /** The number of dispatches that update parameters. */
  readonly updates: number;
  readonly before: readonly CountsBefore[];
  /** The index of the step's run among the runs of the fault slot; infinite until the step has run. */
  run: number;
}

/** If a loop reads nothing back, after this many steps, ask the GPU whether they were applied. */
const MAX_UNKNOWN = 1024;

export class StepLog implements FaultListener {
  /** Faults in anything that the updates depend on are reported here. */
  readonly slot = takeFaultSlot();
  private steps: Step[] = [];
  private asking = false;

  constructor(private readonly states: ReadonlyMap<Tensor, ParamState>) {
    this.slot.listen(this);
  }

  /** Logs a recorded step; `updates` is the number of its dispatches. */
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
        // If other counts have been loaded since, this step is no longer in the log.
        if (left.length === this.steps.length) return;
        this.steps = left;
        this.undo(step);
      },
    };
  }

  /** Empties the log, because other counts have been loaded. */
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

  /** Counts are only ever lowered here, so steps may be undone in any order. */
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
