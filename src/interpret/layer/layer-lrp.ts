// Layer-wise relevance propagation down to a layer.

import { type Arguments, parseArgs } from '../../core/options';
import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { type Inputs, listFloats } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import {
  givenRules,
  handedBack,
  type LRPOptions,
  type LRPSettings,
  lrpDefaults,
  relevanceDelta,
} from '../attribution/lrp';
import type { GivenRules } from '../attribution/lrp-rules';
import { explaining, type Network, networkKinds } from '../attribution/model';
import { type Layer, type LayerValue, watching } from './capture';
import {
  type EachValue,
  LayerAttribution,
  type LayerByName,
  type LayerOptions,
  type LayerResult,
  type Within,
} from './layer-attribution';

/** What LayerLRP takes by name. */
export interface LayerLRPOptions extends LRPOptions, LayerOptions {}

type WithoutDelta = LayerLRPOptions & { returnConvergenceDelta?: false };
type WithDelta = LayerLRPOptions & { returnConvergenceDelta: true };
type Order = ['target', 'additionalForwardArgs', 'returnConvergenceDelta', 'attributeToLayerInput', 'verbose'];

/**
 * The relevance of what a layer gives, or gets with `attributeToLayerInput`, as `LRP` finds it; several layers give a list.
 *
 * Bach et al. 2015, doi:10.1371/journal.pone.0130140.
 */
export class LayerLRP<L extends Layer | readonly Layer[] = Layer> extends LayerAttribution {
  readonly model: Module;
  readonly #rules: GivenRules;

  /** @throws ArgumentError unless `model` is an `nn.Module`, and for rules that are none */
  constructor(model: Module, layer: L, ...args: Arguments<LRPSettings, ['rules']>);
  constructor(...args: LayerByName<L, LRPSettings, Network>);
  constructor(...args: unknown[]) {
    type Given = Network & Within<Layer> & LRPSettings;
    const op = opOf(new.target);
    const o = parseArgs<Given>(op, ['model', 'layer'], { rules: null }, args, networkKinds);
    super(o.model, o.layer);
    this.model = o.model;
    this.#rules = givenRules(op, o.model, o.rules);
  }

  override get multipliesByInputs(): boolean {
    return true;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  /**
   * Attributions of the layer's shape; with `returnConvergenceDelta` a pair of them and of f(x) − Σ attributions, [N], for several layers a
   * list of these.
   * @throws ArgumentError, ShapeError, IndexError for what does not fit; DTypeError for inputs that are no floats
   */
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithDelta, Order>
  ): [LayerResult<L, V>, L extends readonly unknown[] ? Tensor[] : Tensor];
  attribute<V extends LayerValue = EachValue<L>>(
    options: WithDelta & { inputs: Inputs },
  ): [LayerResult<L, V>, L extends readonly unknown[] ? Tensor[] : Tensor];
  attribute<V extends LayerValue = EachValue<L>>(
    inputs: Inputs,
    ...args: Arguments<WithoutDelta, Order>
  ): LayerResult<L, V>;
  attribute<V extends LayerValue = EachValue<L>>(options: WithoutDelta & { inputs: Inputs }): LayerResult<L, V>;
  attribute(...args: readonly unknown[]): unknown {
    const { op, model, layers } = this;
    const o = parseArgs<Required<LayerLRPOptions> & { inputs: Inputs }>(
      op,
      ['inputs'],
      { ...lrpDefaults, attributeToLayerInput: false },
      args,
    );
    const { inputs } = listFloats(op, o.inputs);
    const call = this.call(o.target, o.additionalForwardArgs);
    return explaining(model, true, () => {
      const counts: number[] = [];
      const { relevances, output } = handedBack({
        call,
        model,
        rules: this.#rules,
        inputs,
        verbose: o.verbose,
        of(run) {
          const how = { atInput: o.attributeToLayerInput, gradients: true };
          const [outputs, seen] = watching(op, layers, how, run);
          counts.push(...seen.map(({ length }) => length));
          return [outputs, seen.flat()];
        },
      });
      const left = [...relevances];
      const byLayer = counts.map((count) => left.splice(0, count));
      const formed = this.formed(byLayer);
      if (!o.returnConvergenceDelta) return formed;
      const deltas = byLayer.map((each) => relevanceDelta(each, output));
      return [formed, Array.isArray(this.layer) ? deltas : deltas[0]];
    });
  }
}
