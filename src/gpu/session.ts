// A session: one device with everything that lives and dies with it, and the errors it reports late.
import { DeviceLostError, GPUValidationFailure, LamplightError } from '../errors';
import { Copier } from './copier';
import { type AdapterProfile, type DeviceOptions, isSoftware, requestDevice } from './device';
import type { Executable } from './executable';
import { FAULT_BYTES, faultError } from './faults';
import { type Allocation, Memory, SMALL_BYTES } from './memory';
import { Pacing, SUBMIT_MILLISECONDS } from './pacing';
import { Pictures } from './pictures';
import { Pipelines } from './pipelines';
import type { Profile } from './profile';
import { Profiler } from './profiler';
import { Slots } from './slots';
import { stats } from './stats';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

/** How long after a broken promise its device may still be announced as lost. */
const LOSS_MILLISECONDS = 100;

/** Staging buffers up to this size are kept. */
const MAX_POOLED_STAGING = 1 << 20;
const MAX_PIECE_BYTES = 1 << 24;

type Range = Pick<Allocation, 'buffer' | 'offset' | 'bytes'>;

interface Fetched {
  readonly contents: ArrayBuffer[];
  readonly faults: Int32Array;
}

/** Values that were asked for and whose copy has not been encoded yet. */
interface PendingReads {
  readonly places: Allocation[];
  readonly fetched: Promise<Fetched>;
  start(): void;
}

export class Session {
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly slots: Slots;
  readonly pictures: Pictures;
  readonly copier: Copier;
  readonly faultBuffer: GPUBuffer;
  /** Times every dispatch while there is one. */
  profiler: Profiler | null = null;
  /** The first error that no call has reported yet. */
  private pendingError: Error | null = null;
  private loss: DeviceLostError | null = null;
  private readonly waiting = new Set<(error: Error) => void>();
  /** Called once when the device is lost, before those who wait for it hear of that. */
  private onLoss: (() => void) | null = null;
  /** Called when a buffer has turned out to be none. */
  onBadBuffer: (() => void) | null = null;
  private confirmed = 0;
  private readonly pacing: Pacing;
  private submits = 0;
  /** Points of the queue that `settle` was called at and that the GPU has not reached: the submits before each. */
  private readonly marks: { readonly submits: number; readonly reached: Promise<unknown> }[] = [];
  private readonly staging = new Map<number, GPUBuffer[]>();
  private reads: PendingReads | null = null;

  static async open(options: DeviceOptions): Promise<Session> {
    const { device, profile } = await requestDevice(options);
    return new Session(device, profile, options.submitMilliseconds ?? defaultSubmit(device));
  }

  private constructor(
    readonly device: GPUDevice,
    public profile: AdapterProfile,
    /** About how many milliseconds of work one submit may hold. */
    public submitMilliseconds: number,
  ) {
    const report = (error: Error) => this.report(error);
    this.memory = new Memory(device, report, () => this.onBadBuffer?.());
    this.pacing = new Pacing(device.queue);
    this.pipelines = new Pipelines(device);
    this.slots = new Slots(this.memory);
    this.pictures = new Pictures(this.memory);
    this.copier = new Copier(this);
    this.faultBuffer = this.memory.createBuffer(FAULT_BYTES, 'fault');
    device.addEventListener('uncapturederror', ({ error }) => {
      report(new GPUValidationFailure(`WebGPU refused a command: ${error.message}`));
    });
    void device.lost.then(({ reason, message }) => {
      const why = `${reason || 'unknown reason'}${message ? `: ${message}` : ''}`;
      this.lose(
        new DeviceLostError(
          `the GPU device was lost (${why}). The next operation asks for a new device; tensors that were on this one must be made again`,
        ),
      );
    });
  }

  get lost(): boolean {
    return this.loss !== null;
  }

  /** The error of the loss, once the device is lost: the same for all who hear of it. */
  get lossError(): DeviceLostError | null {
    return this.loss;
  }

  /** Calls `listener` when the device is lost, at once where it has been. */
  whenLost(listener: () => void): void {
    this.onLoss = listener;
    if (this.loss) listener();
  }

  /** The device is gone: nothing that was asked of it will be answered. */
  private lose(error: DeviceLostError): void {
    if (this.loss) return;
    this.loss = error;
    this.onLoss?.();
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /** What `promise` gives, or the error of the loss: a lost device leaves some promises open, and breaks others in its own words. */
  async orLost<T>(promise: Promise<T>): Promise<T> {
    let forget = () => {};
    const lost = new Promise<never>((_, reject) => {
      if (this.loss) {
        reject(this.loss);
        return;
      }
      this.waiting.add(reject);
      forget = () => this.waiting.delete(reject);
    });
    try {
      return await Promise.race([promise, lost]);
    } catch (error) {
      if (error instanceof LamplightError && !(error instanceof GPUValidationFailure)) throw error;
      // What waits for the device fails a moment before the loss is announced.
      await Promise.race([lost.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LOSS_MILLISECONDS))]);
      throw this.loss ?? error;
    } finally {
      forget();
    }
  }

  /** Keeps an error for the next call that reports one; the first is the cause of the others. */
  report(error: Error): void {
    this.pendingError ??= error;
  }

  /** The error was thrown: nobody else need be told. */
  reported(error: unknown): void {
    if (this.pendingError === error) this.pendingError = null;
  }

  /** Whether something that was made lately may turn out to have found no room. */
  get isDoubtful(): boolean {
    return this.memory.created > this.confirmed;
  }

  /** So many buffers have been used without being refused. */
  confirm(created: number): void {
    this.confirmed = Math.max(this.confirmed, created);
  }

  confirmAll(): void {
    this.confirm(this.memory.created);
  }

  /** The error to report now, if any; reported once. */
  takeError(): Error | null {
    const error = this.pendingError;
    this.pendingError = null;
    return error;
  }

  /** Runs `fn` with every dispatch timed. */
  async timed(fn: () => Promise<unknown>): Promise<Profile> {
    const profiler = new Profiler(this.device);
    this.profiler = profiler;
    try {
      await fn();
    } catch (error) {
      profiler.abandon();
      throw error;
    } finally {
      this.profiler = null;
    }
    return profiler.finish();
  }

  /** The submits that a plan is spread over. */
  piecesOf(executable: Executable): number {
    return this.pacing.pieces(executable, executable.dispatches.length, this.submitMilliseconds);
  }

  /** Notes that a plan was submitted, for `settle` and `piecesOf`. */
  submitted(executable: Executable): void {
    this.submits++;
    if (Number.isFinite(this.submitMilliseconds)) this.pacing.submitted(executable);
  }

  /**
   * Resolves when the GPU has finished all submits but the last `limit`, as far as earlier calls have marked where those begin;
   * with 0, all of them.
   */
  async settle(limit: number): Promise<void> {
    const { marks, submits } = this;
    const reached = this.device.queue.onSubmittedWorkDone().catch(() => {});
    if (limit === 0) {
      await this.orLost(reached);
      return;
    }
    const mark = { submits, reached };
    marks.push(mark);
    void reached.then(() => marks.splice(0, marks.indexOf(mark) + 1));
    const due = marks.findLast((other) => other.submits <= submits - limit);
    if (due) await this.orLost(due.reached);
  }

  /** Copies a value to the host, as it is at the time of the call, and throws the error of the fault word if there is one. */
  read(from: Allocation): Promise<ArrayBuffer> {
    return from.bytes > SMALL_BYTES ? this.readInPieces(from) : this.readTogether(from);
  }

  /** Small values that are asked for in one go share a copy and a map. */
  private async readTogether(from: Allocation): Promise<ArrayBuffer> {
    this.reads ??= this.openReads();
    const { places, fetched } = this.reads;
    this.memory.hold(from);
    const at = places.push(from) - 1;
    const { contents, faults } = await fetched;
    this.throwFault(faults);
    return contents[at]!;
  }

  private openReads(): PendingReads {
    const places: Allocation[] = [];
    let start = () => {};
    const fetched = new Promise<Fetched>((resolve) => {
      start = () => resolve(this.fetch(places));
    });
    queueMicrotask(() => this.startReads());
    return { places, fetched, start };
  }

  /** Encodes the copies that were asked for so far: before anything is overwritten. */
  startReads(): void {
    const { reads } = this;
    if (!reads) return;
    this.reads = null;
    reads.start();
    for (const place of reads.places) this.memory.letGo(place);
  }

  /** Large values go through a staging buffer of a fraction of their size, so that reading does not double their memory. */
  private async readInPieces(from: Allocation): Promise<ArrayBuffer> {
    const result = new Uint8Array(from.bytes);
    const most = pieceBytes(from.bytes);
    const staging = this.takeStaging(most + FAULT_BYTES);
    this.memory.hold(from);
    try {
      for (let at = 0; at < from.bytes; at += most) {
        const bytes = Math.min(most, from.bytes - at);
        const piece = { buffer: from.buffer, offset: from.offset + at, bytes };
        const { contents, faults } = await this.fetchThrough(staging, [piece]);
        this.throwFault(faults);
        result.set(new Uint8Array(contents[0]!), at);
      }
    } finally {
      this.memory.letGo(from);
      this.giveBackStaging(staging);
    }
    return result.buffer;
  }

  private throwFault(faults: Int32Array): void {
    const fault = faultError(faults);
    if (fault) {
      this.device.queue.writeBuffer(this.faultBuffer, 0, new Uint8Array(FAULT_BYTES));
      throw fault;
    }
  }

  /** Copies values as they are at the time of the call, with the fault word, through one staging buffer. */
  async fetch(from: readonly Range[]): Promise<Fetched> {
    const staging = this.takeStaging(from.reduce((sum, { bytes }) => sum + bytes, FAULT_BYTES));
    try {
      return await this.fetchThrough(staging, from);
    } finally {
      this.giveBackStaging(staging);
    }
  }

  private async fetchThrough(staging: GPUBuffer, from: readonly Range[]): Promise<Fetched> {
    const { device } = this;
    // A staging buffer that found no room is no error of its own: the map fails.
    const watched = this.isDoubtful;
    if (watched) device.pushErrorScope('validation');
    const offsets: number[] = [];
    let size = FAULT_BYTES;
    for (const { bytes } of from) {
      offsets.push(size);
      size += bytes;
    }
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.faultBuffer, 0, staging, 0, FAULT_BYTES);
    from.forEach(({ buffer, offset, bytes }, i) => {
      if (bytes > 0) encoder.copyBufferToBuffer(buffer, offset, staging, offsets[i]!, bytes);
    });
    device.queue.submit([encoder.finish()]);
    if (watched) device.popErrorScope().catch(() => {});
    stats.readbacks++;
    try {
      await this.orLost(staging.mapAsync(MAP_READ, 0, size));
    } catch (cause) {
      if (cause instanceof LamplightError) throw cause;
      throw this.takeError() ?? new GPUValidationFailure('a read-back failed', { cause });
    }
    const mapped = staging.getMappedRange(0, size);
    const faults = new Int32Array(mapped.slice(0, FAULT_BYTES));
    const contents = from.map(({ bytes }, i) => mapped.slice(offsets[i]!, offsets[i]! + bytes));
    staging.unmap();
    return { contents, faults };
  }

  private takeStaging(bytes: number): GPUBuffer {
    const size =
      bytes > MAX_POOLED_STAGING ? Math.ceil(bytes / 256) * 256 : 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
    return this.staging.get(size)?.pop() ?? this.memory.createBuffer(size, 'staging', STAGING_USAGE);
  }

  private giveBackStaging(staging: GPUBuffer): void {
    const { size } = staging;
    if (size > MAX_POOLED_STAGING || this.memory.isBad(staging)) {
      this.memory.destroyBuffer(staging);
      return;
    }
    const free = this.staging.get(size);
    if (free) free.push(staging);
    else this.staging.set(size, [staging]);
  }
}

/** A processor draws nothing by itself, and a submit of its own costs it more than it saves. */
const defaultSubmit = ({ adapterInfo }: GPUDevice): number =>
  isSoftware(adapterInfo) ? Number.POSITIVE_INFINITY : SUBMIT_MILLISECONDS;

/** A power of two from a quarter to a half of a value's bytes, less the room of the fault word beside it. */
const pieceBytes = (bytes: number): number =>
  Math.min(2 ** (Math.floor(Math.log2(bytes)) - 1), MAX_PIECE_BYTES) - FAULT_BYTES;
