// Edges: which of them go once values are stored, so that a small result does not keep alive what it was made of.
import { Node, type Value } from './value';

/** A node with the name, the attributes and the number of another, and no edges: all that a stored value needs. */
const nameOf = (node: Node, whole: WeakRef<Node> | null): Node =>
  Object.assign(Object.create(Node.prototype), node, {
    outputs: [],
    inputs: [],
    reads: [],
    makers: [],
    saved: null,
    keeper: null,
    cut: true,
    whole,
  });

const hasEdges = ({ node, available, lent }: Value): boolean => node !== null && !node.cut && available && !lent;

/** Drops the edges of what made a value that is stored and stays, unless its gradient needs them. Other outputs keep those that they need. */
export function dropRecipe(value: Value): void {
  const { node } = value;
  if (!hasEdges(value) || (value.requiresGrad && !node!.spent)) return;
  if (node!.outputs.length > 1) value.node = nameOf(node!, null);
  else Object.assign(node!, { inputs: [], reads: [], makers: [], cut: true });
}

/**
 * Has a value that is stored let go of the node that made it. The nodes that read the value keep that, and so does who holds the result; null where
 * there is nothing to let go.
 */
export function letGo(value: Value): object | null {
  const { node } = value;
  if (!hasEdges(value) || !value.requiresGrad || node!.spent) return null;
  value.node = nameOf(node!, new WeakRef(node!));
  node!.keeper ??= { node };
  return node!.keeper;
}

/** Lets go of what only the gradient of a node needed, which has been taken for the last time. */
export function spendEdges(node: Node): void {
  node.makers = [];
  if (node.keeper) node.keeper.node = null;
  for (const y of node.outputs) {
    if (y.node!.cut) y.node!.spent = true;
    else dropRecipe(y);
  }
}
