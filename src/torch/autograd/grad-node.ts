// The graph of gradients as Python sees it: the function behind `grad_fn`, and where each function hands its gradients on.
import { gradNameOf, type Node, type Value } from '../../engine/graph/value';
import type { TensorBase } from '../tensor/base';
import { Leaf } from '../tensor/leaf';

/** Where a function hands a gradient on: a function or a leaf, and which of its results it is the gradient of. */
type Edge = readonly [to: GradNode | TensorBase | null, output: number];

/** A function that hands gradients on. */
export class GradNode {
  /** The same for each look at the same function. */
  readonly id: number;
  readonly #node: Node;

  constructor(
    node: Node,
    readonly name: string,
  ) {
    this.#node = node;
    this.id = node.id;
  }

  /** For each input, where its gradient goes; nothing once the graph has been let go. */
  get next(): Edge[] {
    const { inputs, makers } = this.#node;
    return makers.map((maker, i) => edgeTo(inputs[i]!, maker));
  }
}

/** What the engine adds to a graph, by the name of its operation, and the input that the gradient passes on to. */
const passing: Readonly<Record<string, number>> = { identity: 0, rewritten: 1 };

function edgeTo(x: Value, maker: Node | null): Edge {
  if (x.sink instanceof Leaf) return [x.sink.owner, 0];
  if (!maker || !x.requiresGrad) return [null, 0];
  const name = gradNameOf({ node: maker });
  let [value, node] = [x, maker];
  for (;;) {
    const input = passing[node.op.name];
    if (input === undefined) break;
    const [before, made] = [node.inputs[input], node.makers[input]];
    if (before?.sink instanceof Leaf) return [before.sink.owner, 0];
    if (!before || !made) break;
    [value, node] = [before, made];
  }
  // A function of a program's own is a node for its inputs, and one for each result: see engine/ops/custom.ts.
  if (node.op.name !== 'custom') return [new GradNode(node, name), value.index];
  return [new GradNode(node.makers[1] ?? node, name), (node.attrs as { readonly index: number }).index];
}

/** The function that made a tensor; null for a leaf. */
export function gradNodeOf(tensor: TensorBase): GradNode | null {
  if (tensor.isLeaf) return null;
  const { value } = tensor;
  const [to] = edgeTo(value, value.maker);
  return to instanceof GradNode ? to : null;
}
