// Reconstructs a picture from its features at a layer.

import { noGrad, type Tensor } from '../../../torch';
import { kinds, type Module, parseArgs, tensorKind as tensor } from '../../../torch/inside';
import { asBatch, type Layer, layerKind, moduleKind, Probe } from './layers';
import {
  type OptimizedFrame,
  type OptimizerOptions,
  optimized,
  optimizedKinds,
  optimizerDefaults,
  type PictureOptimizer,
} from './optimized';
import {
  canvasOf,
  expectCounts,
  expectWeights,
  noise,
  type PictureOptions,
  pictureDefaults,
  pictureKinds,
  prepared,
  totalVariation,
} from './picture-steps';

/** The options of `Reconstruct`. */
export interface ReconstructOptions extends PictureOptions, OptimizerOptions {
  /** Weight of the total variation, by pixel. Default 1e-3. */
  tv?: number;
  /** The exponent of the total variation: 2 smooths, 1 keeps edges. Default 2. */
  beta?: number;
  /** Default 100. */
  steps?: number;
  /** Default 'adam'. */
  optimizer?: PictureOptimizer;
  /** The initial picture; default: small random numbers. */
  start?: Tensor | null;
}

interface ReconstructArguments extends ReconstructOptions {
  model: Module;
  image: Tensor;
  layer: Layer;
}

const OP = 'reconstruct';

/** Standard deviation of a random start. */
const START = 0.1;

/**
 * Finds a picture that has the same features at a layer as `image`. The deeper the layer, the less of the picture its
 * features determine. Minimises
 *
 *     ‖Φ(x) − Φ(x₀)‖² / ‖Φ(x₀)‖² + tv · Σ ((∂x/∂i)² + (∂x/∂j)²)^{β/2} / pixels
 *
 * from a random start (Mahendran & Vedaldi 2015, "Understanding Deep Image Representations by Inverting Them"). The
 * network runs in evaluation mode, only as far as the layer, and its state is restored after every step.
 *
 *     for await (const { image, step, terms } of reconstruct(alexNet, dog, 'features.10', { tv: 0.01 })) …
 *
 * The terms are `features` and `tv`.
 */
export function reconstruct(
  ...args:
    | [model: Module, image: Tensor, options: ReconstructOptions & Pick<ReconstructArguments, 'layer'>]
    | [model: Module, image: Tensor, layer: Layer, options?: ReconstructOptions]
    | [ReconstructArguments]
): AsyncGenerator<OptimizedFrame> {
  const o = parseArgs<ReconstructArguments>(
    OP,
    ['model', 'image', 'layer'],
    {
      tv: 1e-3,
      beta: 2,
      steps: 100,
      optimizer: 'adam',
      ...optimizerDefaults,
      start: null,
      ...pictureDefaults,
    },
    args,
    { model: moduleKind, layer: layerKind, start: kinds.orNull(tensor), ...optimizedKinds, ...pictureKinds },
  );
  expectCounts(OP, { steps: o.steps, every: o.every });
  expectWeights(OP, { tv: o.tv, beta: o.beta });
  const given = asBatch(OP, o.image);
  const probe = new Probe(OP, o.model, [o.layer]);
  const featuresOf = (x: Tensor): Tensor => probe.run(prepared(x, o))[0]!;
  const [wanted, scale] = noGrad(() => {
    const features = featuresOf(given).detach();
    return [features, features.square().sum().add(1e-12)] as const;
  });
  const image = canvasOf(o.start ? asBatch(OP, o.start) : noise(given.shape, START, o.seed));
  const pixels = given.numel();
  return optimized(
    image,
    (x) => ({
      features: featuresOf(x).sub(wanted).square().sum().div(scale),
      tv: totalVariation(x, o.beta).mul(o.tv / pixels),
    }),
    { ...o, op: OP, count: o.steps, shape: o.image.shape },
  );
}
