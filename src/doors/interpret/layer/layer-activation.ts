// The activations of a layer.

import type { Asked, Definition } from '../attribution/method';
import { called } from '../attribution/model';
import type { Layer } from './capture';
import type { LayerOptions } from './layer-attribution';
import { LayerMethod } from './layer-method';

/**
 * A layer's output for the inputs, or its input with `attributeToLayerInput`.
 *
 *     const maps = new LayerActivation(model, 'features.3').attribute(images);
 */
export class LayerActivation<L extends Layer | readonly Layer[] = Layer> extends LayerMethod<
  L,
  Omit<LayerOptions, 'target'>,
  ['additionalForwardArgs', 'attributeToLayerInput']
> {
  protected override get definition(): Definition {
    return {
      gradients: false,
      takes: { additionalForwardArgs: null, attributeToLayerInput: false },
      find: ({ call, from, listed }: Asked) => ({
        attributions: from.seen(listed.inputs, (inputs) => called(call, inputs))[1],
      }),
    };
  }
}
