// Unpooling: MaxUnpool1d, MaxUnpool2d, MaxUnpool3d.
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import type { Tensor } from '../../tensor/tensor';
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../functional/unpooling';
import { inputs } from '../module/callable-object';
import { Layer } from './layer';
import { calledSize, type OutputSize, type SizePerDim, type Spatial, sizesOf, type Tuple } from './sizes';

interface UnpoolLayerArguments<N extends Spatial> {
  kernelSize: SizePerDim<N>;
  /** Default: kernelSize. */
  stride?: SizePerDim<N> | null;
  /** The padding of the pooling, default 0. */
  padding?: SizePerDim<N>;
}

type Positional<N extends Spatial> = Arguments<UnpoolLayerArguments<N>, ['kernelSize', 'stride', 'padding']>;

abstract class MaxUnpool<N extends Spatial> extends Layer {
  get [inputs]() {
    return ['input', 'indices', 'outputSize?'] as const;
  }

  kernelSize: Tuple<N>;
  stride: Tuple<N>;
  padding: Tuple<N>;

  constructor(layer: string, n: N, args: readonly unknown[]) {
    super();
    const defaults = { stride: null, padding: 0 };
    const o = parseArgs<UnpoolLayerArguments<N>>(layer, ['kernelSize'] as never, defaults as never, args);
    this.kernelSize = sizesOf(layer, 'kernelSize', o.kernelSize, n, 1);
    this.stride = sizesOf(layer, 'stride', o.stride ?? o.kernelSize, n, 1);
    this.padding = sizesOf(layer, 'padding', o.padding, n);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}

interface UnpoolLayer<N extends Spatial> extends MaxUnpool<N> {
  forward(x: Tensor, indices: Tensor, outputSize?: OutputSize): Tensor;
}

type UnpoolClass<N extends Spatial> = new (...args: Positional<N>) => UnpoolLayer<N>;

type Options<N extends Spatial> = Pick<MaxUnpool<N>, 'stride' | 'padding'> & { outputSize: OutputSize };
type Unpool<N extends Spatial> = (x: Tensor, indices: Tensor, kernelSize: Tuple<N>, options: Options<N>) => Tensor;

/* @__NO_SIDE_EFFECTS__ */
function unpoolLayer<N extends Spatial>(layer: string, n: N, unpool: Unpool<N>): UnpoolClass<N> {
  return class extends MaxUnpool<N> {
    constructor(...args: readonly unknown[]) {
      super(layer, n, args);
    }

    forward(x: Tensor, indices: Tensor, outputSize: OutputSize = null): Tensor {
      const { kernelSize, stride, padding } = this;
      return unpool(x, indices, kernelSize, { stride, padding, outputSize: calledSize(layer, outputSize) });
    }
  };
}

/**
 * Undoes `MaxPool1d`: the maxima at their places, zeros elsewhere.
 *
 * Shape: [N, C, L] or [C, L], and the indices that the pooling returned → [N, C, L'] with
 * L' = (L − 1) · stride − 2 padding + kernelSize, or the `outputSize` that the call names.
 */
export class MaxUnpool1d extends unpoolLayer('MaxUnpool1d', 1, maxUnpool1d) {}

/**
 * Undoes `MaxPool2d`: the maxima at their places, zeros elsewhere.
 *
 * Shape: [N, C, H, W] or [C, H, W], and the indices that the pooling returned → [N, C, H', W'] with
 * H' = (H − 1) · stride − 2 padding + kernelSize, or the `outputSize` that the call names.
 */
export class MaxUnpool2d extends unpoolLayer('MaxUnpool2d', 2, maxUnpool2d) {}

/**
 * Undoes `MaxPool3d`: the maxima at their places, zeros elsewhere.
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W], and the indices that the pooling returned → [N, C, D', H', W'] with
 * D' = (D − 1) · stride − 2 padding + kernelSize, or the `outputSize` that the call names.
 */
export class MaxUnpool3d extends unpoolLayer('MaxUnpool3d', 3, maxUnpool3d) {}
