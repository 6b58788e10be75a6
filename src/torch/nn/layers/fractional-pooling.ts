// FractionalMaxPool2d and FractionalMaxPool3d.
import { type Arguments, parseArgs } from '../../../engine/core/options';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/fractional-pooling';
import { UnaryLayer } from './layer';
import { type SizePerDim, sizesOf } from './sizes';

interface FractionalLayerArguments<N extends 2 | 3> extends F.FractionalOptions<N> {
  kernelSize: SizePerDim<N>;
  /** Where the regions lie, [N, C, dims] in [0, 1); random without them. */
  _randomSamples?: Tensor | null;
}

type FractionalArgs<N extends 2 | 3> = Arguments<
  FractionalLayerArguments<N>,
  ['kernelSize', 'outputSize', 'outputRatio', 'returnIndices', '_randomSamples']
>;

abstract class FractionalPool<N extends 2 | 3> extends UnaryLayer {
  kernelSize: SizePerDim<N>;
  outputSize: SizePerDim<N> | null;
  outputRatio: number | readonly number[] | null;
  returnIndices: boolean;
  declare _randomSamples: Tensor | null;

  constructor(layer: string, n: N, args: FractionalArgs<N>) {
    super();
    const defaults = { outputSize: null, outputRatio: null, returnIndices: false, _randomSamples: null };
    const o = parseArgs<FractionalLayerArguments<N>>(layer, ['kernelSize'] as never, defaults as never, args);
    sizesOf(layer, 'kernelSize', o.kernelSize, n, 1);
    F.fractionalSizes(layer, n, o as F.FractionalOptions<2 | 3>, []);
    this.kernelSize = o.kernelSize;
    this.outputSize = o.outputSize ?? null;
    this.outputRatio = o.outputRatio ?? null;
    this.returnIndices = o.returnIndices ?? false;
    this.registerBuffer('_randomSamples', o._randomSamples ?? null, { key: '_random_samples' });
  }

  protected get options() {
    const { outputSize, outputRatio, returnIndices, _randomSamples } = this;
    return { outputSize, outputRatio, returnIndices, _randomSamples };
  }
}

/** Maxima of windows at random places, which every forward draws again. See `F.fractionalMaxPool2d`. */
export class FractionalMaxPool2d extends FractionalPool<2> {
  constructor(...args: FractionalArgs<2>) {
    super('FractionalMaxPool2d', 2, args);
  }

  forward(x: Tensor): Tensor {
    return F.fractionalMaxPool2d(x, this.kernelSize, this.options);
  }
}

/** Maxima of windows at random places, which every forward draws again. See `F.fractionalMaxPool3d`. */
export class FractionalMaxPool3d extends FractionalPool<3> {
  constructor(...args: FractionalArgs<3>) {
    super('FractionalMaxPool3d', 3, args);
  }

  forward(x: Tensor): Tensor {
    return F.fractionalMaxPool3d(x, this.kernelSize, this.options);
  }
}
