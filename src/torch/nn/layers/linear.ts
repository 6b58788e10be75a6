// The linear family: Linear, LazyLinear, Identity.

import { MOST_FEATURES } from '../../../engine/core/argument-kinds';
import { ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { pythonText } from '../../../engine/core/printing';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { empty } from '../../tensor/creation/creation';
import type { Tensor } from '../../tensor/tensor';
import { linear } from '../functional/linear';
import { kaimingUniform_, uniform_ } from '../init';
import { fans } from '../init/fans';
import { Module } from '../module/module';
import { Parameter, UninitializedParameter } from '../module/parameter';
import { UnaryLayer } from './layer';
import { wholeNumber } from './sizes';

export interface LinearLayerArguments {
  inFeatures: number;
  outFeatures: number;
  /** Default true. */
  bias?: boolean;
}

/** Weight and bias from U(-√(1/k), √(1/k)), k the fan-in, drawn in PyTorch's order. */
export function resetWeightAndBias(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (!bias) return;
  const [fanIn] = fans('resetParameters', weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform_(bias, -bound, bound);
}

/**
 * y = x Wᵀ + b.
 *
 * Shape: [..., inFeatures] → [..., outFeatures]. `weight` is [outFeatures, inFeatures], `bias` [outFeatures] or null; both
 * start uniform on ±√(1 / inFeatures).
 *
 *     new nn.Linear(20, 30)(torch.randn(128, 20)).shape;   // [128, 30]
 */
export class Linear extends UnaryLayer {
  inFeatures: number;
  outFeatures: number;
  weight!: Parameter;
  bias!: Parameter | null;

  constructor(
    /** Features of the input. */ inFeatures: number,
    /** Features of the output. */ outFeatures: number,
    options?: { bias?: boolean },
  );
  constructor(...args: Arguments<LinearLayerArguments, ['inFeatures', 'outFeatures', 'bias']>);
  constructor(...args: unknown[]) {
    super();
    const o = parseArgs<LinearLayerArguments>('Linear', ['inFeatures', 'outFeatures'], { bias: true }, args);
    this.inFeatures = wholeNumber('Linear', 'inFeatures', o.inFeatures);
    this.outFeatures = wholeNumber('Linear', 'outFeatures', o.outFeatures);
    this.registerParameter('weight', new Parameter(empty([this.outFeatures, this.inFeatures])));
    this.registerParameter('bias', o.bias ? new Parameter(empty([this.outFeatures])) : null);
    this.resetParameters();
  }

  /** Draws a new weight and bias. */
  resetParameters(): void {
    resetWeightAndBias(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    const bias = pythonText(this.bias !== null);
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`;
  }
}

/**
 * A Linear whose `inFeatures` is the last size of the first input it sees; from then on it is a Linear. Its parameters
 * may be handed to an optimizer before that.
 */
export class LazyLinear extends Linear {
  constructor(/** Features of the output. */ outFeatures: number, options?: { bias?: boolean });
  constructor(...args: Arguments<Omit<LinearLayerArguments, 'inFeatures'>, ['outFeatures', 'bias']>);
  constructor(...args: unknown[]) {
    type Given = Omit<LinearLayerArguments, 'inFeatures'>;
    const { outFeatures, bias } = parseArgs<Given>('LazyLinear', ['outFeatures'], { bias: true }, args);
    super(0, 0, { bias: false });
    this.outFeatures = wholeNumber('LazyLinear', 'outFeatures', outFeatures, undefined, MOST_FEATURES);
    this.registerParameter('weight', new UninitializedParameter());
    this.registerParameter('bias', bias ? new UninitializedParameter() : null);
  }

  override forward(x: Tensor): Tensor {
    expectKind('LazyLinear', 'its argument', x, tensor);
    const inFeatures = x.shape.at(-1);
    if (inFeatures === undefined)
      throw new ShapeError('LazyLinear: expected an input of at least 1 dimension, but got shape []');
    const fresh = this.weight instanceof UninitializedParameter;
    if (this.weight instanceof UninitializedParameter) this.weight.materialize([this.outFeatures, inFeatures]);
    if (this.bias instanceof UninitializedParameter) this.bias.materialize([this.outFeatures]);
    // If a state dict was loaded before the first forward, the parameters already have their shapes and values.
    this.inFeatures = this.weight.shape[1]!;
    if (fresh) this.resetParameters();
    if (Object.getPrototypeOf(this) === LazyLinear.prototype) Object.setPrototypeOf(this, Linear.prototype);
    return super.forward(x);
  }
}

/** Returns its input; the arguments of the constructor have no effect. */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}
