// The layers with running statistics: BatchNorm1d, 2d and 3d, InstanceNorm1d, 2d and 3d.

import { MOST_FEATURES, number, orNull } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import { noGrad } from '../../../engine/storage/mode';
import { protect } from '../../../engine/storage/protect';
import { ones, tensor, zeros } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { batchNorm, instanceNorm } from '../functional/batch-norm';
import { expectTensors } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import type { StateDict } from '../module/state-dict';
import { UnaryLayer } from './layer';
import { wholeNumber } from './sizes';

export interface ChannelNormLayerArguments {
  /** C of the input [N, C, …]. */
  numFeatures: number;
  /** Added to the variance, default 1e-5. */
  eps?: number;
  /** The weight of a new batch in the running statistics, default 0.1; null for the plain mean of all batches. */
  momentum?: number | null;
  /** Learn a weight (and bias); default true (false for InstanceNorm). */
  affine?: boolean;
  /** Keep running statistics, for evaluation; default true (false for InstanceNorm). */
  trackRunningStats?: boolean;
  /** Default true. */
  bias?: boolean;
}

export type ChannelNormOrder = ['numFeatures', 'eps', 'momentum', 'affine', 'trackRunningStats', 'bias'];
export type ChannelNormDefaults = Required<Omit<ChannelNormLayerArguments, 'numFeatures'>>;

export const batchDefaults: ChannelNormDefaults = {
  eps: 1e-5,
  momentum: 0.1,
  affine: true,
  trackRunningStats: true,
  bias: true,
};
const instanceDefaults: ChannelNormDefaults = { ...batchDefaults, affine: false, trackRunningStats: false };

/** The base of the layers with running statistics. */
export abstract class ChannelNorm extends UnaryLayer {
  numFeatures: number;
  eps: number;
  momentum: number | null;
  affine: boolean;
  trackRunningStats: boolean;
  weight!: Parameter | null;
  bias!: Parameter | null;
  /** Buffers of shape [C]; null if no running statistics are kept. */
  declare runningMean: Tensor | null;
  declare runningVar: Tensor | null;
  /** A buffer of rank 0, int64. */
  declare numBatchesTracked: Tensor | null;

  constructor(layer: string, defaults: ChannelNormDefaults, args: readonly unknown[]) {
    super();
    const o = parseArgs<ChannelNormLayerArguments>(layer, ['numFeatures'], defaults as never, args, {
      momentum: orNull(number),
    });
    this.numFeatures = wholeNumber(layer, 'numFeatures', o.numFeatures, 1, MOST_FEATURES);
    this.eps = o.eps;
    this.momentum = o.momentum;
    this.affine = o.affine;
    this.trackRunningStats = o.trackRunningStats;
    this.registerParameter('weight', o.affine ? new Parameter(ones(this.numFeatures)) : null);
    this.registerParameter('bias', o.affine && o.bias ? new Parameter(zeros(this.numFeatures)) : null);
    const tracked = (make: () => Tensor): Tensor | null => (o.trackRunningStats ? kept(make()) : null);
    const buffers = {
      runningMean: tracked(() => zeros(this.numFeatures)),
      runningVar: tracked(() => ones(this.numFeatures)),
      numBatchesTracked: tracked(() => tensor(0, { dtype: 'int64' })),
    };
    this.registerBuffer('runningMean', buffers.runningMean, { key: 'running_mean' });
    this.registerBuffer('runningVar', buffers.runningVar, { key: 'running_var' });
    this.registerBuffer('numBatchesTracked', buffers.numBatchesTracked, { key: 'num_batches_tracked', optional: true });
  }

  /** Resets the running statistics: mean 0, variance 1, no batches. */
  resetRunningStats(): void {
    this.runningMean?.zero_();
    this.runningVar?.fill_(1);
    this.numBatchesTracked?.zero_();
  }

  /** Sets the weight to 1 and the bias to 0, and resets the running statistics. */
  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      this.weight?.fill_(1);
      this.bias?.zero_();
    });
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, bias, trackRunningStats } = this;
    const parts = { eps, momentum, affine, bias: bias !== null, track_running_stats: trackRunningStats };
    return [numFeatures, ...Object.entries(parts).map(([name, value]) => `${name}=${pythonText(value)}`)].join(', ');
  }

  protected expectInput(layer: string, x: Tensor, ranks: readonly number[], expected: string): void {
    expectTensors(layer, x);
    const rank = x.shape.length;
    if (!ranks.includes(rank)) {
      const remedy = rank + 1 === ranks[0] ? '; add the batch with .unsqueeze(0)' : '';
      throw new ShapeError(
        `${layer}: expected ${expected}, but got ${rank}-D input of shape ${showShape(x.shape)}${remedy}`,
      );
    }
  }
}

/** A layer with running statistics: one tensor in, one out. */
export interface NormLayer extends ChannelNorm {
  forward(x: Tensor): Tensor;
}

/** Keeps a buffer beyond every scope, and has it restored if the device is lost. */
function kept(buffer: Tensor): Tensor {
  buffer.retain();
  protect(buffer.storage);
  return buffer;
}

interface NormClass {
  new (numFeatures: number, options?: Partial<ChannelNormDefaults>): NormLayer;
  new (...args: Arguments<ChannelNormLayerArguments, ChannelNormOrder>): NormLayer;
}

/** Makes a BatchNorm layer for inputs of these ranks, which its errors describe as `expected`. */
/* @__NO_SIDE_EFFECTS__ */
function batchNormLayer(layer: string, ranks: readonly number[], expected: string): NormClass {
  return class extends ChannelNorm {
    constructor(...args: readonly unknown[]) {
      super(layer, batchDefaults, args);
    }

    forward(x: Tensor): Tensor {
      this.expectInput(layer, x, ranks, expected);
      const { numBatchesTracked, weight, bias, eps, training } = this;
      const isTracked = !training || this.trackRunningStats;
      const { runningMean, runningVar } = isTracked ? this : { runningMean: null, runningVar: null };
      let momentum: number | Tensor = this.momentum ?? 0;
      if (training && isTracked && numBatchesTracked) {
        noGrad(() => {
          numBatchesTracked.add_(1);
          if (this.momentum === null) momentum = numBatchesTracked.float().reciprocal();
        });
      }
      const own = training || (runningMean === null && runningVar === null);
      return batchNorm(x, { runningMean, runningVar, weight, bias, training: own, momentum, eps });
    }
  };
}

/**
 * y = (x − E[x]) / √(Var[x] + eps) · weight + bias, over all but the channels (Ioffe & Szegedy 2015): by the batch's own
 * statistics in training, by the running ones in evaluation.
 *
 * Shape: [N, C] or [N, C, L], kept. `weight`, `bias`, `runningMean` and `runningVar` have shape [C] and start at 1, 0, 0 and 1.
 */
export class BatchNorm1d extends batchNormLayer('BatchNorm1d', [2, 3], '2-D or 3-D input [N, C] or [N, C, L]') {}

/** `BatchNorm1d` for images. Shape: [N, C, H, W], kept. */
export class BatchNorm2d extends batchNormLayer('BatchNorm2d', [4], '4-D input [N, C, H, W]') {}

/** `BatchNorm1d` for volumes. Shape: [N, C, D, H, W], kept. */
export class BatchNorm3d extends batchNormLayer('BatchNorm3d', [5], '5-D input [N, C, D, H, W]') {}

/**
 * Makes an InstanceNorm layer for inputs [N, C, …] or [C, …] of `spatial` dimensions, which its errors describe as
 * `expected`.
 */
/* @__NO_SIDE_EFFECTS__ */
function instanceNormLayer(layer: string, spatial: number, expected: string): NormClass {
  return class extends ChannelNorm {
    constructor(...args: readonly unknown[]) {
      super(layer, instanceDefaults, args);
    }

    forward(x: Tensor): Tensor {
      this.expectInput(layer, x, [spatial + 1, spatial + 2], expected);
      const { runningMean, runningVar, weight, bias, eps, momentum } = this;
      const useInputStats = this.training || !this.trackRunningStats;
      const options = { runningMean, runningVar, weight, bias, useInputStats, momentum: momentum ?? 0, eps };
      const single = x.shape.length === spatial + 1;
      return single ? instanceNorm(x.unsqueeze(0), options).squeeze(0) : instanceNorm(x, options);
    }

    override upgradeState(state: StateDict, prefix: string, problems: string[] | null): StateDict {
      const old = [`${prefix}running_mean`, `${prefix}running_var`].filter((key) => Object.hasOwn(state, key));
      if (!problems || this.trackRunningStats || old.length === 0) return state;
      const deleted = old.map((key) => `delete state['${key}']`).join('; ');
      problems.push(
        `Unexpected running statistics for ${layer} with trackRunningStats false, which files from before PyTorch 0.4 hold; remove them by ${deleted}, or pass { trackRunningStats: true } to ${layer}. `,
      );
      return Object.fromEntries(Object.entries(state).filter(([key]) => !old.includes(key)));
    }
  };
}

/**
 * y = (x − E[x]) / √(Var[x] + eps) · weight + bias, over each channel of each input (Ulyanov et al. 2016). Keeps no running
 * statistics and learns nothing unless asked to.
 *
 * Shape: [N, C, L] or [C, L], kept.
 */
export class InstanceNorm1d extends instanceNormLayer('InstanceNorm1d', 1, '3-D or 2-D input [N, C, L] or [C, L]') {}

/** `InstanceNorm1d` for images. Shape: [N, C, H, W] or [C, H, W], kept. */
export class InstanceNorm2d extends instanceNormLayer(
  'InstanceNorm2d',
  2,
  '4-D or 3-D input [N, C, H, W] or [C, H, W]',
) {}

/** `InstanceNorm1d` for volumes. Shape: [N, C, D, H, W] or [C, D, H, W], kept. */
export class InstanceNorm3d extends instanceNormLayer(
  'InstanceNorm3d',
  3,
  '5-D or 4-D input [N, C, D, H, W] or [C, D, H, W]',
) {}
