// The graph of gradients as Python sees it: the function behind `grad_fn`, and where each function hands its gradients on.
import { AutogradError } from '../../engine/core/errors';
import { withMode } from '../../engine/graph/mode';
import { gradNameOf, type Node, type Value } from '../../engine/graph/value';
import { identity } from '../../engine/ops/shape/cast';
import type { TensorBase } from '../tensor/base';
import { Leaf } from '../tensor/leaf';
import { type Around, isOwner, surround } from './node-hooks';

/** Where a function hands a gradient on: a function or a leaf, and which of its results it is the gradient of. */
type Edge = readonly [to: GradNode | TensorBase | null, output: number];

/** A function that hands gradients on. */
export class GradNode {
  /** The same for each look at the same function. */
  readonly id: number;

  constructor(
    readonly node: Node,
    readonly name: string,
    /** A tensor that is a leaf in another form has no function in the graph: this one only leads to the leaf. */
    readonly isApart = false,
  ) {
    this.id = node.id;
  }

  /** For each input, where its gradient goes; nothing once the graph has been let go. */
  get next(): Edge[] {
    const { inputs, makers } = this.node;
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

function ownerOf(end: GradNode | TensorBase): Node | Leaf {
  if (!(end instanceof GradNode)) return end.leafOf('registerHook');
  if (!end.isApart) return end.node;
  throw new AutogradError(
    'registerHook: this tensor is a leaf in another form, whose gradient goes to the leaf at once; register the hook at the leaf',
  );
}

/** Whether code stands around the gradient of a function, or around the gradient that reaches a leaf. */
export const isSurrounded = (end: GradNode | TensorBase): boolean => isOwner(ownerOf(end));

/** Has code stand around the gradient of a function, or around the gradient that reaches a leaf. */
export const putAround = (end: GradNode | TensorBase, code: Around): void => surround(ownerOf(end), code);

/** The function that made a tensor; null for a leaf. */
export function gradNodeOf(tensor: TensorBase): GradNode | null {
  if (tensor.isLeaf) return null;
  const { value } = tensor;
  const [to] = edgeTo(value, value.maker);
  if (to instanceof GradNode || !to) return to;
  // Such as `x.expandAs(x)`, whose function PyTorch's programs ask for the end of the leaf.
  const { node } = withMode({ grad: true }, () => identity(value));
  return new GradNode(node!, gradNameOf({ node }), true);
}
