// Gradient ascent on a score: makes a picture that strongly excites a class, a unit, a channel or a layer.

import { ArgumentError, autograd, noGrad, Tensor } from '../../../torch';
import { kinds, type Module, parseArgs, shown, tensorKind as tensor } from '../../../torch/inside';
import { asBatch, type Layer, layerKind, moduleKind, outputOf, Probe } from './layers';
import {
  canvasOf,
  clampInto,
  expectCounts,
  expectWeights,
  type Frame,
  noise,
  type PictureOptions,
  pictureDefaults,
  pictureKinds,
  prepared,
  Shaker,
  softened,
  steps,
  type Terms,
} from './picture-steps';

/** The options of `ScoreAscent`. */
export interface ScoreAscentOptions extends PictureOptions {
  /** The class whose score is raised: an index into dimension 1 of the network's output. */
  target?: number | null;
  /** The layer to excite, instead of a class: all of it, or a part given by `channel` or `unit`. */
  layer?: Layer | null;
  /** A channel of the layer's maps, or a feature of its vectors. */
  channel?: number | null;
  /** The position [y, x] of one unit of the channel. */
  unit?: readonly number[] | null;
  /** Default 100. */
  steps?: number;
  /** The length of a step: each gradient is scaled to this norm. Default 1. */
  lr?: number;
  /** Weight of the penalty on the squared norm of the picture. Default 1e-3. */
  l2?: number;
  /** Standard deviation of the blur, in pixels. Default 0.5. */
  blur?: number;
  /** Blur after every so many steps; 0 means never. Default 10. */
  blurEvery?: number;
  /** The share of pixels with the smallest norms that are set to 0 after each step. Default 0. */
  clipNorm?: number;
  /** The share of pixels with the smallest |x · ∂s/∂x| that are set to 0 after each step. Default 0. */
  clipContribution?: number;
  /** The largest random shift in pixels, in every direction. Default 2. */
  jitter?: number;
  /** The largest random rotation in degrees. Default 0. */
  rotation?: number;
}

interface ScoreAscentArguments extends ScoreAscentOptions {
  model: Module;
  /** The initial picture, [N, C, H, W] or [C, H, W]; or such a shape, for a start from small random numbers. */
  image: Tensor | readonly number[];
}

const OP = 'scoreAscent';

/** Standard deviation of a random start. */
const START = 0.01;

/**
 * Raises the score of a class, or the activation of a channel, a unit or a layer, by gradient ascent on the picture:
 *
 *     x ← x + lr · g / ‖g‖,   g = ∂/∂x (s(x) − l2 ‖x‖²)
 *
 * with the regularisers of Simonyan et al. 2014 (L2) and Yosinski et al. 2015 (blur, clipping of small norms and of
 * small contributions), and random shifts and rotations. Scores should be logits. The network runs in evaluation mode,
 * and its state is restored after every step.
 *
 *     for await (const { image, step, terms } of scoreAscent(model, [1, 1, 28, 28], { target: 3 })) console.log(step, terms.score);
 *
 * Yields `Frame`s with the terms `score` and `l2`.
 *
 * @throws ArgumentError for a target out of range, or a layer that the model does not have
 */
export function scoreAscent(
  ...args: [model: Module, image: Tensor | readonly number[], options?: ScoreAscentOptions] | [ScoreAscentArguments]
): AsyncGenerator<Frame> {
  const o = parseArgs<ScoreAscentArguments>(
    OP,
    ['model', 'image'],
    {
      target: null,
      layer: null,
      channel: null,
      unit: null,
      steps: 100,
      lr: 1,
      l2: 1e-3,
      blur: 0.5,
      blurEvery: 10,
      clipNorm: 0,
      clipContribution: 0,
      jitter: 2,
      rotation: 0,
      ...pictureDefaults,
    },
    args,
    {
      model: moduleKind,
      image: kinds.either(tensor, kinds.listOf(kinds.whole(1))),
      target: kinds.orNull(kinds.whole(0)),
      layer: kinds.orNull(layerKind),
      channel: kinds.orNull(kinds.whole(0)),
      unit: kinds.orNull(kinds.nonEmpty(kinds.whole(0))),
      ...pictureKinds,
    },
  );
  expectCounts(OP, { steps: o.steps, every: o.every });
  const { l2, blur, blurEvery, clipNorm, clipContribution, jitter, rotation } = o;
  expectWeights(OP, { lr: o.lr, l2, blur, blurEvery, clipNorm, clipContribution, jitter, rotation });
  if (clipNorm > 1 || clipContribution > 1) {
    throw new ArgumentError(
      `${OP}: expected shares of pixels, at most 1, but got clipNorm ${clipNorm}, clipContribution ${clipContribution}`,
    );
  }
  if ((o.target === null) === (o.layer === null)) {
    throw new ArgumentError(`${OP}: expected a target or a layer, but got ${o.target === null ? 'neither' : 'both'}`);
  }
  if (o.unit !== null && o.channel === null)
    throw new ArgumentError(`${OP}: expected a channel beside unit, but got none`);
  const image = canvasOf(asBatch(OP, startOf(o.image, o.seed)));
  const shape = o.image instanceof Tensor ? o.image.shape : o.image;
  const score = scoreOf(o);
  const shaker = new Shaker({ jitter: Math.floor(jitter), rotation, seed: o.seed });
  return steps(image, { count: o.steps, every: o.every, signal: o.signal, shape }, (step) => {
    const { there, back, turn } = shaker.next();
    const moved = noGrad(() => there(image))
      .detach()
      .requiresGrad_(true);
    const shownTo = prepared(turn(moved), o);
    const terms: Terms = { score: score(shownTo), l2: moved.square().sum().mul(-l2) };
    const [g] = autograd.grad(terms.score!.add(terms.l2!), moved) as [Tensor];
    noGrad(() => {
      const slope = back(g);
      const norm = slope.square().sum().sqrt().add(1e-12);
      let next = image.add(slope.mul(o.lr).div(norm));
      if (blurEvery > 0 && blur > 0 && step % blurEvery === 0) next = softened(next, blur);
      if (clipNorm > 0) next = clipped(next, next.square().sum([1], { keepdim: true }), clipNorm);
      if (clipContribution > 0) {
        next = clipped(next, next.mul(slope).sum([1], { keepdim: true }).abs(), clipContribution);
      }
      image.copy_(next);
    });
    clampInto(OP, image, o.range);
    return terms;
  });
}

function startOf(given: Tensor | readonly number[], seed: number): Tensor {
  if (given instanceof Tensor) return given;
  return noise(given, START, seed);
}

/** The score to raise, as a function of the preprocessed picture. */
function scoreOf(o: {
  model: Module;
  target: number | null;
  layer: Layer | null;
  channel: number | null;
  unit: readonly number[] | null;
}): (x: Tensor) => Tensor {
  const part = (name: string, output: Tensor, index: number): Tensor => {
    const size = output.shape[1] ?? 0;
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new ArgumentError(`${OP}: expected ${name} from 0 to ${size - 1}, but got ${shown(index)}`);
    }
    return output.narrow(1, index, 1);
  };
  if (o.layer === null) return (x) => part('target', outputOf(OP, o.model, x), o.target!).sum();
  const probe = new Probe(OP, o.model, [o.layer]);
  return (x) => {
    const [output] = probe.run(x) as [Tensor];
    if (o.channel === null) return output.mean();
    const channel = part('channel', output, o.channel);
    if (o.unit === null) return channel.mean();
    if (o.unit.length !== output.dim() - 2) {
      throw new ArgumentError(
        `${OP}: expected unit, the place in a map of ${output.dim() - 2} dimensions, but got ${shown(o.unit)}`,
      );
    }
    return o.unit.reduce((rest, at, i) => rest.narrow(i + 2, at, 1), channel).sum();
  };
}

/** Sets to 0 the given share of each picture's pixels: those of the smallest `size` [N, 1, H, W]. */
function clipped(image: Tensor, size: Tensor, share: number): Tensor {
  const least = size.flatten(1).quantile(share, { dim: 1, keepdim: true }).reshape([-1, 1, 1, 1]);
  return image.mul(size.ge(least).to('float32'));
}
