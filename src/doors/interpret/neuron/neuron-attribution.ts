// The base class of methods that explain a neuron of a layer, and the choice of the neuron.

import { ArgumentError, ShapeError, Tensor } from '../../../torch';
import { type Arguments, kindOf, shown, showShape } from '../../../torch/inside';
import type { Forward } from '../attribution/model';
import { asLayerValue, type Layer, type LayerValue } from '../layer/capture';
import { InternalAttribution, type Within } from '../layer/layer-attribution';

/**
 * A neuron of a layer, as its index into the dimensions after the first: a number or a list. A slice in the list, such
 * as `'2:5'`, stands for the sum over its elements. Or a function that computes one number per example from the layer's
 * output (or input).
 */
export type NeuronSelector<V extends LayerValue = Tensor> =
  | number
  | readonly (number | string)[]
  | ((value: V) => Tensor);

/** The option `neuronSelector`. */
export interface Selected<V extends LayerValue = Tensor> {
  neuronSelector: NeuronSelector<V>;
}

/** The options of methods that attribute to a neuron. */
export interface NeuronOptions {
  /** One further argument of the model after the inputs, or a list of them; tensors have one row per example. */
  additionalForwardArgs?: unknown;
  /** Take the neuron from the layer's input rather than from its output; default false. */
  attributeToNeuronInput?: boolean;
}

/** Computes the neuron's value from the tensors of a layer: one number per example. */
export type Neuron = (tensors: readonly Tensor[]) => Tensor;

const isIndex = (part: unknown): boolean => Number.isInteger(part) || typeof part === 'string';

/** Turns a selector into a function. @throws ArgumentError for any other selector */
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

/** The base class of methods that attribute a neuron of a layer to the inputs. */
export abstract class NeuronAttribution extends InternalAttribution {
  /** @throws ArgumentError if the network has no module of the given name, or for a list of layers */
  constructor(...args: Arguments<Forward & Within<Layer>, ['forwardFunc', 'layer']>) {
    super(...args);
    if (!Array.isArray(this.layer)) return;
    throw new ArgumentError(`${this.op}: expected one layer, but got a list`);
  }
}
