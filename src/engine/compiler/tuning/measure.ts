// Measures what kernels can choose, for programs that ask for it.
import { whenLoaded } from '../../core/late';
import type { Engine } from '../engine';
import type { Program } from '../ir';
import type { TunedChoice, TuningProgress } from './tuner';

/** The choices of one tuning, the number of questions that are left, and whether the answers were kept. */
export interface Tuned {
  readonly choices: readonly TunedChoice[];
  readonly left: number;
  readonly saved: boolean;
}

/** Measures what the programs' kernels can choose and is not known yet, for about `budget` milliseconds. */
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
