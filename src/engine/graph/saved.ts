// Saved values: the values that gradients will read, which the flush between forward and backward stores.
import { unwidened } from './record';
import type { Node, Value } from './value';

/**
 * Calls `save` with the values that later gradients of `value` will read, except those that a flush has kept already.
 */
export function keepSaved(value: Value, save: (saved: Value, node: Node) => void): void {
  const meet = (node: Node) => {
    const { savedKept } = node;
    node.savedKept = true;
    return !savedKept;
  };
  eachSaved(value, meet, save);
}

/**
 * Calls `save` with each value that later gradients of `value` will read. `meet` returns true the first time that it is
 * called with a node.
 */
export function eachSaved(value: Value, meet: (node: Node) => boolean, save: (saved: Value, node: Node) => void): void {
  const stack: Value[] = [value];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const node = next.maker;
    if (!node || !next.requiresGrad || next.sink || node.spent || node.cut || !meet(node)) continue;
    const { inputs, outputs } = node.op.saves ?? {};
    if (node.keepsSaved) {
      for (const i of inputs ?? (outputs ? [] : node.inputs.keys()))
        if (i < node.inputs.length) save(unwidened(node.inputs[i]!), node);
      for (const o of outputs ?? []) save(node.outputs[o]!, node);
    }
    for (const x of node.inputs) if (x.requiresGrad) stack.push(x);
  }
}
