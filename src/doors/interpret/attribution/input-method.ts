// The base classes of methods that attribute an output to the inputs.
import type { Tensor } from '../../../torch';
import type { Arguments } from '../../../torch/inside';
import { type Attributions, type Inputs, likeInputs, listFloats } from './arguments';
import { GradientAttribution, opOf } from './attribution';
import { fromInputs, madeWith, type OfForward, ruled } from './method';

/** Options that ask for a delta (`WithDelta`), and options that do not. */
export type WithDelta<O> = O & { returnConvergenceDelta: true };
export type WithoutDelta<O> = O & { returnConvergenceDelta?: false };

/** The constructor and the body of `attribute`, shared by the two classes below. */
abstract class OfInputs<Made extends readonly unknown[]> extends GradientAttribution {
  constructor(...args: Made) {
    const { forwardFunc, settings } = madeWith(opOf(new.target), new.target.prototype.definition, args);
    super({ forwardFunc });
    this.settle(settings);
  }

  protected explained(args: readonly unknown[]): unknown {
    const { op } = this;
    const options = this.asked(args, ['inputs']);
    const listed = listFloats(op, options.inputs);
    const call = ruled(this.call(options.target, options.additionalForwardArgs), this.rules(options));
    return this.found(call, fromInputs, listed, options, ([attributions]) => likeInputs(listed, attributions!));
  }
}

/**
 * A method that attributes to inputs. O are the options of `attribute`, `Order` their positions, `Made` the
 * constructor's arguments.
 */
export abstract class InputMethod<
  O extends object,
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfForward,
> extends OfInputs<Made> {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError or IndexError for inputs and targets that do not fit; DTypeError for inputs that
   * are not floating-point
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<O, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: O & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}

/** Like `InputMethod`, but returns a convergence delta, too, if `returnConvergenceDelta` is set. */
export abstract class InputDeltaMethod<
  O extends { returnConvergenceDelta?: boolean },
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfForward,
> extends OfInputs<Made> {
  /**
   * Attributions of the inputs' shapes. With `returnConvergenceDelta`: the pair [attributions, delta]; the delta has
   * one entry per example, unless the class says otherwise.
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit; DTypeError for inputs that are not
   * floating-point
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithDelta<O>, Order>): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<WithoutDelta<O>, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta<O> & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta<O> & { inputs: I }): Attributions<I>;
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<O, Order>
  ): Attributions<I> | [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: O & { inputs: I }): Attributions<I> | [Attributions<I>, Tensor];
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}
