// Times work on the GPU, and makes the random numbers to run it on.

/**
 * Random numbers from -1 to 1, the same at each call, so that all candidates run on the same numbers: a linear
 * congruential generator with the constants of Numerical Recipes.
 */
export function noiseOf(length: number): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    noise[i] = state / 2 ** 31 - 1;
  }
  return noise;
}

const RESOLVE_USAGE = 0x200 | 0x04; // QUERY_RESOLVE | COPY_SRC
const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST

/** Times passes on the GPU: by timestamps if the device has them, otherwise by the host's clock. */
export class Timer {
  private readonly queries: {
    readonly set: GPUQuerySet;
    readonly resolved: GPUBuffer;
    readonly staging: GPUBuffer;
  } | null;

  constructor(private readonly device: GPUDevice) {
    const timed = device.features.has('timestamp-query');
    this.queries = timed
      ? {
          set: device.createQuerySet({ type: 'timestamp', count: 2 }),
          resolved: device.createBuffer({ size: 16, usage: RESOLVE_USAGE }),
          staging: device.createBuffer({ size: 16, usage: STAGING_USAGE }),
        }
      : null;
  }

  /** Runs a pass and returns its time in milliseconds. */
  async measure(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const { device, queries } = this;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      queries
        ? { timestampWrites: { querySet: queries.set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } }
        : {},
    );
    encode(pass);
    pass.end();
    if (!queries) {
      await device.queue.onSubmittedWorkDone();
      const start = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    }
    const { set, resolved, staging } = queries;
    encoder.resolveQuerySet(set, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const [from, to] = new BigUint64Array(staging.getMappedRange());
    staging.unmap();
    return Number(to! - from!) / 1e6;
  }

  destroy(): void {
    const { queries } = this;
    for (const resource of queries ? [queries.set, queries.resolved, queries.staging] : []) resource.destroy();
  }
}
