// DeepDream: changes a picture so that layers see more of the patterns that they already see, from coarse to fine.

import { ArgumentError, autograd, nn, noGrad, type Tensor } from '../../../torch';
import { kinds, type Module, type Parsed, parseArgs } from '../../../torch/inside';
import { asBatch, type Layer, layerKind, moduleKind, moduleOf, Probe } from './layers';
import {
  canvasOf,
  clampInto,
  expectCounts,
  expectWeights,
  type Frame,
  type PictureOptions,
  pictureDefaults,
  pictureKinds,
  prepared,
  Shaker,
  steps,
  type Terms,
  total,
} from './picture-steps';

/** The options of `DeepDream`. */
export interface DeepDreamOptions extends PictureOptions {
  /** Number of sizes at which the picture is changed. Default 4. */
  octaves?: number;
  /** How much wider each octave is than the one before. Default 1.4. */
  octaveScale?: number;
  /** Steps in each octave. Default 10. */
  steps?: number;
  /** The mean change of a pixel in a step. Default 0.03. */
  lr?: number;
  /** The greatest random shift in pixels. Default 32, and at most an eighth of the octave's width. */
  jitter?: number;
}

interface DeepDreamArguments extends DeepDreamOptions {
  model: Module;
  /** A picture [N, C, H, W] or [C, H, W]. */
  image: Tensor;
  /** The layer, or layers, whose activations are amplified. */
  layer: Layer | readonly Layer[];
}

/** A frame of a dream. */
export interface DreamFrame extends Frame {
  /**
   * Counted from 0, the coarsest. Frames have the octave's size; those of the last octave have the size of the given
   * picture.
   */
  readonly octave: number;
}

const OP = 'deepDream';

/**
 * Mordvintsev et al. 2015: gradient ascent on ½ Σ a², whose gradient at a layer is its activation a, with steps x ← x +
 * lr · g / mean |g|, random shifts, and octaves: a small version of the picture is changed first, and the change is
 * enlarged and added to the next size.
 *
 *     for await (const { image, step, octave } of deepDream(alexNet, dog, { layer: 'features.10', octaves: 4, steps: 20 })) …
 *
 * The network runs in evaluation mode, only as far as the last of the layers, and its state is restored after every
 * step. Steps are counted through all octaves; there is one term for each layer, keyed by its name.
 *
 * @throws ArgumentError for a layer that the model does not have, ShapeError if the smallest octave is too small for it
 */
export function deepDream(
  ...args:
    | [model: Module, image: Tensor, options: DeepDreamOptions & Pick<DeepDreamArguments, 'layer'>]
    | [model: Module, image: Tensor, layer: DeepDreamArguments['layer'], options?: DeepDreamOptions]
    | [DeepDreamArguments]
): AsyncGenerator<DreamFrame> {
  const o = parseArgs<DeepDreamArguments>(
    OP,
    ['model', 'image', 'layer'],
    {
      octaves: 4,
      octaveScale: 1.4,
      steps: 10,
      lr: 0.03,
      jitter: 32,
      ...pictureDefaults,
    },
    args,
    { model: moduleKind, layer: kinds.either(layerKind, kinds.listOf(layerKind)), ...pictureKinds },
  );
  expectCounts(OP, { octaves: o.octaves, steps: o.steps, every: o.every });
  expectWeights(OP, { lr: o.lr, jitter: o.jitter });
  if (!(o.octaveScale > 1)) throw new ArgumentError(`${OP}: expected octaveScale over 1, but got ${o.octaveScale}`);
  const layers = Array.isArray(o.layer) ? (o.layer as readonly Layer[]) : [o.layer as Layer];
  if (layers.length === 0) throw new ArgumentError(`${OP}: expected a layer, but got an empty list`);
  for (const layer of layers) moduleOf(OP, o.model, layer);
  const whole = canvasOf(asBatch(OP, o.image));
  const [height, width] = whole.shape.slice(-2) as [number, number];
  const sizes = Array.from({ length: o.octaves }, (_, i) => {
    const by = o.octaveScale ** (i - o.octaves + 1);
    return [Math.max(1, Math.round(height * by)), Math.max(1, Math.round(width * by))] as const;
  });
  return dreaming(o, layers, whole, sizes);
}

async function* dreaming(
  o: Parsed<DeepDreamArguments>,
  layers: readonly Layer[],
  whole: Tensor,
  sizes: readonly (readonly [number, number])[],
): AsyncGenerator<DreamFrame> {
  let dreamt: { readonly image: Tensor; readonly from: Tensor } | null = null;
  for (const [octave, size] of sizes.entries()) {
    const from = resizedTo(whole, size);
    const detail: Tensor | null = dreamt && noGrad(() => resizedTo(dreamt!.image.sub(dreamt!.from), size));
    const image = canvasOf(detail ? from.add(detail) : from);
    // Make a new probe for each octave, because the layers' inputs change size.
    const probe = new Probe(OP, o.model, layers);
    const jitter = Math.min(Math.floor(o.jitter), Math.floor(Math.min(...size) / 8));
    const shaker = new Shaker({ jitter, rotation: 0, seed: o.seed + octave });
    const change = (): Terms => {
      const { there, back } = shaker.next();
      const moved = noGrad(() => there(image))
        .detach()
        .requiresGrad_(true);
      const outputs = probe.run(prepared(moved, o));
      const entries = outputs.map((output, i): [string, Tensor] => [
        nameOf(layers[i]!, i),
        output.square().sum().mul(0.5),
      ]);
      const terms = Object.fromEntries(entries);
      const [g] = autograd.grad(total(terms), moved) as [Tensor];
      noGrad(() => {
        const slope = back(g);
        image.add_(slope.mul(o.lr).div(slope.abs().mean().add(1e-12)));
      });
      clampInto(OP, image, o.range);
      return terms;
    };
    const settings = {
      count: o.steps,
      every: o.every,
      signal: o.signal,
      shape: o.image.shape,
      first: octave * o.steps,
    };
    for await (const frame of steps(image, settings, change)) yield { ...frame, octave };
    if (o.signal?.aborted) return;
    dreamt = { image, from };
  }
}

const nameOf = (layer: Layer, i: number): string => (typeof layer === 'string' ? layer : `layer ${i}`);

const resizedTo = (image: Tensor, size: readonly [number, number]): Tensor =>
  image.shape[2] === size[0] && image.shape[3] === size[1]
    ? image
    : noGrad(() => nn.functional.interpolate(image, { size: [...size], mode: 'bilinear', alignCorners: false }));
