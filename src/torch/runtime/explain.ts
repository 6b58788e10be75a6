// torch.gpu.explain: shows the plans that a function, or reading a tensor, would run.
import { engine } from '../../engine/compiler/engine';
import { type ExplainedPlan, explainPlan } from '../../engine/compiler/explain';
import { PlanCache } from '../../engine/compiler/plan-cache';
import { planFor } from '../../engine/compiler/prepare';
import { ArgumentError } from '../../engine/core/errors';
import { kindOf } from '../../engine/core/options';
import { Printable } from '../../engine/core/printable';
import { pendingProgram } from '../../engine/graph/program';
import { type RehearsedJob, rehearse } from '../../engine/graph/rehearsal';
import { defaultGenerator } from '../../engine/storage/random/generator';
import { callable } from '../tensor/calling/callable';
import { Tensor } from '../tensor/tensor';

/** The plans, in the order in which they would first run. `toString()` returns a text for the console. */
export class Explanation extends Printable {
  constructor(/** The plans, in the order in which they run. */ readonly plans: readonly ExplainedPlan[]) {
    super();
  }

  /** The number of dispatches of all runs together. */
  get dispatches(): number {
    return this.plans.reduce((sum, { dispatches, runs }) => sum + dispatches * runs, 0);
  }

  override toString(): string {
    if (this.plans.length === 0) return 'Nothing to run: all values exist already.';
    return this.plans.map((plan, p) => `plan ${p + 1}: ${plan}`).join('\n\n');
  }
}

/**
 * Shows the work that `fn` would give the GPU, without doing it: for each plan its kernels in order, the operations
 * fused into each kernel with the paths of their modules, the operations that cost nothing, and the memory. As in
 * `torch.warmup`, nothing is computed or changed, and values that are read back are zeros. Given a tensor instead of a
 * function, it shows the work that reading the tensor would start.
 *
 *     console.log(`${await torch.gpu.explain(() => step(images, labels))}`);
 *
 * The first steps of an optimizer differ from later ones. To see the steady state, run two real steps first.
 *
 * @throws the errors of `fn`; ArgumentError if it awaits anything but read-backs; WebGPUUnavailableError if there is no
 * device, since the device decides which kernels are chosen
 */
export const explain = callable(
  'explain(target: value)',
  async (target: Tensor | (() => unknown)): Promise<Explanation> => {
    if (!(target instanceof Tensor) && typeof target !== 'function') {
      throw new ArgumentError(`explain: expected a function or a tensor, but got ${kindOf(target)}`);
    }
    await engine.start();
    if (target instanceof Tensor) {
      const pending = pendingProgram(target.value);
      if (!pending) return new Explanation([]);
      const uploads = pending.inputs.map((cell) => cell.allocation === null && cell.host !== null);
      return new Explanation([await explained({ ...pending, uploads }, 1)]);
    }
    defaultGenerator();
    let found: { readonly job: RehearsedJob; runs: number }[] = [];
    await rehearse('explain', target, () => {
      const byKey = new PlanCache<(typeof found)[number]>(Number.POSITIVE_INFINITY, () => {});
      found = [];
      return {
        visit(job) {
          const known = byKey.get(job.key);
          if (known) {
            known.runs++;
            return;
          }
          const entry = { job, runs: 1 };
          byKey.set(job.key, entry);
          found.push(entry);
        },
      };
    });
    return new Explanation(await Promise.all(found.map(({ job, runs }) => explained(job, runs))));
  },
);

async function explained({ key, program, uploads }: RehearsedJob, runs: number): Promise<ExplainedPlan> {
  const { plan, cached } = await planFor(engine, { key, program });
  return explainPlan(plan, { program, uploads, cached, runs });
}
