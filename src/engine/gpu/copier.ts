// The copier: many values to the host in one go, through a few staging buffers far below any limit that are kept for the next time.
import { LamplightError, OutOfMemoryError } from '../core/errors';
import type { Allocation, Memory } from './memory';
import type { Queue } from './queue';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

/** Bytes of the largest staging buffer. */
const MAX_PIECE_BYTES = 1 << 22;
/** Bytes that are copied in one submit. */
const WAVE_BYTES = 1 << 25;
/** Bytes that are under way at most, in two submits; the rest waits until the host has taken those before. */
export const COPIED_AT_ONCE = 2 * WAVE_BYTES;
const MIN_PIECE_BYTES = 1 << 12;

type Range = Pick<Allocation, 'buffer' | 'offset' | 'bytes'>;

export interface Copied {
  readonly contents: readonly ArrayBuffer[];
  /** Milliseconds that the host has spent, without waiting, and that the device has spent since it finished earlier work. */
  readonly milliseconds: number;
}

export interface Copying {
  /** All copies have been submitted: later work cannot change them. */
  readonly encoded: Promise<unknown>;
  readonly copied: Promise<Copied>;
}

/** The device that values lie on. */
interface Source {
  readonly device: GPUDevice;
  readonly memory: Memory;
  orLost<T>(promise: Promise<T>): Promise<T>;
}

/** A part of a value, and its place in a staging buffer. */
interface Part {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** The copies of one staging buffer. */
interface Piece {
  readonly parts: Part[];
  bytes: number;
}

/** The buffers of pieces whose copies have been submitted. */
interface Staging {
  readonly buffers: readonly GPUBuffer[];
  readonly refused: Promise<unknown>;
}

/** Adds up what a copy takes. */
class Clock {
  milliseconds = 0;
  /** When the device had finished all copies so far. */
  private copied = 0;

  onHost<T>(fn: () => T): T {
    const start = performance.now();
    const result = fn();
    this.milliseconds += performance.now() - start;
    return result;
  }

  /** When the device finishes the submitted work. */
  freeFrom(queue: Queue): Promise<number> {
    const now = () => performance.now();
    return queue.finished().then(now, now);
  }

  /** A part has been copied, by a device that was done with everything else at `free`. */
  copiedFrom(free: number): void {
    const now = performance.now();
    this.milliseconds += now - Math.max(free, this.copied);
    this.copied = now;
  }
}

export class Copier {
  private readonly free: GPUBuffer[] = [];

  constructor(private readonly source: Source) {}

  /**
   * Copies values as they are at the time of the call if they fit beside the copies under way; otherwise `encoded` tells when.
   * They are written into `room` where it has as many bytes: new memory costs several times what copying does.
   */
  copy(places: readonly Range[], room: readonly (ArrayBuffer | null)[] = []): Copying {
    const pieces = divide(places);
    const contents = places.map(({ bytes }, i) =>
      room[i]?.byteLength === bytes ? (room[i] as ArrayBuffer) : new ArrayBuffer(bytes),
    );
    const most = WAVE_BYTES / MAX_PIECE_BYTES;
    const clock = new Clock();
    const waves: Promise<void>[] = [];
    const { queue } = this.source.memory;
    const encode = async (): Promise<void> => {
      for (let first = 0; first < pieces.length; first += most) {
        const before = waves.at(-2);
        if (before) await before;
        // The clock and the watch belong to the copies alone.
        queue.depart();
        const wave = { pieces: pieces.slice(first, first + most), free: clock.freeFrom(queue) };
        const staging = clock.onHost(() => this.encode(wave.pieces, places));
        const taking = this.take(wave, staging, contents, clock);
        taking.catch(() => {}); // awaited in its turn
        waves.push(taking);
      }
    };
    // Reads of this turn go with the latest run first: the copies follow before anything is written.
    const encoding = new Promise<void>((resolve) => queue.whenSent(() => resolve(encode())));
    const copied = encoding.then(() => Promise.all(waves)).then(() => ({ contents, milliseconds: clock.milliseconds }));
    return { encoded: encoding.catch(() => {}), copied };
  }

  /** Submits the copies of some pieces; `refused` is the error of one, should a staging buffer have found no room. */
  private encode(pieces: readonly Piece[], places: readonly Range[]): Staging {
    const { device, memory } = this.source;
    device.pushErrorScope('validation');
    const buffers = pieces.map(({ bytes }) => this.takeStaging(bytes));
    const encoder = device.createCommandEncoder();
    pieces.forEach(({ parts }, p) => {
      for (const { value, from, to, bytes } of parts) {
        const { buffer, offset } = places[value]!;
        encoder.copyBufferToBuffer(buffer, offset + from, buffers[p]!, to, bytes);
      }
    });
    memory.queue.submit(encoder);
    return { buffers, refused: device.popErrorScope() };
  }

  /** Waits for copies, and puts them together. */
  private async take(
    { pieces, free }: { readonly pieces: readonly Piece[]; readonly free: Promise<number> },
    { buffers, refused }: Staging,
    contents: readonly ArrayBuffer[],
    clock: Clock,
  ): Promise<void> {
    const { source } = this;
    try {
      const maps = pieces.map(({ bytes }, p) => buffers[p]!.mapAsync(MAP_READ, 0, bytes));
      const [error] = await source.orLost(Promise.all([refused, ...maps]));
      if (error) throw error;
      clock.copiedFrom(await free);
    } catch (cause) {
      for (const buffer of buffers) source.memory.destroyBuffer(buffer);
      if (cause instanceof LamplightError) throw cause;
      throw new OutOfMemoryError('snapshot: there is no room for the copies; use a smaller batch or model', { cause });
    }
    clock.onHost(() => {
      pieces.forEach(({ parts, bytes }, p) => {
        const mapped = buffers[p]!.getMappedRange(0, bytes);
        for (const { value, from, to, bytes } of parts) {
          new Uint8Array(contents[value]!, from, bytes).set(new Uint8Array(mapped, to, bytes));
        }
        buffers[p]!.unmap();
      });
    });
    this.free.push(...buffers);
  }

  /** The smallest buffer that is large enough; a new one where there is none. */
  private takeStaging(bytes: number): GPUBuffer {
    let best = -1;
    this.free.forEach(({ size }, i) => {
      if (size >= bytes && (best < 0 || size < this.free[best]!.size)) best = i;
    });
    if (best >= 0) return this.free.splice(best, 1)[0]!;
    const size = Math.max(MIN_PIECE_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
    // Its failure shows when it is used.
    return this.source.memory.createBuffer(size, 'staging', STAGING_USAGE, () => {});
  }

  /** Destroys the buffers that are kept. */
  release(): void {
    for (const buffer of this.free) this.source.memory.destroyBuffer(buffer);
    this.free.length = 0;
  }
}

/** Fills pieces with the values, one after another. */
function divide(places: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  let piece: Piece = { parts: [], bytes: 0 };
  places.forEach(({ bytes: all }, value) => {
    for (let from = 0; from < all; ) {
      if (piece.parts.length === 0) pieces.push(piece);
      const bytes = Math.min(all - from, MAX_PIECE_BYTES - piece.bytes);
      piece.parts.push({ value, from, to: piece.bytes, bytes });
      piece.bytes += bytes;
      from += bytes;
      if (piece.bytes === MAX_PIECE_BYTES) piece = { parts: [], bytes: 0 };
    }
  });
  return pieces;
}
