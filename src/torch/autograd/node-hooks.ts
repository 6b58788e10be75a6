// Hooks of functions of the graph: code of a program's around the gradient of a node, or around the gradient that reaches a leaf.

import { Ask, behind } from '../../engine/graph/ask';
import type { Node } from '../../engine/graph/value';
import { type CustomGradient, fitting, surroundGradient } from '../../engine/ops/custom';
import { Leaf } from '../tensor/leaf';
import { Tensor } from '../tensor/tensor';

type Gradients = readonly (Tensor | null)[];
type Answer = Gradients | null | undefined;

/**
 * Sees the gradients of a function's results, and then those of its arguments, beside the former; those that it returns
 * take the place of the first that it was given. A leaf has one result and no arguments.
 */
export type Around = (gradients: Gradients, ofResults?: Gradients) => Answer;

const owners = new WeakSet<Node | Leaf>();

/** Whether code stands around the gradient of a node or a leaf. */
export const isOwner = (owner: Node | Leaf): boolean => owners.has(owner);

/** Has `code` stand around the gradient of a node or a leaf. */
export function surround(owner: Node | Leaf, code: Around): void {
  owners.add(owner);
  if (owner instanceof Leaf) surroundLeaf(owner, code);
  else if (owner.op.name === 'customGate')
    surroundGradient(owner.outputs[0]!, (gradient) => surrounded(owner, code, gradient));
  else {
    // What shows a part of its input would hand gradients on without asking for them.
    const { shows: _, ...op } = owner.op;
    owner.op = { ...op, vjp: (dys, context) => surrounded(owner, code, (given) => op.vjp!(given, context))(dys) };
  }
}

function surrounded(node: Node, code: Around, gradient: CustomGradient): CustomGradient {
  return (dys) => {
    const given = dys.map((dy) => (dy ? Tensor.of(dy) : null));
    return new Ask(code, [given], (answer) => {
      const ofResults = (answer as Answer) ?? given;
      return behind(gradient(ofResults.map((dy) => dy?.value)), (dxs) => {
        const { inputs } = node;
        const found = dxs.map((dx, i) => (dx && inputs[i]!.requiresGrad ? Tensor.of(fitting(dx, inputs[i]!)) : null));
        const last = (answer: unknown) => ((answer as Answer) ?? found).map((dx) => dx?.value ?? null);
        return new Ask(code, [found, ofResults], last);
      });
    });
  };
}

function surroundLeaf(leaf: Leaf, code: Around): void {
  const accumulate = leaf.accumulate.bind(leaf);
  leaf.accumulate = (gradient) => {
    const given = [Tensor.of(gradient)];
    return new Ask(code, [given], (answer) => {
      const ofResults = (answer as Answer) ?? given;
      const [dy] = ofResults;
      if (!dy) return undefined;
      return behind(accumulate(dy.value), () => new Ask(code, [[], ofResults], () => undefined));
    });
  };
}
