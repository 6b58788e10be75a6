// Owns the classes of methods that explain an output by the inputs.
import type { Tensor } from '../../../torch';
import type { Arguments } from '../../../torch/inside';
import { type Attributions, type Inputs, likeInputs, listFloats } from './arguments';
import { GradientAttribution, opOf } from './attribution';
import { fromInputs, madeWith, type OfForward, ruled } from './method';

/** Options with which a delta is given, and without. */
export type WithDelta<O> = O & { returnConvergenceDelta: true };
export type WithoutDelta<O> = O & { returnConvergenceDelta?: false };

/** What constructors and explanations share. */
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

/** A method by the inputs; `Made` are the constructor's arguments, O the options of `attribute` in their order. */
export abstract class InputMethod<
  O extends object,
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfForward,
> extends OfInputs<Made> {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for inputs and targets that do not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<O, Order>): Attributions<I>;
  attribute<const I extends Inputs>(options: O & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}

/** The same with a delta on demand. */
export abstract class InputDeltaMethod<
  O extends { returnConvergenceDelta?: boolean },
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfForward,
> extends OfInputs<Made> {
  /**
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta, one an example (or as the class says).
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit; DTypeError for inputs that are no floats
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
