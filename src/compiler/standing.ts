// Standing inputs: the small values that a plan was made for, such as weights, are bound where they lie rather than copied into a
// slot of the plan. Should another value come in the place of one, that is copied, so that bind groups stay few. So is a large
// window that begins where no binding can.
import type { Copy } from '../gpu/executable';
import type { Allocation, Memory } from '../gpu/memory';
import { stats } from '../gpu/stats';
import type { Plan } from './plan';

/** Below this size a copy is not worth a choice. */
const MIN_BYTES = 4096;

/** What storage buffers bind at multiples of (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

export interface Standing {
  readonly index: number;
  readonly bytes: number;
  /** Whose memory is bound; null for a window, which is bound wherever a binding can begin. */
  readonly lease: Allocation['lease'] | null;
  /** Where other values are copied to; none until one comes. */
  slot: GPUBuffer | null;
}

/**
 * The plan with its standing inputs bound, and these; `placeOf` gives the memory of an input, or null if it has none or is a
 * window, which lies somewhere else at each run.
 */
export function bindStanding(
  plan: Plan,
  placeOf: (input: number) => Allocation | null,
): { readonly plan: Plan; readonly standing: readonly Standing[] } {
  const standing: Standing[] = [];
  // WebGPU copies nothing within one buffer, and the export may get a place on the same page.
  const copiedOut = new Set(plan.exports.map((mode) => (mode.kind === 'copy' ? mode.address.location : -1)));
  const modes = plan.inputs.map((mode, index) => {
    const { bytes } = plan.locations[index]!;
    if (mode === 'slice') standing.push({ index, bytes, lease: null, slot: null });
    const allocation = mode === 'copy' && bytes > MIN_BYTES && !copiedOut.has(index) ? placeOf(index) : null;
    if (!allocation || allocation.offset % ALIGNMENT !== 0) return mode;
    standing.push({ index, bytes, lease: allocation.lease, slot: null });
    return 'bind';
  });
  return standing.length > 0 ? { plan: { ...plan, inputs: modes }, standing } : { plan, standing };
}

/** Whether what a plan binds for a standing input is not what a run brings, or lies where nothing can be bound. */
export function hasGone(
  { index, lease }: Standing,
  {
    inputs,
    offsets,
  }: { inputs: readonly { allocation: Allocation | null }[]; offsets: readonly (number | undefined)[] },
): boolean {
  const { allocation } = inputs[index]!;
  if (lease) return allocation?.lease !== lease;
  return !allocation || (allocation.offset + offsets[index]!) % ALIGNMENT !== 0;
}

/** The copy of a value that came in the place of a standing one into the slot for such. */
export function copyOver(standing: Standing, memory: Memory): Copy {
  const { index, bytes } = standing;
  if (!standing.slot) {
    standing.slot = memory.createBuffer(Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 'slot');
    stats.planBytes += standing.slot.size;
  }
  return { index, ref: { kind: 'fixed', buffer: standing.slot }, offset: 0, bytes };
}

/** Destroys the slots; the plan runs no more. */
export function releaseStanding(standing: readonly Standing[], memory: Memory): void {
  for (const { slot } of standing) {
    if (!slot) continue;
    stats.planBytes -= slot.size;
    memory.destroyBuffer(slot);
  }
}
