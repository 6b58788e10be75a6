// The bases of methods that explain by a layer, or that explain a neuron of a layer.

import { nn, type Tensor } from '../../../torch';
import { type Arguments, type CallResult, kinds, type Module, parseArgs } from '../../../torch/inside';
import { listInputs } from '../attribution/arguments';
import { type AttributionOptions, GradientAttribution, opOf } from '../attribution/attribution';
import { type Forward, forwardKinds } from '../attribution/model';
import { asLayerValue, findLayer, type Layer, type LayerValue } from './capture';

/** What attributions to a layer take by name. */
export interface LayerOptions extends AttributionOptions {
  /** Explain by the layer's input rather than by its output; default false. */
  attributeToLayerInput?: boolean;
}

/** What a layer has: a tensor, or a list where its class says that it gives several; a name says nothing, so `attribute<Tensor[]>(…)` does. */
export type ValueOf<L> = L extends Module ? (CallResult<L> extends readonly unknown[] ? Tensor[] : Tensor) : Tensor;

/** What a single layer, or each of a list of layers, has. */
export type EachValue<L> = L extends readonly (infer One)[] ? ValueOf<One> : ValueOf<L>;

/** For one layer its value, for a list of layers a list. */
export type LayerResult<L, V = EachValue<L>> = L extends readonly unknown[] ? V[] : V;

/** A layer by name. */
export interface Within<L> {
  /** A module of the network, or its name; a list of them where a method takes several. */
  layer: L;
}

/** The arguments of constructors of methods for a layer, where it comes by name. */
export type LayerByName<L, O = unknown, F extends object = Forward> =
  | [forward: F[keyof F], options: Within<L> & O]
  | [options: F & Within<L> & O];

const INTERPOLATE_MODES = ['nearest', 'area', 'linear', 'bilinear', 'bicubic', 'trilinear'] as const;
type InterpolateMode = (typeof INTERPOLATE_MODES)[number];

interface InterpolateArguments {
  /** [N, C, …] */
  layerAttribution: Tensor;
  /** The sizes of the dimensions behind those of examples and channels, one for all or one each. */
  interpolateDims: number | readonly number[];
  /** Default: 'nearest'. */
  interpolateMode?: InterpolateMode;
}

/** A method for a network and a layer of it. */
export abstract class InternalAttribution extends GradientAttribution {
  #layer: Module | readonly Module[];

  /** @throws ArgumentError if a layer is no module of the network */
  constructor(...args: Arguments<Forward & Within<Layer | readonly Layer[]>, ['forwardFunc', 'layer']>) {
    type Given = Forward & Within<Layer | readonly Layer[]>;
    const op = opOf(new.target);
    const { forwardFunc, layer } = parseArgs<Given>(op, ['forwardFunc', 'layer'], {}, args, forwardKinds);
    super({ forwardFunc });
    this.#layer = this.#found(layer);
  }

  /** The layer, or the list of layers; may be set to another. */
  get layer(): Module | readonly Module[] {
    return this.#layer;
  }

  /** @throws ArgumentError if a layer is no module of the network */
  set layer(layer: Layer | readonly Layer[]) {
    this.#layer = this.#found(layer);
  }

  protected get layers(): readonly Module[] {
    return Array.isArray(this.#layer) ? this.#layer : [this.#layer as Module];
  }

  #found(layer: Layer | readonly Layer[]): Module | readonly Module[] {
    const { op, forwardFunc } = this;
    const list: readonly unknown[] | null = Array.isArray(layer) ? layer : null;
    return list ? list.map((each) => findLayer(op, forwardFunc, each)) : findLayer(op, forwardFunc, layer);
  }

  /** The results for the layers, in the form in which the layers were given. */
  protected formed(values: readonly (readonly Tensor[])[]): LayerValue | LayerValue[] {
    const list = values.map(asLayerValue);
    return Array.isArray(this.layer) ? list : list[0]!;
  }
}

/** A method that explains an output by what a layer gets or gives. */
export abstract class LayerAttribution extends InternalAttribution {
  /** Attributions of a layer brought to other sizes, such as those of the input: [N, C, …interpolateDims]. */
  static interpolate(
    ...args: Arguments<InterpolateArguments, ['layerAttribution', 'interpolateDims', 'interpolateMode']>
  ): Tensor {
    const o = parseArgs<InterpolateArguments>(
      'interpolate',
      ['layerAttribution', 'interpolateDims'],
      { interpolateMode: 'nearest' },
      args,
      {
        interpolateDims: kinds.either(kinds.whole(1), kinds.listOf(kinds.whole(1))),
        interpolateMode: kinds.oneOf(...INTERPOLATE_MODES),
      },
    );
    listInputs('interpolate', o.layerAttribution);
    const { interpolateDims: size, interpolateMode: mode } = o;
    return nn.functional.interpolate(o.layerAttribution, { size: size as number[], mode: mode as 'nearest' });
  }
}
