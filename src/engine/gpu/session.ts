// A session: one device with everything that belongs to it, and the errors that it reports late.
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
import { MAX_RUNS_AHEAD, RunAhead } from './run-ahead';
import { Slots } from './slots';
import { stats } from './stats';
import { SUBMIT_MILLISECONDS, SubmitSize } from './submit-size';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

/** The loss of a device may be announced this many milliseconds after promises that wait for it were rejected. */
const LOST_MILLISECONDS = 100;

/** Staging buffers up to this size are kept for reuse. */
const MAX_POOLED_STAGING = 1 << 20;
const MAX_PIECE_BYTES = 1 << 24;
const MIN_PIECE_BYTES = 1 << 11;

type Range = Pick<Allocation, 'buffer' | 'offset' | 'bytes'>;

interface Fetched {
  readonly contents: ArrayBuffer[];
  readonly faults: ReadonlyMap<FaultPlace, { readonly words: Int32Array; readonly reading: FaultReading }>;
}

/** Reads whose copies have not been encoded yet. */
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
  /** Null until the first snapshot is copied. */
  copier: Copier | null = null;
  readonly faults: FaultBoard;
  /** Runs an action once all submitted runs have been encoded. */
  inOrder: (action: () => void) => void = (action) => action();
  /** While set, times every dispatch. */
  profiler: Profiler | null = null;
  /** The first error that no call has reported yet. */
  private pendingError: Error | null = null;
  private lostBy: DeviceLostError | null = null;
  private readonly waiting = new Set<(error: Error) => void>();
  /** Called once when the device is lost, before waits for it are rejected. */
  private onLost: (() => void) | null = null;
  /** Called when the allocation of a buffer turns out to have failed. */
  onBadBuffer: (() => void) | null = null;
  private confirmed = 0;
  private readonly submitSize: SubmitSize;
  private readonly runAhead: RunAhead;
  private readonly polling: Polling;
  private readonly staging = new Map<number, GPUBuffer[]>();
  /** Staging buffers that have been mapped before, so their allocation cannot have failed. */
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
    this.submitSize = new SubmitSize(this.memory.queue);
    this.runAhead = new RunAhead(this.memory.queue);
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
    return this.lostBy !== null;
  }

  /** The error of the loss, once the device is lost; always the same object. */
  get lostError(): DeviceLostError | null {
    return this.lostBy;
  }

  /** Calls `listener` when the device is lost; immediately if it already is. */
  whenLost(listener: () => void): void {
    this.onLost = listener;
    if (this.lostBy) listener();
  }

  /** Notes that the device is lost, and rejects all waits, since the device will not answer them. */
  private lose(error: DeviceLostError): void {
    if (this.lostBy) return;
    this.lostBy = error;
    this.onLost?.();
    for (const reject of this.waiting) reject(error);
    this.waiting.clear();
  }

  /**
   * The result of `promise`. If the device is lost, throws the error of the loss: a lost device leaves some promises
   * pending forever, and rejects others with errors of its own.
   */
  async orLost<T>(promise: Promise<T>): Promise<T> {
    let forget = () => {};
    const lost = new Promise<never>((_, reject) => {
      if (this.lostBy) {
        reject(this.lostBy);
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
      // Promises that wait for a lost device are rejected a moment before the loss is announced, so wait for that.
      await Promise.race([lost.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LOST_MILLISECONDS))]);
      throw this.lostBy ?? error;
    } finally {
      this.polling.end();
      forget();
    }
  }

  get faultBuffer(): GPUBuffer {
    return this.faults.commonBuffer;
  }

  /**
   * Keeps an error for the next call that reports one. The first error is kept, since it is the cause of later ones.
   */
  report(error: Error): void {
    this.pendingError ??= error;
  }

  /** Notes that an error was thrown, so that no other call reports it. */
  reported(error: unknown): void {
    if (this.pendingError === error) this.pendingError = null;
  }

  /** Whether the allocation of a recently created buffer may still turn out to have failed. */
  get isDoubtful(): boolean {
    return this.memory.created > this.confirmed;
  }

  /** Notes that the first `created` buffers have been used without an error. Default: all buffers so far. */
  confirmBuffers(created = this.memory.created): void {
    this.confirmed = Math.max(this.confirmed, created);
  }

  /** The error to report now, if any. It is returned once. */
  takeError(): Error | null {
    const error = this.pendingError;
    this.pendingError = null;
    return error;
  }

  /** The number of submits to split a run of a plan into; `expected` tells how long it may take on a slow GPU. */
  piecesOf(executable: Executable, expected: () => number): number {
    return this.submitSize.pieces(executable, expected, this.submitMilliseconds);
  }

  /** Notes that an executable replaces another of the same plan. */
  replaced(former: Executable, executable: Executable): void {
    this.submitSize.replace(former, executable);
  }

  /** Notes a submitted run, for `settle`. Unless `executable` is null, times the run for `piecesOf`. */
  submitted(executable: Executable | null): void {
    this.runAhead.ran();
    if (executable && Number.isFinite(this.submitMilliseconds)) this.submitSize.submitted(executable);
  }

  /**
   * Resolves when the GPU has finished all runs but the last `limit`, or a few more (see `RunAhead.settle`). With 0: all
   * commands.
   */
  async settle(limit: number): Promise<void> {
    const { runAhead, memory } = this;
    await this.orLost(limit === 0 ? memory.queue.finished().catch(() => {}) : runAhead.settle(limit));
  }

  /**
   * While reads are under way, waits until the program is no longer too far ahead. Resolves at once if the device is
   * lost.
   */
  async keepPace(): Promise<void> {
    if (this.runAhead.isAwaited) await this.settle(MAX_RUNS_AHEAD).catch(() => {});
  }

  /** Copies a value to the host, as it is at the time of the call. Throws if there is a fault at one of `places`. */
  read(from: Allocation, places: readonly FaultPlace[]): Promise<ArrayBuffer> {
    return this.runAhead.reading(
      from.bytes > SMALL_BYTES ? this.readInPieces(from, places) : this.readTogether(from, places),
    );
  }

  /** Reads a small value. Small reads of one turn share a staging buffer, a submit and a map. */
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

  /** Sends the latest run and the copies of all reads so far. Called before anything is overwritten. */
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

  /**
   * Reads a large value through a staging buffer of a fraction of its size, so that reading does not double its memory.
   */
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

  /**
   * Marks `place` as clean if no fault was reported to it; a fault stays for readers of the values that depend on it.
   */
  async confirm(place: FaultPlace): Promise<void> {
    const { words, reading } = (await this.fetch([], [place])).faults.get(place)!;
    if (words[0] === 0) reading.clean();
  }

  /** Copies values, as they are at the time of the call, and the reports at `places`, through one staging buffer. */
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
    // If the allocation of the staging buffer failed, the map below reports it, so ignore the copy's error. A new
    // staging buffer must not share a submit with a run, which would be refused, too.
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
    if (!queue.hasDelayed) stats.submits++;
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

  /**
   * Whether a copy into a staging buffer may share a submit with a run: it cannot be refused, and the run cannot
   * either.
   */
  private isSafe(staging: GPUBuffer): boolean {
    return this.proven.has(staging) && !this.isDoubtful;
  }

  /** Maps a staging buffer once the copies into it have run. */
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

  /**
   * Reads contents that the next run may overwrite. If that is safe, the run takes the copy along; otherwise copies
   * them now.
   */
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

  /** Prepares a staging buffer of this size, so that a copy into it may share a submit with a run. */
  private prove(bytes: number): void {
    const staging = this.takeStaging(bytes);
    const proving = this.orLost(staging.mapAsync(MAP_READ)).then(() => {
      staging.unmap();
      this.proven.add(staging);
    });
    // If the allocation failed, the next use of the buffer reports it.
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

/**
 * The default of `submitMilliseconds`. A software adapter (CPU) never splits: an extra submit costs more than it saves.
 */
const defaultSubmit = ({ adapterInfo }: GPUDevice): number =>
  isSoftware(adapterInfo) ? Number.POSITIVE_INFINITY : SUBMIT_MILLISECONDS;

/**
 * The bytes of a piece: with the reports beside it, a power of two between a quarter and a half of the value's bytes.
 */
const pieceBytes = (bytes: number, places: number): number =>
  Math.max(Math.min(2 ** (Math.floor(Math.log2(bytes)) - 1), MAX_PIECE_BYTES) - places * FAULT_BYTES, MIN_PIECE_BYTES);
