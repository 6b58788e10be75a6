// The measurements of the adapter: the table by which kernels are chosen, and the store that keeps it from visit to
// visit. Loads with the first kernels.
import type { DeviceOptions } from '../../gpu/device';
import type { Session } from '../../gpu/session';
import { BackgroundTuning, type Surroundings } from './background';
import { adapterKey, type TuningRecord, TuningStore } from './store';
import { TuningTable } from './table';
import type { Probe } from './tuning';

export class Measurements {
  table = new TuningTable();

  /** Measures more while nothing runs. */
  readonly background: BackgroundTuning;

  /** `place` says where the measurements are stored: see `DeviceOptions.tuning`. */
  constructor(
    private readonly place: () => DeviceOptions['tuning'],
    around: (measurements: Measurements) => Surroundings,
  ) {
    this.background = new BackgroundTuning(around(this));
  }

  /** A probe that kernels have asked for and that has not been measured. */
  get wanted(): Probe | undefined {
    return this.place() === false ? undefined : this.table.wanted;
  }

  /** The stored measurements of all adapters. */
  async load(): Promise<TuningRecord | undefined> {
    return this.store?.load();
  }

  /** Makes later plans choose by the stored measurements of the session's adapter. */
  use(session: Session, record: TuningRecord = {}): void {
    this.tell(session, new TuningTable(record[adapterKey(session.profile)]));
  }

  /** Makes later plans choose by these costs, too, and saves them. */
  keepCosts(session: Session, probe: Probe, costs: Readonly<Record<string, number>>): void {
    this.tell(session, this.table.withCosts(probe, costs));
    void this.save(session);
  }

  private tell(session: Session, table: TuningTable): void {
    this.table = table;
    session.profile = { ...session.profile, tuning: table };
  }

  /** Saves the table for the session's adapter. Returns whether that was possible. */
  async save(session: Session): Promise<boolean> {
    return (await this.store?.save(adapterKey(session.profile), this.table.choices)) ?? false;
  }

  private get store(): TuningStore | null {
    const place = this.place();
    return place === false ? null : new TuningStore(place);
  }
}
