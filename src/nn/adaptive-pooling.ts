// Owns the layers that pool by output size, and those that pool along one dimension.
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import * as F from './functional/adaptive-pooling';
import { UnaryLayer } from './layer';
import { type Size, sizesOf } from './sizes';

export type { AdaptiveSize2d } from './functional/adaptive-pooling';

/**
 * The mean of windows that cover the input, as many as asked for (null: as many as the input has).
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, ...outputSize]. Window i spans rows ⌊i·H/h⌋ to ⌈(i+1)·H/h⌉, and columns likewise.
 */
export class AdaptiveAvgPool2d extends UnaryLayer {
  outputSize: F.AdaptiveSize2d;

  constructor(...args: Arguments<{ outputSize: F.AdaptiveSize2d }, ['outputSize']>) {
    super();
    this.outputSize = parseArgs<{ outputSize: F.AdaptiveSize2d }>('AdaptiveAvgPool2d', ['outputSize'], {}, args, {
      outputSize: F.adaptiveKind(2),
    }).outputSize;
  }

  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

/** `AdaptiveAvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export class AdaptiveAvgPool1d extends UnaryLayer {
  outputSize: number;

  constructor(...args: Arguments<{ outputSize: Size<1> }, ['outputSize']>) {
    super();
    const { outputSize } = parseArgs<{ outputSize: Size<1> }>('AdaptiveAvgPool1d', ['outputSize'], {}, args);
    this.outputSize = sizesOf<1>('AdaptiveAvgPool1d', 'outputSize', outputSize, 1)[0];
  }

  forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

type MaxResult<R extends boolean> = R extends true ? [values: Tensor, indices: Tensor] : Tensor;

interface AdaptiveMaxArguments<Size, R extends boolean> {
  outputSize: Size;
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
}

/** The maximum of the windows of `AdaptiveAvgPool2d`; with `returnIndices` also its place in the plane. */
export class AdaptiveMaxPool2d<R extends boolean = false> extends UnaryLayer {
  outputSize: F.AdaptiveSize2d;
  returnIndices: R;

  constructor(...args: Arguments<AdaptiveMaxArguments<F.AdaptiveSize2d, R>, ['outputSize', 'returnIndices']>) {
    super();
    type Given = AdaptiveMaxArguments<F.AdaptiveSize2d, boolean>;
    const o = parseArgs<Given>('AdaptiveMaxPool2d', ['outputSize'], { returnIndices: false }, args, {
      outputSize: F.adaptiveKind(2),
    });
    this.outputSize = o.outputSize;
    this.returnIndices = o.returnIndices as R;
  }

  forward(x: Tensor): MaxResult<R> {
    const pooled = F.adaptiveMaxPool2d(x, this.outputSize, { returnIndices: true });
    return (this.returnIndices ? pooled : pooled[0]) as MaxResult<R>;
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

/** `AdaptiveMaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export class AdaptiveMaxPool1d<R extends boolean = false> extends UnaryLayer {
  outputSize: number;
  returnIndices: R;

  constructor(...args: Arguments<AdaptiveMaxArguments<Size<1>, R>, ['outputSize', 'returnIndices']>) {
    super();
    type Given = AdaptiveMaxArguments<Size<1>, boolean>;
    const o = parseArgs<Given>('AdaptiveMaxPool1d', ['outputSize'], { returnIndices: false }, args);
    this.outputSize = sizesOf<1>('AdaptiveMaxPool1d', 'outputSize', o.outputSize, 1)[0];
    this.returnIndices = o.returnIndices as R;
  }

  forward(x: Tensor): MaxResult<R> {
    const pooled = F.adaptiveMaxPool1d(x, this.outputSize, { returnIndices: true });
    return (this.returnIndices ? pooled : pooled[0]) as MaxResult<R>;
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}`;
  }
}

interface MaxPool1dArguments<R extends boolean> {
  kernelSize: Size<1>;
  /** Default: kernelSize. */
  stride?: Size<1> | null;
  /** −∞ on each side, at most half the kernel, default 0. */
  padding?: Size<1>;
  /** Default 1. */
  dilation?: Size<1>;
  /** Return [values, indices] rather than values, default false. */
  returnIndices?: R;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

type MaxPool1dOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'];

/** `MaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export class MaxPool1d<R extends boolean = false> extends UnaryLayer {
  kernelSize: number;
  stride: number;
  padding: number;
  dilation: number;
  returnIndices: R;
  ceilMode: boolean;

  constructor(...args: Arguments<MaxPool1dArguments<R>, MaxPool1dOrder>) {
    super();
    const defaults = { stride: null, padding: 0, dilation: 1, returnIndices: false, ceilMode: false };
    const o = parseArgs<MaxPool1dArguments<boolean>>('MaxPool1d', ['kernelSize'], defaults, args);
    this.kernelSize = sizesOf<1>('MaxPool1d', 'kernelSize', o.kernelSize, 1, 1)[0];
    this.stride = sizesOf<1>('MaxPool1d', 'stride', o.stride ?? o.kernelSize, 1, 1)[0];
    this.padding = sizesOf<1>('MaxPool1d', 'padding', o.padding, 1)[0];
    this.dilation = sizesOf<1>('MaxPool1d', 'dilation', o.dilation, 1, 1)[0];
    this.returnIndices = o.returnIndices as R;
    this.ceilMode = o.ceilMode;
  }

  forward(x: Tensor): MaxResult<R> {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const pooled = F.maxPool1d(x, kernelSize, { stride, padding, dilation, ceilMode, returnIndices: true });
    return (this.returnIndices ? pooled : pooled[0]) as MaxResult<R>;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return Object.entries({ kernel_size: kernelSize, stride, padding, dilation, ceil_mode: ceilMode })
      .map(([name, value]) => `${name}=${pythonText(value)}`)
      .join(', ');
  }
}

interface AvgPool1dArguments {
  kernelSize: Size<1>;
  /** Default: kernelSize. */
  stride?: Size<1> | null;
  /** Zeros on each side, at most half the kernel, default 0. */
  padding?: Size<1>;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
  /** Count the padding's zeros in the divisor, default true. */
  countIncludePad?: boolean;
}

type AvgPool1dOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad'];

/** `AvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export class AvgPool1d extends UnaryLayer {
  kernelSize: number;
  stride: number;
  padding: number;
  ceilMode: boolean;
  countIncludePad: boolean;

  constructor(...args: Arguments<AvgPool1dArguments, AvgPool1dOrder>) {
    super();
    const defaults = { stride: null, padding: 0, ceilMode: false, countIncludePad: true };
    const o = parseArgs<AvgPool1dArguments>('AvgPool1d', ['kernelSize'], defaults, args);
    this.kernelSize = sizesOf<1>('AvgPool1d', 'kernelSize', o.kernelSize, 1, 1)[0];
    this.stride = sizesOf<1>('AvgPool1d', 'stride', o.stride ?? o.kernelSize, 1, 1)[0];
    this.padding = sizesOf<1>('AvgPool1d', 'padding', o.padding, 1)[0];
    this.ceilMode = o.ceilMode;
    this.countIncludePad = o.countIncludePad;
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return F.avgPool1d(x, kernelSize, { stride, padding, ceilMode, countIncludePad });
  }

  override extraRepr(): string {
    return Object.entries({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding })
      .map(([name, value]) => `${name}=${pythonText([value])}`)
      .join(', ');
  }
}
