// Guided backpropagation and the deconvolutional network: what passes a ReLU on the way back.

import { type Arguments, parseArgs } from '../../core/options';
import { ReLU } from '../../nn/activation';
import { type Interceptor, intercepted } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import { type Attributions, type Inputs, likeInputs, listFloats } from './arguments';
import { type AttributionOptions, GradientAttribution, opOf } from './attribution';
import { inputGradients } from './gradients';
import { explaining, type Network, networkKinds } from './model';
import { type Rule, ruling } from './rules';

type Order = ['target', 'additionalForwardArgs'];

/** relu(dx), where dx is 0 already where x was not above 0. */
export const guidedRule: Rule = ({ dy, backward }) => backward(dy).relu();

/** relu(dy), whatever x was. */
export const deconvolutionRule: Rule = ({ dy }) => dy.relu();

/** A rule for every `nn.ReLU` of a model; `F.relu` and `x.relu()` are no modules, and keep their gradient. */
export const rulingReLUs = (model: Module, rule: Rule): ReadonlyMap<object, Interceptor> =>
  new Map(model.modules().flatMap((module) => (module instanceof ReLU ? [[module, ruling(module, rule)]] : [])));

/** Input gradients with another gradient of ReLUs. */
abstract class ModifiedReLU extends GradientAttribution {
  protected abstract readonly rule: Rule;
  readonly model: Module;

  /** @throws ArgumentError unless `model` is an `nn.Module` */
  constructor(...args: Arguments<Network, ['model']>) {
    const { model } = parseArgs<Network>(opOf(new.target), ['model'], {}, args, networkKinds);
    super(model);
    this.model = model;
  }

  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for inputs and targets that do not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<AttributionOptions, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: AttributionOptions & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const o = parseArgs<AttributionOptions & { inputs: Inputs }>(
      this.op,
      ['inputs'],
      { target: null, additionalForwardArgs: null },
      args,
    );
    const listed = listFloats(this.op, o.inputs);
    return explaining(this.model, true, () =>
      intercepted(rulingReLUs(this.model, this.rule), () =>
        likeInputs(listed, inputGradients(this.call(o.target, o.additionalForwardArgs), listed.inputs)),
      ),
    );
  }
}

/**
 * The gradient by the inputs, where ReLUs pass what is above 0 alone of a gradient: dx = relu(dy) · [x > 0]. The ReLUs are the `nn.ReLU`
 * modules of the model; the rule holds during `attribute` alone. Where a ReLU's input is used elsewhere too, y = relu(x) a + x b, this is
 * relu(a) [x > 0] + b; Captum 0.9 clamps the sum of what comes back on all ways, relu(a [x > 0] + b).
 *
 * Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806.
 */
export class GuidedBackprop extends ModifiedReLU {
  protected readonly rule = guidedRule;
}

/**
 * The gradient by the inputs, where ReLUs work on gradients as they do on values: dx = relu(dy), whatever x was. The ReLUs are the
 * `nn.ReLU` modules of the model; the rule holds during `attribute` alone. Where a ReLU's input is used elsewhere too, y = relu(x) a + x b,
 * this is relu(a) + b; Captum 0.9 clamps the sum of what comes back on all ways.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class Deconvolution extends ModifiedReLU {
  protected readonly rule = deconvolutionRule;
}
