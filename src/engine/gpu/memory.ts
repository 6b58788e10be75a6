// GPU memory for values: a large value gets a buffer of its own from a pool, a small one a slot of a shared page.
import { OutOfMemoryError } from '../core/errors';
import { ballastOf } from './ballast';
import { Queue } from './queue';
import { stats } from './stats';

/** A range of a buffer that holds one value. It returns to the pool when the allocation is garbage-collected. */
export interface Allocation {
  readonly memory: Memory;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  /** Whether the buffer holds nothing else, so that it may be bound and overwritten in place. */
  readonly dedicated: boolean;
  readonly lease: Lease;
  /** Address space that tells the garbage collector how much GPU memory the allocation holds. */
  readonly ballast: ArrayBuffer;
}

/** Memory that was taken from the pool, and will return to it. */
interface Lease {
  readonly memory: Memory;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  /** Whether it is a whole buffer, not a slot of a page. */
  readonly dedicated: boolean;
  /** The bytes taken from the pool, rounding included. */
  readonly capacity: number;
  freed: boolean;
  /** The number of read-backs under way. While there are any, the contents must not change. */
  readers: number;
}

/**
 * Values up to this size share pages, and are copied into and out of a plan's own slots, so that its bind groups stay
 * the same.
 */
export const SMALL_BYTES = 65536;

/**
 * The sizes of pages. For each slot size, pages double the number of slots until there are FEW_SLOTS. A program that
 * needs more makes garbage that waits for the collector: the next page (SOME_SLOTS) has room for the garbage of most
 * loops, and the one after (MANY_SLOTS) for as much as may wait.
 */
const MIN_PAGE_BYTES = 1 << 9;
const MAX_PAGE_BYTES = 1 << 20;
/** The largest page for values that are known to be needed together. */
const MAX_RESERVED_BYTES = 1 << 25;
const FEW_SLOTS = 16;
const SOME_SLOTS = 256;
const MANY_SLOTS = 4096;
const MIN_SLOT_BYTES = 16;
/** A buffer from the pool may be larger than needed by this factor. */
const MAX_POOL_WASTE = 1.125;
/** The maximum number of free bytes to keep for reuse; beyond, buffers are destroyed. */
const MAX_POOLED_BYTES = 1 << 29;
/**
 * The bytes of a buffer for each byte of its ballast. V8 collects after about 64 MB of ballast, or more in a large heap,
 * and a collection takes the host 20 to 100 ms. So about 256 MB of garbage may wait: with a byte for each byte, a
 * network in plain functions (EfficientNet-Lite0, 27 MB a run) kept the host four times as long as one of modules.
 */
const BYTES_PER_BALLAST = 4;
/** Smaller ArrayBuffers cost real memory, so smaller buffers share ballast. */
const MIN_BALLAST_BYTES = 1 << 17;
/**
 * Buffers without ballast of their own share one of this size. A value in a slot counts sixteen times its bytes, within
 * the two limits below, so that at most some thousands of small values wait to be collected.
 */
const SHARED_BALLAST_BYTES = 1 << 20;
const MIN_BALLAST_SHARE = 1 << 14;
const MAX_BALLAST_SHARE = 1 << 16;

const USAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST; GPUBufferUsage is not defined in every runtime at import

/** Rounds a size up so that similar sizes share buffers: to a power of two up to 4 kB, and by less than 1/64 above. */
export function sizeClass(bytes: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
  if (power <= 4096) return power;
  const step = power / 128;
  return Math.ceil(bytes / step) * step;
}

interface PooledBuffer {
  readonly buffer: GPUBuffer;
  /** The number of the run at which it was freed. */
  readonly since: number;
}

interface SlotClass {
  readonly free: { readonly page: GPUBuffer; readonly offset: number }[];
  /** The bytes of all its pages. */
  bytes: number;
}

/** The size of the next page of slots, for slots of `capacity` bytes with pages of `bytes` so far. */
function nextPage(capacity: number, bytes: number): number {
  const slots = bytes / capacity;
  if (slots < FEW_SLOTS) return Math.max(MIN_PAGE_BYTES, capacity, bytes);
  if (slots < MANY_SLOTS) return Math.min((slots < SOME_SLOTS ? SOME_SLOTS : MANY_SLOTS) * capacity, MAX_PAGE_BYTES);
  return MAX_PAGE_BYTES;
}

/** The size of a slot: a power of two up to 4 kB; above, less than an eighth larger than needed. */
function slotBytes(bytes: number): number {
  const power = Math.max(MIN_SLOT_BYTES, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1))));
  if (power <= 4096) return power;
  const step = power / 16;
  return Math.ceil(bytes / step) * step;
}

/** The buffers of one device. */
export class Memory {
  /** Free buffers by size, each list in the order in which they were freed. */
  private readonly pool = new Map<number, PooledBuffer[]>();
  private readonly slots = new Map<number, SlotClass>();
  private readonly shared = { ballast: new ArrayBuffer(0), left: 0 };
  private total = 0;
  private retired = false;
  /** Buffers whose allocation failed. */
  private readonly bad = new WeakSet<GPUBuffer>();
  private readonly keepers: (() => void)[] = [];
  /** The number of buffers created so far that runs may use. */
  created = 0;
  readonly queue: Queue;

  /** Whether the device is gone, and all contents with it. */
  get isRetired(): boolean {
    return this.retired;
  }

  constructor(
    readonly device: GPUDevice,
    /** Called with the error of a failed allocation, some time after it. */
    private readonly onFailure: (error: Error) => void,
    /** Called when a buffer turns out to be unusable. */
    private readonly onBadBuffer: () => void = () => {},
  ) {
    this.queue = new Queue(device);
  }

  /** The bytes of all buffers that were created here and not destroyed. */
  get totalBytes(): number {
    return this.total;
  }

  /** Allocates `bytes`. Small allocations share a page unless `dedicated`. */
  allocate(bytes: number, dedicated = false): Allocation {
    if (bytes <= SMALL_BYTES && !dedicated) return this.allocateSlot(bytes);
    const size = this.sizeOf(bytes);
    const buffer = this.takePooled(size) ?? this.createBuffer(size, 'value');
    const capacity = buffer.size;
    return this.lend({ memory: this, buffer, offset: 0, capacity, dedicated: true, freed: false, readers: 0 }, bytes);
  }

  /** The size of a buffer for so many bytes: of their class, unless the device has no such buffers. */
  sizeOf(bytes: number): number {
    return Math.max(bytes, Math.min(sizeClass(bytes), this.device.limits.maxBufferSize));
  }

  /** A free buffer of this size, or of a slightly larger one. */
  takePooled(capacity: number): GPUBuffer | undefined {
    let pool = this.pool.get(capacity);
    if (!pool?.length) {
      let best = capacity * MAX_POOL_WASTE;
      for (const [size, buffers] of this.pool) {
        if (size < capacity || size > best || buffers.length === 0) continue;
        best = size;
        pool = buffers;
      }
    }
    const pooled = pool?.pop();
    if (!pooled) return undefined;
    stats.pooledBytes -= pooled.buffer.size;
    return pooled.buffer;
  }

  /**
   * Called before memory grows: destroys about as many bytes of free buffers that no recent run used, the longest
   * unused first.
   */
  private giveUpIdle(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      let oldest: PooledBuffer[] | undefined;
      let since = stats.runs - 1;
      for (const buffers of this.pool.values()) {
        const [first] = buffers;
        if (!first || first.since >= since) continue;
        oldest = buffers;
        since = first.since;
      }
      const given = oldest?.shift();
      if (!given) return;
      left -= given.buffer.size;
      stats.pooledBytes -= given.buffer.size;
      this.destroyBuffer(given.buffer);
    }
  }

  private lend(lease: Lease, bytes: number): Allocation {
    const { buffer, offset, capacity, dedicated } = lease;
    stats.liveBytes += capacity;
    this.count(0);
    const allocation = { memory: this, buffer, offset, bytes, dedicated, lease, ballast: this.ballast(lease) };
    collected.register(allocation, lease);
    return allocation;
  }

  free({ lease }: Allocation): void {
    this.giveBack(lease);
  }

  giveBack(lease: Lease): void {
    if (lease.freed || this.retired) return;
    lease.freed = true;
    if (lease.readers === 0) this.recycle(lease);
  }

  /** Keeps the contents unchanged until `letGo`, even if they are freed meanwhile. */
  hold({ lease }: Allocation): void {
    lease.readers++;
  }

  letGo({ lease }: Allocation): void {
    if (--lease.readers === 0 && lease.freed && !this.retired) this.recycle(lease);
  }

  private recycle({ buffer, offset, capacity, dedicated }: Lease): void {
    stats.liveBytes -= capacity;
    if (this.bad.has(buffer)) {
      if (dedicated) this.destroyBuffer(buffer);
      return;
    }
    if (!dedicated) {
      stats.pooledBytes += capacity;
      this.slots.get(capacity)!.free.push({ page: buffer, offset });
      return;
    }
    if (stats.pooledBytes + capacity > MAX_POOLED_BYTES) {
      this.destroyBuffer(buffer);
      return;
    }
    const pool = this.pool.get(capacity);
    const pooled = { buffer, since: stats.runs };
    if (pool) pool.push(pooled);
    else this.pool.set(capacity, [pooled]);
    stats.pooledBytes += capacity;
  }

  /** Notes that the device is gone with all its buffers. Memory freed from now on is not counted. */
  retire(): void {
    this.retired = true;
    stats.liveBytes = stats.planBytes = stats.pooledBytes = 0;
  }

  /** Adds a function that `trim` calls to release memory which is kept for later outside the pool. */
  beforeTrim(release: () => void): void {
    this.keepers.push(release);
  }

  /** Destroys all free buffers of the pool. */
  trim(): void {
    for (const release of this.keepers) release();
    for (const [capacity, buffers] of this.pool) {
      stats.pooledBytes -= capacity * buffers.length;
      for (const { buffer } of buffers) this.destroyBuffer(buffer);
    }
    this.pool.clear();
  }

  /**
   * Ballast in proportion to GPU memory: an untouched ArrayBuffer, kept by the allocation, makes the garbage collector
   * count memory that it cannot see. A group of small values shares one, so that a loop that makes only scalars is
   * collected, too.
   */
  private ballast({ dedicated, capacity }: Lease): ArrayBuffer {
    const own = capacity / BYTES_PER_BALLAST;
    if (dedicated && own >= MIN_BALLAST_BYTES) return ballastOf(own);
    const { shared } = this;
    shared.left -= dedicated ? own : Math.min(Math.max(16 * capacity, MIN_BALLAST_SHARE), MAX_BALLAST_SHARE);
    if (shared.left < 0) {
      shared.ballast = ballastOf(SHARED_BALLAST_BYTES);
      shared.left = SHARED_BALLAST_BYTES;
    }
    return shared.ballast;
  }

  /** Creates a raw buffer, and counts it. @throws OutOfMemoryError if no buffer of the device may be so large */
  createBuffer(bytes: number, label: string, usage = USAGE, onFailure = this.onFailure): GPUBuffer {
    const { maxBufferSize } = this.device.limits;
    if (bytes > maxBufferSize)
      throw new OutOfMemoryError(
        `a buffer of ${bytes} bytes is over the limit of ${maxBufferSize}; use a smaller batch`,
      );
    if (bytes > SMALL_BYTES) this.giveUpIdle(bytes);
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size: bytes, usage, label: `lamplight ${label}` });
    this.device.popErrorScope().then(
      (error) => {
        if (error) {
          this.giveUp(buffer);
          onFailure(
            new OutOfMemoryError(
              `the GPU has no room for a buffer of ${bytes} bytes beside the ${this.total} bytes in use; use a smaller batch or model`,
            ),
          );
        }
      },
      () => {}, // the device was lost, which is reported by its own error
    );
    stats.buffersCreated++;
    // Staging buffers are not counted here: the code that copies to the host checks them itself.
    if (usage === USAGE) this.created++;
    this.count(bytes);
    return buffer;
  }

  /** Whether the allocation of the buffer is known to have failed. */
  isBad(buffer: GPUBuffer): boolean {
    return this.bad.has(buffer);
  }

  /** Removes a buffer from the pool and the free slots, so that it is not used again. */
  private giveUp(buffer: GPUBuffer): void {
    this.bad.add(buffer);
    for (const [size, buffers] of this.pool) {
      const good = buffers.filter((pooled) => pooled.buffer !== buffer);
      stats.pooledBytes -= size * (buffers.length - good.length);
      this.pool.set(size, good);
    }
    for (const [capacity, { free }] of this.slots) {
      const good = free.filter(({ page }) => page !== buffer);
      stats.pooledBytes -= capacity * (free.length - good.length);
      free.splice(0, free.length, ...good);
    }
    this.onBadBuffer();
  }

  /** Adds bytes to the total, or subtracts them, and updates the peaks. Textures are counted by it, too. */
  count(bytes: number): void {
    this.total += bytes;
    stats.peakBytes = Math.max(stats.peakBytes, this.total);
    stats.peakUsedBytes = Math.max(stats.peakUsedBytes, stats.liveBytes + stats.planBytes);
  }

  destroyBuffer(buffer: GPUBuffer): void {
    this.total -= buffer.size;
    this.queue.depart();
    buffer.destroy();
  }

  /**
   * For many small values at once: for each size, makes a page with just enough slots for those that have none. Such
   * values are weights, which stay, so that no room for garbage is needed.
   */
  reserve(sizes: readonly number[]): void {
    const wanted = new Map<number, number>();
    for (const bytes of sizes) {
      const capacity = slotBytes(bytes);
      wanted.set(capacity, (wanted.get(capacity) ?? 0) + 1);
    }
    for (const [capacity, count] of wanted) {
      const slots = this.slotsOf(capacity);
      const missing = Math.min(count - slots.free.length, Math.floor(MAX_RESERVED_BYTES / capacity));
      if (missing > 0) this.addPage(slots, capacity, Math.max(missing, Math.ceil(MIN_PAGE_BYTES / capacity)));
    }
  }

  private slotsOf(capacity: number): SlotClass {
    let slots = this.slots.get(capacity);
    if (!slots) {
      slots = { free: [], bytes: 0 };
      this.slots.set(capacity, slots);
    }
    return slots;
  }

  private addPage(slots: SlotClass, capacity: number, count: number): void {
    const page = this.createBuffer(count * capacity, 'page');
    for (let i = count - 1; i >= 0; i--) slots.free.push({ page, offset: i * capacity });
    slots.bytes += count * capacity;
    stats.pooledBytes += count * capacity;
  }

  private allocateSlot(bytes: number): Allocation {
    const capacity = slotBytes(bytes);
    const slots = this.slotsOf(capacity);
    const { free } = slots;
    if (free.length === 0) {
      this.addPage(slots, capacity, Math.floor(nextPage(capacity, slots.bytes) / capacity));
    }
    const { page, offset } = free.pop()!;
    stats.pooledBytes -= capacity;
    const lease = { memory: this, buffer: page, offset, capacity, dedicated: false, freed: false, readers: 0 };
    return this.lend(lease, bytes);
  }
}

const collected = new FinalizationRegistry<Lease>((lease) => lease.memory.giveBack(lease));
