// The modules of regions of interest: RoIPool, RoIAlign, PSRoIPool, PSRoIAlign.

import { finite } from '../../core/argument-kinds';
import { type Arguments, parseArgs } from '../../core/options';
import { pythonFloat, pythonText } from '../../core/printing';
import { inputs } from '../../nn/callable';
import { Layer } from '../../nn/layer';
import type { Tensor } from '../../tensor/tensor';
import {
  binsOf,
  type OutputSize,
  psRoiAlign,
  psRoiPool,
  type Regions,
  ratioOf,
  roiAlign,
  roiPool,
} from './region-pooling';

interface PoolArguments {
  outputSize: OutputSize;
  spatialScale: number;
}

interface SampleArguments extends PoolArguments {
  samplingRatio: number;
}

interface AlignArguments extends SampleArguments {
  /** Default: false. */
  aligned?: boolean;
}

const scale = { spatialScale: finite };

type PoolOrder = ['outputSize', 'spatialScale'];
type SampleOrder = [...PoolOrder, 'samplingRatio'];

/** A module's fields as Python prints them: `output_size=7, spatial_scale=0.25`. */
const sizesText = ({ outputSize, spatialScale }: PoolArguments): string =>
  `output_size=${pythonText(outputSize)}, spatial_scale=${pythonFloat(spatialScale)}`;

/** `roiPool` as a module. */
export class RoIPool extends Layer {
  readonly outputSize: OutputSize;
  readonly spatialScale: number;

  constructor(...args: Arguments<PoolArguments, PoolOrder>) {
    super();
    const o = parseArgs<PoolArguments>('RoIPool', ['outputSize', 'spatialScale'], {}, args, scale);
    binsOf('RoIPool', o.outputSize);
    this.outputSize = o.outputSize;
    this.spatialScale = o.spatialScale;
  }

  override get [inputs]() {
    return ['input', 'rois'] as const;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return roiPool(input, rois, this.outputSize, this.spatialScale);
  }

  override extraRepr(): string {
    return sizesText(this);
  }
}

/** `psRoiPool` as a module. */
export class PSRoIPool extends Layer {
  readonly outputSize: OutputSize;
  readonly spatialScale: number;

  constructor(...args: Arguments<PoolArguments, PoolOrder>) {
    super();
    const o = parseArgs<PoolArguments>('PSRoIPool', ['outputSize', 'spatialScale'], {}, args, scale);
    binsOf('PSRoIPool', o.outputSize);
    this.outputSize = o.outputSize;
    this.spatialScale = o.spatialScale;
  }

  override get [inputs]() {
    return ['input', 'rois'] as const;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return psRoiPool(input, rois, this.outputSize, this.spatialScale);
  }

  override extraRepr(): string {
    return sizesText(this);
  }
}

/** `roiAlign` as a module. */
export class RoIAlign extends Layer {
  readonly outputSize: OutputSize;
  readonly spatialScale: number;
  readonly samplingRatio: number;
  readonly aligned: boolean;

  constructor(...args: Arguments<AlignArguments, [...SampleOrder, 'aligned']>) {
    super();
    const required = ['outputSize', 'spatialScale', 'samplingRatio'] as const;
    const o = parseArgs<AlignArguments>('RoIAlign', required, { aligned: false }, args, scale);
    binsOf('RoIAlign', o.outputSize);
    ratioOf('RoIAlign', o.samplingRatio);
    this.outputSize = o.outputSize;
    this.spatialScale = o.spatialScale;
    this.samplingRatio = o.samplingRatio;
    this.aligned = o.aligned;
  }

  override get [inputs]() {
    return ['input', 'rois'] as const;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    const { outputSize, spatialScale, samplingRatio, aligned } = this;
    return roiAlign(input, rois, outputSize, spatialScale, samplingRatio, aligned);
  }

  override extraRepr(): string {
    return `${sizesText(this)}, sampling_ratio=${this.samplingRatio}, aligned=${pythonText(this.aligned)}`;
  }
}

/** `psRoiAlign` as a module. */
export class PSRoIAlign extends Layer {
  readonly outputSize: OutputSize;
  readonly spatialScale: number;
  readonly samplingRatio: number;

  constructor(...args: Arguments<SampleArguments, SampleOrder>) {
    super();
    const required = ['outputSize', 'spatialScale', 'samplingRatio'] as const;
    const o = parseArgs<SampleArguments>('PSRoIAlign', required, {}, args, scale);
    binsOf('PSRoIAlign', o.outputSize);
    ratioOf('PSRoIAlign', o.samplingRatio);
    this.outputSize = o.outputSize;
    this.spatialScale = o.spatialScale;
    this.samplingRatio = o.samplingRatio;
  }

  override get [inputs]() {
    return ['input', 'rois'] as const;
  }

  override forward(input: Tensor, rois: Regions): Tensor {
    return psRoiAlign(input, rois, this.outputSize, this.spatialScale, this.samplingRatio);
  }

  override extraRepr(): string {
    return `${sizesText(this)}, sampling_ratio=${this.samplingRatio}`;
  }
}
