// Compiles plans ahead of the runs that need them (`prepare`), and for inspection (`planFor`).
import { whenLoaded } from '../core/late';
import { stats } from '../gpu/stats';
import { bindInputs } from './bound-inputs';
import type { Engine } from './engine';
import type { Program } from './ir';
import { link, pipelineRequests } from './link';
import type { Plan } from './plan';

/** A program and its key in the plan cache. */
interface Keyed {
  readonly key: readonly number[];
  readonly program: Program;
}

/** The numbers of plans and pipelines that `prepare` made ready. */
export interface Prepared {
  readonly plans: number;
  readonly pipelines: number;
}

/** Makes plans for programs that have none yet, compiling all pipelines at once. Runs nothing. */
export const prepare = (
  engine: Engine,
  jobs: readonly Keyed[],
  onProgress: (done: number, total: number) => void,
): Promise<Prepared> =>
  engine.alone((session, orLost) => {
    const preparing = async (): Promise<Prepared> => {
      const before = stats.pipelinesCreated;
      const fresh = jobs.filter(({ key }) => !engine.planned(key));
      const { profile } = session;
      const plans = await whenLoaded(() =>
        fresh.map(({ key, program }) => ({ key, plan: engine.compile(program, profile) })),
      );
      const requests = plans.flatMap(({ plan }) => pipelineRequests(plan));
      await session.pipelines.prepare(requests, onProgress);
      for (const { key, plan } of plans) {
        const { bound } = bindInputs(plan, () => null);
        const executable = await link(plan, session);
        engine.expectCurrent(session);
        engine.remember(key, { plan, profile, executable, bound });
      }
      return { plans: plans.length, pipelines: stats.pipelinesCreated - before };
    };
    return orLost(preparing());
  });

/** A newly compiled plan for a program, and whether the cache has one already. The device must be open. */
export async function planFor(
  engine: Engine,
  { key, program }: Keyed,
): Promise<{ readonly plan: Plan; readonly cached: boolean }> {
  const profile = engine.profileFor(key);
  const cached = engine.planned(key) !== undefined;
  return { plan: await whenLoaded(() => engine.compile(program, profile)), cached };
}
