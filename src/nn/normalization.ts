// Owns the normalization family: LayerNorm.
import { ArgumentError } from '../errors';
import { empty } from '../tensor/creation';
import { type Arguments, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { layerNorm } from './functional/normalization';
import { ones_, zeros_ } from './init';
import { Module } from './module';
import { Parameter } from './parameter';
import { pythonText } from './printing';

export interface LayerNormArguments {
  /** The trailing sizes of the input, or its last one. */
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
export class LayerNorm extends Module {
  normalizedShape: readonly number[];
  eps: number;
  elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    options?: { eps?: number; elementwiseAffine?: boolean; bias?: boolean },
  );
  constructor(...args: Arguments<LayerNormArguments, ['normalizedShape', 'eps', 'elementwiseAffine', 'bias']>);
  constructor(...args: unknown[]) {
    super();
    const defaults = { eps: 1e-5, elementwiseAffine: true, bias: true };
    const o = parseArgs<LayerNormArguments>('LayerNorm', ['normalizedShape'], defaults, args);
    this.normalizedShape = typeof o.normalizedShape === 'number' ? [o.normalizedShape] : [...o.normalizedShape];
    if (!this.normalizedShape.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ArgumentError(
        `LayerNorm: expected sizes as normalizedShape, but got [${this.normalizedShape.join(', ')}]`,
      );
    }
    this.eps = o.eps;
    this.elementwiseAffine = o.elementwiseAffine;
    this.weight = o.elementwiseAffine ? new Parameter(empty(this.normalizedShape)) : null;
    this.bias = o.elementwiseAffine && o.bias ? new Parameter(empty(this.normalizedShape)) : null;
    this.resetParameters();
  }

  /** Weight 1, bias 0. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine, bias } = this;
    const text = `${pythonText(normalizedShape)}, eps=${pythonText(eps)}, elementwise_affine=${pythonText(elementwiseAffine)}`;
    return `${text}, bias=${pythonText(bias !== null)}`;
  }
}
