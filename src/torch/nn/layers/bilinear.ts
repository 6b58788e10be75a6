// Bilinear: a learnt bilinear form of two inputs.

import { type Arguments, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { bilinear } from '../functional/linear';
import { uniform_ } from '../init';
import { inputs } from '../module/callable-object';
import { Parameter } from '../module/parameter';
import { Layer } from './layer';
import { wholeNumber } from './sizes';

export interface BilinearArguments {
  /** The number of features of the first input. */
  in1Features: number;
  /** The number of features of the second input. */
  in2Features: number;
  /** Features of the output. */
  outFeatures: number;
  /** Default true. */
  bias?: boolean;
}

/**
 * y_k = x₁ᵀ A_k x₂ + b_k.
 *
 * Shape: [..., in1Features] and [..., in2Features] → [..., outFeatures]. `weight` is [outFeatures, in1Features, in2Features],
 * `bias` [outFeatures] or null; both start uniform on ±√(1 / in1Features).
 */
export class Bilinear extends Layer {
  in1Features: number;
  in2Features: number;
  outFeatures: number;
  weight!: Parameter;
  bias!: Parameter | null;

  constructor(...args: Arguments<BilinearArguments, ['in1Features', 'in2Features', 'outFeatures', 'bias']>) {
    super();
    const required = ['in1Features', 'in2Features', 'outFeatures'] as const;
    const o = parseArgs<BilinearArguments>('Bilinear', required, { bias: true }, args);
    this.in1Features = wholeNumber('Bilinear', 'in1Features', o.in1Features, 1);
    this.in2Features = wholeNumber('Bilinear', 'in2Features', o.in2Features);
    this.outFeatures = wholeNumber('Bilinear', 'outFeatures', o.outFeatures);
    this.registerParameter('weight', new Parameter(empty([this.outFeatures, this.in1Features, this.in2Features])));
    this.registerParameter('bias', o.bias ? new Parameter(empty([this.outFeatures])) : null);
    this.resetParameters();
  }

  /** Draws a new weight and bias. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  get [inputs]() {
    return ['input1', 'input2'] as const;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${pythonText(bias !== null)}`;
  }
}
