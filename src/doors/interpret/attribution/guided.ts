// Gradients of outputs and neurons as they are, and as guided backpropagation and the deconvolutional network have them: what passes a ReLU on the way back.
import { nn } from '../../../torch';
import type { Interceptor, Module } from '../../../torch/inside';
import type { Layer } from '../layer/capture';
import type { OfLayer } from '../layer/layer-method';
import type { NeuronOptions } from '../neuron/neuron-attribution';
import { NeuronMethod } from '../neuron/neuron-method';
import type { AttributionOptions } from './attribution';
import { InputMethod } from './input-method';
import { type Asked, type Definition, gradientsAt } from './method';
import type { Network } from './model';
import { type Rule, ruling } from './rules';

/** relu(dx), where dx is 0 already where x was not above 0. */
const guidedRule: Rule = ({ dy, backward }) => backward(dy).relu();

/** relu(dy), whatever x was. */
const deconvolutionRule: Rule = ({ dy }) => dy.relu();

const gradient = {
  find: (asked: Asked) => ({ attributions: gradientsAt(asked, asked.listed.inputs).gradients }),
};

/** The gradient with a rule for every `nn.ReLU` of a model; `F.relu` and `x.relu()` are no modules, and keep their gradient. */
const withReLU = (rule: Rule) => ({
  ...gradient,
  ofNetwork: true,
  rules: (_: string, model: Module): ReadonlyMap<object, Interceptor> =>
    new Map(model.modules().flatMap((module) => (module instanceof nn.ReLU ? [[module, ruling(module, rule)]] : []))),
});

const guided = withReLU(guidedRule);
const deconvolution = withReLU(deconvolutionRule);

type Order = ['target', 'additionalForwardArgs'];
type NeuronOrder = ['additionalForwardArgs', 'attributeToNeuronInput'];

const takes = { target: null, additionalForwardArgs: null };
const neuronTakes = { additionalForwardArgs: null, attributeToNeuronInput: false };

/**
 * The gradient by the inputs, where ReLUs pass what is above 0 alone of a gradient: dx = relu(dy) · [x > 0]. The ReLUs are the `nn.ReLU`
 * modules of the model; the rule holds during `attribute` alone. Where a ReLU's input is used elsewhere too, y = relu(x) a + x b, this is
 * relu(a) [x > 0] + b; Captum 0.9 clamps the sum of the gradients from all paths, relu(a [x > 0] + b).
 *
 * Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806.
 */
export class GuidedBackprop extends InputMethod<AttributionOptions, Order, [model: Module] | [options: Network]> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...guided, takes };
  }
}

/**
 * The gradient by the inputs, where ReLUs work on gradients as they do on values: dx = relu(dy), whatever x was. The ReLUs are the
 * `nn.ReLU` modules of the model; the rule holds during `attribute` alone. Where a ReLU's input is used elsewhere too, y = relu(x) a + x b,
 * this is relu(a) + b; Captum 0.9 clamps the sum of the gradients from all paths.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class Deconvolution extends InputMethod<AttributionOptions, Order, [model: Module] | [options: Network]> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...deconvolution, takes };
  }
}

/**
 * The gradient of a neuron of a layer by the inputs.
 *
 *     const map = new NeuronGradient(model, 'conv2').attribute(x, [3, 5, 5]);
 */
export class NeuronGradient extends NeuronMethod<NeuronOptions, NeuronOrder> {
  protected override get definition(): Definition {
    return { ...gradient, takes: neuronTakes };
  }
}

/**
 * The gradient of a neuron, where `nn.ReLU` modules pass only positive gradients, as in `GuidedBackprop`.
 *
 * Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806.
 */
export class NeuronGuidedBackprop extends NeuronMethod<
  NeuronOptions,
  NeuronOrder,
  OfLayer<Layer, object, [], Network>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...guided, takes: neuronTakes };
  }
}

/**
 * The gradient of a neuron, where `nn.ReLU` modules work on gradients as they do on values, as in `Deconvolution`.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class NeuronDeconvolution extends NeuronMethod<NeuronOptions, NeuronOrder, OfLayer<Layer, object, [], Network>> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...deconvolution, takes: neuronTakes };
  }
}
