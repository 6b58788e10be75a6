// When the measurements are loaded: with the first kernels that choose.
import { LatePart } from '../../core/late';
import { type DeviceOptions, isSoftware, type Tuning } from '../../gpu/device';
import type { Session } from '../../gpu/session';
import { comesWithKernels } from '../texts';
import { written } from '../written';
import type { Surroundings } from './background';
import type { Measurements } from './measurements';
import type { Probe } from './tuning';

/** What the measurements see of the engine. */
export interface Owner {
  /** Where they are kept: see `DeviceOptions.tuning`. */
  place(): DeviceOptions['tuning'];
  session(): Session | null;
  /** The session, once it is open if it is being opened; null without one. */
  opened(): Promise<Session | null>;
  /** Whether something waits for the device, or opens it. */
  isBusy(): boolean;
}

/** The measurements, which the owner's session has from then on. */
export function lateMeasurements(owner: Owner): LatePart<Measurements> {
  const part = new LatePart('tuning', async () => {
    const { Measurements } = await import('./measurements');
    const measured = new Measurements(owner.place, (of) => surroundings(owner, of));
    const record = await measured.load();
    // The files of kernels may be here before the device is.
    const session = await owner.opened();
    if (session) measured.use(session, record);
    return measured;
  });
  comesWithKernels(part);
  return part;
}

/** What the measuring in the background sees. */
const surroundings = (owner: Owner, measured: Measurements): Surroundings => ({
  idleDevice() {
    const session = owner.session();
    if (!session || session.lost || session.profiler || owner.isBusy() || owner.place() === false) return null;
    // Kernels for another kind of adapter than this one are chosen by tests, and may take seconds.
    const isOwnKind = isSoftware(session.device.adapterInfo) === (session.profile.kind === 'software');
    return isOwnKind ? session.device : null;
  },
  written,
  wanted: () => measured.wanted,
  // Plans that are there go on as they are: they compute the same bits, and to compile them anew would be felt.
  found(probe, costs) {
    const session = owner.session();
    if (session) measured.keepCosts(session, probe, costs);
  },
});

/** Stands for the measurements, which are loaded when a kernel asks for them. */
export const unread = (part: LatePart<Measurements>): Tuning => ({
  choose: (...question) => part.now.table.choose(...question),
  lacks: (...question) => part.now.table.lacks(...question),
  costs: (probe) => part.now.table.costs(probe as Probe),
});
