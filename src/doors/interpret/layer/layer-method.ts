// The classes of methods that attribute an output to the inputs or outputs of layers.
import type { Tensor } from '../../../torch';
import type { Arguments, Module } from '../../../torch/inside';
import { asTensors, type Inputs, listFloats, listInputs } from '../attribution/arguments';
import { type AskedOptions, opOf } from '../attribution/attribution';
import { asLeaves } from '../attribution/gradients';
import type { WithDelta, WithoutDelta } from '../attribution/input-method';
import { apart, type From, type MultiplyByInputs, madeWith, ruled } from '../attribution/method';
import { called, type Forward, type ForwardFunction, type Network } from '../attribution/model';
import { type LayerValue, replacing, watching } from './capture';
import { type EachValue, LayerAttribution, type LayerByName, type LayerResult } from './layer-attribution';

/** The constructor arguments: the model, a layer, and options S in the given order. */
export type OfLayer<
  L,
  S extends object = object,
  Order extends readonly (keyof S)[] = [],
  F extends Forward | Network = Forward,
> =
  | (F extends Network
      ? readonly [model: Module, layer: L, ...settings: Arguments<S, Order>]
      : readonly [forwardFunc: ForwardFunction, layer: L, ...settings: Arguments<S, Order>])
  | LayerByName<L, S, F>;

export type OfMultiplyingLayer<L> = OfLayer<L, MultiplyByInputs, ['multiplyByInputs']>;

/** Attributes to the inputs (`atInput`) or outputs of layers. */
export const fromLayers = (op: string, layers: readonly Module[], atInput: boolean): From => ({
  seen: (inputs, run) => watching(op, layers, { atInput, gradients: true }, () => run(asLeaves(inputs))),
  between(call, { inputs, baselines }) {
    const seen = (given: readonly Tensor[]): Tensor[][] =>
      watching(op, layers, { atInput, gradients: false }, () => called(call, given))[1].map((values) =>
        values.map((x) => x.detach()),
      );
    const places = seen(inputs);
    const ends = places.flat();
    return {
      // Pass the inputs as further arguments of the call, so that they are repeated for every step, too.
      call: {
        ...call,
        args: [...inputs.map((x) => x.detach()), ...call.args],
        forward: (...args: readonly unknown[]) =>
          replacing(op, layers, apart(args.slice(0, ends.length) as Tensor[], places), atInput, () =>
            called({ forward: call.forward, args: args.slice(ends.length) }, []),
          ),
      },
      inputs: ends,
      baselines: seen(asTensors(baselines, inputs)).flat(),
      places,
    };
  },
});

/** The constructor and the body of `attribute`, shared by the two classes below. */
abstract class OfLayers<Made extends readonly unknown[]> extends LayerAttribution {
  constructor(...args: Made) {
    const { forwardFunc, layer, settings } = madeWith(opOf(new.target), new.target.prototype.definition, args, 'layer');
    super(forwardFunc, layer);
    this.settle(settings);
  }

  protected explained(args: readonly unknown[]): unknown {
    const { op, layers, definition } = this;
    const options: AskedOptions = this.asked(args, ['inputs']);
    const listed = (definition.floats ? listFloats : listInputs)(op, options.inputs);
    const call = ruled(this.call(options.target, options.additionalForwardArgs), this.rules(options));
    const from = fromLayers(op, layers, options.attributeToLayerInput === true);
    const each = (deltas: Tensor | readonly Tensor[]) =>
      Array.isArray(deltas) && !Array.isArray(this.layer) ? deltas[0] : deltas;
    return this.found(call, from, listed, options, (attributions) => this.formed(attributions), each);
  }
}

/** A method that attributes to layers; O are the options of `attribute`, `Order` their positions. */
export abstract class LayerMethod<
  L,
  O extends object,
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfLayer<L>,
> extends OfLayers<Made> {
  /**
   * Attributions of the shape of the layer's output, or of its input with `attributeToLayerInput`: a list if the layer
   * has several tensors; for several layers a list of these.
   * @throws ArgumentError, ShapeError or IndexError if arguments do not fit, or the model does not call the layer
   */
  attribute<V extends LayerValue = EachValue<L>>(inputs: Inputs, ...args: Arguments<O, Order>): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: O & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}

/** Like `LayerMethod`, but returns a convergence delta of type D, too, if `returnConvergenceDelta` is set. */
export abstract class LayerDeltaMethod<
  L,
  O extends { returnConvergenceDelta?: boolean },
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfLayer<L>,
  D = Tensor,
> extends OfLayers<Made> {
  /**
   * Attributions of the layer's shape, for several layers a list. With `returnConvergenceDelta`: the pair
   * [attributions, delta]; the delta has one entry per example, unless the class says otherwise.
   * @throws ArgumentError, ShapeError or IndexError if arguments do not fit, or the model does not call the layer
   */
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithDelta<O>, Order>
  ): [LayerResult<L, V>, D];
  attribute<V extends LayerValue = EachValue<L>>(options: WithDelta<O> & { inputs: Inputs }): [LayerResult<L, V>, D];
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithoutDelta<O>, Order>
  ): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: WithoutDelta<O> & { inputs: Inputs }): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<O, Order>
  ): LayerResult<L, V> | [LayerResult<L, V>, D];
  attribute<V extends LayerValue = EachValue<L>>(
    options: O & { inputs: Inputs },
  ): LayerResult<L, V> | [LayerResult<L, V>, D];
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}
