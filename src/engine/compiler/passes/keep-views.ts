// Weights that are stored in another order than their readers need, such as transposed ones: the reordered copy is kept
// from run to run. Pure.

import { byteLength } from '../../core/meta';
import type { LoweredProgram, Lowering } from '../ir';
import { constantValues, foldConstant } from './fold-constant';

/**
 * The maximum number of bytes of reordered copies that a plan keeps. The copies share one buffer; every device can make
 * buffers of twice this size.
 */
const MOST_BYTES = 1 << 27;

/**
 * Keeps reordered copies of constant values that are weights, which means that they are never the first operand of an
 * operation. A first operand, such as a batch, is another value at each run, so keeping its copy would waste memory.
 */
function keepViews(lowered: LoweredProgram): LoweredProgram {
  const { program, lowerings } = lowered;
  const { values, nodes } = program;
  const standing = constantValues(lowered);
  const root = Int32Array.from(values.keys());
  /** Values that are exported, or the first operand of an operation. */
  const others = new Set(program.exports);
  nodes.forEach(({ inputs, outputs }, n) => {
    if (lowerings[n]!.kind === 'alias') root[outputs[0]!] = root[inputs[0]!]!;
    else others.add(inputs[0]!);
  });
  for (const v of others) others.add(root[v]!);
  let left = MOST_BYTES;
  const changed = lowerings.map((lowering, n): Lowering => {
    const { inputs, outputs } = nodes[n]!;
    if (lowering.kind !== 'passes' || !lowering.moves || others.has(outputs[0]!)) return lowering;
    const bytes = byteLength(values[outputs[0]!]!);
    const isWeight = standing.has(inputs[0]!) && bytes <= Math.min(left, byteLength(values[inputs[0]!]!));
    if (!isWeight) return lowering;
    left -= bytes;
    return { ...lowering, kept: true };
  });
  return { program, lowerings: changed };
}

/** Computes once what depends only on constant values, and keeps it from run to run. */
export const keepConstant = (lowered: LoweredProgram): LoweredProgram => keepViews(foldConstant(lowered));
