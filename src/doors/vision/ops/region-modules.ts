// The pooling of regions of interest as modules: RoIPool, RoIAlign, PSRoIPool, PSRoIAlign.

import type { Tensor } from '../../../torch';
import {
  type Arguments,
  type Defaults,
  inputs,
  Layer,
  parseArgs,
  pythonFloat,
  pythonText,
  kinds as torchKinds,
} from '../../../torch/inside';
import {
  binsOf,
  psRoiAlign,
  psRoiPool,
  type RegionSize,
  type Regions,
  ratioOf,
  roiAlign,
  roiPool,
} from './region-pooling';

interface RoIPoolArguments {
  outputSize: RegionSize;
  /** How much smaller the feature maps are than the picture. */
  spatialScale: number;
}

interface RoISampleArguments extends RoIPoolArguments {
  /** The number of points a side of a bin; as many as it has pixels where it is not positive. */
  samplingRatio: number;
}

interface RoIAlignArguments extends RoISampleArguments {
  /** Default: false. */
  aligned?: boolean;
}

type PoolOrder = ['outputSize', 'spatialScale'];
type SampleOrder = [...PoolOrder, 'samplingRatio'];

const scale = { spatialScale: torchKinds.finite };

/** A module that pools regions of interest, and prints its sizes as Python does: `output_size=7, spatial_scale=0.25`. */
abstract class RegionLayer extends Layer {
  readonly outputSize: RegionSize;
  readonly spatialScale: number;

  constructor({ outputSize, spatialScale }: RoIPoolArguments) {
    super();
    this.outputSize = outputSize;
    this.spatialScale = spatialScale;
  }

  override get [inputs]() {
    return ['input', 'rois'] as const;
  }

  override extraRepr(): string {
    return `output_size=${pythonText(this.outputSize)}, spatial_scale=${pythonFloat(this.spatialScale)}`;
  }
}

interface PoolLayer extends RegionLayer {
  forward(input: Tensor, /** Regions, [N, 4], or [N, 5] with the number of the picture first. */ rois: Regions): Tensor;
}

type PoolClass = new (...args: Arguments<RoIPoolArguments, PoolOrder>) => PoolLayer;

/** Makes the module of a pooling function without samples. */
/* @__NO_SIDE_EFFECTS__ */
function poolLayer(name: string, pool: typeof roiPool): PoolClass {
  return class extends RegionLayer {
    constructor(...args: Arguments<RoIPoolArguments, PoolOrder>) {
      const o = parseArgs<RoIPoolArguments>(name, ['outputSize', 'spatialScale'], {}, args, scale);
      binsOf(name, o.outputSize);
      super(o);
    }

    override forward(input: Tensor, rois: Regions): Tensor {
      return pool(input, rois, this.outputSize, this.spatialScale);
    }
  };
}

/** `roiPool` as a module. */
export class RoIPool extends poolLayer('RoIPool', roiPool) {}

/** `psRoiPool` as a module. */
export class PSRoIPool extends poolLayer('PSRoIPool', psRoiPool) {}

/** The arguments of a module that samples points in each bin. */
function sampled<O extends RoISampleArguments>(name: string, args: readonly unknown[], defaults: Defaults<O>) {
  const required = ['outputSize', 'spatialScale', 'samplingRatio'] as const;
  const o = parseArgs<O>(name, required as never, defaults, args, scale as torchKinds.Kinds<O>);
  binsOf(name, o.outputSize);
  ratioOf(name, o.samplingRatio);
  return o;
}

/** `roiAlign` as a module. */
export class RoIAlign extends RegionLayer {
  readonly samplingRatio: number;
  readonly aligned: boolean;

  constructor(...args: Arguments<RoIAlignArguments, [...SampleOrder, 'aligned']>) {
    const o = sampled<RoIAlignArguments>('RoIAlign', args, { aligned: false });
    super(o);
    this.samplingRatio = o.samplingRatio;
    this.aligned = o.aligned;
  }

  override forward(
    input: Tensor,
    /** Regions, [N, 4], or [N, 5] with the number of the picture first. */ rois: Regions,
  ): Tensor {
    const { outputSize, spatialScale, samplingRatio, aligned } = this;
    return roiAlign(input, rois, outputSize, spatialScale, samplingRatio, aligned);
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, sampling_ratio=${this.samplingRatio}, aligned=${pythonText(this.aligned)}`;
  }
}

/** `psRoiAlign` as a module. */
export class PSRoIAlign extends RegionLayer {
  readonly samplingRatio: number;

  constructor(...args: Arguments<RoISampleArguments, SampleOrder>) {
    const o = sampled<RoISampleArguments>('PSRoIAlign', args, {});
    super(o);
    this.samplingRatio = o.samplingRatio;
  }

  override forward(
    input: Tensor,
    /** Regions, [N, 4], or [N, 5] with the number of the picture first. */ rois: Regions,
  ): Tensor {
    return psRoiAlign(input, rois, this.outputSize, this.spatialScale, this.samplingRatio);
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, sampling_ratio=${this.samplingRatio}`;
  }
}
