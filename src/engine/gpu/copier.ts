// The copier: copies many values to the host at once, through a few staging buffers. These are far below any size
// limit, and are kept for the next time.
import { LamplightError, OutOfMemoryError } from '../core/errors';
import type { Allocation, Memory } from './memory';
import type { Queue } from './queue';

const STAGING_USAGE = 0x01 | 0x08; // MAP_READ | COPY_DST
const MAP_READ = 1; // GPUMapMode.READ

/** The size of the largest staging buffer. */
const MAX_PIECE_BYTES = 1 << 22;
/** The maximum number of bytes to copy in one submit. */
const WAVE_BYTES = 1 << 25;
/** The maximum number of bytes under way, in two submits. The rest waits until the host has taken earlier ones. */
export const COPIED_AT_ONCE = 2 * WAVE_BYTES;
const MIN_PIECE_BYTES = 1 << 12;

type Range = Pick<Allocation, 'buffer' | 'offset' | 'bytes'>;

export interface Copied {
  readonly contents: readonly ArrayBuffer[];
  /**
   * The milliseconds that the host spent, not counting waits, plus those that the device spent after finishing earlier
   * work.
   */
  readonly milliseconds: number;
}

export interface CopyUnderWay {
  /** Resolves when all copies have been submitted; later work cannot change them any more. */
  readonly encoded: Promise<unknown>;
  readonly copied: Promise<Copied>;
}

/** The device that holds the values. */
interface Source {
  readonly device: GPUDevice;
  readonly memory: Memory;
  orLost<T>(promise: Promise<T>): Promise<T>;
}

/** A part of a value, and its place in a staging buffer. */
interface Transfer {
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** The copies of one staging buffer. */
interface Piece {
  readonly transfers: Transfer[];
  bytes: number;
}

/** The buffers of pieces whose copies have been submitted. */
interface Staging {
  readonly buffers: readonly GPUBuffer[];
  readonly refused: Promise<unknown>;
}

/** Adds up the time that a copy takes. */
class Clock {
  milliseconds = 0;
  /** The time when the device had finished all copies so far. */
  private copied = 0;

  onHost<T>(fn: () => T): T {
    const start = performance.now();
    const result = fn();
    this.milliseconds += performance.now() - start;
    return result;
  }

  /** The time when the device finishes the work submitted so far. */
  freeFrom(queue: Queue): Promise<number> {
    const now = () => performance.now();
    return queue.finished().then(now, now);
  }

  /** Notes that a part has been copied by a device that had finished everything else at time `free`. */
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
   * Copies values as they are at the time of the call, if all of them can be under way at once; otherwise as they are
   * until `encoded` resolves. A buffer of `room` with the right number of bytes is reused: new memory costs several
   * times as much as copying.
   */
  copy(places: readonly Range[], room: readonly (ArrayBuffer | null)[] = []): CopyUnderWay {
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
        // Send delayed commands first, so that the clock and the error scope see only the copies.
        queue.depart();
        const wave = { pieces: pieces.slice(first, first + most), free: clock.freeFrom(queue) };
        const staging = clock.onHost(() => this.encode(wave.pieces, places));
        const taking = this.take(wave, staging, contents, clock);
        taking.catch(() => {}); // `copied` awaits it and reports the error
        waves.push(taking);
      }
    };
    // Wait until the latest run has been sent with the reads of this turn. The copies follow before anything is
    // overwritten.
    const encoding = new Promise<void>((resolve) => queue.whenSent(() => resolve(encode())));
    const copied = encoding.then(() => Promise.all(waves)).then(() => ({ contents, milliseconds: clock.milliseconds }));
    return { encoded: encoding.catch(() => {}), copied };
  }

  /** Submits the copies of some pieces. `refused` gives WebGPU's error if the allocation of a staging buffer failed. */
  private encode(pieces: readonly Piece[], places: readonly Range[]): Staging {
    const { device, memory } = this.source;
    device.pushErrorScope('validation');
    const buffers = pieces.map(({ bytes }) => this.takeStaging(bytes));
    const encoder = device.createCommandEncoder();
    pieces.forEach(({ transfers }, p) => {
      for (const { value, from, to, bytes } of transfers) {
        const { buffer, offset } = places[value]!;
        encoder.copyBufferToBuffer(buffer, offset + from, buffers[p]!, to, bytes);
      }
    });
    memory.queue.submit(encoder);
    return { buffers, refused: device.popErrorScope() };
  }

  /** Waits for the copies of a wave, and puts them into the contents. */
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
      pieces.forEach(({ transfers, bytes }, p) => {
        const mapped = buffers[p]!.getMappedRange(0, bytes);
        for (const { value, from, to, bytes } of transfers) {
          new Uint8Array(contents[value]!, from, bytes).set(new Uint8Array(mapped, to, bytes));
        }
        buffers[p]!.unmap();
      });
    });
    this.free.push(...buffers);
  }

  /** The smallest free buffer that is large enough, or a new one. */
  private takeStaging(bytes: number): GPUBuffer {
    let best = -1;
    this.free.forEach(({ size }, i) => {
      if (size >= bytes && (best < 0 || size < this.free[best]!.size)) best = i;
    });
    if (best >= 0) return this.free.splice(best, 1)[0]!;
    const size = Math.max(MIN_PIECE_BYTES, 2 ** Math.ceil(Math.log2(bytes)));
    // If the allocation fails, the copy into the buffer reports it.
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
  let piece: Piece = { transfers: [], bytes: 0 };
  places.forEach(({ bytes: all }, value) => {
    for (let from = 0; from < all; ) {
      if (piece.transfers.length === 0) pieces.push(piece);
      const bytes = Math.min(all - from, MAX_PIECE_BYTES - piece.bytes);
      piece.transfers.push({ value, from, to: piece.bytes, bytes });
      piece.bytes += bytes;
      from += bytes;
      if (piece.bytes === MAX_PIECE_BYTES) piece = { transfers: [], bytes: 0 };
    }
  });
  return pieces;
}
