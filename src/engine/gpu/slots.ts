// Slots: buffers for the intermediates of plans. Plans run one after another, so they can share slots.
import type { Memory } from './memory';
import { stats } from './stats';

/** A slot may be larger than needed by this factor; otherwise, a new one is made. */
const MAX_WASTE = 4;

export interface Slot {
  readonly buffer: GPUBuffer;
  /** The size of the buffer, kept here since reading `GPUBuffer.size` is slow. */
  readonly size: number;
  /** The number of plans that use it. */
  users: number;
  /** Whether only the plan that took it may use it. */
  readonly alone?: boolean;
}

export class Slots {
  private readonly slots: Slot[] = [];
  private total = 0;

  constructor(readonly memory: Memory) {}

  /** The bytes of all slots. */
  get bytes(): number {
    return this.total;
  }

  /**
   * The smallest slot of at least `bytes` bytes that is not in `busy`; a new one if none fits. Counts the caller as a
   * user.
   */
  take(bytes: number, busy: ReadonlySet<Slot>): Slot {
    const most = Math.max(bytes, 4096) * MAX_WASTE;
    let best: Slot | undefined;
    for (const slot of this.slots) {
      const fits = slot.size >= bytes && slot.size <= most && (!best || slot.size < best.size);
      if (fits && !busy.has(slot) && !slot.alone && !this.memory.isBad(slot.buffer)) best = slot;
    }
    best ??= this.create(bytes);
    best.users++;
    return best;
  }

  /** A slot for the caller alone, so that its contents survive the runs of other plans. */
  takeAlone(bytes: number): Slot {
    return this.create(bytes, { users: 1, alone: true });
  }

  private create(bytes: number, as: Omit<Slot, 'buffer' | 'size'> = { users: 0 }): Slot {
    const size = this.memory.sizeOf(bytes);
    const buffer = this.memory.takePooled(size) ?? this.memory.createBuffer(size, 'slot');
    const slot: Slot = { buffer, size: buffer.size, ...as };
    this.slots.push(slot);
    this.total += slot.size;
    stats.planBytes += slot.size;
    this.memory.count(0);
    return slot;
  }

  /** Gives back the slots of a plan that will not run again. Slots that no other plan uses are destroyed. */
  giveBack(slots: readonly Slot[]): void {
    for (const slot of slots) {
      if (--slot.users > 0) continue;
      this.slots.splice(this.slots.indexOf(slot), 1);
      this.total -= slot.size;
      stats.planBytes -= slot.size;
      this.memory.destroyBuffer(slot.buffer);
    }
  }
}
