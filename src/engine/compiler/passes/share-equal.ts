// Common subexpressions: nodes with the same operation and the same inputs become one. Pure.
import type { KernelOp, LoweredProgram, Lowering, ProgramNode } from '../ir';

/**
 * If an earlier node has the same operation, attributes and inputs, leaves a node out and uses the earlier node's
 * results. Nodes with dynamic scalars stay, since a plan does not know their values: two random draws stay two. Nodes
 * that overwrite an input stay, and nodes whose results are exported, since exports need memory of their own.
 */
export function shareEqual({ program, lowerings }: LoweredProgram): LoweredProgram {
  const same = Int32Array.from(program.values.keys());
  const exported = new Set(program.exports);
  const numbers = new Map<KernelOp, number>();
  const known = new Map<string, ProgramNode>();
  /** An earlier node that computes the same; undefined for the first of its kind. */
  const equalNode = (node: ProgramNode): ProgramNode | undefined => {
    const { op, attrs, inputs, scalarCount } = node;
    if (scalarCount > 0 || op.inPlace?.(attrs).length) return undefined;
    if (!numbers.has(op)) numbers.set(op, numbers.size);
    const key = JSON.stringify([numbers.get(op), attrs ?? null, inputs]);
    const earlier = known.get(key);
    if (!earlier) known.set(key, node);
    return earlier;
  };
  const nodes: ProgramNode[] = [];
  const kept: Lowering[] = [];
  program.nodes.forEach((node, n) => {
    const inputs = node.inputs.map((v) => same[v]!);
    const earlier = equalNode({ ...node, inputs });
    if (earlier && !node.outputs.some((v) => exported.has(v))) {
      node.outputs.forEach((v, o) => {
        same[v] = earlier.outputs[o]!;
      });
      return;
    }
    nodes.push({ ...node, inputs });
    kept.push(lowerings[n]!);
  });
  if (nodes.length === program.nodes.length) return { program, lowerings };
  return { program: { ...program, nodes }, lowerings: kept };
}
