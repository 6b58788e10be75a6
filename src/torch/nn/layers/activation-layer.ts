// Owns the base of activations: a layer of one input that keeps the settings of its function as fields.
import type { Settings } from '../../../engine/core/settings';
import type { Tensor } from '../../tensor/tensor';
import { type LayerTo, type UnaryClass, unaryLayer } from './layer';

export interface ActivationClass<O, Order extends readonly (keyof O)[]> extends UnaryClass<O, Order> {
  // Without a text of its own: editors show that of the class.
  new (options?: O): LayerTo<Tensor>;
}

/** The base of the layer `name` of the function `call`, whose printed text `describe` gives. */
/* @__NO_SIDE_EFFECTS__ */
export function activationLayer<O extends object, Order extends readonly (keyof O)[]>(
  name: string,
  settings: Settings<O>,
  call: (x: Tensor, named: never) => Tensor,
  describe: (layer: object) => string = inplaceText,
): ActivationClass<O, Order> {
  return unaryLayer(name, settings, call, describe) as ActivationClass<O, Order>;
}

/** Whether a layer works in place, as it is printed. */
export const inplaceText = (layer: object): string => (Reflect.get(layer, 'inplace') ? 'inplace=True' : '');

/** A text with that behind it. */
export const orInplace = (text: string, layer: object): string => [text, inplaceText(layer)].filter(Boolean).join(', ');
