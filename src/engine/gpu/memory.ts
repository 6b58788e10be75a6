// GPU memory for values: pooled buffers of their own for large ones, slots of shared pages for small ones.
import { OutOfMemoryError } from '../core/errors';
import { ballastOf } from './ballast';
import { Queue } from './queue';
import { stats } from './stats';

/** A range of a buffer that holds one value; it goes back to the pool once the collector finds that nobody has it. */
export interface Allocation {
  readonly memory: Memory;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  /** The buffer holds nothing else, so that it may be bound and overwritten in place. */
  readonly dedicated: boolean;
  readonly lease: Lease;
  /** Address space that tells the garbage collector how much GPU memory hangs on this. */
  readonly ballast: ArrayBuffer;
}

/** Memory that will go back to the pool. */
interface Lease {
  readonly memory: Memory;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  /** The buffer is all of it, rather than a page of many. */
  readonly dedicated: boolean;
  /** Bytes taken from the pool, rounding included. */
  readonly capacity: number;
  freed: boolean;
  /** Read-backs under way, for which the contents stay as they are. */
  readers: number;
}

/** Values up to this size share pages and are copied into and out of a plan's own slots, which keeps its bind groups stable. */
export const SMALL_BYTES = 65536;

/**
 * Pages of a size of slots double their number until there are a few slots. A caller that allocates more makes garbage, which waits
 * for the collector: the next page has room for the garbage of most loops, and the one after for as much as may wait.
 */
const MIN_PAGE_BYTES = 1 << 9;
const MAX_PAGE_BYTES = 1 << 20;
/** Of a page for values that are known to come at once. */
const MAX_RESERVED_BYTES = 1 << 25;
const FEW_SLOTS = 16;
const SOME_SLOTS = 256;
const MANY_SLOTS = 4096;
const MIN_SLOT_BYTES = 16;
/** How much larger than wanted a buffer from the pool may be. */
const MAX_POOL_WASTE = 1.125;
/** Free bytes kept for reuse before buffers are destroyed. */
const MAX_POOLED_BYTES = 1 << 29;
/** Below this size an ArrayBuffer costs real memory, so ballast is shared. */
const MIN_BALLAST_BYTES = 1 << 17;
/**
 * Small values share a ballast of this size, each with sixteen times its bytes, but at least and at most the shares below: V8
 * collects after some 64 MB, or more in a large heap, so some thousands of small values wait for it.
 */
const SHARED_BALLAST_BYTES = 1 << 20;
const MIN_BALLAST_SHARE = 1 << 14;
const MAX_BALLAST_SHARE = 1 << 16;

const USAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST; GPUBufferUsage is not defined in every runtime at import

/** Rounds up to a power of two below 4 kB, and by less than a sixty-fourth above, so that similar sizes share buffers. */
export function sizeClass(bytes: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
  if (power <= 4096) return power;
  const step = power / 128;
  return Math.ceil(bytes / step) * step;
}

interface PooledBuffer {
  readonly buffer: GPUBuffer;
  /** The run at which it was freed. */
  readonly since: number;
}

interface SlotClass {
  readonly free: { readonly page: GPUBuffer; readonly offset: number }[];
  /** Bytes of all pages. */
  bytes: number;
}

/** Bytes of the next page of slots. */
function nextPage(capacity: number, bytes: number): number {
  const slots = bytes / capacity;
  if (slots < FEW_SLOTS) return Math.max(MIN_PAGE_BYTES, capacity, bytes);
  if (slots < MANY_SLOTS) return Math.min((slots < SOME_SLOTS ? SOME_SLOTS : MANY_SLOTS) * capacity, MAX_PAGE_BYTES);
  return MAX_PAGE_BYTES;
}

/** Bytes of a slot: a power of two, but large ones are less than an eighth larger than wanted. */
function slotBytes(bytes: number): number {
  const power = Math.max(MIN_SLOT_BYTES, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1))));
  if (power <= 4096) return power;
  const step = power / 16;
  return Math.ceil(bytes / step) * step;
}

/** Buffers of one device. */
export class Memory {
  /** Free buffers by size, each list in the order in which they were freed. */
  private readonly pool = new Map<number, PooledBuffer[]>();
  private readonly slots = new Map<number, SlotClass>();
  private readonly shared = { ballast: new ArrayBuffer(0), left: 0 };
  private total = 0;
  private retired = false;
  /** Buffers that found no room. */
  private readonly bad = new WeakSet<GPUBuffer>();
  private readonly keepers: (() => void)[] = [];
  /** Buffers that runs may use, made so far. */
  created = 0;
  readonly queue: Queue;

  /** The device is gone, and all contents with it. */
  get isRetired(): boolean {
    return this.retired;
  }

  constructor(
    readonly device: GPUDevice,
    /** Told of an allocation that failed; it is known only later. */
    private readonly onFailure: (error: Error) => void,
    /** Told that there is a buffer that cannot be used. */
    private readonly onBadBuffer: () => void = () => {},
  ) {
    this.queue = new Queue(device);
  }

  /** Bytes in all buffers made here and not destroyed. */
  get totalBytes(): number {
    return this.total;
  }

  /** A place for `bytes`; small ones share a page unless `dedicated`. */
  allocate(bytes: number, dedicated = false): Allocation {
    if (bytes <= SMALL_BYTES && !dedicated) return this.allocateSlot(bytes);
    const buffer = this.takePooled(sizeClass(bytes)) ?? this.createBuffer(sizeClass(bytes), 'value');
    const capacity = buffer.size;
    return this.lend({ memory: this, buffer, offset: 0, capacity, dedicated: true, freed: false, readers: 0 }, bytes);
  }

  /** A free buffer of this size class, or of one a little above. */
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

  /** Before memory grows, destroys as many bytes of buffers that no recent run has used, those that were freed first at first. */
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

  /** Keeps the contents as they are, whoever frees them, until `letGo`. */
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

  /** The device is gone with all its buffers; memory freed from now on counts no more. */
  retire(): void {
    this.retired = true;
    stats.liveBytes = stats.planBytes = stats.pooledBytes = 0;
  }

  /** Has the function give back, at each `trim`, memory that is kept for later and lies outside the pool. */
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
   * Address space in proportion to GPU memory: an ArrayBuffer that nobody touches, kept by the allocation, makes the engine's collector feel memory it cannot see. Small values share one, a group at a time, so that
   * a loop that makes nothing but scalars is collected too.
   */
  private ballast({ dedicated, capacity }: Lease): ArrayBuffer {
    if (dedicated && capacity >= MIN_BALLAST_BYTES) return ballastOf(capacity);
    const { shared } = this;
    shared.left -= Math.max(capacity, Math.min(Math.max(16 * capacity, MIN_BALLAST_SHARE), MAX_BALLAST_SHARE));
    if (shared.left < 0) {
      shared.ballast = ballastOf(SHARED_BALLAST_BYTES);
      shared.left = SHARED_BALLAST_BYTES;
    }
    return shared.ballast;
  }

  /** Throws OutOfMemoryError for a size over the device's limits. */
  expectFits(bytes: number): void {
    const limit = Math.min(this.device.limits.maxBufferSize, this.device.limits.maxStorageBufferBindingSize);
    if (bytes > limit) {
      throw new OutOfMemoryError(
        `a value of ${bytes} bytes is over this device's limit of ${limit} bytes a buffer (maxBufferSize ${this.device.limits.maxBufferSize}, ` +
          `maxStorageBufferBindingSize ${this.device.limits.maxStorageBufferBindingSize}); use a smaller batch, or halves of a weight and torch.cat`,
      );
    }
  }

  /** A raw buffer, counted; throws OutOfMemoryError over the device's limits. */
  createBuffer(bytes: number, label: string, usage = USAGE, onFailure = this.onFailure): GPUBuffer {
    this.expectFits(bytes);
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
    // Buffers of other usage, for copies to the host, are counted by the code that copies.
    if (usage === USAGE) this.created++;
    this.count(bytes);
    return buffer;
  }

  /** Whether the buffer found no room, as far as is known. */
  isBad(buffer: GPUBuffer): boolean {
    return this.bad.has(buffer);
  }

  /** Lends nothing of this buffer any more. */
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

  /** Adds bytes that something other than a buffer takes, or gives back, to the total, and keeps the peaks. */
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

  /** Makes a page for each size of these small values, with just enough room for those without any: many values at once, such as weights, stay. */
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
