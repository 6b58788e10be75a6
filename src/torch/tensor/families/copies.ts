// Copies, and tensors of the same memory without a gradient.

import * as ops from '../../../engine/ops/shape/cast';
import { callable } from '../calling/callable';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** A copy in memory of its own, which the gradient passes through. */
export const clone = op('clone(input)', (input: Tensor): Tensor => made(ops.clone(input.value)));

/** A tensor like `input` that holds one number, or what a 0-d tensor holds. */
export const fill = callable(
  'fill(input, value: operand)',
  (input: Tensor, value: number | boolean | Tensor): Tensor => input.clone().fill_(value),
);

/** The same numbers, in the same memory, without a gradient. */
export const detach = callable('detach(input)', (input: Tensor): Tensor => input.detach());

/** Takes a tensor out of the graph, in place. */
export const detach_ = callable('detach_(input)', (input: Tensor): Tensor => input.detach_());
