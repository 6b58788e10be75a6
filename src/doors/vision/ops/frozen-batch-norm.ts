// Batch norm whose statistics and affine parameters are fixed. Detectors use it in backbones.

import { ones, Tensor, zeros } from '../../../torch';
import {
  type Args,
  expectTensors,
  frozenBatchNorm,
  kinds,
  or,
  pythonFloat,
  sameShape,
  takes,
} from '../../../torch/inside';
import { Network } from '../network';

const frozenBatchNorm2dTable = takes('FrozenBatchNorm2d', {
  /** The number of channels. */
  numFeatures: kinds.features,
  /** Default: 1e-5. */
  eps: or(kinds.finite, 1e-5),
});

/**
 * BatchNorm2d with fixed numbers: weight, bias, running mean and variance are buffers. Shape: [N, C, H, W] → the same.
 *
 *     y = (x − runningMean) / √(runningVar + eps) · weight + bias
 */
export class FrozenBatchNorm2d extends Network {
  eps: number;
  declare weight: Tensor;
  declare bias: Tensor;
  declare runningMean: Tensor;
  declare runningVar: Tensor;

  constructor(...args: Args<typeof frozenBatchNorm2dTable, ['numFeatures', 'eps']>) {
    super();
    const o = frozenBatchNorm2dTable.read(args);
    this.eps = o.eps;
    this.registerBuffer('weight', ones(o.numFeatures));
    this.registerBuffer('bias', zeros(o.numFeatures));
    this.registerBuffer('runningMean', zeros(o.numFeatures), { key: 'running_mean' });
    this.registerBuffer('runningVar', ones(o.numFeatures), { key: 'running_var' });
  }

  override forward(x: Tensor): Tensor {
    expectTensors('FrozenBatchNorm2d', x);
    const { weight, bias, runningMean, runningVar, eps } = this;
    const fixed = [runningMean, runningVar, weight, bias];
    const isPlain = (each: Tensor): boolean =>
      each.dtype === 'float32' && sameShape(each.shape, [x.shape[1]!]) && !each.requiresGrad;
    if (x.dim() === 4 && x.dtype === 'float32' && fixed.every(isPlain)) {
      const [mean, variance, factor, addend] = fixed.map(({ value }) => value);
      return Tensor.of(frozenBatchNorm(x.value, [mean!, variance!], factor!, addend!, eps));
    }
    // If shapes broadcast, dtypes differ, or the buffers need gradients, the kernel does not apply, and the result is
    // computed step by step.
    const scale = weight.mul(runningVar.add(eps).rsqrt());
    const shift = bias.sub(runningMean.mul(scale));
    return x.mul(scale.reshape(1, -1, 1, 1)).add(shift.reshape(1, -1, 1, 1));
  }

  /** Files of trainable batch norm also have a count of batches, which is dropped. */
  override upgradeState(state: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
    const { [`${prefix}num_batches_tracked`]: _, ...rest } = state;
    return rest;
  }

  override toString(): string {
    return `FrozenBatchNorm2d(${this.weight.shape[0]}, eps=${pythonFloat(this.eps)})`;
  }
}
