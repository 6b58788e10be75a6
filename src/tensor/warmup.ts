// Warming up: everything that a function would need on the GPU is compiled before it runs for the first time.
import { engine, type Prepared } from '../compiler/engine';
import { PlanCache } from '../compiler/plan-cache';
import { type RehearsedJob, rehearse } from '../graph/rehearsal';
import { defaultGenerator } from './random/generator';

export interface WarmupProgress {
  /** Pipelines compiled so far. */
  readonly done: number;
  readonly total: number;
}

export interface WarmupOptions {
  /** Called at the start and after each pipeline, for a progress bar. */
  onProgress?: (progress: WarmupProgress) => void;
}

/** The first steps of an optimizer differ from each other, until its state is where it stays. */
const MAX_CALLS = 4;

/**
 * Compiles all that `fn`, a training step say, needs on the GPU, in parallel, so that its first real call is as fast as the
 * others. `fn` may be asynchronous. It is called a few times without anything being computed, until its calls ask for nothing
 * new; afterwards parameters, gradients, the state of modules, optimizers and schedulers, and random generators are as before.
 *
 *     await torch.warmup(() => step(images, labels), { onProgress: ({ done, total }) => bar.set(done / total) });
 *
 * Meanwhile what `fn` reads back is zeros where it depends on what `fn` computes. Tensors that it keeps in variables of its own
 * never get a value, so let it keep none. Nothing else should use the library until the promise is fulfilled.
 *
 * @returns how many plans and pipelines were compiled
 * @throws what `fn` throws; WebGPUUnavailableError where there is no device
 */
export async function warmup(fn: () => unknown, { onProgress }: WarmupOptions = {}): Promise<Prepared> {
  await engine.start();
  const wanted: RehearsedJob[] = [];
  await rehearseFully('warmup', fn, (job) => wanted.push(job));
  return engine.prepare(wanted, (done, total) => onProgress?.({ done, total }));
}

/** Rehearses `fn` until its calls ask for nothing new, and gives each program once. */
export async function rehearseFully(
  name: string,
  fn: () => unknown,
  visit: (job: RehearsedJob) => void,
): Promise<void> {
  // Made now, it keeps the random seed it starts from.
  defaultGenerator();
  const seen = new PlanCache<RehearsedJob>(Number.POSITIVE_INFINITY, () => {});
  let calls = 0;
  let known = 0;
  const meet = (job: RehearsedJob) => {
    if (seen.get(job.key)) return;
    seen.set(job.key, job);
    visit(job);
  };
  await rehearse(name, fn, meet, () => {
    const more = seen.size > known && ++calls < MAX_CALLS;
    known = seen.size;
    return more;
  });
}
