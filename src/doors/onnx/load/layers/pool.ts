// Pooling as layers.
import { nn } from '../../../../torch';
import type { Module } from '../../../../torch/inside';
import { type LayerNode, type Rule, symmetric } from './layer';

const maxPools = [nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d] as const;
const avgPools = [nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d] as const;
const globalAverages = [nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d] as const;
const globalMaxima = [nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d] as const;

type Made = new (options: never) => Module;

/** The windows of a pooling, if a layer can express them: equal padding on both sides, at most half the kernel. */
function windowsOf({ call }: LayerNode) {
  const kernelSize = call.ints('kernel_shape') ?? [];
  const n = kernelSize.length;
  const stride = call.ints('strides', new Array<number>(n).fill(1));
  const dilation = call.ints('dilations', new Array<number>(n).fill(1));
  const padding = symmetric(call.ints('pads', new Array<number>(2 * n).fill(0)));
  const auto = call.text('auto_pad', 'NOTSET');
  const fits =
    n >= 1 &&
    n <= 3 &&
    [kernelSize, stride, dilation].every((sizes) => sizes.length === n && sizes.every((size) => size >= 1)) &&
    padding?.length === n &&
    padding.every((size, d) => size <= kernelSize[d]! / 2) &&
    auto === 'NOTSET';
  return fits ? { n, kernelSize, stride, dilation, padding: padding ?? [] } : null;
}

const MaxPool: Rule = (node) => {
  const { call } = node;
  const windows = windowsOf(node);
  if (!windows || node.gives(1) || call.int('storage_order', 0) !== 0 || !node.isFed(0)) return null;
  const { n, ...sizes } = windows;
  const Pool = maxPools[(n - 1) as 0] as unknown as Made;
  const module = new Pool({ ...sizes, ceilMode: call.int('ceil_mode', 0) === 1 } as never);
  return { module, path: null, rank: n + 2 };
};

const AveragePool: Rule = (node) => {
  const { call } = node;
  const windows = windowsOf(node);
  if (!windows || call.int('ceil_mode', 0) !== 0 || windows.dilation.some((step) => step !== 1) || !node.isFed(0))
    return null;
  const { n, dilation, ...sizes } = windows;
  const Pool = avgPools[(n - 1) as 0] as unknown as Made;
  const module = new Pool({ ...sizes, countIncludePad: call.int('count_include_pad', 0) === 1 } as never);
  return { module, path: null, rank: dilation.length + 2 };
};

/** Pooling over a whole channel. */
const whole =
  (pools: readonly unknown[]): Rule =>
  (node) => {
    const rank = node.rank(0);
    const Pool = pools[(rank ?? 0) - 3] as Made | undefined;
    return Pool && node.isFed(0) ? { module: new Pool({ outputSize: 1 } as never), path: null, rank } : null;
  };

export const poolRules: Readonly<Record<string, Rule>> = {
  MaxPool,
  AveragePool,
  GlobalAveragePool: whole(globalAverages),
  GlobalMaxPool: whole(globalMaxima),
};
