// The lazy forms of BatchNorm and InstanceNorm: they learn their number of channels from the first input.
import { ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { tensor } from '../../tensor/calling/tensor-kinds';
import type { Tensor } from '../../tensor/tensor';
import { isUninitialized, UninitializedBuffer, UninitializedParameter } from '../module/parameter';
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  batchDefaults,
  type ChannelNormDefaults,
  type ChannelNormLayerArguments,
  type ChannelNormOrder,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type NormLayer,
} from './batch-norm';

type LazyArguments = Omit<ChannelNormLayerArguments, 'numFeatures'>;
type LazyOrder = ['eps', 'momentum', 'affine', 'trackRunningStats', 'bias'];
type Eager = new (...args: Arguments<ChannelNormLayerArguments, ChannelNormOrder>) => NormLayer;
type Lazy = new (...args: Arguments<LazyArguments, LazyOrder>) => NormLayer;

/** The dimension of the channels in an input of the given rank. */
type ChannelDim = (rank: number) => number;

const second: ChannelDim = () => 1;
const before =
  (spatial: number): ChannelDim =>
  (rank) =>
    rank - spatial - 1;

/**
 * Makes the lazy form of a norm. By default it learns parameters and tracks statistics, even for InstanceNorm, as in
 * PyTorch.
 */
function lazyOf(layer: string, Base: Eager, channelDim: ChannelDim): Lazy {
  const LazyNorm = class extends Base {
    constructor(...args: unknown[]) {
      const o = parseArgs<LazyArguments>(layer, [], batchDefaults as never, args) as ChannelNormDefaults;
      super(1, { ...o, affine: false });
      this.numFeatures = 0;
      this.affine = o.affine;
      this.registerParameter('weight', o.affine ? new UninitializedParameter() : null);
      this.registerParameter('bias', o.affine && o.bias ? new UninitializedParameter() : null);
      if (!o.trackRunningStats) return;
      this.registerBuffer('runningMean', new UninitializedBuffer(), { key: 'running_mean' });
      this.registerBuffer('runningVar', new UninitializedBuffer(), { key: 'running_var' });
    }

    override forward(x: Tensor): Tensor {
      expectKind(layer, 'its argument', x, tensor);
      const channels = x.shape[channelDim(x.dim())];
      if (channels === undefined) {
        throw new ShapeError(`${layer}: expected an input with channels, but got shape [${x.shape.join(', ')}]`);
      }
      this.numFeatures = channels;
      const waiting = [this.weight, this.bias, this.runningMean, this.runningVar].filter(isUninitialized);
      for (const tensor of waiting) tensor.materialize([channels]);
      // If a state dict was loaded before the first forward, no tensor is waiting, and the loaded values must stay.
      if (waiting.length > 0) this.resetParameters();
      if (Object.getPrototypeOf(Object.getPrototypeOf(this)) === LazyNorm.prototype) {
        Object.setPrototypeOf(this, Base.prototype);
      }
      return super.forward(x);
    }
  };
  return LazyNorm;
}

/** A BatchNorm1d whose `numFeatures` is that of the first input it sees; from then on it is a BatchNorm1d. */
export class LazyBatchNorm1d extends lazyOf('LazyBatchNorm1d', BatchNorm1d, second) {}

/** A BatchNorm2d whose `numFeatures` is that of the first input it sees; from then on it is a BatchNorm2d. */
export class LazyBatchNorm2d extends lazyOf('LazyBatchNorm2d', BatchNorm2d, second) {}

/** A BatchNorm3d whose `numFeatures` is that of the first input it sees; from then on it is a BatchNorm3d. */
export class LazyBatchNorm3d extends lazyOf('LazyBatchNorm3d', BatchNorm3d, second) {}

/** An InstanceNorm1d whose `numFeatures` is that of the first input it sees; from then on it is an InstanceNorm1d. */
export class LazyInstanceNorm1d extends lazyOf('LazyInstanceNorm1d', InstanceNorm1d, before(1)) {}

/** An InstanceNorm2d whose `numFeatures` is that of the first input it sees; from then on it is an InstanceNorm2d. */
export class LazyInstanceNorm2d extends lazyOf('LazyInstanceNorm2d', InstanceNorm2d, before(2)) {}

/** An InstanceNorm3d whose `numFeatures` is that of the first input it sees; from then on it is an InstanceNorm3d. */
export class LazyInstanceNorm3d extends lazyOf('LazyInstanceNorm3d', InstanceNorm3d, before(3)) {}
