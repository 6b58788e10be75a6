// The class of methods that attribute a neuron of a layer to the inputs.
import type { Tensor } from '../../../torch';
import type { Arguments } from '../../../torch/inside';
import { type Attributions, type Inputs, likeInputs, listFloats } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import { fromInputs, madeWith, ruled } from '../attribution/method';
import { type Call, called } from '../attribution/model';
import { TargetRows } from '../attribution/target';
import { type Layer, type LayerValue, watching } from '../layer/capture';
import type { OfLayer } from '../layer/layer-method';
import { type Neuron, NeuronAttribution, type NeuronSelector, neuronOf, type Selected } from './neuron-attribution';

/** The values by which a method follows an output through a neuron (conductance). */
export interface Flow {
  readonly flow: {
    /** The call of the whole model. */
    readonly output: Call;
    /** Runs the model, and also returns the layer's values. */
    readonly within: <T>(run: () => T) => readonly [result: T, values: Tensor[]];
    readonly choose: Neuron;
  };
}

/** A method for a neuron; O are the options of `attribute`, `Order` their positions after the inputs and the neuron. */
export abstract class NeuronMethod<
  O extends object,
  Order extends readonly (keyof O)[],
  Made extends readonly unknown[] = OfLayer<Layer>,
> extends NeuronAttribution {
  constructor(...args: Made) {
    const { forwardFunc, layer, settings } = madeWith(opOf(new.target), new.target.prototype.definition, args, 'layer');
    super(forwardFunc, layer);
    this.settle(settings);
  }

  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError or IndexError for arguments that do not fit; DTypeError for inputs that are not
   * floating-point
   * @param neuronSelector Which unit of the layer: its indices, or a function.
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<O, Order>
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: O & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: O & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op, layers } = this;
    const options = this.asked(args, ['inputs', 'neuronSelector']);
    const listed = listFloats(op, options.inputs);
    const choose = neuronOf(op, options.neuronSelector);
    const how = { atInput: options.attributeToNeuronInput === true, gradients: false };
    const output = ruled(this.call(options.target, options.additionalForwardArgs), this.rules(options));
    // Capture the layer outside the rules, so that its output already includes its own rule.
    const within = <T>(run: () => T): readonly [T, Tensor[]] => {
      const [result, [values]] = watching(op, layers, how, run);
      return [result, values!];
    };
    const neuron = {
      op,
      args: output.args,
      target: TargetRows.of(op, null),
      forward: (...given: readonly unknown[]) =>
        choose(within(() => called({ forward: output.forward, args: given }, []))[1]),
    };
    const following: Flow = { flow: { output, within, choose } };
    return this.found(neuron, fromInputs, listed, { ...options, ...following }, ([attributions]) =>
      likeInputs(listed, attributions!),
    );
  }
}
