// What the functions of torch.func and of torch.autograd.functional share.
import { withMode } from '../../engine/graph/mode';
import { stack } from '../tensor/joining/cat-stack';
import type { Tensor } from '../tensor/tensor';

/** Runs a function with gradients recorded, also within `noGrad`, and with what they read kept. */
export const recorded = <T>(fn: () => T): T => withMode({ grad: true, keepSaved: true }, fn);

/** Stacks the rows (dim 0) or the columns (dim -1) of the Jacobian of y with respect to x into the Jacobian. */
export function jacobianOf(parts: readonly Tensor[], dim: 0 | -1, y: Tensor, x: Tensor): Tensor {
  const shape = [...y.shape, ...x.shape];
  return parts.length > 0 ? stack(parts, dim).reshape(shape) : y.newZeros(shape);
}
