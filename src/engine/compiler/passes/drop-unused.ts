// Dead code elimination: a value that no export depends on is not computed. Pure.
import type { LoweredProgram } from '../ir';

/** Leaves out every node that no export depends on. */
export function dropUnused({ program, lowerings }: LoweredProgram): LoweredProgram {
  const wanted = new Set(program.exports);
  const kept: number[] = [];
  for (let n = program.nodes.length - 1; n >= 0; n--) {
    const { inputs, outputs } = program.nodes[n]!;
    if (!outputs.some((v) => wanted.has(v))) continue;
    for (const v of inputs) wanted.add(v);
    kept.unshift(n);
  }
  if (kept.length === program.nodes.length) return { program, lowerings };
  return {
    program: { ...program, nodes: kept.map((n) => program.nodes[n]!) },
    lowerings: kept.map((n) => lowerings[n]!),
  };
}
