// The profiler: GPU time of each dispatch, by timestamp queries around passes of one dispatch each.
import { ArgumentError } from '../errors';

/** Time on the GPU of all dispatches with one label. */
export interface KernelTime {
  readonly label: string;
  readonly dispatches: number;
  readonly milliseconds: number;
}

const CAPACITY = 4096; // WebGPU's limit on the queries of a set
const RESOLVE_USAGE = 0x200 | 0x04; // QUERY_RESOLVE | COPY_SRC
const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST

/** Collects timestamps while it is the active one of its session; two a dispatch. */
export class Profiler {
  private readonly queries: GPUQuerySet;
  private readonly labels: string[] = [];

  constructor(private readonly device: GPUDevice) {
    if (!device.features.has('timestamp-query')) {
      throw new ArgumentError('profile: this device has no timestamp queries, so kernels cannot be timed on it');
    }
    this.queries = device.createQuerySet({ type: 'timestamp', count: CAPACITY });
  }

  /** Where the next dispatch's pass writes its timestamps; undefined once there is no room. */
  next(label: string): GPUComputePassTimestampWrites | undefined {
    const at = this.labels.length * 2;
    if (at + 2 > CAPACITY) return undefined;
    this.labels.push(label);
    return { querySet: this.queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** The times so far, by label, longest first. */
  async finish(): Promise<KernelTime[]> {
    const { device, labels, queries } = this;
    const size = Math.max(labels.length * 16, 16);
    const resolved = device.createBuffer({ size, usage: RESOLVE_USAGE });
    const staging = device.createBuffer({ size, usage: STAGING_USAGE });
    const encoder = device.createCommandEncoder();
    if (labels.length > 0) encoder.resolveQuerySet(queries, 0, labels.length * 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const stamps = new BigUint64Array(staging.getMappedRange());
    const times = new Map<string, { dispatches: number; milliseconds: number }>();
    labels.forEach((label, i) => {
      const time = times.get(label) ?? { dispatches: 0, milliseconds: 0 };
      time.dispatches++;
      time.milliseconds += Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6;
      times.set(label, time);
    });
    for (const resource of [queries, resolved, staging]) resource.destroy();
    return [...times].map(([label, time]) => ({ label, ...time })).sort((a, b) => b.milliseconds - a.milliseconds);
  }
}
