// The profiler: measures the GPU time of each dispatch, by giving it a pass of its own with timestamp queries.
import { ArgumentError } from '../core/errors';
import { startHostTrace } from './host-trace';
import { type KernelRun, Profile, type SubmitTime } from './profile-report';
import type { Session } from './session';

const CAPACITY = 4096; // WebGPU's limit on the queries of a set
const RESOLVE_USAGE = 0x200 | 0x04; // QUERY_RESOLVE | COPY_SRC
const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST

/** Collects two timestamps for each dispatch while it is its session's `profiler`. */
export class Profiler {
  private readonly sets: GPUQuerySet[] = [];
  private readonly labels: string[] = [];
  private readonly submits: SubmitTime[] = [];
  private readonly start = performance.now();
  private readonly phases = startHostTrace();

  constructor(private readonly device: GPUDevice) {
    if (device.features.has('timestamp-query')) return;
    this.phases();
    throw new ArgumentError('profile: this device has no timestamp queries, so kernels cannot be timed on it');
  }

  /** The timestamp writes for the pass of the next dispatch. */
  next(label: string): GPUComputePassTimestampWrites {
    const at = (this.labels.length * 2) % CAPACITY;
    if (at === 0) this.sets.push(this.device.createQuerySet({ type: 'timestamp', count: CAPACITY }));
    this.labels.push(label);
    return { querySet: this.sets.at(-1)!, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Notes that the dispatches from number `first` on have been submitted together. */
  submitted(first: number): void {
    this.submits.push({ time: performance.now(), first });
  }

  /** The number of dispatches so far. */
  get count(): number {
    return this.labels.length;
  }

  /** Stops without a result. */
  abandon(): void {
    this.phases();
    for (const set of this.sets) set.destroy();
  }

  async finish(): Promise<Profile> {
    const { device, labels, sets, start, submits } = this;
    const end = performance.now();
    const phases = this.phases();
    const size = Math.max(sets.length * CAPACITY * 8, 16);
    const resolved = device.createBuffer({ size, usage: RESOLVE_USAGE });
    const staging = device.createBuffer({ size, usage: STAGING_USAGE });
    const encoder = device.createCommandEncoder();
    sets.forEach((set, s) => {
      const count = Math.min(CAPACITY, labels.length * 2 - s * CAPACITY);
      encoder.resolveQuerySet(set, 0, count, resolved, s * CAPACITY * 8);
    });
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const stamps = new BigUint64Array(staging.getMappedRange());
    const origin = stamps[0]!;
    const at = (index: number) => Number(stamps[index]! - origin) / 1e6;
    const runs = labels.map((label, i): KernelRun => {
      const from = at(2 * i);
      return { label, start: from, end: Math.max(from, at(2 * i + 1)) };
    });
    for (const resource of [...sets, resolved, staging]) resource.destroy();
    return new Profile({ runs, submits, phases, start, end });
  }
}

/** Runs `fn` with every dispatch of a session timed. */
export async function profiled(session: Session, fn: () => Promise<unknown>): Promise<Profile> {
  const profiler = new Profiler(session.device);
  session.profiler = profiler;
  try {
    await fn();
  } catch (error) {
    profiler.abandon();
    throw error;
  } finally {
    session.profiler = null;
  }
  return profiler.finish();
}
