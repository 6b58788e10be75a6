// What was measured on the adapter: the table by which kernels are chosen, and where it is kept from visit to visit.

import { whenLoaded } from '../../core/late';
import type { DeviceOptions } from '../../gpu/device';
import type { Session } from '../../gpu/session';
import type { Program } from '../ir';
import { adapterKey, type TuningRecord, TuningStore } from './store';
import type { TunedChoice, TuningProgress } from './tuner';
import { type Probe, TuningTable } from './tuning';

/** What `measure` has found: what was chosen, how many questions are left, and whether the answers were kept. */
export interface Tuned {
  readonly choices: readonly TunedChoice[];
  readonly left: number;
  readonly saved: boolean;
}

export class Measurements {
  private table = new TuningTable();

  /** `place` says where they are kept: see `DeviceOptions.tuning`. */
  constructor(private readonly place: () => DeviceOptions['tuning']) {}

  /** What kernels have asked for and is not known yet. */
  get wanted(): Probe | undefined {
    return this.place() === false ? undefined : this.table.wanted;
  }

  /** What was kept, of all adapters. */
  async load(): Promise<TuningRecord | undefined> {
    return this.store?.load();
  }

  /** Has plans from now on choose by what was kept of the session's adapter. */
  use(session: Session, record: TuningRecord = {}): void {
    this.tell(session, new TuningTable(record[adapterKey(session.profile)]));
  }

  /** Has plans from now on choose by these costs, which are kept. */
  keepCosts(session: Session, probe: Probe, costs: Readonly<Record<string, number>>): void {
    this.tell(session, this.table.withCosts(probe, costs));
    void this.save(session);
  }

  /** Forgets what was measured on the session's adapter. */
  async clear(session: Session): Promise<void> {
    this.table.clear();
    await this.store?.save(adapterKey(session.profile), []);
  }

  /** Measures what the programs' kernels can choose and is not known yet, for about `budget` milliseconds; `orLost` ends a wait with the device. */
  async measure(
    session: Session,
    programs: readonly Program[],
    budget: number,
    onProgress: (progress: TuningProgress) => void,
    orLost: <T>(promise: Promise<T>) => Promise<T>,
  ): Promise<Tuned> {
    const [{ tuneAll, tuningTasks }, { GpuBench }] = await Promise.all([import('./tuner'), import('./bench')]);
    const { table } = this;
    const tasks = await whenLoaded(() => tuningTasks(programs, session.profile, table));
    const bench = new GpuBench(session, table);
    try {
      await orLost(session.settle(0));
      const choices = await orLost(tuneAll(tasks, bench, bench.now() + budget, onProgress));
      for (const choice of choices) table.add(choice);
      return { choices, left: tasks.length - choices.length, saved: await this.save(session) };
    } finally {
      bench.close();
    }
  }

  private tell(session: Session, table: TuningTable): void {
    this.table = table;
    session.profile = { ...session.profile, tuning: table };
  }

  private async save(session: Session): Promise<boolean> {
    return (await this.store?.save(adapterKey(session.profile), this.table.choices)) ?? false;
  }

  private get store(): TuningStore | null {
    const place = this.place();
    return place === false ? null : new TuningStore(place);
  }
}
