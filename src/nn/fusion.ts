// Owns nn.utils.fusion: batch normalisation in eval mode, worked into the layer before it.
import { noGrad } from '../autograd/mode';
import { ArgumentError } from '../errors';
import { flag, instance, number, orNull } from '../tensor/argument-kinds';
import { onesLike, zerosLike } from '../tensor/creation';
import { expectKind } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { tensor } from '../tensor/tensor-kinds';
import { deepcopy } from './deepcopy';
import { className, Module } from './module';
import { Parameter } from './parameter';

/** What is read of a layer that batch normalisation follows. */
interface Weighted extends Module {
  weight: Tensor;
  bias: Tensor | null;
}

/** What is read of a batch normalisation. */
interface Normalising extends Module {
  weight: Tensor | null;
  bias: Tensor | null;
  runningMean: Tensor | null;
  runningVar: Tensor | null;
  eps: number;
}

type Fused = [weight: Parameter, bias: Parameter];

/**
 * Weight and bias of a convolution that does what the convolution and the batch normalisation behind it do, by the latter's
 * running mean, running variance, eps, weight and bias. `transpose` is for transposed convolutions.
 */
export function fuseConvBnWeights(
  convW: Tensor,
  convB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor | null,
  bnB: Tensor | null,
  transpose = false,
): Fused {
  for (const [name, value] of Object.entries({ convW, bnRm, bnRv }))
    expectKind('fuseConvBnWeights', name, value, tensor);
  for (const [name, value] of Object.entries({ convB, bnW, bnB }))
    expectKind('fuseConvBnWeights', name, value, orNull(tensor));
  expectKind('fuseConvBnWeights', 'bnEps', bnEps, number);
  expectKind('fuseConvBnWeights', 'transpose', transpose, flag);
  return noGrad(() => {
    const scale = bnRv.add(bnEps).rsqrt();
    const weight = bnW ?? onesLike(bnRm);
    const ones = Array<number>(convW.dim() - 2).fill(1);
    const factor = weight.mul(scale).reshape([...(transpose ? [1, -1] : [-1, 1]), ...ones]);
    const shifted = (convB ?? zerosLike(bnRm)).sub(bnRm).mul(scale).mul(weight);
    return [
      new Parameter(convW.mul(factor).detach(), { requiresGrad: convW.requiresGrad }),
      new Parameter(shifted.add(bnB ?? zerosLike(bnRm)).detach(), { requiresGrad: convB?.requiresGrad ?? false }),
    ];
  });
}

/** `fuseConvBnWeights` of a linear layer. */
export const fuseLinearBnWeights = (
  linearW: Tensor,
  linearB: Tensor | null,
  bnRm: Tensor,
  bnRv: Tensor,
  bnEps: number,
  bnW: Tensor,
  bnB: Tensor,
): Fused => fuseConvBnWeights(linearW, linearB, bnRm, bnRv, bnEps, bnW, bnB);

function statistics(op: string, layer: Module, bn: Normalising): [mean: Tensor, variance: Tensor] {
  if (layer.training || bn.training) {
    throw new ArgumentError(`${op}: expected both layers in eval mode, but got one in training; call eval() first`);
  }
  const { runningMean, runningVar } = bn;
  if (!runningMean || !runningVar) {
    throw new ArgumentError(`${op}: expected a ${className(bn)} with running statistics, but it has none`);
  }
  return [runningMean, runningVar];
}

function fused<L extends Weighted>(op: string, layer: L, bn: Normalising, transpose: boolean): L {
  for (const [name, module] of Object.entries({ layer, bn })) expectKind(op, name, module, instance(Module));
  const [mean, variance] = statistics(op, layer, bn);
  const copy = deepcopy(layer);
  const [weight, bias] = fuseConvBnWeights(
    copy.weight,
    copy.bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose,
  );
  copy.registerParameter('weight', weight);
  copy.registerParameter('bias', bias);
  return copy;
}

/** A convolution that does what `conv` and then `bn` do, both in eval mode. `transpose` is for transposed convolutions. */
export const fuseConvBnEval = <C extends Weighted>(conv: C, bn: Normalising, transpose = false): C =>
  fused('fuseConvBnEval', conv, bn, transpose);

/** A linear layer that does what `linear` and then `bn`, a BatchNorm1d, do, both in eval mode. */
export function fuseLinearBnEval<L extends Weighted>(linear: L, bn: Normalising): L {
  for (const [name, module] of Object.entries({ linear, bn }))
    expectKind('fuseLinearBnEval', name, module, instance(Module));
  const features = linear.weight.shape[0];
  if (bn.runningMean && bn.runningMean.shape[0] !== features && bn.runningMean.shape[0] !== 1) {
    throw new ArgumentError(
      `fuseLinearBnEval: expected as many features in both layers, or one in the normalisation, but got ${features} and ${bn.runningMean.shape[0]}`,
    );
  }
  return fused('fuseLinearBnEval', linear, bn, false);
}
