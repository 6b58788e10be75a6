// The layers that normalise without running statistics: LayerNorm, GroupNorm, RMSNorm, LocalResponseNorm.
import { ArgumentError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { keywords, pythonFloat, pythonText } from '../../../engine/core/printing';
import type { Settings } from '../../../engine/core/settings';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import * as F from '../functional/normalization';
import { ones_, zeros_ } from '../init';
import { Parameter } from '../module/parameter';
import { settingsOf, type UnaryClass, UnaryLayer, unaryLayer } from './layer';
import { wholeNumber } from './sizes';

/** A norm that may learn a weight, which scales its result, and a bias, which shifts it. */
abstract class AffineNorm extends UnaryLayer {
  eps!: number;
  weight!: Parameter | null;
  bias!: Parameter | null;

  protected registerAffine(shape: readonly number[], affine: boolean, o: { eps: number; bias: boolean }): void {
    this.eps = o.eps;
    this.registerParameter('weight', affine ? new Parameter(empty(shape)) : null);
    this.registerParameter('bias', affine && o.bias ? new Parameter(empty(shape)) : null);
    this.resetParameters();
  }

  /** Sets the weight to 1 and the bias to 0. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }
}

export interface LayerNormLayerArguments {
  /** The trailing sizes of the input; a number stands for the last size alone. */
  normalizedShape: number | readonly number[];
  /** Added to the variance, default 1e-5. */
  eps?: number;
  /** Learn a weight (and bias), default true. */
  elementwiseAffine?: boolean;
  /** Default true. */
  bias?: boolean;
}

/**
 * y = (x − E[x]) / √(Var[x] + eps) · weight + bias, over the trailing dimensions `normalizedShape` (Ba et al. 2016).
 *
 * Shape: [*, ...normalizedShape], kept. `weight` and `bias` have shape `normalizedShape` and start at 1 and 0.
 */
export class LayerNorm extends AffineNorm {
  normalizedShape: readonly number[];
  elementwiseAffine: boolean;

  constructor(
    normalizedShape: number | readonly number[],
    options?: { eps?: number; elementwiseAffine?: boolean; bias?: boolean },
  );
  constructor(...args: Arguments<LayerNormLayerArguments, ['normalizedShape', 'eps', 'elementwiseAffine', 'bias']>);
  constructor(...args: unknown[]) {
    super();
    const defaults = { eps: 1e-5, elementwiseAffine: true, bias: true };
    const o = parseArgs<LayerNormLayerArguments>('LayerNorm', ['normalizedShape'], defaults, args);
    this.normalizedShape = [o.normalizedShape].flat();
    if (!this.normalizedShape.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ArgumentError(
        `LayerNorm: expected sizes as normalizedShape, but got [${this.normalizedShape.join(', ')}]`,
      );
    }
    this.elementwiseAffine = o.elementwiseAffine;
    this.registerAffine(this.normalizedShape, o.elementwiseAffine, o);
  }

  forward(x: Tensor): Tensor {
    return F.layerNorm(x, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine, bias } = this;
    const text = `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(elementwiseAffine)}`;
    return `${text}, bias=${pythonText(bias !== null)}`;
  }
}

export interface GroupNormLayerArguments {
  /** The number of groups of channels, of which the number of channels is a multiple. */
  numGroups: number;
  /** A multiple of numGroups. */
  numChannels: number;
  /** Added to the variance, default 1e-5. */
  eps?: number;
  /** Learn a weight (and bias) for each channel, default true. */
  affine?: boolean;
  /** Default true. */
  bias?: boolean;
}

/**
 * y = (x − E[x]) / √(Var[x] + eps) · weight + bias, over each group of channels of each input (Wu & He 2018).
 *
 * Shape: [N, C, …], kept. `weight` and `bias` have shape [C] and start at 1 and 0.
 */
export class GroupNorm extends AffineNorm {
  numGroups: number;
  numChannels: number;
  affine: boolean;

  constructor(...args: Arguments<GroupNormLayerArguments, ['numGroups', 'numChannels', 'eps', 'affine', 'bias']>) {
    super();
    const defaults = { eps: 1e-5, affine: true, bias: true };
    const o = parseArgs<GroupNormLayerArguments>('GroupNorm', ['numGroups', 'numChannels'], defaults, args);
    this.numGroups = wholeNumber('GroupNorm', 'numGroups', o.numGroups, 1);
    this.numChannels = wholeNumber('GroupNorm', 'numChannels', o.numChannels, 1);
    if (o.numChannels % o.numGroups !== 0) {
      throw new ArgumentError(
        `GroupNorm: expected numChannels to be a multiple of numGroups, but got ${o.numChannels} and ${o.numGroups}`,
      );
    }
    this.affine = o.affine;
    this.registerAffine([o.numChannels], o.affine, o);
  }

  forward(x: Tensor): Tensor {
    return F.groupNorm(x, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, affine, bias } = this;
    const text = `${numGroups}, ${numChannels}, eps=${pythonText(eps)}, affine=${pythonText(affine)}`;
    return `${text}, bias=${pythonText(bias !== null)}`;
  }
}

export interface RMSNormLayerArguments {
  /** The trailing sizes of the input; a number stands for the last size alone. */
  normalizedShape: number | readonly number[];
  /** Added to the mean square; default: float32's epsilon, 2⁻²³. */
  eps?: number | null;
  /** Learn a weight, default true. */
  elementwiseAffine?: boolean;
}

/**
 * y = x / √(E[x²] + eps) · weight, over the trailing dimensions `normalizedShape` (Zhang & Sennrich 2019).
 *
 * Shape: [*, ...normalizedShape], kept. `weight` has shape `normalizedShape` and starts at 1.
 */
export class RMSNorm extends UnaryLayer {
  normalizedShape: readonly number[];
  eps: number | null;
  elementwiseAffine: boolean;
  weight!: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    options?: { eps?: number | null; elementwiseAffine?: boolean },
  );
  constructor(...args: Arguments<RMSNormLayerArguments, ['normalizedShape', 'eps', 'elementwiseAffine']>);
  constructor(...args: unknown[]) {
    super();
    const defaults = { eps: null, elementwiseAffine: true };
    const o = parseArgs<RMSNormLayerArguments>('RMSNorm', ['normalizedShape'], defaults, args);
    this.normalizedShape = [o.normalizedShape].flat();
    this.eps = o.eps;
    this.elementwiseAffine = o.elementwiseAffine;
    this.registerParameter('weight', o.elementwiseAffine ? new Parameter(empty(this.normalizedShape)) : null);
    this.resetParameters();
  }

  /** Sets the weight to 1. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  forward(x: Tensor): Tensor {
    return F.rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine } = this;
    return `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(elementwiseAffine)}`;
  }
}

const localResponseSettings: Settings<F.LocalResponseNormArguments> = {
  required: ['size'],
  defaults: F.localResponseDefaults,
  check: (name, { size }) => wholeNumber(name, 'size', size, 1),
};

const ResponseLayer = /* @__PURE__ */ unaryLayer(
  'LocalResponseNorm',
  localResponseSettings,
  F.localResponseNorm,
  (layer) => {
    const { size } = settingsOf(layer, localResponseSettings);
    return `${size}, ${keywords(layer, ['alpha', 'beta', 'k'], (value) => pythonFloat(value as number))}`;
  },
) as UnaryClass<F.LocalResponseNormArguments, F.LocalResponseNormOrder>;

/**
 * y = x / (k + alpha · mean of x² over `size` neighbouring channels)^beta (Krizhevsky et al. 2012).
 *
 * Shape: [N, C, …] of at least rank 3, kept.
 */
export class LocalResponseNorm extends ResponseLayer {
  declare size: number;
  declare alpha: number;
  declare beta: number;
  declare k: number;
}
