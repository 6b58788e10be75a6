// The layers that pool by output size.
import type { Arguments } from '../../../engine/core/options';
import { keywords } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/adaptive-pooling';
import type { IndicesOptions, MaxResult } from '../functional/indices';
import { type AdaptiveSize3d, adaptiveAvgPool3d, adaptiveMaxPool3d } from '../functional/pooling-3d';
import { type LayerTo, unaryLayer } from './layer';
import { type SizePerDim, type Spatial, sizesOf } from './sizes';

export type { AdaptiveSize2d } from '../functional/adaptive-pooling';

type Pool = (x: Tensor, named: never) => unknown;

/** Makes a layer over n dimensions that calls `pool` and keeps its settings as fields. */
/* @__NO_SIDE_EFFECTS__ */
function adaptiveLayer(name: string, n: Spatial, pool: Pool, defaults: object): unknown {
  const kinds = n === 1 ? {} : { outputSize: F.adaptiveKind(n) };
  const settings = { required: ['outputSize'], defaults, kinds } as unknown as Settings<{ outputSize: SizePerDim<1> }>;
  const describe = (layer: object) => keywords(layer, ['outputSize']);
  return unaryLayer(name, settings, pool, describe, (given) =>
    n === 1 ? { ...given, outputSize: sizesOf<1>(name, 'outputSize', given.outputSize, 1)[0] } : given,
  );
}

interface AvgLayer<Kept> extends LayerTo<Tensor> {
  outputSize: Kept;
}

interface AvgClass<Given, Kept> {
  /**
   * The mean of windows that cover the input, x[N, C, …] → [N, C, ...outputSize].
   *
   * @param outputSize The sizes of the output: one number, or one for each dimension; null keeps the input's
   */
  new (outputSize: Given): AvgLayer<Kept>;
  new (...args: Arguments<{ outputSize: Given }, ['outputSize']>): AvgLayer<Kept>;
}

/* @__NO_SIDE_EFFECTS__ */
const avgLayer = <Given, Kept = Given>(name: string, n: Spatial, pool: Pool) =>
  adaptiveLayer(name, n, pool, {}) as AvgClass<Given, Kept>;

/** `AdaptiveAvgPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export class AdaptiveAvgPool1d extends avgLayer<SizePerDim<1>, number>('AdaptiveAvgPool1d', 1, F.adaptiveAvgPool1d) {}

/**
 * The mean of windows that cover the input, as many as asked for (null: as many as the input has).
 *
 * Shape: [N, C, H, W] or [C, H, W] → [N, C, ...outputSize]. Window i spans rows ⌊i·H/h⌋ to ⌈(i+1)·H/h⌉, and columns likewise.
 */
export class AdaptiveAvgPool2d extends avgLayer<F.AdaptiveSize2d>('AdaptiveAvgPool2d', 2, F.adaptiveAvgPool2d) {}

/**
 * The mean of windows that cover the input, as many as asked for (null: as many as the input has).
 *
 * Shape: [N, C, D, H, W] or [C, D, H, W] → [N, C, ...outputSize], the windows as in AdaptiveAvgPool2d.
 */
export class AdaptiveAvgPool3d extends avgLayer<AdaptiveSize3d>('AdaptiveAvgPool3d', 3, adaptiveAvgPool3d) {}

interface MaxArguments<Given, R extends boolean> extends IndicesOptions<R> {
  /** The sizes of the output; null keeps the input's. */
  outputSize: Given;
}

interface MaxLayer<Kept, R extends boolean> extends LayerTo<MaxResult<R>> {
  outputSize: Kept;
  returnIndices: R;
}

interface MaxClass<Given, Kept> {
  /**
   * The maximum of windows that cover the input, x[N, C, …] → [N, C, ...outputSize].
   *
   * @param outputSize The sizes of the output: one number, or one for each dimension; null keeps the input's.
   * @param options The other options, by name.
   */
  new <R extends boolean = false>(outputSize: Given, options?: IndicesOptions<R>): MaxLayer<Kept, R>;
  new <R extends boolean = false>(
    ...args: Arguments<MaxArguments<Given, R>, ['outputSize', 'returnIndices']>
  ): MaxLayer<Kept, R>;
}

/* @__NO_SIDE_EFFECTS__ */
function maxLayer<Given, Kept = Given>(name: string, n: Spatial, pool: Pool) {
  const defaults = { returnIndices: false };
  return adaptiveLayer(name, n, pool, defaults) as MaxClass<Given, Kept>;
}

const MaxRow = /* @__PURE__ */ maxLayer<SizePerDim<1>, number>('AdaptiveMaxPool1d', 1, F.adaptiveMaxPool1d);
const MaxPlane = /* @__PURE__ */ maxLayer<F.AdaptiveSize2d>('AdaptiveMaxPool2d', 2, F.adaptiveMaxPool2d);
const MaxVolume = /* @__PURE__ */ maxLayer<AdaptiveSize3d>('AdaptiveMaxPool3d', 3, adaptiveMaxPool3d);

/** `AdaptiveMaxPool2d` of one dimension. Shape: [N, C, L] or [C, L] → [N, C, outputSize]. */
export class AdaptiveMaxPool1d<R extends boolean = false> extends MaxRow<R> {}

/** The maximum of the windows of `AdaptiveAvgPool2d`; with `returnIndices` also its index in the flattened plane. */
export class AdaptiveMaxPool2d<R extends boolean = false> extends MaxPlane<R> {}

/** The maximum of the windows of `AdaptiveAvgPool3d`; with `returnIndices` also its index in the flattened volume. */
export class AdaptiveMaxPool3d<R extends boolean = false> extends MaxVolume<R> {}
