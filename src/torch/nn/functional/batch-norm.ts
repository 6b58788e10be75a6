// F.batchNorm and F.instanceNorm: statistics of channels, and their running means.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { numel, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectOfWeight, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { add, mul } from '../../../engine/ops/pointwise/arithmetic';
import * as ops from '../../../engine/ops/reduction/batch-norm';
import { moments } from '../../../engine/ops/reduction/moments';
import { layerNorm } from '../../../engine/ops/reduction/norm';
import { cast, detach, reshape, toFloat } from '../../../engine/ops/shape/cast';
import { noGrad } from '../../../engine/storage/mode';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

interface ChannelNormArguments {
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** The weight of the new statistics in the running ones, default 0.1. */
  momentum?: number | Tensor;
  /** Added to the variance, default 1e-5. */
  eps?: number;
}

interface BatchNormArguments extends ChannelNormArguments {
  /** [C] each, updated in training; null for none. */
  runningMean: Tensor | null;
  /** The running variance, [C]. */
  runningVar: Tensor | null;
  /** Normalise by the batch's own statistics, default false. */
  training?: boolean;
}

type BatchNormOrder = ['runningMean', 'runningVar', 'weight', 'bias', 'training', 'momentum', 'eps'];

/**
 * (x − mean) / √(variance + eps) · weight + bias with one mean and variance per channel: the batch's in training, the
 * running ones otherwise. Shape: [N, C, …], kept. Training updates the running statistics in place.
 */
export const batchNorm = callable(
  'batchNorm(input, runningMean?, runningVar?, weight?, bias?, ...)',
  (input: Tensor, ...args: Arguments<BatchNormArguments, BatchNormOrder>): Tensor => {
    const defaults = { weight: null, bias: null, training: false, momentum: 0.1, eps: 1e-5 };
    const o = parseArgs<BatchNormArguments>('batchNorm', ['runningMean', 'runningVar'], defaults, args);
    const { value } = input;
    expectOfWeight('batchNorm', value, o.weight, true);
    // PyTorch accepts an empty input of shape [0], although it has no channels.
    if (sameShape(value.shape, [0])) return input.clone();
    if (value.shape.length < 2) {
      throw new ShapeError(`batchNorm: expected input [N, C, …] of at least rank 2, but got ${showShape(value.shape)}`);
    }
    if (!(o.training ? o.eps > 0 : o.eps >= 0)) {
      throw new ArgumentError(`batchNorm: expected eps ${o.training ? '> 0 in training' : '≥ 0'}, but got ${o.eps}`);
    }
    const channels = value.shape[1]!;
    checkChannels('batchNorm', channels, o);
    if (!o.training && !(o.runningMean && o.runningVar)) {
      throw new ArgumentError('batchNorm: expected runningMean and runningVar, or training: true');
    }
    const dims = value.shape.map((_, d) => d).filter((d) => d !== 1);
    const count = dims.reduce((n, d) => n * value.shape[d]!, 1);
    if (o.training && count === 1) {
      throw new ShapeError(
        `batchNorm: expected more than 1 value per channel when training, but got input of shape ${showShape(value.shape)}`,
      );
    }
    const column = (parameter: Tensor): Value => reshape(toFloat(parameter.value), perChannel(value.shape));
    const own = o.training ? moments(detach(value), dims, 0) : null;
    if (own && count > 0) updateRunning(o, own, count);
    const stats = own ?? ([column(o.runningMean!), column(o.runningVar!)] as const);
    const weight = o.weight && column(o.weight);
    const bias = o.bias && column(o.bias);
    const y = ops.batchNorm(value, stats, weight, weight && bias, { dims, own: own !== null, eps: o.eps });
    return Tensor.of(bias && !weight ? add(y, cast(bias, y.dtype)) : y);
  },
);

interface InstanceNormArguments extends ChannelNormArguments {
  /** The running mean, [C]. */
  runningMean?: Tensor | null;
  /** The running variance, [C]. */
  runningVar?: Tensor | null;
  /** Normalise by the input's own statistics, default true. */
  useInputStats?: boolean;
}

type InstanceNormOrder = ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'];

/** `batchNorm` with a mean and variance for each channel of each input. Shape: [N, C, …], kept. */
export const instanceNorm = callable(
  'instanceNorm(input, runningMean?, runningVar?, weight?, bias?, ...)',
  (input: Tensor, ...args: Arguments<InstanceNormArguments, InstanceNormOrder>): Tensor => {
    const stats = { runningMean: null, runningVar: null, weight: null, bias: null };
    const defaults = { ...stats, useInputStats: true, momentum: 0.1, eps: 1e-5 };
    const { useInputStats, ...o } = parseArgs<InstanceNormArguments>('instanceNorm', [], defaults, args);
    if (!useInputStats) return batchNorm(input, { ...o, training: false });
    const { value } = input;
    expectOfWeight('instanceNorm', value, o.weight, true);
    const { shape } = value;
    if (shape.length < 3 || numel(shape.slice(2)) === 1) {
      throw new ShapeError(
        `instanceNorm: expected input [N, C, …] of more than 1 spatial element when training, but got ${showShape(shape)}`,
      );
    }
    checkChannels('instanceNorm', shape[1]!, o);
    const spatial = shape.map((_, d) => d).slice(2);
    if (o.runningMean || o.runningVar) {
      const [mean, variance] = moments(detach(value), spatial, 0);
      const means = [Tensor.of(mean).mean(0), Tensor.of(variance).mean(0)] as const;
      updateRunning(o, [means[0].value, means[1].value], numel(shape.slice(2)));
    }
    return Tensor.of(named(groupsNormed(value, shape[1]!, o), 'NativeBatchNormBackward0'));
  },
);

/**
 * x[N, C, …] with each of its `groups` groups of neighbouring channels normalised, then scaled and shifted per channel.
 */
export function groupsNormed(
  x: Value,
  groups: number,
  { weight, bias, eps }: { weight: Tensor | null; bias: Tensor | null; eps: number },
): Value {
  const { shape } = x;
  const length = numel(shape.slice(1)) / groups;
  const rows = reshape(x, [shape[0]! * groups, length]);
  let y = reshape(layerNorm(rows, [length], null, null, eps), shape);
  if (weight) y = mul(y, reshape(weight.value, perChannel(shape)));
  if (bias) y = add(y, reshape(bias.value, perChannel(shape)));
  return y;
}

/** [1, C, 1, …] */
const perChannel = (shape: readonly number[]): number[] => shape.map((size, d) => (d === 1 ? size : 1));

type ChannelArguments = Partial<Record<'runningMean' | 'runningVar' | 'weight' | 'bias', Tensor | null>>;

/** @throws ShapeError if a given tensor does not have one number per channel */
export function checkChannels(op: string, channels: number, given: ChannelArguments): void {
  for (const name of ['runningMean', 'runningVar', 'weight', 'bias'] as const) {
    const shape = given[name]?.shape;
    if (shape && !(shape.length === 1 && shape[0] === channels)) {
      throw new ShapeError(
        `${op}: expected ${name} of shape [${channels}], one number a channel of the input, but got ${showShape(shape)}`,
      );
    }
  }
}

interface Running {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly momentum: number | Tensor;
}

/**
 * running ← (1 − momentum) running + momentum · statistic; the variance is the unbiased estimate from `count` values.
 */
function updateRunning({ runningMean, runningVar, momentum }: Running, stats: readonly Value[], count: number): void {
  noGrad(() => {
    const [mean, variance] = stats.map((stat) => Tensor.of(stat).flatten()) as [Tensor, Tensor];
    const move = (running: Tensor, stat: Tensor) => {
      const kept = momentum instanceof Tensor ? running.mul(momentum.neg().add(1)) : running.mul(1 - momentum);
      running.copy_(kept.add(stat.mul(momentum)));
    };
    if (runningMean) move(runningMean, mean);
    if (runningVar) move(runningVar, variance.mul(count / (count - 1)));
  });
}
