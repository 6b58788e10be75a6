// Bound inputs: the small values that a plan was made for, such as weights, are bound where they are rather than copied into a slot of
// the plan. Should another value come in the place of one, that is copied, so that bind groups stay few. So is a large slice that
// begins where no binding can.
import type { Copy } from '../gpu/executable';
import type { Allocation, Memory } from '../gpu/memory';
import { stats } from '../gpu/stats';
import type { Plan } from './plan';

/** Below this size a copy is not worth a choice. */
const MIN_BYTES = 4096;

/** What storage buffers bind at multiples of (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

export interface BoundInput {
  readonly index: number;
  readonly bytes: number;
  /** Whose memory is bound; null for a slice, which is bound wherever a binding can begin. */
  readonly lease: Allocation['lease'] | null;
  /** Where other values are copied to; none until one comes. */
  slot: GPUBuffer | null;
}

/**
 * The plan with its small inputs bound, and these; `memoryOf` gives the memory of an input, or null if it has none or is a
 * slice, which begins somewhere else at each run.
 */
export function bindInputs(
  plan: Plan,
  memoryOf: (input: number) => Allocation | null,
): { readonly plan: Plan; readonly bound: readonly BoundInput[] } {
  const bound: BoundInput[] = [];
  // WebGPU copies nothing within one buffer, and the export may get memory on the same page.
  const copiedOut = new Set(plan.exports.map((mode) => (mode.kind === 'copy' ? mode.address.location : -1)));
  const modes = plan.inputs.map((mode, index) => {
    const { bytes } = plan.locations[index]!;
    if (mode === 'slice') bound.push({ index, bytes, lease: null, slot: null });
    const allocation = mode === 'copy' && bytes > MIN_BYTES && !copiedOut.has(index) ? memoryOf(index) : null;
    if (!allocation || allocation.offset % ALIGNMENT !== 0) return mode;
    bound.push({ index, bytes, lease: allocation.lease, slot: null });
    return 'bind';
  });
  return bound.length > 0 ? { plan: { ...plan, inputs: modes }, bound } : { plan, bound };
}

/** Whether a run brings other memory for a bound input than the plan binds, or memory that begins where no binding can. */
export function isElsewhere(
  { index, lease }: BoundInput,
  {
    inputs,
    offsets,
  }: { inputs: readonly { allocation: Allocation | null }[]; offsets: readonly (number | undefined)[] },
): boolean {
  const { allocation } = inputs[index]!;
  if (lease) return allocation?.lease !== lease;
  return !allocation || (allocation.offset + offsets[index]!) % ALIGNMENT !== 0;
}

/** Copies a value that came in the place of a bound one into the slot for such. */
export function copyIntoSlot(bound: BoundInput, memory: Memory): Copy {
  const { index, bytes } = bound;
  if (!bound.slot) {
    bound.slot = memory.createBuffer(Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 'slot');
    stats.planBytes += bound.slot.size;
    memory.count(0);
  }
  return { index, ref: { kind: 'fixed', buffer: bound.slot }, offset: 0, bytes };
}

/** Destroys the slots; the plan runs no more. */
export function releaseBound(bound: readonly BoundInput[], memory: Memory): void {
  for (const { slot } of bound) {
    if (!slot) continue;
    stats.planBytes -= slot.size;
    memory.destroyBuffer(slot);
  }
}
