// torch.warmup: compiles everything that a function needs on the GPU before the function runs for the first time.
import { engine } from '../../engine/compiler/engine';
import { PlanCache } from '../../engine/compiler/plan-cache';
import { type Prepared, prepare } from '../../engine/compiler/prepare';
import { anything, callback, orNull } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { type Arguments, kindOf, parseArgs } from '../../engine/core/options';
import { type RehearsedJob, rehearse } from '../../engine/graph/rehearsal';
import { defaultGenerator } from '../../engine/storage/random/generator';

/** The progress of `warmup`. */
export interface WarmupProgress {
  /** Pipelines compiled so far. */
  readonly done: number;
  readonly total: number;
}

/** Options of `warmup`. */
export interface WarmupOptions {
  /** Called at the start and after each pipeline, for a progress bar. */
  onProgress?: ((progress: WarmupProgress) => void) | null;
}

interface Warmup extends WarmupOptions {
  fn: () => unknown;
}

/**
 * The maximum number of rehearsals: the first steps of an optimizer differ from each other, until its state has its
 * final place.
 */
const MAX_CALLS = 4;

/**
 * Compiles everything that `fn` (a training step, for instance) needs on the GPU, in parallel, so that its first real
 * call is as fast as later ones. `fn` is rehearsed: called a few times without computing anything, until its calls need
 * nothing new. Afterwards parameters, gradients, the state of modules, optimizers and schedulers, and random generators
 * are as before.
 *
 *     await torch.warmup(() => step(images, labels), { onProgress: ({ done, total }) => bar.set(done / total) });
 *     await torch.warmup(async () => history.push(await step(images, labels).item()));
 *
 * During these calls, values that depend on the computation of `fn` read back as zeros. `fn` may be asynchronous, but
 * may await nothing but read-backs: all its calls run within one task of the event loop, so that other code of the page
 * never sees values that were not computed. Tensors that `fn` stores in outer variables never get a value, so it should
 * store none.
 *
 * @returns how many plans and pipelines were compiled
 * @throws the errors of `fn`; ArgumentError if `fn` awaits something else, such as a timer or a file (its work after
 * that is done for real); WebGPUUnavailableError if there is no device
 */
export async function warmup(...args: Arguments<Warmup, ['fn', 'onProgress']>): Promise<Prepared> {
  const { fn, onProgress } = parseArgs<Warmup>('warmup', ['fn'], { onProgress: null }, args, {
    fn: anything,
    onProgress: orNull(callback),
  });
  if (typeof fn !== 'function') {
    throw new ArgumentError(`warmup: expected a function, as in warmup(() => step()), but got ${kindOf(fn)}`);
  }
  await engine.start();
  const wanted = await rehearseFully('warmup', fn);
  return prepare(engine, wanted, (done, total) => onProgress?.({ done, total }));
}

/** Rehearses `fn` until its calls need nothing new, and returns each program once. */
export async function rehearseFully(name: string, fn: () => unknown): Promise<readonly RehearsedJob[]> {
  // Create the default generator before the rehearsal, which would otherwise undo its creation and with it its seed.
  defaultGenerator();
  let met: RehearsedJob[] = [];
  await rehearse(name, fn, () => {
    const seen = new PlanCache<RehearsedJob>(Number.POSITIVE_INFINITY, () => {});
    met = [];
    let calls = 0;
    let known = 0;
    return {
      visit(job) {
        if (seen.get(job.key)) return;
        seen.set(job.key, job);
        met.push(job);
      },
      again() {
        const more = met.length > known && ++calls < MAX_CALLS;
        known = met.length;
        return more;
      },
    };
  });
  return met;
}
