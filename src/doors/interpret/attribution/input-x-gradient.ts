// Gradients multiplied by the values that they were taken with respect to: inputs, or outputs of a layer.
import type { Layer } from '../layer/capture';
import type { LayerOptions } from '../layer/layer-attribution';
import { LayerMethod, type OfMultiplyingLayer } from '../layer/layer-method';
import type { AttributionOptions } from './attribution';
import { InputMethod } from './input-method';
import { type Asked, type Definition, gradientsAt, type MultiplyByInputs, multiplied } from './method';

const gradientTimes = {
  find(asked: Asked<object, MultiplyByInputs>) {
    const { gradients, values } = gradientsAt(asked, asked.listed.inputs);
    const times = gradients.map((each, i) => each.map((dx, j) => dx.mul(values[i]![j]!)));
    return { attributions: asked.settings.multiplyByInputs === false ? gradients : times };
  },
};

/**
 * x ⊙ ∂f(x) / ∂x, with its sign.
 *
 * Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713.
 */
export class InputXGradient extends InputMethod<AttributionOptions, ['target', 'additionalForwardArgs']> {
  protected override get definition(): Definition {
    return { ...gradientTimes, multiplies: true, takes: { target: null, additionalForwardArgs: null } };
  }
}

/**
 * The gradient of the output with respect to a layer's output, times that output. With `attributeToLayerInput`, the
 * layer's input takes its place, and only the path through the layer counts; Captum 0.9 adds the gradients of all other
 * uses of the same tensor, such as a residual connection.
 */
export class LayerGradientXActivation<L extends Layer | readonly Layer[] = Layer> extends LayerMethod<
  L,
  LayerOptions,
  ['target', 'additionalForwardArgs', 'attributeToLayerInput'],
  OfMultiplyingLayer<L>
> {
  protected override get definition(): Definition {
    return {
      ...gradientTimes,
      made: multiplied,
      takes: { target: null, additionalForwardArgs: null, attributeToLayerInput: false },
    };
  }
}
