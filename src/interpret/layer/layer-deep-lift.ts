// DeepLIFT by what a layer gives.

import { type Arguments, parseArgs } from '../../core/options';
import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { type Inputs, listInputs } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import {
  allPairsOf,
  type DeepLiftOptions,
  type DeepLiftSettings,
  type DeepLiftShapOptions,
  deepLiftDefaults,
  deepLiftShapDefaults,
  type LiftSettings,
  lift,
  liftDefaults,
  type Pairs,
  pairsOf,
} from '../attribution/deep-lift';
import { deepLiftRules } from '../attribution/deep-lift-rules';
import { explaining, type Network, networkKinds } from '../attribution/model';
import { asLayerValue, type Layer, type LayerValue, watching } from './capture';
import { LayerAttribution, type LayerByName, type LayerOptions, type ValueOf, type Within } from './layer-attribution';

/** What LayerDeepLift takes by name. */
export interface LayerDeepLiftOptions extends DeepLiftOptions, LayerOptions {}
/** What LayerDeepLiftShap takes by name. */
export interface LayerDeepLiftShapOptions extends DeepLiftShapOptions, LayerOptions {}

type With<T> = T & { returnConvergenceDelta: true };
type Without<T> = T & { returnConvergenceDelta?: false };
type Order = [
  'baselines',
  'target',
  'additionalForwardArgs',
  'returnConvergenceDelta',
  'attributeToLayerInput',
  'customAttributionFunc',
];

/** The arguments of constructors of DeepLIFT for a layer. */
export function layerLiftArguments(
  op: string,
  args: readonly unknown[],
): Network & Within<Layer> & { readonly settings: LiftSettings } {
  type Given = Network & Within<Layer> & DeepLiftSettings;
  const { model, layer, ...settings } = parseArgs<Given>(op, ['model', 'layer'], liftDefaults, args, networkKinds);
  return { model, layer, settings };
}

abstract class LayerLift<L extends Layer = Layer> extends LayerAttribution {
  readonly model: Module;
  readonly #settings: LiftSettings;

  /** @throws ArgumentError unless `model` is an `nn.Module` */
  constructor(model: Module, layer: L, ...args: Arguments<DeepLiftSettings, ['multiplyByInputs', 'eps']>);
  constructor(...args: LayerByName<L, DeepLiftSettings, Network>);
  constructor(...args: unknown[]) {
    const { model, layer, settings } = layerLiftArguments(opOf(new.target), args);
    super(model, layer);
    this.#settings = settings;
    this.model = model;
  }

  override get multipliesByInputs(): boolean {
    return this.#settings.multiplyByInputs;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  protected explained(pairs: Pairs, o: Required<Omit<LayerDeepLiftOptions, 'baselines'>>): unknown {
    const { op, layers, model } = this;
    const settings = this.#settings;
    const atInput = o.attributeToLayerInput;
    return explaining(model, true, () => {
      const { attributions, delta } = lift(pairs, {
        rules: deepLiftRules(model, settings.eps),
        settings,
        custom: o.customAttributionFunc,
        of(run) {
          const [outputs, [values]] = watching(op, layers, { atInput, gradients: true }, run);
          return [outputs, values!];
        },
      });
      const formed = asLayerValue(attributions);
      return o.returnConvergenceDelta ? [formed, delta] : formed;
    });
  }
}

/**
 * What every unit of a layer adds to f(x) − f(x') for a baseline x', as `DeepLift` finds it for the input. What a layer gets is attributed
 * to by the layer's own rule; Captum 0.9 takes its plain gradient there, so that attributions do not add up. What `DeepLift` says of modules
 * whose input is used elsewhere too holds here.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class LayerDeepLift<L extends Layer = Layer> extends LayerLift<L> {
  /**
   * Attributions of the layer's shape; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit
   */
  attribute<V extends LayerValue = ValueOf<L>>(
    inputs: Inputs,
    ...args: Arguments<With<LayerDeepLiftOptions>, Order>
  ): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(options: With<LayerDeepLiftOptions> & { inputs: Inputs }): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(
    inputs: Inputs,
    ...args: Arguments<Without<LayerDeepLiftOptions>, Order>
  ): V;
  attribute<V extends LayerValue = ValueOf<L>>(options: Without<LayerDeepLiftOptions> & { inputs: Inputs }): V;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<Required<LayerDeepLiftOptions> & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...deepLiftDefaults, attributeToLayerInput: false },
      args,
    );
    const call = this.call(o.target, o.additionalForwardArgs);
    return this.explained(pairsOf(call, listInputs(op, o.inputs), o.baselines), o);
  }
}

/**
 * The mean of `LayerDeepLift`'s attributions over several baselines. The delta has one entry for each pair of an example and a baseline.
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class LayerDeepLiftShap<L extends Layer = Layer> extends LayerLift<L> {
  /**
   * Attributions of the layer's shape; with `returnConvergenceDelta` a pair of them and of the delta [N · M].
   * @throws ArgumentError, ShapeError, IndexError for what does not fit, and for fewer than two baselines
   */
  attribute<V extends LayerValue = ValueOf<L>>(
    inputs: Inputs,
    ...args: Arguments<With<LayerDeepLiftShapOptions>, Order>
  ): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(
    options: With<LayerDeepLiftShapOptions> & { inputs: Inputs },
  ): [V, Tensor];
  attribute<V extends LayerValue = ValueOf<L>>(
    inputs: Inputs,
    ...args: Arguments<Without<LayerDeepLiftShapOptions>, Order>
  ): V;
  attribute<V extends LayerValue = ValueOf<L>>(options: Without<LayerDeepLiftShapOptions> & { inputs: Inputs }): V;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<Required<LayerDeepLiftShapOptions> & { inputs: Inputs }>(
      op,
      ['inputs', 'baselines'],
      { ...deepLiftShapDefaults, attributeToLayerInput: false },
      args,
    );
    const call = this.call(o.target, o.additionalForwardArgs);
    return this.explained(allPairsOf(call, listInputs(op, o.inputs), o.inputs, o.baselines), o);
  }
}
