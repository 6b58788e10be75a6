// A session: one device with everything that lives and dies with it, and the errors it reports late.
import { DeviceLostError, GPUValidationFailure } from '../errors';
import { type AdapterProfile, type DeviceOptions, requestDevice } from './device';
import { FAULT_BYTES, faultError } from './faults';
import { type Allocation, Memory } from './memory';
import { Pipelines } from './pipelines';
import { type KernelTime, Profiler } from './profiler';
import { Slots } from './slots';
import { stats } from './stats';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

export class Session {
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly slots: Slots;
  readonly faultBuffer: GPUBuffer;
  /** Times every dispatch while there is one. */
  profiler: Profiler | null = null;
  /** The first error that no call has reported yet. */
  private pendingError: Error | null = null;
  private isLost = false;
  private readonly inFlight: Promise<unknown>[] = [];
  private readonly staging = new Map<number, GPUBuffer[]>();

  static async open(options: DeviceOptions): Promise<Session> {
    const { device, profile } = await requestDevice(options);
    return new Session(device, profile);
  }

  private constructor(
    readonly device: GPUDevice,
    public profile: AdapterProfile,
  ) {
    const report = (error: Error) => {
      this.pendingError ??= error;
    };
    this.memory = new Memory(device, report);
    this.pipelines = new Pipelines(device);
    this.slots = new Slots(this.memory);
    this.faultBuffer = this.memory.createBuffer(FAULT_BYTES, 'fault');
    device.addEventListener('uncapturederror', ({ error }) => {
      report(new GPUValidationFailure(`WebGPU refused a command: ${error.message}`));
    });
    void device.lost.then(({ reason, message }) => {
      this.isLost = true;
      this.pendingError = new DeviceLostError(
        `the GPU device was lost (${reason || 'unknown reason'}${message ? `: ${message}` : ''}). Weights are restored to ` +
          'their last snapshot and the next operation asks for a new device; other tensors must be made again',
      );
    });
  }

  get lost(): boolean {
    return this.isLost;
  }

  /** The error to report now, if any; reported once. */
  takeError(): Error | null {
    const error = this.pendingError;
    this.pendingError = null;
    return error;
  }

  /** Runs `fn` with every dispatch timed. */
  async timed(fn: () => Promise<unknown>): Promise<KernelTime[]> {
    const profiler = new Profiler(this.device);
    this.profiler = profiler;
    try {
      await fn();
    } finally {
      this.profiler = null;
    }
    return profiler.finish();
  }

  /** Notes that work was submitted, for `settle`. */
  submitted(): void {
    const work = this.device.queue.onSubmittedWorkDone().catch(() => {});
    this.inFlight.push(work);
    void work.then(() => this.inFlight.splice(this.inFlight.indexOf(work), 1));
  }

  /** Resolves when at most `limit` submits are unfinished. */
  async settle(limit: number): Promise<void> {
    while (this.inFlight.length > limit && !this.isLost) await Promise.race([this.inFlight[0], this.device.lost]);
  }

  /** Copies a value to the host, together with the fault word, whose error it throws. */
  async read(from: Allocation): Promise<ArrayBuffer> {
    const { contents, faults } = await this.fetch([from]);
    const fault = faultError(faults);
    if (fault) {
      this.device.queue.writeBuffer(this.faultBuffer, 0, new Uint8Array(FAULT_BYTES));
      throw fault;
    }
    const error = this.takeError();
    if (error) throw error;
    return contents[0]!;
  }

  /** Copies values as they are at the time of the call, with the fault word, through one staging buffer. */
  async fetch(from: readonly Allocation[]): Promise<{ contents: ArrayBuffer[]; faults: Int32Array }> {
    const { device } = this;
    const offsets: number[] = [];
    let size = FAULT_BYTES;
    for (const { bytes } of from) {
      offsets.push(size);
      size += bytes;
    }
    const staging = this.takeStaging(size);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.faultBuffer, 0, staging, 0, FAULT_BYTES);
    from.forEach(({ buffer, offset, bytes }, i) => {
      if (bytes > 0) encoder.copyBufferToBuffer(buffer, offset, staging, offsets[i]!, bytes);
    });
    device.queue.submit([encoder.finish()]);
    stats.readbacks++;
    try {
      await staging.mapAsync(MAP_READ, 0, size);
    } catch (cause) {
      // The map fails a moment before the loss is announced.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      throw this.takeError() ?? new DeviceLostError('the GPU device was lost during a read-back', { cause });
    }
    const mapped = staging.getMappedRange(0, size);
    const faults = new Int32Array(mapped.slice(0, FAULT_BYTES));
    const contents = from.map(({ bytes }, i) => mapped.slice(offsets[i]!, offsets[i]! + bytes));
    staging.unmap();
    this.staging.get(staging.size)!.push(staging);
    return { contents, faults };
  }

  private takeStaging(bytes: number): GPUBuffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
    let free = this.staging.get(size);
    if (!free) {
      free = [];
      this.staging.set(size, free);
    }
    return free.pop() ?? this.memory.createBuffer(size, 'staging', STAGING_USAGE);
  }
}
