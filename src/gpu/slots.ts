// Slots: buffers for the intermediates of plans. Plans run one after another, so all of them share these.
import type { Memory } from './memory';
import { sizeClass } from './memory';
import { stats } from './stats';

/** A slot may be this many times larger than a value needs before a new one is made instead. */
const MAX_WASTE = 4;

export class Slots {
  readonly buffers: GPUBuffer[] = [];

  constructor(private readonly memory: Memory) {}

  /** The smallest slot with room for `bytes` that is not busy; a new one if none fits. */
  take(bytes: number, isBusy: (slot: number) => boolean): number {
    let best = -1;
    for (let i = 0; i < this.buffers.length; i++) {
      const { size } = this.buffers[i]!;
      if (size < bytes || size > Math.max(bytes, 4096) * MAX_WASTE || isBusy(i)) continue;
      if (best < 0 || size < this.buffers[best]!.size) best = i;
    }
    if (best >= 0) return best;
    const size = sizeClass(bytes);
    const buffer = this.memory.takePooled(size) ?? this.memory.createBuffer(size, 'slot');
    this.buffers.push(buffer);
    stats.planBytes += buffer.size;
    return this.buffers.length - 1;
  }

  /** Destroys the slots; no plan that uses them may run again. */
  release(): void {
    for (const buffer of this.buffers) {
      stats.planBytes -= buffer.size;
      this.memory.destroyBuffer(buffer);
    }
    this.buffers.length = 0;
  }
}
