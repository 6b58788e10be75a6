// The base of activations: a layer of one input that keeps the settings of its function as fields.
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import { type LayerTo, type UnaryClass, unaryLayer } from './layer';

export interface ActivationClass<O, Order extends readonly (keyof O)[]> extends UnaryClass<O, Order> {
  // No docstring here, so that editors show the class's own.
  new (options?: O): LayerTo<Tensor>;
}

/** Makes the base class of the layer `name`, which calls the function `call`; `describe` gives its printed text. */
/* @__NO_SIDE_EFFECTS__ */
export function activationLayer<O extends object, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  call: (x: Tensor, named: never) => Tensor,
  describe: (layer: object) => string = inplaceText,
): ActivationClass<O, Order> {
  return unaryLayer(name, settings, call, describe) as ActivationClass<O, Order>;
}

/** How a layer prints that it works in place; empty if it does not. */
export const inplaceText = (layer: object): string => (Reflect.get(layer, 'inplace') ? 'inplace=True' : '');

/** The text, followed by `inplaceText` if the layer works in place. */
export const orInplace = (text: string, layer: object): string => [text, inplaceText(layer)].filter(Boolean).join(', ');
