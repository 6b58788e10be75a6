// The base classes of methods that attribute to a layer, or that explain a neuron of a layer.

import { nn, type Tensor } from '../../../torch';
import { type Arguments, kinds, type Module, parseArgs } from '../../../torch/inside';
import { listInputs } from '../attribution/arguments';
import { type AttributionOptions, GradientAttribution, opOf } from '../attribution/attribution';
import { type Forward, forwardKinds } from '../attribution/model';
import { asLayerValue, findLayer, type Layer, type LayerValue } from './capture';

/** The options of methods that attribute to a layer. */
export interface LayerOptions extends AttributionOptions {
  /** Attribute to the layer's input rather than to its output; default false. */
  attributeToLayerInput?: boolean;
}

/**
 * The type of a layer's value: `Tensor[]` if the module's class returns a list, else `Tensor`. A layer given by name
 * has no type, so write `attribute<Tensor[]>(…)` if it returns a list.
 */
export type ValueOf<L> = L extends Module
  ? ReturnType<L['forward']> extends readonly unknown[]
    ? Tensor[]
    : Tensor
  : Tensor;

/** The type of the value of a single layer, or of each layer of a list. */
export type EachValue<L> = L extends readonly (infer One)[] ? ValueOf<One> : ValueOf<L>;

/** The result for one layer; for a list of layers a list of results. */
export type LayerResult<L, V = EachValue<L>> = L extends readonly unknown[] ? V[] : V;

/** The option `layer`. */
export interface Within<L> {
  /** A module of the network, or its name; a list of them where a method takes several. */
  layer: L;
}

/** The constructor arguments of methods for a layer, with `layer` as a keyword. */
export type LayerByName<L, O = unknown, F extends object = Forward> =
  | [forward: F[keyof F], options: Within<L> & O]
  | [options: F & Within<L> & O];

const INTERPOLATE_MODES = ['nearest', 'area', 'linear', 'bilinear', 'bicubic', 'trilinear'] as const;
type InterpolateMode = (typeof INTERPOLATE_MODES)[number];

interface InterpolateArguments {
  /** [N, C, …] */
  layerAttribution: Tensor;
  /** The target sizes of the dimensions after examples and channels: one for all, or one for each. */
  interpolateDims: number | readonly number[];
  /** Default: 'nearest'. */
  interpolateMode?: InterpolateMode;
}

/** The base class of methods that work on a layer of a network. */
export abstract class InternalAttribution extends GradientAttribution {
  #layer: Module | readonly Module[];

  /** @throws ArgumentError if the network has no module of a given name */
  constructor(...args: Arguments<Forward & Within<Layer | readonly Layer[]>, ['forwardFunc', 'layer']>) {
    type Given = Forward & Within<Layer | readonly Layer[]>;
    const op = opOf(new.target);
    const { forwardFunc, layer } = parseArgs<Given>(op, ['forwardFunc', 'layer'], {}, args, forwardKinds);
    super({ forwardFunc });
    this.#layer = this.#found(layer);
  }

  /** The layer, or the list of layers; can be set. */
  get layer(): Module | readonly Module[] {
    return this.#layer;
  }

  /** @throws ArgumentError if the network has no module of a given name */
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

/** The base class of methods that attribute an output to a layer's input or output. */
export abstract class LayerAttribution extends InternalAttribution {
  /** Resizes attributions of a layer, for instance to the input's size: [N, C, …interpolateDims]. */
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
