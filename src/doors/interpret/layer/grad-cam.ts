// Grad-CAM: shows where in a layer's feature maps the evidence for an output is.

import { ArgumentError, scope, Tensor, zeros } from '../../../torch';
import { type Arguments, kinds, type Module, parseArgs, warnOnce } from '../../../torch/inside';
import { type Attributions, type Inputs, likeInputs, listInputs } from '../attribution/arguments';
import { opOf } from '../attribution/attribution';
import { GuidedBackprop } from '../attribution/guided';
import { type Asked, type Definition, gradientsAt } from '../attribution/method';
import { type Forward, type Network, networkKinds } from '../attribution/model';
import type { Layer, LayerValue } from './capture';
import { InternalAttribution, LayerAttribution, type LayerOptions, type Within } from './layer-attribution';
import { LayerMethod } from './layer-method';

/** The options of `LayerGradCam`. */
export interface LayerGradCamOptions extends LayerOptions {
  /** Drop evidence against the output: relu of the map; default false. */
  reluAttributions?: boolean;
  /** Sum over channels; default true. */
  attrDimSummation?: boolean;
}

/** Σ over channels of the activation times the channel's mean gradient: [N, 1, …] for a layer [N, C, …]. */
const weighed = (gradient: Tensor, value: Tensor, sums: boolean): Tensor => {
  const places = gradient.shape.slice(2).map((_, d) => d + 2);
  const weights = places.length > 0 ? gradient.mean(places, { keepdim: true }) : gradient;
  const map = weights.mul(value);
  return sums ? map.sum(1, { keepdim: true }) : map;
};

/**
 * Grad-CAM in the layer's own size: the sum of the layer's channels, weighted by their mean gradients, [N, 1, …] for a
 * layer [N, C, …]. It has both signs unless `reluAttributions` is set.
 *
 *     const map = new LayerGradCam(model, 'layer4').attribute(images, { target: labels });
 *     const large = LayerAttribution.interpolate(map, [224, 224], 'bilinear');
 *
 * Selvaraju et al. 2016, arXiv:1610.02391.
 */
export class LayerGradCam<L extends Layer = Layer> extends LayerMethod<
  L,
  LayerGradCamOptions,
  ['target', 'additionalForwardArgs', 'attributeToLayerInput', 'reluAttributions', 'attrDimSummation']
> {
  protected override get definition(): Definition {
    return {
      takes: {
        target: null,
        additionalForwardArgs: null,
        attributeToLayerInput: false,
        reluAttributions: false,
        attrDimSummation: true,
      },
      find(asked: Asked<LayerGradCamOptions>) {
        const { reluAttributions, attrDimSummation } = asked.options;
        const { gradients, values } = gradientsAt(asked, asked.listed.inputs);
        const maps = gradients[0]!.map((dy, i) => weighed(dy, values[0]![i]!, attrDimSummation));
        return { attributions: [reluAttributions ? maps.map((map) => map.relu()) : maps] };
      },
    };
  }
}

/** The options of `GradCam`. */
export interface GradCamOptions extends Omit<LayerOptions, 'attributeToLayerInput'> {
  /** Drop evidence against the output: relu of the map; default true, as in the paper. */
  reluAttributions?: boolean;
  /**
   * How the map is resized to the input's size; default 'bilinear' for inputs of two spatial dimensions, else
   * 'nearest'.
   */
  interpolateMode?: 'nearest' | 'bilinear' | 'bicubic' | 'area' | null;
}

/**
 * Grad-CAM for display: a layer's map of the evidence for the output, without evidence against it, resized to the
 * input: [N, 1, H, W].
 *
 *     const map = new GradCam(model, 'conv1').attribute(image, { target });
 *
 * Selvaraju et al. 2016, arXiv:1610.02391.
 */
export class GradCam extends InternalAttribution {
  readonly #maps: LayerGradCam;

  constructor(...args: Arguments<Forward & Within<Layer>, ['forwardFunc', 'layer']>) {
    super(...args);
    this.#maps = new LayerGradCam(this.forwardFunc, this.layer as Module);
  }

  /**
   * [N, 1, H, W] for an input [N, C, H, W]; of several inputs, the first one's size counts.
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit
   */
  attribute(
    inputs: Inputs,
    ...args: Arguments<GradCamOptions, ['target', 'additionalForwardArgs', 'reluAttributions', 'interpolateMode']>
  ): Tensor;
  attribute(options: GradCamOptions & { inputs: Inputs }): Tensor;
  attribute(...args: readonly unknown[]): Tensor {
    const { op } = this;
    const o = parseArgs<GradCamOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { target: null, additionalForwardArgs: null, reluAttributions: true, interpolateMode: null },
      args,
      { interpolateMode: kinds.orNull(kinds.oneOf('nearest', 'bilinear', 'bicubic', 'area')) },
    );
    const [first] = listInputs(op, o.inputs).inputs;
    const { inputs, target, additionalForwardArgs, reluAttributions } = o;
    return scope(() => {
      const map = oneMap(op, this.#maps.attribute(inputs, { target, additionalForwardArgs, reluAttributions }));
      const size = first!.shape.slice(2);
      if (size.length !== map.shape.length - 2 || size.length === 0) return map;
      const mode = o.interpolateMode ?? (size.length === 2 ? 'bilinear' : 'nearest');
      return LayerAttribution.interpolate(map, size, mode);
    });
  }
}

function oneMap(op: string, maps: LayerValue): Tensor {
  if (maps instanceof Tensor) return maps;
  throw new ArgumentError(`${op}: expected a layer of one tensor, but it has ${maps.length}`);
}

/** The options of `GuidedGradCam`. */
export interface GuidedGradCamOptions extends LayerOptions {
  /** How the map is resized to the input's size; default 'nearest'. */
  interpolateMode?: 'nearest' | 'area' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear';
}

/**
 * Guided backpropagation times a layer's Grad-CAM map (positive evidence only), resized to the input.
 *
 * Selvaraju et al. 2016, arXiv:1610.02391.
 */
export class GuidedGradCam extends InternalAttribution {
  readonly #maps: LayerGradCam;
  readonly #guided: GuidedBackprop;

  /** @throws ArgumentError unless `model` is an `nn.Module` */
  constructor(...args: Arguments<Network & Within<Layer>, ['model', 'layer']>) {
    const op = opOf(new.target);
    const { model, layer } = parseArgs<Network & Within<Layer>>(op, ['model', 'layer'], {}, args, networkKinds);
    super(model, layer);
    this.#maps = new LayerGradCam(model, layer);
    this.#guided = new GuidedBackprop(model);
  }

  /**
   * Attributions of the inputs' shapes. If the map cannot be resized to an input, that input gets an empty tensor and a
   * warning.
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit; DTypeError for inputs that are not
   * floating-point
   */
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<
      GuidedGradCamOptions,
      ['target', 'additionalForwardArgs', 'interpolateMode', 'attributeToLayerInput']
    >
  ): Attributions<I>;
  attribute<const I extends Inputs>(options: GuidedGradCamOptions & { inputs: I }): Attributions<I>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const o = parseArgs<GuidedGradCamOptions & { inputs: Inputs }>(
      op,
      ['inputs'],
      { target: null, additionalForwardArgs: null, interpolateMode: 'nearest', attributeToLayerInput: false },
      args,
      { interpolateMode: kinds.oneOf('nearest', 'area', 'linear', 'bilinear', 'bicubic', 'trilinear') },
    );
    const listed = listInputs(op, o.inputs);
    const { target, additionalForwardArgs, attributeToLayerInput, interpolateMode } = o;
    return scope(() => {
      const how = { target, additionalForwardArgs, attributeToLayerInput, reluAttributions: true };
      const map = oneMap(op, this.#maps.attribute(listed.inputs, how));
      const guided = this.#guided.attribute(listed.inputs, { target, additionalForwardArgs });
      return likeInputs(
        listed,
        guided.map((dx, i) => {
          const size = listed.inputs[i]!.shape.slice(2);
          if (size.length > 0 && size.length === map.shape.length - 2) {
            return dx.mul(LayerAttribution.interpolate(map, size, interpolateMode));
          }
          warnOnce(
            `${op}: the map of the layer cannot be brought to the size of input ${i}; its attributions are empty`,
          );
          return zeros([0]);
        }),
      );
    });
  }
}
