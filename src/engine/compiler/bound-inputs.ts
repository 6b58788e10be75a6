// Bound inputs: the values that a plan was made for, such as weights, are bound where they are instead of being copied
// into a slot of the plan. If a later run brings another value for such an input, that value is copied, so that the
// plan keeps one bind group. A large slice is copied, too, if its offset is not aligned for a binding.
import type { Copy } from '../gpu/executable';
import type { Allocation, Memory } from '../gpu/memory';
import { stats } from '../gpu/stats';
import type { Plan } from './plan';

/** Inputs up to this size are always copied: copying them costs next to nothing. */
const MIN_BYTES = 4096;

/** The offset of a storage binding must be a multiple of this (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

export interface BoundInput {
  readonly index: number;
  readonly bytes: number;
  /** The memory that is bound; null for a slice, which is bound at any aligned offset. */
  readonly lease: Allocation['lease'] | null;
  /** The buffer that other values are copied into; null until the first of them. */
  slot: GPUBuffer | null;
}

/**
 * The plan with its inputs bound in place where possible, and the list of these. `memoryOf` gives the memory of an
 * input, or null if the input has none or is a slice, whose offset changes from run to run.
 */
export function bindInputs(
  plan: Plan,
  memoryOf: (input: number) => Allocation | null,
): { readonly plan: Plan; readonly bound: readonly BoundInput[] } {
  const bound: BoundInput[] = [];
  // WebGPU cannot copy within one buffer, and the export may get memory on the same page as its input.
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

/**
 * Whether a run brings other memory for a bound input than the plan binds, or an offset that is not aligned for a
 * binding.
 */
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

/** The copy of a value that replaces a bound one, into the slot for such values. */
export function copyIntoSlot(bound: BoundInput, memory: Memory): Copy {
  const { index, bytes } = bound;
  if (!bound.slot) {
    bound.slot = memory.createBuffer(Math.ceil(bytes / ALIGNMENT) * ALIGNMENT, 'slot');
    stats.planBytes += bound.slot.size;
    memory.count(0);
  }
  return { index, ref: { kind: 'fixed', buffer: bound.slot }, offset: 0, bytes };
}

/** Destroys the slots of a plan that will not run again. */
export function releaseBound(bound: readonly BoundInput[], memory: Memory): void {
  for (const { slot } of bound) {
    if (!slot) continue;
    stats.planBytes -= slot.size;
    memory.destroyBuffer(slot);
  }
}
