// Cuts edges of the graph once values are stored. Otherwise a small result would keep alive everything that it was made
// from.
import { beforeChange, isJournaling } from './journal';
import { giveUpSaved } from './owners';
import { Node, type Value } from './value';

/** A copy of a node without its edges. A stored value needs only the operation, the attributes and the id. */
const nameOf = (node: Node, original: WeakRef<Node> | null): Node =>
  Object.assign(Object.create(Node.prototype), node, {
    outputs: [],
    inputs: [],
    reads: [],
    makers: [],
    saved: null,
    keeper: null,
    bare: true,
    original,
  });

const hasEdges = ({ node, available, lent }: Value): boolean => node !== null && !node.bare && available && !lent;

/**
 * Drops the edges of the node that made a stored value, unless its gradient still needs them. If the node has several
 * outputs, only this value gets a copy of the node without edges: the other outputs may still need the edges. Returns a
 * function that restores the edges, in case the value is not stored after all.
 */
export function dropEdges(value: Value): (() => void) | null {
  const { node } = value;
  if (!hasEdges(value) || (value.requiresGrad && !node!.spent)) return null;
  const { inputs, reads, makers } = node!;
  if (node!.outputs.length > 1) value.node = nameOf(node!, null);
  else Object.assign(node!, { inputs: [], reads: [], makers: [], bare: true });
  return () => {
    value.node = Object.assign(node!, { inputs, reads, makers, bare: false });
  };
}

/**
 * Detaches a stored value from the node that made it, so that a tensor that holds only the value's data does not keep
 * the graph alive. Nodes that read the value still reach the maker through `makers`. A tensor that must still show the
 * graph keeps the returned object, which refers to the maker. Returns null if there is nothing to detach.
 */
export function weakenEdges(value: Value): object | null {
  const { node } = value;
  if (!hasEdges(value) || !value.requiresGrad || node!.spent) return null;
  value.node = nameOf(node!, new WeakRef(node!));
  node!.keeper ??= { node };
  return node!.keeper;
}

/**
 * Called when the gradient of `node` has been computed for the last time: gives up what only that gradient needed, its
 * saved values and edges.
 */
export function spend(node: Node): void {
  beforeChange(node, () => () => {
    node.spent = false;
  });
  node.spent = true;
  if (isJournaling()) return;
  giveUpSaved(node);
  node.makers = [];
  if (node.keeper) node.keeper.node = null;
  for (const y of node.outputs) {
    if (y.node!.bare) y.node!.spent = true;
    else dropEdges(y);
  }
}
