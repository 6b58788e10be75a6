// Loads the measurements late: together with the first kernels.
import { LatePart } from '../../core/late';
import { type DeviceOptions, isSoftware, type Tuning } from '../../gpu/device';
import type { Session } from '../../gpu/session';
import { comesWithKernels } from '../texts';
import { written } from '../written';
import type { Surroundings } from './background';
import type { Measurements } from './measurements';
import type { Probe } from './tuning';

/** The engine as the measurements see it. */
export interface Owner {
  /** Where the measurements are stored: see `DeviceOptions.tuning`. */
  place(): DeviceOptions['tuning'];
  session(): Session | null;
  /** The session. If it is being opened, waits for it; null if there is none. */
  opened(): Promise<Session | null>;
  /** Whether anything waits for the device, or it is being opened. */
  isBusy(): boolean;
}

/** The late part that loads the measurements and gives them to the owner's session. */
export function lateMeasurements(owner: Owner): LatePart<Measurements> {
  const part = new LatePart('tuning', async () => {
    const { Measurements } = await import('./measurements');
    const measured = new Measurements(owner.place, (of) => surroundings(owner, of));
    const record = await measured.load();
    // The kernels may have loaded before the device is open.
    const session = await owner.opened();
    if (session) measured.use(session, record);
    return measured;
  });
  comesWithKernels(part);
  return part;
}

/** The engine as background tuning sees it. */
const surroundings = (owner: Owner, measured: Measurements): Surroundings => ({
  idleDevice() {
    const session = owner.session();
    if (!session || session.lost || session.profiler || owner.isBusy() || owner.place() === false) return null;
    // Tests choose kernels for another kind of adapter than this one; measuring those could take seconds.
    const isOwnKind = isSoftware(session.device.adapterInfo) === (session.profile.kind === 'software');
    return isOwnKind ? session.device : null;
  },
  written,
  wanted: () => measured.wanted,
  // Existing plans stay as they are: they compute the same bits, and compiling them again would take noticeable time.
  found(probe, costs) {
    const session = owner.session();
    if (session) measured.keepCosts(session, probe, costs);
  },
});

/**
 * A `Tuning` that forwards to the measurements, which load when a kernel asks for them.
 * @throws MissingParts until then
 */
export const unread = (part: LatePart<Measurements>): Tuning => ({
  choose: (...question) => part.now.table.choose(...question),
  lacks: (...question) => part.now.table.lacks(...question),
  costs: (probe) => part.now.table.costs(probe as Probe),
});
