// Copies, and tensors that share memory without a gradient.

import * as ops from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** A copy with its own memory. Gradients pass through it. */
export const clone = op('clone(input)', (input: Tensor): Tensor => made(ops.clone(input.value)));

/** A tensor like `input` filled with a number, or with the number in a 0-d tensor. */
export const fill = callable(
  'fill(input, value: operand)',
  (input: Tensor, value: number | boolean | Tensor): Tensor => input.clone().fill_(value),
);

/** A tensor that shares the memory of `input` but has no gradient. */
export const detach = callable('detach(input)', (input: Tensor): Tensor => input.detach());

/** Detaches a tensor from the graph, in place. */
export const detach_ = callable('detach_(input)', (input: Tensor): Tensor => input.detach_());
