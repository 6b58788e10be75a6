// The convolutions: Conv1d, Conv2d, Conv3d and their lazy forms.
import { type Makes, type Options, takes, type Values } from '../../../engine/core/takes';
import { conv2d } from '../../../engine/ops/conv/conv';
import { conv1d, conv3d } from '../../../engine/ops/conv/conv-nd';
import type { Tensor } from '../../tensor/tensor';
import {
  type ConvOp,
  type ConvOrder,
  type ConvSettings,
  convSlides,
  type Sliding,
  slid,
  slidingOf,
} from '../functional/conv';
import { pad } from '../functional/pad';
import { inputs } from '../module/callable-object';
import {
  type ConvForms,
  ConvNd,
  channels,
  howOf,
  type LazyConvForms,
  lazyLayer,
  learntBias,
  padded,
} from './conv-base';
import type { SizePerDim, Spatial } from './sizes';

export type { PaddingMode } from './conv-base';

/* @__NO_SIDE_EFFECTS__ */
const optional = <N extends Spatial>() => ({ ...convSlides<N>(), ...learntBias, ...padded });

type Order = [...ConvOrder, bias: 'bias', paddingMode: 'paddingMode'];

/** The options of a convolution layer. */
export interface ConvOptions<N extends Spatial>
  extends ConvSettings<N>,
    Options<typeof learntBias>,
    Options<typeof padded> {}

/** All arguments of a convolution layer by name. */
export interface ConvArguments<N extends Spatial> extends ConvOptions<N>, Values<ReturnType<typeof channels<N>>> {}

/** Makes the class of a convolution over n dimensions: `op`, which users call as the function `name`. */
/* @__NO_SIDE_EFFECTS__ */
function convLayer<N extends Spatial>(layer: string, n: N, name: string, op: ConvOp<Sliding<N>>): ConvClass<N> {
  const table = takes(layer, { ...channels<N>(), ...optional<N>() });
  const conv = slid(name, op);
  return class extends ConvNd<N> implements ConvLayer<N> {
    get [inputs]() {
      return ['input'] as const;
    }

    constructor(...args: readonly unknown[]) {
      super(layer, n, table.read(args), false);
    }

    forward(x: Tensor): Tensor {
      this.see(x);
      const how = howOf(this, (kernel) => slidingOf(layer, n, this, kernel));
      if (this.paddingMode === 'zeros') return conv(x, this.weight, this.bias, how);
      const { padding } = how;
      // pad takes the sides of the last dimension first.
      const sides = Array.from({ length: n }, (_, d) => padding.slice(2 * (n - 1 - d), 2 * (n - d))).flat();
      const whole = pad(x, sides, { mode: this.paddingMode });
      return conv(whole, this.weight, this.bias, slidingOf(layer, n, { ...how, padding: 'valid' }, this.kernelSize));
    }
  };
}

interface ConvLayer<N extends Spatial> extends ConvNd<N> {
  readonly [inputs]: readonly ['input'];
  /** The convolution of x, [N, inChannels, …] or [inChannels, …]. */
  forward(x: Tensor): Tensor;
}

interface ConvClass<N extends Spatial>
  extends Makes<ConvForms<N, ConvOptions<N>, Order, ConvArguments<N>>, ConvLayer<N>> {
  /**
   * A convolution (cross-correlation) whose kernels are learnt: x[N, inChannels, …] → [N, outChannels, …].
   *
   * @param inChannels Channels of the input.
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options Stride 1, padding 0, dilation 1, groups 1, bias true and paddingMode 'zeros', by name.
   */
  new (inChannels: number, outChannels: number, kernelSize: SizePerDim<N>, options?: ConvOptions<N>): ConvLayer<N>;
}

interface LazyConvClass<N extends Spatial>
  extends Makes<LazyConvForms<N, ConvOptions<N>, Order, ConvArguments<N>>, ConvLayer<N>> {
  /**
   * A convolution that takes its number of input channels from the first input.
   *
   * @param outChannels Channels of the output.
   * @param kernelSize The size of the kernel: one number, or one for each dimension.
   * @param options Stride 1, padding 0, dilation 1, groups 1, bias true and paddingMode 'zeros', by name.
   */
  new (outChannels: number, kernelSize: SizePerDim<N>, options?: ConvOptions<N>): ConvLayer<N>;
}

/**
 * 1-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, L] or [inChannels, L] → [N, outChannels, L'] with
 * L' = ⌊(L + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelSize], `bias` [outChannels] or null.
 *
 *     new nn.Conv1d(3, 16, 3, { padding: 1 })(torch.randn(8, 3, 100)).shape;   // [8, 16, 100]
 */
export class Conv1d extends convLayer('Conv1d', 1, 'conv1d', conv1d) {}

/** A Conv1d whose `inChannels` is that of the first input it sees; from then on it is a Conv1d. */
export class LazyConv1d extends lazyLayer<LazyConvClass<1>>('LazyConv1d', Conv1d, optional<1>()) {}

/**
 * 2-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, H, W] or [inChannels, H, W] → [N, outChannels, H', W'] with
 * H' = ⌊(H + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelHeight, kernelWidth], `bias` [outChannels] or null.
 *
 *     new nn.Conv2d(3, 16, 3, { padding: 1 })(torch.randn(8, 3, 32, 32)).shape;   // [8, 16, 32, 32]
 */
export class Conv2d extends convLayer('Conv2d', 2, 'conv2d', conv2d) {}

/** A Conv2d whose `inChannels` is that of the first input it sees; from then on it is a Conv2d. */
export class LazyConv2d extends lazyLayer<LazyConvClass<2>>('LazyConv2d', Conv2d, optional<2>()) {}

/**
 * 3-D convolution (cross-correlation): y[n, k] = b[k] + Σ_c w[k, c] ⋆ x[n, c].
 *
 * Shape: [N, inChannels, D, H, W] or [inChannels, D, H, W] → [N, outChannels, D', H', W'] with
 * D' = ⌊(D + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
 * `weight` is [outChannels, inChannels / groups, kernelDepth, kernelHeight, kernelWidth], `bias` [outChannels] or null.
 *
 *     new nn.Conv3d(1, 8, 3, { stride: 2 })(torch.randn(2, 1, 9, 9, 9)).shape;   // [2, 8, 4, 4, 4]
 */
export class Conv3d extends convLayer('Conv3d', 3, 'conv3d', conv3d) {}

/** A Conv3d whose `inChannels` is that of the first input it sees; from then on it is a Conv3d. */
export class LazyConv3d extends lazyLayer<LazyConvClass<3>>('LazyConv3d', Conv3d, optional<3>()) {}
