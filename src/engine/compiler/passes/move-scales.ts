// Scaling before spreading: the gradient of an activation before a max pooling is computed on the pooled elements,
// which are fewer. Pure.

import { type Meta, sameShape } from '../../core/meta';
import type { LoweredProgram, Lowering, ProgramNode } from '../ir';

/**
 * Let y = pick(x) with indices i, and let f scale its first argument. Then f(spread(dy, i), x) = spread(f(dy, y), i),
 * since only picked elements of x receive a dy. The right side scales fewer elements, and does not need x after the
 * forward pass. Two details differ: if one element receives several dy, the product of their sum becomes a sum of
 * products; and if a window has several NaN, only the picked one has a NaN gradient.
 */
export function moveScales(lowered: LoweredProgram): LoweredProgram {
  const { program, lowerings } = lowered;
  if (!program.nodes.some(({ op }) => op.spreads)) return lowered;
  const values: Meta[] = [...program.values];
  const producer = new Map<number, ProgramNode>();
  const root = Int32Array.from(values.keys());
  const readers = new Int32Array(values.length);
  for (const v of program.exports) readers[v]!++;
  program.nodes.forEach((node, n) => {
    for (const v of node.outputs) producer.set(v, node);
    for (const v of node.inputs) readers[v]!++;
    const lowering = lowerings[n]!;
    const [from] = node.inputs;
    const [to] = node.outputs;
    const shaped = lowering.kind === 'alias' && lowering.byteOffset === 0;
    if (shaped && sameShape(values[from!]!.shape, values[to!]!.shape)) root[to!] = root[from!]!;
  });
  const loweringOf = new Map(program.nodes.map((node, n) => [node, lowerings[n]!]));
  /** The spreading node whose result this node scales, and the picked values y that decide the scale. */
  const pair = (node: ProgramNode, lowering: Lowering) => {
    const [d, x] = node.inputs as [number, number];
    if (lowering.kind !== 'pointwise' || !lowering.body.scales || readers[d] !== 1) return null;
    const spread = producer.get(d);
    const picked = spread?.op.spreads ? producer.get(root[spread.inputs[1]!]!) : undefined;
    if (!spread || !picked?.op.picks || picked.outputs[1] !== root[spread.inputs[1]!]) return null;
    if (root[picked.inputs[0]!] !== root[x]) return null;
    const alike = (a: number, b: number) => sameShape(values[a]!.shape, values[b]!.shape);
    const [y] = picked.outputs as [number];
    return alike(d, x) && alike(d, node.outputs[0]!) && alike(spread.inputs[0]!, y) ? { spread, y } : null;
  };
  const nodes: ProgramNode[] = [];
  const kept: Lowering[] = [];
  program.nodes.forEach((node, n) => {
    const found = pair(node, lowerings[n]!);
    if (!found) {
      nodes.push(node);
      kept.push(lowerings[n]!);
      return;
    }
    const { spread, y } = found;
    const [dy, ...places] = spread.inputs as [number, ...number[]];
    const scaled = values.push(values[dy]!) - 1;
    nodes.push({ ...node, inputs: [dy, y], outputs: [scaled] });
    nodes.push({ ...spread, inputs: [scaled, ...places], outputs: node.outputs });
    kept.push(lowerings[n]!, loweringOf.get(spread)!);
  });
  return { program: { ...program, values, nodes }, lowerings: kept };
}
