// F's power-mean pooling.

import type { Arguments } from '../../../engine/core/options';
import { parseArgs } from '../../../engine/core/options';
import { checked } from '../../tensor/calling/callable';
import type { Tensor } from '../../tensor/tensor';
import { type SizePerDim, type Spatial, sizesOf } from '../layers/sizes';
import { avgPool1d, avgPool2d } from './pooling';
import { avgPool3d } from './pooling-3d';

export interface LPPoolArguments<N extends Spatial> {
  /** The power p. */
  normType: number;
  kernelSize: SizePerDim<N>;
  /** Default: kernelSize. */
  stride?: SizePerDim<N> | null;
  /** Round sizes up rather than down, default false. */
  ceilMode?: boolean;
}

export type LPPoolOrder = ['normType', 'kernelSize', 'stride', 'ceilMode'];
export const lpPoolDefaults = { stride: null, ceilMode: false };

interface Called<N extends Spatial> extends LPPoolArguments<N> {
  input: Tensor;
}

type LPPoolFunction<N extends Spatial> = (...args: Arguments<Called<N>, ['input', ...LPPoolOrder]>) => Tensor;

type Mean = (x: Tensor, kernelSize: never, options: { stride: never; ceilMode: boolean }) => Tensor;

function lpPool<N extends Spatial>(op: string, n: N, mean: Mean): LPPoolFunction<N> {
  return checked(`${op}(input, ...)`, (...args: readonly unknown[]): Tensor => {
    const o = parseArgs<Called<N>>(op, ['input', 'normType', 'kernelSize'] as never, lpPoolDefaults as never, args);
    const sizes: readonly number[] = sizesOf(op, 'kernelSize', o.kernelSize, n, 1);
    const powers = mean((o.input as Tensor).pow(o.normType), o.kernelSize as never, {
      stride: o.stride as never,
      ceilMode: o.ceilMode,
    });
    const count = sizes.reduce((product, size) => product * size, 1);
    return powers
      .sign()
      .mul(powers.abs().relu())
      .mul(count)
      .pow(1 / o.normType);
  });
}

/** (Σ xᵖ)^(1/p) of each window. Shape: [N, C, L] or [C, L] → [N, C, L']. Default stride kernelSize. */
export const lpPool1d = lpPool('lpPool1d', 1, avgPool1d as Mean);

/** (Σ xᵖ)^(1/p) of each window. Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W']. Default stride kernelSize. */
export const lpPool2d = lpPool('lpPool2d', 2, avgPool2d as Mean);

/** (Σ xᵖ)^(1/p) of each window. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W']. Default stride kernelSize. */
export const lpPool3d = lpPool('lpPool3d', 3, avgPool3d as Mean);
