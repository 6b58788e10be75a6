// Saved values: the values that gradients will read, which the flush between forward and backward stores.
import { unwidened } from './record';
import type { Node, Value } from './value';

/**
 * Calls `save` with each value that later gradients of `values` will read, and with the node whose gradient does. Returns
 * these nodes. Nodes whose saved values a flush has kept already are left out, with all nodes before them.
 */
export function eachSaved(values: readonly Value[], save: (saved: Value, node: Node) => void): ReadonlySet<Node> {
  const met = new Set<Node>();
  const stack = values.toReversed();
  while (stack.length > 0) {
    const next = stack.pop()!;
    const node = next.maker;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.cut || node.savedKept || met.has(node)) continue;
    met.add(node);
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) save(unwidened(node.inputs[i]!), node);
      for (const o of outputs ?? []) save(node.outputs[o]!, node);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
  return met;
}
