// Hooks of saved values: a program takes what nodes save for their gradients, and gives it back when a gradient reads it.

import { Ask } from '../../engine/graph/ask';
import { withMode } from '../../engine/graph/mode';
import type { GradContext, Node, Value } from '../../engine/graph/value';
import { detach, rewritten } from '../../engine/ops/shape/cast';
import type { TensorBase } from '../tensor/base';
import { Tensor } from '../tensor/tensor';

/** A value that a gradient reads. */
export class SavedValue {
  constructor(readonly value: Value) {}

  /** Its contents, without a gradient. */
  get tensor(): Tensor {
    return withMode({ grad: false }, () => Tensor.of(detach(this.value)));
  }

  /** The contents that a program gives back, with the value's own gradient. */
  back({ value: now }: TensorBase): Value {
    return this.value.requiresGrad ? rewritten(this.value, now, true) : now;
  }
}

/** The contents of a tensor, for a function of the program's own that saves it. */
export const savedOf = (tensor: TensorBase): SavedValue => new SavedValue(tensor.value);

const taken = new WeakSet<Node>();
/** The nodes whose values a program has, by their ids. */
const left = new Map<number, WeakRef<Node>>();

/** A node whose gradient reads values that a program takes. */
export class Saving {
  readonly id: number;
  private readonly saved: readonly SavedValue[];

  constructor(
    private readonly node: Node,
    values: readonly Value[],
  ) {
    this.id = node.id;
    this.saved = values.map((value) => new SavedValue(value));
  }

  /** The values, as tensors without a gradient. */
  get tensors(): Tensor[] {
    return this.saved.map(({ tensor }) => tensor);
  }

  /** Has the gradient read what `unpack`, called with the id, gives in the place of the values. */
  leave(unpack: (id: number) => readonly Tensor[]): void {
    const { node, id } = this;
    const { op } = node;
    left.set(id, new WeakRef(node));
    node.op = {
      ...op,
      saves: { inputs: [], outputs: [] },
      vjp: (dys, context) =>
        new Ask(unpack, [id], (answer) => op.vjp!(dys, this.filled(context, answer as readonly Tensor[]))),
    };
  }

  /** What the gradient receives, with what a program gives back in the place of the values. */
  private filled(context: GradContext<unknown>, tensors: readonly Tensor[]): GradContext<unknown> {
    const { inputs, outputs } = context;
    const back = new Map(this.saved.map((saved, i) => [saved.value, saved.back(tensors[i]!)]));
    const now = (value: Value): Value => back.get(value) ?? value;
    const read = (value: Value): Value => back.get(value) ?? context.read(value);
    return { ...context, inputs: inputs.map(now), outputs: outputs.map(now), read };
  }
}

/** The values that the gradient of a node reads. */
function valuesOf({ op, inputs, outputs }: Node): Value[] {
  const { saves } = op;
  const read = saves ? (saves.inputs ?? []) : inputs.keys();
  const values = [...read].map((i) => inputs[i]!);
  return [...values.filter(Boolean), ...(saves?.outputs ?? []).map((i) => outputs[i]!)];
}

/** The nodes behind a tensor that were recorded after the one with the id `since`, and whose values no program has taken. */
export function savingsOf(tensor: TensorBase, since: number): Saving[] {
  const savings: Saving[] = [];
  const stack = [tensor.value.maker];
  while (stack.length > 0) {
    const node = stack.pop();
    if (!node?.requiresGrad || node.id <= since || node.bare || taken.has(node)) continue;
    taken.add(node);
    stack.push(...node.makers);
    const values = valuesOf(node);
    if (values.length > 0) savings.push(new Saving(node, values));
  }
  return savings.sort((a, b) => a.id - b.id);
}

/** The ids of nodes whose gradients read no values that a program has any more, since the last call. */
export function spentSavings(): number[] {
  const spent: number[] = [];
  for (const [id, node] of left) if (node.deref()?.spent ?? true) spent.push(id);
  for (const id of spent) left.delete(id);
  return spent;
}
