// Input times gradient.
import { type Arguments, parseArgs } from '../../core/options';
import { type Attributions, type Inputs, likeInputs, listFloats } from './arguments';
import { type AttributionOptions, GradientAttribution } from './attribution';
import { inputGradients } from './gradients';
import { explaining } from './model';

type Order = ['target', 'additionalForwardArgs'];

/**
 * x ⊙ ∂f(x) / ∂x, with its sign.
 *
 * Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713.
 */
export class InputXGradient extends GradientAttribution {
  override get multipliesByInputs(): boolean {
    return true;
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
    return explaining(this.forwardFunc, true, () => {
      const gradients = inputGradients(this.call(o.target, o.additionalForwardArgs), listed.inputs);
      return likeInputs(
        listed,
        gradients.map((dx, i) => dx.mul(listed.inputs[i]!.detach())),
      );
    });
  }
}
