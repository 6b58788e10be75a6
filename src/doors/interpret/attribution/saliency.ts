// Saliency: the gradient of the output with respect to the inputs.
import type { AttributionOptions } from './attribution';
import { InputMethod } from './input-method';
import { type Asked, type Definition, gradientsAt } from './method';

/** The options of `Saliency`. */
export interface SaliencyOptions extends AttributionOptions {
  /** Return absolute values; default true. */
  abs?: boolean;
}

/**
 * How fast the chosen output changes with every element of the input: |∂f(x) / ∂x|.
 *
 *     const map = new Saliency(model).attribute(images, { target: labels });
 *
 * Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034.
 */
export class Saliency extends InputMethod<SaliencyOptions, ['target', 'abs', 'additionalForwardArgs']> {
  protected override get definition(): Definition {
    return {
      takes: { target: null, abs: true, additionalForwardArgs: null },
      find(asked: Asked<SaliencyOptions>) {
        const { gradients } = gradientsAt(asked, asked.listed.inputs);
        return { attributions: asked.options.abs ? gradients.map((each) => each.map((dx) => dx.abs())) : gradients };
      },
    };
  }
}
