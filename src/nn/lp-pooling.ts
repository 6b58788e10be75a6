// Owns power-mean pooling: LPPool1d, LPPool2d, LPPool3d.
import { number } from '../core/argument-kinds';
import { type Arguments, parseArgs } from '../core/options';
import { pythonText } from '../core/printing';
import type { Tensor } from '../tensor/tensor';
import { lpPool1d, lpPool2d, lpPool3d } from './functional/lp-pooling';
import { UnaryLayer } from './layer';
import { type Size, type Spatial, sizesOf } from './sizes';

interface LPPoolArguments<N extends Spatial> {
  /** The power p. */
  normType: number;
  kernelSize: Size<N>;
  /** Default: kernelSize. */
  stride?: Size<N> | null;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

type Positional<N extends Spatial> = Arguments<LPPoolArguments<N>, ['normType', 'kernelSize', 'stride', 'ceilMode']>;

abstract class LPPool<N extends Spatial> extends UnaryLayer {
  normType: number;
  kernelSize: Size<N>;
  stride: Size<N> | null;
  ceilMode: boolean;

  constructor(layer: string, n: N, args: readonly unknown[]) {
    super();
    const defaults = { stride: null, ceilMode: false };
    const required = ['normType', 'kernelSize'] as const;
    const o = parseArgs<LPPoolArguments<N>>(layer, required as never, defaults as never, args, {
      normType: number,
    } as never);
    sizesOf(layer, 'kernelSize', o.kernelSize, n, 1);
    if (o.stride !== null) sizesOf(layer, 'stride', o.stride as Size<N>, n, 1);
    this.normType = o.normType;
    this.kernelSize = o.kernelSize;
    this.stride = o.stride as Size<N> | null;
    this.ceilMode = o.ceilMode;
  }

  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    return `norm_type=${normType}, kernel_size=${pythonText(kernelSize)}, stride=${pythonText(stride)}, ceil_mode=${pythonText(ceilMode)}`;
  }
}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, L] or [C, L] → [N, C, L'], as AvgPool1d. */
export class LPPool1d extends LPPool<1> {
  constructor(...args: Positional<1>) {
    super('LPPool1d', 1, args);
  }

  forward(x: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool1d(x, normType, kernelSize, { stride, ceilMode });
  }
}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'], as AvgPool2d. */
export class LPPool2d extends LPPool<2> {
  constructor(...args: Positional<2>) {
    super('LPPool2d', 2, args);
  }

  forward(x: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool2d(x, normType, kernelSize, { stride, ceilMode });
  }
}

/** (Σ xᵖ)^(1/p) of each window, p = normType. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], as AvgPool3d. */
export class LPPool3d extends LPPool<3> {
  constructor(...args: Positional<3>) {
    super('LPPool3d', 3, args);
  }

  forward(x: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return lpPool3d(x, normType, kernelSize, { stride, ceilMode });
  }
}
