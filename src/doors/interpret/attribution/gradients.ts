// Gradients of an output with respect to the inputs. No tensor's `grad` is changed.

import { autograd, onesLike, type Tensor } from '../../../torch';
import { isFloat } from '../../../torch/inside';
import { type Call, chosen } from './model';
import { expectOneEach } from './target';

/**
 * New leaf tensors that share the inputs' contents, so that the inputs stay untouched. Integer inputs get no gradient.
 */
export const asLeaves = (inputs: readonly Tensor[]): Tensor[] =>
  inputs.map((x) => (isFloat(x.dtype) ? x.detach().requiresGrad_() : x.detach()));

/** ∂ Σ outputs / ∂ x for each x of `by`, in their shapes. */
export const gradientsOf = (outputs: Tensor, by: readonly Tensor[], { retainGraph = false } = {}): Tensor[] =>
  autograd.grad(outputs, by, { gradOutputs: onesLike(outputs), retainGraph });

/** The gradient of each example's chosen output with respect to the inputs. */
export function inputGradients(call: Call, inputs: readonly Tensor[]): Tensor[] {
  const leaves = asLeaves(inputs);
  const outputs = chosen(call, leaves);
  expectOneEach(call.op, outputs);
  return gradientsOf(outputs, leaves);
}
