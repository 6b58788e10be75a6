// Methods that take one look at a layer: its activation, and its gradient.
import { type Arguments, parseArgs } from '../../core/options';
import { type Inputs, listInputs } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import type { MultiplyByInputs } from '../attribution/integrated-gradients';
import { called, explaining, type ForwardFunction } from '../attribution/model';
import { type Layer, type LayerValue, watching } from './capture';
import {
  type EachValue,
  LayerAttribution,
  type LayerByName,
  type LayerOptions,
  type LayerResult,
  layerGradients,
  multiplyingIn,
} from './layer-attribution';

type ActivationOptions = Omit<LayerOptions, 'target'>;

/**
 * What a layer gives for the inputs, or gets with `attributeToLayerInput`.
 *
 *     const maps = new LayerActivation(model, 'features.3').attribute(images);
 */
export class LayerActivation<L extends Layer | readonly Layer[] = Layer> extends LayerAttribution {
  constructor(forwardFunc: ForwardFunction, layer: L);
  constructor(...args: LayerByName<L>);
  constructor(...args: unknown[]) {
    super(...(args as LayerByName<Layer>));
  }

  /**
   * The layer's tensor, or a list where it has several; for several layers a list of these.
   * @throws ArgumentError where the model does not call the layer
   */
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<ActivationOptions, ['additionalForwardArgs', 'attributeToLayerInput']>
  ): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: ActivationOptions & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<ActivationOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { additionalForwardArgs: null, attributeToLayerInput: false },
      args,
    );
    const { inputs } = listInputs(op, o.inputs);
    return explaining(this.forwardFunc, false, () => {
      const call = this.call(null, o.additionalForwardArgs);
      const how = { atInput: o.attributeToLayerInput, gradients: false };
      return this.formed(watching(op, this.layers, how, () => called(call, inputs))[1]);
    });
  }
}

/**
 * The gradient of the output by what a layer gives, times that. With `attributeToLayerInput` it is the gradient by what the layer is given, on
 * the way through the layer; Captum 0.9 adds that of all other ways on which the same tensor is used, such as a residual network's.
 */
export class LayerGradientXActivation<L extends Layer | readonly Layer[] = Layer> extends LayerAttribution {
  readonly #multiplies: boolean;

  constructor(forwardFunc: ForwardFunction, layer: L, ...args: Arguments<MultiplyByInputs, ['multiplyByInputs']>);
  constructor(...args: LayerByName<L, MultiplyByInputs>);
  constructor(...args: unknown[]) {
    const { forwardFunc, layer, multiplyByInputs } = multiplyingIn(opOf(new.target), args);
    super(forwardFunc, layer);
    this.#multiplies = multiplyByInputs;
  }

  override get multipliesByInputs(): boolean {
    return this.#multiplies;
  }

  /**
   * Attributions of the shape of what the layer gives, or gets with `attributeToLayerInput`; for several layers a list.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<LayerOptions, ['target', 'additionalForwardArgs', 'attributeToLayerInput']>
  ): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: LayerOptions & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<LayerOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { target: null, additionalForwardArgs: null, attributeToLayerInput: false },
      args,
    );
    const { inputs } = listInputs(op, o.inputs);
    return explaining(this.forwardFunc, true, () => {
      const call = this.call(o.target, o.additionalForwardArgs);
      const { gradients, values } = layerGradients(call, this.layers, inputs, o.attributeToLayerInput);
      return this.formed(
        this.#multiplies ? gradients.map((list, i) => list.map((dy, j) => dy.mul(values[i]![j]!))) : gradients,
      );
    });
  }
}
