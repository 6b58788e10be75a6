// Concatenation without a kernel: its inputs are computed directly in their places in the result. Pure.

import { packTargets } from '../direct-writes';
import type { LoweredProgram, Lowering } from '../ir';

/** Storage buffers bind at multiples of this many bytes (WebGPU's default minStorageBufferOffsetAlignment). */
const ALIGNMENT = 256;

/**
 * Makes kernels write directly into their part of a concatenation, if every part is contiguous, has an aligned offset,
 * and is computed by a kernel that need not write elsewhere.
 */
export function joinInPlace({ program, lowerings }: LoweredProgram): LoweredProgram {
  const exported = new Set(program.exports);
  const changed: Lowering[] = [...lowerings];
  program.nodes.forEach(({ inputs, outputs }, n) => {
    const own = changed[n]!;
    const offsets = own.kind === 'passes' ? own.joins : undefined;
    if (!offsets || exported.has(outputs[0]!) || offsets.some((offset) => offset % ALIGNMENT !== 0)) return;
    changed[n] = { kind: 'pack', offsets };
    const places = [...packTargets(program, changed).values()].filter(({ node }) => node === n);
    if (places.length < inputs.length) changed[n] = own;
  });
  return { program, lowerings: changed };
}
