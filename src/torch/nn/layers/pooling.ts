// Pooling over windows: MaxPool1d to 3d, AvgPool1d to 3d.
import type { Arguments, Parsed } from '../../../engine/core/options';
import { keywords, pythonText } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import type { IndicesOptions, MaxResult } from '../functional/indices';
import {
  type AvgPool1dArguments,
  type AvgPool1dOrder,
  type AvgPoolArguments,
  type AvgPoolOrder,
  avgPool1d,
  avgPool1dSettings,
  avgPool2d,
  avgPoolSettings,
  type MaxPoolArguments,
  maxPool1d,
  maxPool2d,
  maxPoolSettings,
  type PoolArguments,
  windowsOf,
} from '../functional/pooling';
import { avgPool3d, maxPool3d } from '../functional/pooling-3d';
import { type Fields, type LayerTo, unaryLayer } from './layer';
import { type SizePerDim, type Spatial, strideOf } from './sizes';

/** Sizes as a layer keeps them: plain numbers for one dimension. */
type KeptSize<N extends Spatial> = N extends 1 ? number : SizePerDim<N>;

type PoolFields<O, N extends Spatial> = Omit<Fields<O>, 'kernelSize' | 'stride' | 'padding' | 'dilation'> & {
  [K in keyof O & ('kernelSize' | 'stride' | 'padding' | 'dilation')]-?: KeptSize<N>;
};

/** Makes a layer over n dimensions that calls `pool` and keeps its settings as fields. */
/* @__NO_SIDE_EFFECTS__ */
function poolLayer<O extends PoolArguments<Spatial>>(
  name: string,
  n: Spatial,
  settings: Settings<O>,
  pool: (x: Tensor, named: never) => unknown,
  describe: (layer: object) => string,
): unknown {
  return unaryLayer(name, settings, pool, describe, (o) => {
    const given = o as unknown as Parsed<MaxPoolArguments<Spatial>>;
    const { kernel, stride, padding, dilation } = windowsOf(name, n, given);
    if (n !== 1) return { ...given, stride: strideOf(given.stride, given.kernelSize) };
    const row = { ...given, kernelSize: kernel[0], stride: stride[0], padding: padding[0] };
    return 'dilation' in given ? { ...row, dilation: dilation[0] } : row;
  });
}

type MaxPoolLayerArguments<N extends Spatial, R extends boolean> = MaxPoolArguments<N> & IndicesOptions<R>;
type MaxPoolLayerOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'];
type MaxPoolOptions<N extends Spatial, R extends boolean> = Omit<MaxPoolLayerArguments<N, R>, 'kernelSize'>;

interface MaxPoolLayer<N extends Spatial, R extends boolean>
  extends LayerTo<MaxResult<R>>,
    PoolFields<MaxPoolLayerArguments<N, R>, N> {}

interface MaxPoolClass<N extends Spatial> {
  /**
   * The maximum of each window, x[N, C, …] → [N, C, …].
   *
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  new <R extends boolean = false>(kernelSize: SizePerDim<N>, options?: MaxPoolOptions<N, R>): MaxPoolLayer<N, R>;
  /**
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param stride The step from one window to the next.
   * @param options The other options, by name.
   */
  new <R extends boolean = false>(
    kernelSize: SizePerDim<N>,
    stride: SizePerDim<N> | null,
    options?: Omit<MaxPoolOptions<N, R>, 'stride'>,
  ): MaxPoolLayer<N, R>;
  new <R extends boolean = false>(
    ...args: Arguments<MaxPoolLayerArguments<N, R>, MaxPoolLayerOrder>
  ): MaxPoolLayer<N, R>;
  // TypeScript reports wrong arguments against the last overload, so the plainest form is repeated here.
  new <R extends boolean = false>(kernelSize: SizePerDim<N>, options?: MaxPoolOptions<N, R>): MaxPoolLayer<N, R>;
}

/* @__NO_SIDE_EFFECTS__ */
function maxPoolLayer<N extends Spatial>(name: string, n: N, pool: (x: Tensor, named: never) => unknown) {
  // The layer takes returnIndices before ceilMode, the function after it.
  const { ceilMode, returnIndices, ...windows } = maxPoolSettings.defaults;
  const settings = { ...maxPoolSettings, defaults: { ...windows, returnIndices, ceilMode } };
  const shown = ['kernelSize', ...Object.keys(windows), 'ceilMode'];
  return poolLayer(name, n, settings, pool, (layer) => keywords(layer, shown)) as MaxPoolClass<N>;
}

/** `MaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export class MaxPool1d<R extends boolean = false> extends maxPoolLayer('MaxPool1d', 1, maxPool1d)<R> {}

/**
 * The maximum of each window. The first one wins, and NaN is the largest.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'] with H' = ⌊(H + 2 padding − dilation (kernelSize − 1) − 1) /
 * stride⌋ + 1. With `returnIndices` also the index of each maximum in its flattened plane, as int64.
 */
export class MaxPool2d<R extends boolean = false> extends maxPoolLayer('MaxPool2d', 2, maxPool2d)<R> {}

/**
 * The maximum of each window. The first one wins, and NaN is the largest.
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], each as in MaxPool2d. With `returnIndices` also the
 * index of each maximum in its flattened volume, as int64.
 */
export class MaxPool3d<R extends boolean = false> extends maxPoolLayer('MaxPool3d', 3, maxPool3d)<R> {}

interface AvgPool1dLayer extends LayerTo<Tensor>, PoolFields<AvgPool1dArguments, 1> {}
interface AvgPoolLayer<N extends Spatial> extends LayerTo<Tensor>, PoolFields<AvgPoolArguments<N>, N> {}

interface AvgPoolClass<N extends Spatial, O extends PoolArguments<N>, Order extends readonly (keyof O)[], L> {
  /**
   * The mean of each window, x[N, C, …] → [N, C, …].
   *
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param options The other options, by name.
   */
  new (kernelSize: SizePerDim<N>, options?: Omit<O, 'kernelSize'>): L;
  /**
   * @param kernelSize The size of the window: one number, or one for each dimension.
   * @param stride The step from one window to the next.
   * @param options The other options, by name.
   */
  new (kernelSize: SizePerDim<N>, stride: SizePerDim<N> | null, options?: Omit<O, 'kernelSize' | 'stride'>): L;
  new (...args: Arguments<O, Order>): L;
  // TypeScript reports wrong arguments against the last overload, so the plainest form is repeated here.
  new (kernelSize: SizePerDim<N>, options?: Omit<O, 'kernelSize'>): L;
}

const windowText = ['kernelSize', 'stride', 'padding'];

/* @__NO_SIDE_EFFECTS__ */
const avgPoolLayer = <N extends 2 | 3>(name: string, n: N, pool: (x: Tensor, named: never) => unknown) =>
  poolLayer(name, n, avgPoolSettings, pool, (layer) => keywords(layer, windowText)) as AvgPoolClass<
    N,
    AvgPoolArguments<N>,
    AvgPoolOrder,
    AvgPoolLayer<N>
  >;

const AvgPoolRow = /* @__PURE__ */ poolLayer('AvgPool1d', 1, avgPool1dSettings as never, avgPool1d, (layer) =>
  keywords(layer, windowText, (size) => pythonText([size])),
) as AvgPoolClass<1, AvgPool1dArguments, AvgPool1dOrder, AvgPool1dLayer>;

/** `AvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, L']. */
export class AvgPool1d extends AvgPoolRow {}

/**
 * The mean of each window.
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, H', W'] with H' = ⌊(H + 2 padding − kernelSize) / stride⌋ + 1.
 */
export class AvgPool2d extends avgPoolLayer('AvgPool2d', 2, avgPool2d) {}

/** The mean of each window. Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, D', H', W'], each as in AvgPool2d. */
export class AvgPool3d extends avgPoolLayer('AvgPool3d', 3, avgPool3d) {}
