// Plain gradients of neurons, and guided backpropagation and deconvolution, which change what a ReLU passes in the
// backward pass.
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

/** relu(dx); dx is already 0 where x ≤ 0. */
const guidedRule: Rule = ({ dy, backward }) => backward(dy).relu();

/** relu(dy), independent of x. */
const deconvolutionRule: Rule = ({ dy }) => dy.relu();

const gradient = {
  find: (asked: Asked) => ({ attributions: gradientsAt(asked, asked.listed.inputs).gradients }),
};

/**
 * The gradient, with a rule for every `nn.ReLU` of a model. `F.relu` and `x.relu()` are not modules, so they keep their
 * gradients.
 */
const withReLU = (rule: Rule) => ({
  ...gradient,
  ofNetwork: true,
  rules: (_: string, model: Module): ReadonlyMap<object, Interceptor> =>
    new Map(model.modules().flatMap((module) => (module instanceof nn.ReLU ? [[module, ruling(module, rule)]] : []))),
});

const guided = withReLU(guidedRule);
const deconvolution = withReLU(deconvolutionRule);

type GuidedOrder = ['target', 'additionalForwardArgs'];
type NeuronGuidedOrder = ['additionalForwardArgs', 'attributeToNeuronInput'];

const takes = { target: null, additionalForwardArgs: null };
const neuronTakes = { additionalForwardArgs: null, attributeToNeuronInput: false };

/**
 * The gradient with respect to the inputs, where ReLUs pass only the positive part of a gradient: dx = relu(dy) · [x >
 * 0]. The rule applies to the `nn.ReLU` modules of the model, and only during `attribute`. If a ReLU's input is also
 * used elsewhere, as in y = relu(x) a + x b, this gives relu(a) [x > 0] + b; Captum 0.9 clamps the sum of the gradients
 * from all paths, relu(a [x > 0] + b).
 *
 * Springenberg, Dosovitskiy, Brox, Riedmiller 2014, arXiv:1412.6806.
 */
export class GuidedBackprop extends InputMethod<AttributionOptions, GuidedOrder, [model: Module] | [options: Network]> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...guided, takes };
  }
}

/**
 * The gradient with respect to the inputs, where ReLUs act on gradients as they do on values: dx = relu(dy),
 * independent of x. The rule applies to the `nn.ReLU` modules of the model, and only during `attribute`. If a ReLU's
 * input is also used elsewhere, as in y = relu(x) a + x b, this gives relu(a) + b; Captum 0.9 clamps the sum of the
 * gradients from all paths.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class Deconvolution extends InputMethod<AttributionOptions, GuidedOrder, [model: Module] | [options: Network]> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...deconvolution, takes };
  }
}

/**
 * The gradient of one neuron of a layer with respect to the inputs.
 *
 *     const map = new NeuronGradient(model, 'conv2').attribute(x, [3, 5, 5]);
 */
export class NeuronGradient extends NeuronMethod<NeuronOptions, NeuronGuidedOrder> {
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
  NeuronGuidedOrder,
  OfLayer<Layer, object, [], Network>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...guided, takes: neuronTakes };
  }
}

/**
 * The gradient of a neuron, where `nn.ReLU` modules act on gradients as they do on values, as in `Deconvolution`.
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class NeuronDeconvolution extends NeuronMethod<
  NeuronOptions,
  NeuronGuidedOrder,
  OfLayer<Layer, object, [], Network>
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    return { ...deconvolution, takes: neuronTakes };
  }
}
