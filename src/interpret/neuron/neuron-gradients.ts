// Gradients of a neuron: plain, and with another gradient of ReLUs.

import { type Arguments, parseArgs } from '../../core/options';
import type { Interceptor } from '../../nn/intercept';
import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { type Attributions, type Inputs, likeInputs, listFloats } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import { inputGradients } from '../attribution/gradients';
import { deconvolutionRule, guidedRule, rulingReLUs } from '../attribution/guided';
import { explaining, type Network, networkKinds } from '../attribution/model';
import type { Rule } from '../attribution/rules';
import type { Layer, LayerValue } from '../layer/capture';
import type { Within } from '../layer/layer-attribution';
import {
  NeuronAttribution,
  type NeuronOptions,
  type NeuronSelector,
  neuronDefaults,
  type Selected,
} from './neuron-attribution';

type Order = ['additionalForwardArgs', 'attributeToNeuronInput'];

abstract class NeuronGradients extends NeuronAttribution {
  protected abstract rules(): ReadonlyMap<object, Interceptor>;

  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<NeuronOptions, Order>
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: NeuronOptions & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: NeuronOptions & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<NeuronOptions & { inputs: Inputs; neuronSelector: unknown }>(
      op,
      ['inputs', 'neuronSelector'],
      neuronDefaults,
      args,
    );
    const listed = listFloats(op, o.inputs);
    const call = this.neuronCall(o.neuronSelector, o, this.rules());
    return explaining(this.forwardFunc, true, () => likeInputs(listed, inputGradients(call, listed.inputs)));
  }
}

/**
 * The gradient of a neuron of a layer by the inputs.
 *
 *     const map = new NeuronGradient(model, 'conv2').attribute(x, [3, 5, 5]);
 */
export class NeuronGradient extends NeuronGradients {
  protected rules(): ReadonlyMap<object, Interceptor> {
    return new Map();
  }
}

abstract class NeuronModifiedReLU extends NeuronGradients {
  protected abstract readonly rule: Rule;
  readonly model: Module;

  /** @throws ArgumentError unless `model` is an `nn.Module`, and for what is no module of it */
  constructor(...args: Arguments<Network & Within<Layer>, ['model', 'layer']>) {
    const op = opOf(new.target);
    const { model, layer } = parseArgs<Network & Within<Layer>>(op, ['model', 'layer'], {}, args, networkKinds);
    super(model, layer);
    this.model = model;
  }

  protected rules(): ReadonlyMap<object, Interceptor> {
    return rulingReLUs(this.model, this.rule);
  }
}

/**
 * The gradient of a neuron, where `nn.ReLU` modules pass what is above 0 alone of a gradient, as in `GuidedBackprop`.
 *
 * Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806.
 */
export class NeuronGuidedBackprop extends NeuronModifiedReLU {
  protected readonly rule = guidedRule;
}

/**
 * The gradient of a neuron, where `nn.ReLU` modules work on gradients as they do on values, as in `Deconvolution`.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class NeuronDeconvolution extends NeuronModifiedReLU {
  protected readonly rule = deconvolutionRule;
}
