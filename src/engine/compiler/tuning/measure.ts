// Measures the candidates of kernels when the user asks for it (`torch.gpu.tune`).
import { whenLoaded } from '../../core/late';
import type { Engine } from '../engine';
import type { Program } from '../ir';
import type { TunedChoice, TuningProgress } from './tuner';

/** The choices that were made, the number of tasks that are left, and whether the choices were saved. */
export interface Tuned {
  readonly choices: readonly TunedChoice[];
  readonly left: number;
  readonly saved: boolean;
}

/** Measures the programs' kernels that have candidates and no measured choice yet, for about `budget` milliseconds. */
export const measure = (
  engine: Engine,
  programs: readonly Program[],
  budget: number,
  onProgress: (progress: TuningProgress) => void,
): Promise<Tuned> =>
  engine.alone(async (session, orLost) => {
    const [measured, { tuneAll, tuningTasks }, { GpuBench }] = await Promise.all([
      engine.measured(),
      import('./tuner'),
      import('./bench'),
    ]);
    const { table } = measured;
    const tasks = await whenLoaded(() => tuningTasks(programs, session.profile, table));
    const bench = new GpuBench(session, table);
    try {
      await orLost(session.settle(0));
      const choices = await orLost(tuneAll(tasks, bench, bench.now() + budget, onProgress));
      for (const choice of choices) table.add(choice);
      if (choices.length > 0) engine.forgetPlans();
      return { choices, left: tasks.length - choices.length, saved: await measured.save(session) };
    } finally {
      bench.close();
    }
  });

/** Forgets the measurements of this adapter. */
export const clearMeasured = (engine: Engine): Promise<void> =>
  engine.alone(async (session) => {
    engine.forgetPlans();
    const measured = await engine.measured();
    measured.table.clear();
    await measured.save(session);
  });
