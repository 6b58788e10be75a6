// Saliency: the gradient of the output by the inputs.
import { type Arguments, parseArgs } from '../../core/options';
import { type Attributions, type Inputs, likeInputs, listFloats } from './arguments';
import { type AttributionOptions, GradientAttribution } from './attribution';
import { inputGradients } from './gradients';
import { explaining } from './model';

/** What Saliency takes by name. */
export interface SaliencyOptions extends AttributionOptions {
  /** Absolute values; default true. */
  abs?: boolean;
}

type Order = ['target', 'abs', 'additionalForwardArgs'];

/**
 * How fast the chosen output changes with every element of the input: |∂f(x) / ∂x|.
 *
 *     const map = new Saliency(model).attribute(images, { target: labels });
 *
 * Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034.
 */
export class Saliency extends GradientAttribution {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for inputs and targets that do not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<SaliencyOptions, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: SaliencyOptions & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const o = parseArgs<SaliencyOptions & { inputs: Inputs }>(
      this.op,
      ['inputs'],
      { target: null, abs: true, additionalForwardArgs: null },
      args,
    );
    const listed = listFloats(this.op, o.inputs);
    return explaining(this.forwardFunc, true, () => {
      const gradients = inputGradients(this.call(o.target, o.additionalForwardArgs), listed.inputs);
      return likeInputs(listed, o.abs ? gradients.map((dx) => dx.abs()) : gradients);
    });
  }
}
