// What the functions of torch.func and of torch.autograd.functional share.
import { withMode } from '../../engine/graph/mode';
import { detach } from '../../engine/ops/shape/cast';
import { stack } from '../tensor/joining/cat-stack';
import { Tensor } from '../tensor/tensor';
import { grad as gradOf } from './grad';

/** Runs a function with gradients recorded, also within `noGrad`, and with what they read kept. */
export const recorded = <T>(fn: () => T): T => withMode({ grad: true, keepSaved: true }, fn);

/** Stacks the rows (dim 0) or the columns (dim -1) of the Jacobian of y with respect to x into the Jacobian. */
export function jacobianOf(parts: readonly Tensor[], dim: 0 | -1, y: Tensor, x: Tensor): Tensor {
  const shape = [...y.shape, ...x.shape];
  return parts.length > 0 ? stack(parts, dim).reshape(shape) : y.newZeros(shape);
}

/** How a gradient is computed that may be asked for again, and is part of a graph if what it is of is `nested` in one. */
export const again = (nested: boolean) => ({ createGraph: nested, retainGraph: true, allowUnused: true });

/**
 * Returns a function from tangents of the tensors xs to those of ys: J · tangents, where J is the Jacobian of ys with
 * respect to xs.
 */
export function pushing(
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  nested: boolean,
): (tangents: readonly Tensor[]) => Tensor[] {
  const from = ys.filter((y) => y.requiresGrad);
  const us = from.map((y) => Tensor.of(detach(y.value)).mul(0).requiresGrad_());
  const products = from.length > 0 ? gradOf(from, xs, { gradOutputs: us, createGraph: true, allowUnused: true }) : [];
  const parts = products.flatMap((product, i) => (product?.requiresGrad ? [{ product, i }] : []));
  return (tangents) => {
    const found =
      parts.length > 0
        ? gradOf(
            parts.map(({ product }) => product),
            us,
            { gradOutputs: parts.map(({ i }) => tangents[i]!), ...again(nested) },
          )
        : [];
    return ys.map((y) => found[from.indexOf(y)] ?? y.detach().mul(0));
  };
}
