// Weights that lie in another order than their readers take, as transposed ones do: the copy in that order is kept from run to run. Pure.

import { byteLength } from '../../core/meta';
import type { LoweredProgram, Lowering } from '../ir';
import { constantValues, foldConstant } from './fold-constant';

/** Bytes that a plan keeps of such copies, at most: all of them lie in one buffer, which every device can make of twice the size. */
const MOST_BYTES = 1 << 27;

/**
 * Keeps the views of standing values that are weights: every operation that reads one has another operand before it. An operand in front,
 * such as a batch, is another value at each run, whose copy would hold memory for nothing.
 */
function keepViews(lowered: LoweredProgram): LoweredProgram {
  const { program, lowerings } = lowered;
  const { values, nodes } = program;
  const standing = constantValues(lowered);
  const root = Int32Array.from(values.keys());
  /** Values that are exported, or read in front. */
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

/** What depends on standing values alone is computed once. */
export const keepConstant = (lowered: LoweredProgram): LoweredProgram => keepViews(foldConstant(lowered));
