// The base of methods that explain a neuron of a layer, and how a neuron is chosen.

import { ArgumentError, ShapeError, Tensor } from '../../../torch';
import { type Arguments, kindOf, shown, showShape } from '../../../torch/inside';
import type { Forward } from '../attribution/model';
import { asLayerValue, type Layer, type LayerValue } from '../layer/capture';
import { InternalAttribution, type Within } from '../layer/layer-attribution';

/**
 * A neuron of a layer: its index behind the dimension of examples, a number or several; slices, such as `'2:5'`, stand for the sum over
 * them. Or a function that makes of what the layer gives, or gets, one number for each example.
 */
export type NeuronSelector<V extends LayerValue = Tensor> =
  | number
  | readonly (number | string)[]
  | ((value: V) => Tensor);

/** A neuron by name. */
export interface Selected<V extends LayerValue = Tensor> {
  neuronSelector: NeuronSelector<V>;
}

/** The options of methods that attribute to a neuron. */
export interface NeuronOptions {
  /** One argument of the model behind the inputs, or a list of them; those that are tensors have a row an example. */
  additionalForwardArgs?: unknown;
  /** Take the neuron from the layer's input rather than from its output; default false. */
  attributeToNeuronInput?: boolean;
}

/** What chooses a neuron from the tensors of a layer, one number for each example. */
export type Neuron = (tensors: readonly Tensor[]) => Tensor;

const isIndex = (part: unknown): boolean => Number.isInteger(part) || typeof part === 'string';

/** @throws ArgumentError for another selector */
export function neuronOf(op: string, selector: unknown): Neuron {
  if (typeof selector === 'function') {
    return (tensors) => {
      const chosen: unknown = (selector as (value: unknown) => unknown)(asLayerValue(tensors));
      if (chosen instanceof Tensor) return chosen.shape.length === 0 ? chosen.unsqueeze(0) : chosen;
      throw new ArgumentError(`${op}: expected neuronSelector to give a Tensor, but got ${kindOf(chosen)}`);
    };
  }
  const index: readonly unknown[] = Array.isArray(selector) ? selector : [selector];
  if (index.length === 0 || !index.every(isIndex)) {
    throw new ArgumentError(
      `${op}: expected neuronSelector to be a whole number, a list of numbers and slices, or a function, but got ${shown(selector)}`,
    );
  }
  return (tensors) => {
    const [y] = tensors;
    if (tensors.length > 1) {
      throw new ArgumentError(
        `${op}: expected a layer of one tensor to choose from by an index, but it has ${tensors.length}; pass a function`,
      );
    }
    if (index.length >= y!.shape.length) {
      throw new ShapeError(
        `${op}: expected neuronSelector to have fewer numbers than the layer has dimensions, but got ${shown(selector)} for shape ${showShape(y!.shape)}`,
      );
    }
    const chosen = y!.at(':', ...(index as (number | string)[]));
    return index.some((part) => typeof part === 'string') ? chosen.reshape([chosen.shape[0]!, -1]).sum(1) : chosen;
  };
}

/** A method that explains a neuron of a layer by the inputs. */
export abstract class NeuronAttribution extends InternalAttribution {
  /** @throws ArgumentError if the layer is no module of the network */
  constructor(...args: Arguments<Forward & Within<Layer>, ['forwardFunc', 'layer']>) {
    super(...args);
    if (!Array.isArray(this.layer)) return;
    throw new ArgumentError(`${this.op}: expected one layer, but got a list`);
  }
}
