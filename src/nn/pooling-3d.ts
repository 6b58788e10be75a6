// Owns pooling over three dimensions: MaxPool3d, AvgPool3d and their adaptive forms.
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import { adaptiveKind } from './functional/adaptive-pooling';
import { divisorKind } from './functional/pooling';
import * as F from './functional/pooling-3d';
import { UnaryLayer } from './layer';
import { type Size, sizesOf } from './sizes';

type MaxResult<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor;

interface MaxPool3dArguments<R extends boolean> {
  kernelSize: Size<3>;
  /** Default: kernelSize. */
  stride?: Size<3> | null;
  /** −∞ on each side, at most half the kernel, default 0. */
  padding?: Size<3>;
  /** Default 1. */
  dilation?: Size<3>;
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

type MaxPool3dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'];

/**
 * The maximum of each window. The first one wins, and NaN is the largest.
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], each as in MaxPool2d. With `returnIndices` also the place of each
 * maximum in its volume, as int64.
 */
export class MaxPool3d<R extends boolean = false> extends UnaryLayer {
  kernelSize: Size<3>;
  stride: Size<3>;
  padding: Size<3>;
  dilation: Size<3>;
  returnIndices: R;
  ceilMode: boolean;

  constructor(...args: Arguments<MaxPool3dArguments<R>, MaxPool3dOrder>) {
    super();
    const defaults = { stride: null, padding: 0, dilation: 1, returnIndices: false, ceilMode: false };
    const o = parseArgs<MaxPool3dArguments<boolean>>('MaxPool3d', ['kernelSize'], defaults, args);
    this.kernelSize = o.kernelSize;
    this.stride = o.stride ?? o.kernelSize;
    this.padding = o.padding;
    this.dilation = o.dilation;
    this.returnIndices = o.returnIndices as R;
    this.ceilMode = o.ceilMode;
    sizesOf<3>('MaxPool3d', 'kernelSize', this.kernelSize, 3, 1);
    sizesOf<3>('MaxPool3d', 'stride', this.stride, 3, 1);
    sizesOf<3>('MaxPool3d', 'padding', this.padding, 3);
    sizesOf<3>('MaxPool3d', 'dilation', this.dilation, 3, 1);
  }

  forward(x: Tensor): MaxResult<R> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    const options = { stride, padding, dilation, ceilMode };
    const pooled = returnIndices
      ? F.maxPool3d(x, kernelSize, { ...options, returnIndices: true })
      : F.maxPool3d(x, kernelSize, options);
    return pooled as MaxResult<R>;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return Object.entries({ kernel_size: kernelSize, stride, padding, dilation, ceil_mode: ceilMode })
      .map(([name, value]) => `${name}=${pythonText(value)}`)
      .join(', ');
  }
}

interface AvgPool3dArguments {
  kernelSize: Size<3>;
  /** Default: kernelSize. */
  stride?: Size<3> | null;
  /** Zeros on each side, at most half the kernel, default 0. */
  padding?: Size<3>;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
  /** Divide by this rather than by the number of elements. */
  divisorOverride?: number | null;
}

type AvgPool3dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'];

/** The mean of each window. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], each as in AvgPool2d. */
export class AvgPool3d extends UnaryLayer {
  kernelSize: Size<3>;
  stride: Size<3>;
  padding: Size<3>;
  ceilMode: boolean;
  countIncludePad: boolean;
  divisorOverride: number | null;

  constructor(...args: Arguments<AvgPool3dArguments, AvgPool3dOrder>) {
    super();
    const defaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true, divisorOverride: null };
    const o = parseArgs<AvgPool3dArguments>('AvgPool3d', ['kernelSize'], defaults, args, {
      divisorOverride: divisorKind,
    });
    this.kernelSize = o.kernelSize;
    this.stride = o.stride ?? o.kernelSize;
    this.padding = o.padding;
    this.ceilMode = o.ceilMode;
    this.countIncludePad = o.countIncludePad;
    this.divisorOverride = o.divisorOverride;
    sizesOf<3>('AvgPool3d', 'kernelSize', this.kernelSize, 3, 1);
    sizesOf<3>('AvgPool3d', 'stride', this.stride, 3, 1);
    sizesOf<3>('AvgPool3d', 'padding', this.padding, 3);
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return F.avgPool3d(x, kernelSize, { stride, padding, ceilMode, countIncludePad, divisorOverride });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, padding=${pythonText(padding)}`;
  }
}

/**
 * The mean of windows that cover the input, as many as asked for (null: as many as the input has).
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, ...outputSize], the windows as in AdaptiveAvgPool2d.
 */
export class AdaptiveAvgPool3d extends UnaryLayer {
  outputSize: F.AdaptiveSize3d;

  constructor(...args: Arguments<{ outputSize: F.AdaptiveSize3d }, ['outputSize']>) {
    super();
    type Given = { outputSize: F.AdaptiveSize3d };
    this.outputSize = parseArgs<Given>('AdaptiveAvgPool3d', ['outputSize'], {}, args, {
      outputSize: adaptiveKind(3),
    }).outputSize;
  }

  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool3d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

interface AdaptiveMaxArguments<R extends boolean> {
  outputSize: F.AdaptiveSize3d;
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
}

/** The maximum of the windows of `AdaptiveAvgPool3d`; with `returnIndices` also its place in the volume. */
export class AdaptiveMaxPool3d<R extends boolean = false> extends UnaryLayer {
  outputSize: F.AdaptiveSize3d;
  returnIndices: R;

  constructor(...args: Arguments<AdaptiveMaxArguments<R>, ['outputSize', 'returnIndices']>) {
    super();
    const defaults = { returnIndices: false };
    const o = parseArgs<AdaptiveMaxArguments<boolean>>('AdaptiveMaxPool3d', ['outputSize'], defaults, args, {
      outputSize: adaptiveKind(3),
    });
    this.outputSize = o.outputSize;
    this.returnIndices = o.returnIndices as R;
  }

  forward(x: Tensor): MaxResult<R> {
    const pooled = this.returnIndices
      ? F.adaptiveMaxPool3d(x, this.outputSize, { returnIndices: true })
      : F.adaptiveMaxPool3d(x, this.outputSize);
    return pooled as MaxResult<R>;
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}
