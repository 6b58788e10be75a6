// The first run of a program: makes its plan and compiles its kernels. Where possible, kernels that are ready run while
// others are still being compiled.

import { whenLoaded } from '../core/late';
import { giveUp } from '../gpu/executable';
import { hostPhase } from '../gpu/host-trace';
import type { Session } from '../gpu/session';
import { bindInputs, releaseBound } from './bound-inputs';
import { compile } from './compile';
import { isOnDevice } from './contents';
import type { Job } from './job';
import { beginKernels, draftOf, link, updates } from './link';
import type { CompilerPass } from './passes/index';
import type { Sendable, Sender } from './sender';

/** The plan of a job, and whether the job has already been sent. */
export interface FirstRun extends Sendable {
  readonly sent: boolean;
}

/**
 * Makes the plan of a job. A job that overwrites nothing is sent while kernels are still being compiled, since a
 * failure half-way then leaves no value half-written. `makeRoom` is called before the plan takes slots.
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
  // Reading `host` draws the initial numbers of inputs, while the kernels are being compiled.
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
