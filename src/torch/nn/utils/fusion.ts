// Nn.utils.fusion: folds batch normalisation in eval mode into the layer before it.

import { type Kind, type Kinds, number, orNull } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { noGrad } from '../../../engine/storage/mode';
import { isTensor } from '../../tensor/calling/callable';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { onesLike, zerosLike } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { deepcopy } from '../module/deepcopy';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';
import { className } from '../module/run-call';

/** The members read from the layer before the batch normalisation. */
interface Weighted extends Module {
  weight: Tensor;
  bias: Tensor | null;
}

/** The members read from a batch normalisation. */
interface Normalising extends Module {
  weight: Tensor | null;
  bias: Tensor | null;
  runningMean: Tensor | null;
  runningVar: Tensor | null;
  eps: number;
}

type Fused = [weight: Parameter, bias: Parameter];

const weighted: Kind = {
  words: 'a Module with a weight',
  fits: (value) => value instanceof Module && isTensor(Reflect.get(value, 'weight')),
};

const normalising: Kind = {
  words: 'a Module of batch normalisation',
  fits: (value) => value instanceof Module && 'runningMean' in value && 'runningVar' in value,
};

interface Statistics {
  /** The running mean of the batch normalisation. */
  bnRm: Tensor;
  /** The running variance of the batch normalisation. */
  bnRv: Tensor;
  /** What the batch normalisation adds to the variance. */
  bnEps: number;
}

const statisticsKinds: Kinds<Statistics> = { bnRm: tensor, bnRv: tensor, bnEps: number };

interface ConvWeights extends Statistics {
  /** The weight of the convolution. */
  convW: Tensor;
  /** The bias of the convolution, or null. */
  convB: Tensor | null;
  /** The scale of the batch normalisation, or null. */
  bnW: Tensor | null;
  /** The shift of the batch normalisation, or null. */
  bnB: Tensor | null;
}

interface LinearWeights extends Statistics {
  /** The weight of the linear layer. */
  linearW: Tensor;
  /** The bias of the linear layer, or null. */
  linearB: Tensor | null;
  /** The scale of the batch normalisation, or null. */
  bnW: Tensor;
  /** The shift of the batch normalisation, or null. */
  bnB: Tensor;
}

/**
 * Weight and bias of one convolution that replaces a convolution and the batch normalisation after it, whose running
 * mean, running variance, eps, weight and bias are given. `transpose` is for transposed convolutions.
 */
export function fuseConvBnWeights(
  ...args: Arguments<
    ConvWeights & { transpose?: boolean },
    ['convW', 'convB', 'bnRm', 'bnRv', 'bnEps', 'bnW', 'bnB', 'transpose']
  >
): Fused {
  const { transpose, ...weights } = parseArgs<ConvWeights & { transpose?: boolean }>(
    'fuseConvBnWeights',
    ['convW', 'convB', 'bnRm', 'bnRv', 'bnEps', 'bnW', 'bnB'],
    { transpose: false },
    args,
    { convW: tensor, convB: orNull(tensor), ...statisticsKinds, bnW: orNull(tensor), bnB: orNull(tensor) },
  );
  return fusedWeights(weights, transpose);
}

function fusedWeights({ convW, convB, bnRm, bnRv, bnEps, bnW, bnB }: ConvWeights, transpose: boolean): Fused {
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

/** `fuseConvBnWeights` for a linear layer. */
export function fuseLinearBnWeights(
  ...args: Arguments<LinearWeights, ['linearW', 'linearB', 'bnRm', 'bnRv', 'bnEps', 'bnW', 'bnB']>
): Fused {
  const { linearW, linearB, ...rest } = parseArgs<LinearWeights>(
    'fuseLinearBnWeights',
    ['linearW', 'linearB', 'bnRm', 'bnRv', 'bnEps', 'bnW', 'bnB'],
    {},
    args,
    { linearW: tensor, linearB: orNull(tensor), ...statisticsKinds, bnW: tensor, bnB: tensor },
  );
  return fusedWeights({ convW: linearW, convB: linearB, ...rest }, false);
}

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
  const [mean, variance] = statistics(op, layer, bn);
  const copy = deepcopy(layer);
  const [weight, bias] = fusedWeights(
    {
      convW: copy.weight,
      convB: copy.bias,
      bnRm: mean,
      bnRv: variance,
      bnEps: bn.eps,
      bnW: bn.weight,
      bnB: bn.bias,
    },
    transpose,
  );
  copy.registerParameter('weight', weight);
  copy.registerParameter('bias', bias);
  return copy;
}

/** A convolution that equals `conv` followed by `bn`, both in eval mode. `transpose` is for transposed convolutions. */
export function fuseConvBnEval<C extends Weighted>(
  ...args: Arguments<
    {
      /** The convolution. */ conv: C;
      /** The batch normalisation, with running statistics. */
      bn: Normalising;
      /** Whether the convolution is a transposed one. */
      transpose?: boolean;
    },
    ['conv', 'bn', 'transpose']
  >
): C {
  const { conv, bn, transpose } = parseArgs<{ conv: C; bn: Normalising; transpose?: boolean }>(
    'fuseConvBnEval',
    ['conv', 'bn'],
    { transpose: false },
    args,
    { conv: weighted, bn: normalising },
  );
  return fused('fuseConvBnEval', conv, bn, transpose);
}

/** A linear layer that equals `linear` followed by `bn`, a BatchNorm1d, both in eval mode. */
export function fuseLinearBnEval<L extends Weighted>(
  ...args: Arguments<
    {
      /** The linear layer. */
      linear: L;
      /** The batch normalisation, with running statistics. */
      bn: Normalising;
    },
    ['linear', 'bn']
  >
): L {
  const { linear, bn } = parseArgs<{ linear: L; bn: Normalising }>('fuseLinearBnEval', ['linear', 'bn'], {}, args, {
    linear: weighted,
    bn: normalising,
  });
  const features = linear.weight.shape[0];
  if (bn.runningMean && bn.runningMean.shape[0] !== features && bn.runningMean.shape[0] !== 1) {
    throw new ArgumentError(
      `fuseLinearBnEval: expected as many features in both layers, or one in the normalisation, but got ${features} and ${bn.runningMean.shape[0]}`,
    );
  }
  return fused('fuseLinearBnEval', linear, bn, false);
}
