// The first run of a program: its plan is made, and its kernels are compiled, as far as possible while others run already.

import { whenLoaded } from '../core/late';
import { giveUp } from '../gpu/executable';
import { hostPhase } from '../gpu/host-trace';
import type { Session } from '../gpu/session';
import { bindInputs, releaseBound } from './bound-inputs';
import { isOnDevice } from './contents';
import type { Job } from './job';
import { beginKernels, draftOf, link, updates } from './link';
import type { CompilerPass } from './passes/index';
import { compile } from './plan';
import type { Sendable, Sender } from './sender';

/** What a job's plan has become, and whether the job has been sent by it. */
export interface FirstRun extends Sendable {
  readonly sent: boolean;
}

/**
 * Makes the plan of a job. What overwrites nothing is sent while kernels are being compiled. `makeRoom`: called before the plan
 * takes slots.
 */
export async function firstRun(
  job: Job,
  session: Session,
  sender: Sender,
  passes: readonly CompilerPass[],
  makeRoom: () => void,
): Promise<FirstRun> {
  const start = performance.now();
  const program = job.build();
  const compiled = await whenLoaded(() => compile(program, session.profile, passes));
  const kernels = beginKernels(compiled, session);
  // While kernels are compiled, the numbers are drawn that inputs begin with.
  for (const cell of job.inputs) void cell.host;
  const { plan, bound } = bindInputs(compiled, (i) => {
    const cell = job.inputs[i]!;
    if (job.offsets[i] !== undefined) return null;
    if (cell.host && !isOnDevice(cell) && !cell.failure) sender.materialise(cell, false);
    return cell.allocation;
  });
  hostPhase('compile', start);
  makeRoom();
  const linked = performance.now();
  const overwrites = updates(plan) || job.slot !== null || job.exports.some(({ replaces }) => replaces);
  if (session.profiler || overwrites) {
    const executable = await link(plan, session, kernels);
    hostPhase('pipelines', linked);
    return { plan, bound, executable, sent: false };
  }
  const draft = draftOf(plan, session, kernels);
  try {
    const executable = await sender.sendAsCompiled(job, { plan, bound }, draft);
    return { plan, bound, executable, sent: true };
  } catch (error) {
    giveUp(draft, session);
    if (!session.memory.isRetired) releaseBound(bound, session.memory);
    throw error;
  }
}
