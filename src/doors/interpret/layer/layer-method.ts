// Owns the classes of methods that explain an output by what a layer of the network gets or gives.
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

/** Arguments of constructors: the model, a layer, and options S in their order. */
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

/** What layers get, or give. */
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
      // The inputs travel as further arguments, so that they have as many rows as there are steps.
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

/** What constructors and explanations share. */
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

/** A method by layers; O are the options of `attribute` in their order. */
export abstract class LayerMethod<
  L,
  O extends object,
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfLayer<L>,
> extends OfLayers<Made> {
  /**
   * Attributions of the shape of what the layer gives, or gets with `attributeToLayerInput`: a list where the layer has several tensors, and
   * for several layers a list of these.
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit, and where the model does not call the layer
   */
  attribute<V extends LayerValue = EachValue<L>>(inputs: Inputs, ...args: Arguments<O, Order>): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: O & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    return this.explained(args);
  }
}

/** The same with a delta on demand, D. */
export abstract class LayerDeltaMethod<
  L,
  O extends { returnConvergenceDelta?: boolean },
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfLayer<L>,
  D = Tensor,
> extends OfLayers<Made> {
  /**
   * Attributions of the layer's shape, for several layers a list of them; with `returnConvergenceDelta` a pair of them and of the delta, one
   * an example (or as the class says).
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit, and where the model does not call the layer
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
