// A session: one device with everything that lives and dies with it, and the errors it reports late.
import { DeviceLostError, GPUValidationFailure, LamplightError } from '../core/errors';
import type { Copier } from './copier';
import { type AdapterProfile, type DeviceOptions, isSoftware, requestDevice } from './device';
import type { Profiler } from './dispatch-times';
import type { Executable } from './executable';
import { FaultBoard, HALF_BYTES, type ReadAhead } from './fault-reports';
import type { FaultPlace, FaultReading } from './fault-slots';
import { FAULT_BYTES } from './faults';
import { type Allocation, Memory, SMALL_BYTES } from './memory';
import { Pipelines } from './pipelines';
import { Polling } from './polling';
import { Lead, MAX_RUNS_AHEAD } from './run-ahead';
import { Slots } from './slots';
import { stats } from './stats';
import { Pacing, SUBMIT_MILLISECONDS } from './submit-size';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

/** How long after a broken promise its device may still be announced as lost. */
const LOSS_MILLISECONDS = 100;

/** Staging buffers up to this size are kept. */
const MAX_POOLED_STAGING = 1 << 20;
const MAX_PIECE_BYTES = 1 << 24;
const MIN_PIECE_BYTES = 1 << 11;

type Range = Pick<Allocation, 'buffer' | 'offset' | 'bytes'>;

interface Fetched {
  readonly contents: ArrayBuffer[];
  readonly faults: ReadonlyMap<FaultPlace, { readonly words: Int32Array; readonly reading: FaultReading }>;
}

/** Values that were asked for and whose copy has not been encoded yet. */
interface PendingReads {
  readonly places: Allocation[];
  readonly faults: Set<FaultPlace>;
  readonly fetched: Promise<Fetched>;
  start(): void;
}

export class Session {
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly slots: Slots;
  /** Null until something is copied. */
  copier: Copier | null = null;
  readonly faults: FaultBoard;
  /** Runs an action on the queue once all runs that were submitted have been encoded. */
  inOrder: (action: () => void) => void = (action) => action();
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
  private readonly lead: Lead;
  private readonly polling: Polling;
  private readonly staging = new Map<number, GPUBuffer[]>();
  /** Staging buffers that have been mapped, so that there was room for them. */
  private readonly proven = new WeakSet<GPUBuffer>();
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
    this.pacing = new Pacing(this.memory.queue);
    this.lead = new Lead(this.memory.queue);
    this.polling = new Polling(device.queue);
    this.pipelines = new Pipelines(device);
    this.slots = new Slots(this.memory);
    this.faults = new FaultBoard(this.memory, this.readAhead, () => this.prove(HALF_BYTES));
    device.addEventListener('uncapturederror', ({ error }) => {
      report(new GPUValidationFailure(`WebGPU refused a command: ${error.message}`));
    });
    void device.lost.then(({ reason, message }) => {
      const why = `${reason || 'unknown reason'}${message ? `: ${message}` : ''}`;
      this.lose(
        new DeviceLostError(
          `the GPU device was lost (${why}). The next operation asks for a new device; tensors that no snapshot holds must be made again`,
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

  /** The result of `promise`, or the error of the loss: a lost device leaves some promises open, and breaks others in its own words. */
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
    this.polling.begin();
    try {
      return await Promise.race([promise, lost]);
    } catch (error) {
      if (error instanceof LamplightError && !(error instanceof GPUValidationFailure)) throw error;
      // What waits for the device fails a moment before the loss is announced.
      await Promise.race([lost.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LOSS_MILLISECONDS))]);
      throw this.loss ?? error;
    } finally {
      this.polling.end();
      forget();
    }
  }

  get faultBuffer(): GPUBuffer {
    return this.faults.common;
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

  /** So many buffers have been used without being refused; all that there are by default. */
  confirmBuffers(created = this.memory.created): void {
    this.confirmed = Math.max(this.confirmed, created);
  }

  /** The error to report now, if any; reported once. */
  takeError(): Error | null {
    const error = this.pendingError;
    this.pendingError = null;
    return error;
  }

  /** The submits that a plan is spread over. */
  piecesOf(executable: Executable): number {
    return this.pacing.pieces(executable, executable.steady.length, this.submitMilliseconds);
  }

  /** An executable takes the place of another of the same plan. */
  replaced(former: Executable, executable: Executable): void {
    this.pacing.replace(former, executable);
  }

  /** Notes that a plan was submitted, for `settle` and, unless it is null, for `piecesOf`. */
  submitted(executable: Executable | null): void {
    this.lead.ran();
    if (executable && Number.isFinite(this.submitMilliseconds)) this.pacing.submitted(executable);
  }

  /** Resolves when the GPU has finished all runs but the last `limit`, as far as is known where those begin; with 0, all commands. */
  async settle(limit: number): Promise<void> {
    const { lead, memory } = this;
    await this.orLost(limit === 0 ? memory.queue.finished().catch(() => {}) : lead.settle(limit));
  }

  /** Holds a program that waits for something else while reads are under way; a lost device holds nobody. */
  async keepPace(): Promise<void> {
    if (this.lead.isAwaited) await this.settle(MAX_RUNS_AHEAD).catch(() => {});
  }

  /** Copies a value to the host, as it is at the time of the call, and throws the error of a fault at one of `places`. */
  read(from: Allocation, places: readonly FaultPlace[]): Promise<ArrayBuffer> {
    return this.lead.reading(
      from.bytes > SMALL_BYTES ? this.readInPieces(from, places) : this.readTogether(from, places),
    );
  }

  /** Small values that are asked for in one go share a copy and a map. */
  private async readTogether(from: Allocation, faultPlaces: readonly FaultPlace[]): Promise<ArrayBuffer> {
    this.reads ??= this.openReads();
    const { places, faults: asked, fetched } = this.reads;
    this.memory.hold(from);
    const at = places.push(from) - 1;
    for (const place of faultPlaces) asked.add(place);
    const { contents, faults } = await fetched;
    this.throwFault(faultPlaces, faults);
    return contents[at]!;
  }

  private openReads(): PendingReads {
    const places: Allocation[] = [];
    const faults = new Set<FaultPlace>();
    let start = () => {};
    const fetched = new Promise<Fetched>((resolve) => {
      start = () => resolve(this.fetch(places, [...faults]));
    });
    queueMicrotask(() => this.startReads());
    return { places, faults, fetched, start };
  }

  /** Sends the latest run, and the copies that were asked for so far: before anything is overwritten. */
  sendWaiting(): void {
    this.startReads();
    this.memory.queue.depart();
  }

  private startReads(): void {
    const { reads } = this;
    if (!reads) return;
    this.reads = null;
    reads.start();
    for (const place of reads.places) this.memory.letGo(place);
  }

  /** Large values go through a staging buffer of a fraction of their size, so that reading does not double their memory. */
  private async readInPieces(from: Allocation, places: readonly FaultPlace[]): Promise<ArrayBuffer> {
    const result = new Uint8Array(from.bytes);
    const most = pieceBytes(from.bytes, places.length);
    const staging = this.takeStaging(most + places.length * FAULT_BYTES);
    this.memory.hold(from);
    try {
      for (let at = 0; at < from.bytes; at += most) {
        const bytes = Math.min(most, from.bytes - at);
        const piece = { buffer: from.buffer, offset: from.offset + at, bytes };
        const { contents, faults } = await this.fetchThrough(staging, [piece], places);
        this.throwFault(places, faults);
        result.set(new Uint8Array(contents[0]!), at);
      }
    } finally {
      this.memory.letGo(from);
      this.giveBackStaging(staging);
    }
    return result.buffer;
  }

  private throwFault(places: readonly FaultPlace[], faults: Fetched['faults']): void {
    for (const place of places) {
      const fault = this.faultOf(place, faults);
      if (fault) throw fault;
    }
  }

  private faultOf(place: FaultPlace, faults: Fetched['faults']): Error | null {
    const { words, reading } = faults.get(place)!;
    if (words[0] !== 0) return reading.report(words, () => this.inOrder(() => this.faults.clear(place)));
    reading.clean();
    return null;
  }

  /** Marks `place` as clean if no fault was reported to it; a fault stays for readers of the values that depend on it. */
  async confirm(place: FaultPlace): Promise<void> {
    const { words, reading } = (await this.fetch([], [place])).faults.get(place)!;
    if (words[0] === 0) reading.clean();
  }

  /** Copies values as they are at the time of the call, with the reports at `places`, through one staging buffer. */
  async fetch(from: readonly Range[], places: readonly FaultPlace[] = []): Promise<Fetched> {
    const staging = this.takeStaging(from.reduce((sum, { bytes }) => sum + bytes, places.length * FAULT_BYTES));
    try {
      return await this.fetchThrough(staging, from, places);
    } finally {
      this.giveBackStaging(staging);
    }
  }

  private async fetchThrough(
    staging: GPUBuffer,
    from: readonly Range[],
    places: readonly FaultPlace[],
  ): Promise<Fetched> {
    const { device } = this;
    const { queue } = this.memory;
    // A staging buffer that found no room is no error of its own: the map fails. No run goes with a new one.
    const watched = !this.isSafe(staging);
    if (watched) {
      queue.depart();
      device.pushErrorScope('validation');
    }
    const offsets: number[] = [];
    let size = places.length * FAULT_BYTES;
    for (const { bytes } of from) {
      offsets.push(size);
      size += bytes;
    }
    if (!queue.holds) stats.submits++;
    const encoder = queue.encoder();
    const readings = places.map((place, i) => {
      encoder.copyBufferToBuffer(this.faults.bufferOf(place), place.offset, staging, i * FAULT_BYTES, FAULT_BYTES);
      return place.reading();
    });
    from.forEach(({ buffer, offset, bytes }, i) => {
      if (bytes > 0) encoder.copyBufferToBuffer(buffer, offset, staging, offsets[i]!, bytes);
    });
    queue.submit(encoder);
    if (watched) device.popErrorScope().catch(() => {});
    const mapped = await this.mapped(staging, size);
    const faults = new Map(
      places.map((place, i) => {
        const words = new Int32Array(mapped.slice(i * FAULT_BYTES, (i + 1) * FAULT_BYTES));
        return [place, { words, reading: readings[i]! }] as const;
      }),
    );
    const contents = from.map(({ bytes }, i) => mapped.slice(offsets[i]!, offsets[i]! + bytes));
    staging.unmap();
    return { contents, faults };
  }

  /** Whether a run may take a copy into a staging buffer along. */
  private isSafe(staging: GPUBuffer): boolean {
    return this.proven.has(staging) && !this.isDoubtful;
  }

  /** The contents of a staging buffer, once the copies into it have run. */
  private async mapped(staging: GPUBuffer, size: number): Promise<ArrayBuffer> {
    stats.readbacks++;
    try {
      await this.orLost(staging.mapAsync(MAP_READ, 0, size));
    } catch (cause) {
      if (cause instanceof LamplightError) throw cause;
      throw this.takeError() ?? new GPUValidationFailure('a read-back failed', { cause });
    }
    this.proven.add(staging);
    return staging.getMappedRange(0, size);
  }

  /** Reads what the run that is encoded next may overwrite: by a copy that goes with it, where that is safe. */
  private readonly readAhead: ReadAhead = (from) => {
    const { buffer, offset, bytes } = from;
    const staging = this.takeStaging(bytes);
    if (!this.isSafe(staging)) {
      this.giveBackStaging(staging);
      return { contents: this.fetch([from]).then(({ contents }) => contents[0]!), ride: null };
    }
    let sent = () => {};
    const sending = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const read = async () => {
      try {
        await this.orLost(sending);
        const contents = (await this.mapped(staging, bytes)).slice(0);
        staging.unmap();
        return contents;
      } finally {
        this.giveBackStaging(staging);
      }
    };
    return {
      contents: read(),
      ride: {
        encode: (encoder) => encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes),
        begin: () => this.memory.queue.whenSent(sent),
      },
    };
  };

  /** Has a staging buffer of this size ready, which a run may take a copy into along. */
  private prove(bytes: number): void {
    const staging = this.takeStaging(bytes);
    const proving = this.orLost(staging.mapAsync(MAP_READ)).then(() => {
      staging.unmap();
      this.proven.add(staging);
    });
    // One that found no room is found out when it is used.
    void proving.catch(() => {}).then(() => this.giveBackStaging(staging));
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

/** A power of two from a quarter to a half of a value's bytes, less the room of the reports beside it. */
const pieceBytes = (bytes: number, places: number): number =>
  Math.max(Math.min(2 ** (Math.floor(Math.log2(bytes)) - 1), MAX_PIECE_BYTES) - places * FAULT_BYTES, MIN_PIECE_BYTES);
