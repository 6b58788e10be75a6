// DeepLIFT of a neuron.

import { type Arguments, parseArgs } from '../../core/options';
import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import type { Baselines } from '../attribution/arguments';
import { type Attributions, type Inputs, likeInputs, listFloats } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import {
  allPairsOf,
  type CustomAttribution,
  type DeepLiftSettings,
  type DeepLiftShapOptions,
  type LiftSettings,
  lift,
  type Pairs,
  pairsOf,
} from '../attribution/deep-lift';
import { deepLiftRules } from '../attribution/deep-lift-rules';
import { type Call, explaining, type Network } from '../attribution/model';
import type { Layer, LayerValue } from '../layer/capture';
import type { Within } from '../layer/layer-attribution';
import { layerLiftArguments } from '../layer/layer-deep-lift';
import {
  NeuronAttribution,
  type NeuronOptions,
  type NeuronSelector,
  neuronDefaults,
  type Selected,
} from './neuron-attribution';

interface Custom extends NeuronOptions {
  /** Makes the attributions of the multipliers in another way. */
  customAttributionFunc?: CustomAttribution | null;
}

/** What NeuronDeepLift takes by name. */
export interface NeuronDeepLiftOptions extends Custom {
  /** What inputs are compared with; default 0. */
  baselines?: Baselines;
}

/** What NeuronDeepLiftShap takes by name. */
export interface NeuronDeepLiftShapOptions extends Custom, Pick<DeepLiftShapOptions, 'baselines'> {}

type Order = ['baselines', 'additionalForwardArgs', 'attributeToNeuronInput', 'customAttributionFunc'];

abstract class NeuronLift extends NeuronAttribution {
  readonly model: Module;
  readonly #settings: LiftSettings;

  /** @throws ArgumentError unless `model` is an `nn.Module`, and for what is no module of it */
  constructor(
    ...args: Arguments<Network & Within<Layer> & DeepLiftSettings, ['model', 'layer', 'multiplyByInputs', 'eps']>
  ) {
    const { model, layer, settings } = layerLiftArguments(opOf(new.target), args);
    super(model, layer);
    this.#settings = settings;
    this.model = model;
  }

  override get multipliesByInputs(): boolean {
    return this.#settings.multiplyByInputs;
  }

  protected lifted(o: Custom & { neuronSelector: unknown }, pairs: (call: Call) => Pairs): unknown {
    const { model } = this;
    const settings = this.#settings;
    const { listed, ...rest } = pairs(this.neuronCall(o.neuronSelector, o, deepLiftRules(model, settings.eps)));
    return explaining(model, true, () => {
      const custom = o.customAttributionFunc ?? null;
      return likeInputs(listed, lift({ listed, ...rest }, { rules: new Map(), settings, custom }).attributions);
    });
  }
}

/**
 * What every element of the input adds to the difference of a neuron from that for a baseline, as `DeepLift` finds it for an output, with the
 * same differences from Captum.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685.
 */
export class NeuronDeepLift extends NeuronLift {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<NeuronDeepLiftOptions, Order>
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: NeuronDeepLiftOptions & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: NeuronDeepLiftOptions & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<Required<NeuronDeepLiftOptions> & { inputs: Inputs; neuronSelector: unknown }>(
      op,
      ['inputs', 'neuronSelector'],
      { baselines: null, ...neuronDefaults, customAttributionFunc: null },
      args,
    );
    return this.lifted(o, (call) => pairsOf(call, listFloats(op, o.inputs), o.baselines));
  }
}

/**
 * The mean of `NeuronDeepLift`'s attributions over several baselines.
 *
 * Lundberg, Lee 2017, arXiv:1705.07874.
 */
export class NeuronDeepLiftShap extends NeuronLift {
  /**
   * Attributions of the inputs' shapes.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit, and for fewer than two baselines
   */
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    neuronSelector: NeuronSelector<V>,
    ...args: Arguments<NeuronDeepLiftShapOptions, Order>
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    inputs: I,
    options: NeuronDeepLiftShapOptions & Selected<V>,
  ): Attributions<I>;
  attribute<const I extends Inputs, V extends LayerValue = Tensor>(
    options: NeuronDeepLiftShapOptions & Selected<V> & { inputs: I },
  ): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<Required<NeuronDeepLiftShapOptions> & { inputs: Inputs; neuronSelector: unknown }>(
      op,
      ['inputs', 'neuronSelector', 'baselines'],
      { ...neuronDefaults, customAttributionFunc: null },
      args,
    );
    return this.lifted(o, (call) => allPairsOf(call, listFloats(op, o.inputs), o.inputs, o.baselines));
  }
}
