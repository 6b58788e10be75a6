// Neural style transfer: the content of one picture in the style of another.

import { ArgumentError, nn, noGrad, ShapeError, Tensor } from '../../../torch';
import { type Arguments, kinds, type Module, parseArgs, shown, tensorKind as tensor } from '../../../torch/inside';
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
  flatMaps,
  noise,
  type PictureOptions,
  pictureDefaults,
  pictureKinds,
  prepared,
  type Terms,
  totalVariation,
} from './picture-steps';

/** The options of `NeuralStyle`. */
export interface NeuralStyleOptions extends PictureOptions, OptimizerOptions {
  /** Layers whose feature maps should match those of the content. */
  contentLayers?: readonly Layer[];
  /** Layers whose Gram matrices should match those of the style. */
  styleLayers?: readonly Layer[];
  /** Default 1. */
  contentWeight?: number;
  /** The weight of every style layer, or a list with one for each. Default 1e6. */
  styleWeight?: number | readonly number[];
  /** Weight of the total variation, by pixel. Default 0. */
  tv?: number;
  /** Iterations. Default 300. */
  steps?: number;
  /** Default 'lbfgs'. */
  optimizer?: PictureOptimizer;
  /** Where to start: the 'content' (default), the 'style', at 'random', or a picture. */
  start?: 'content' | 'style' | 'random' | Tensor;
}

interface NeuralStyleArguments extends NeuralStyleOptions {
  model: Module;
  /** The picture whose content stays, [1, 3, H, W] or [3, H, W]. */
  content: Tensor;
  /** The style picture; it may have another size. */
  style: Tensor;
}

const OP = 'neuralStyle';

/** Standard deviation of a random start. */
const START = 0.1;

/**
 * The Gram matrix of maps: G = F Fᵀ / (C · H · W) for maps F [C, H · W]. Shape: [N, C, …] → [N, C, C].
 *
 * @throws ShapeError for maps without channels
 */
export function gramMatrix(...args: Arguments<{ maps: Tensor }, ['maps']>): Tensor {
  const { maps } = parseArgs<{ maps: Tensor }>('gramMatrix', ['maps'], {}, args, { maps: tensor });
  if (maps.dim() < 3) throw new ShapeError(`gramMatrix: expected maps [N, C, …], but got [${maps.shape.join(', ')}]`);
  const flat = flatMaps(maps);
  return flat.matmul(flat.transpose(1, 2)).div(flat.shape[1]! * flat.shape[2]!);
}

/**
 * Gatys et al. 2015, "A Neural Algorithm of Artistic Style": changes a picture x until its feature maps at the content
 * layers match those of the content, and its Gram matrices at the style layers match those of the style. Minimises
 *
 *     contentWeight · Σ_l mse(F_l(x), F_l(content)) + Σ_l styleWeight_l · mse(G_l(x), G_l(style)) + tv · TV(x) / pixels
 *
 * by L-BFGS, with one iteration per step, or by Adam. The network runs in evaluation mode, only as far as the last
 * layer, and its state is restored after every step.
 *
 *     for await (const { image, step, terms } of neuralStyle(vgg.features, content, style, { contentLayers: ['7'], styleLayers: ['0', '2', '5', '7', '10'] })) …
 *
 * The terms are `content`, `style` and, if its weight is not 0, `tv`.
 *
 * @throws ArgumentError if there are no layers, or the model does not have one of them
 */
export function neuralStyle(
  ...args: [model: Module, content: Tensor, style: Tensor, options?: NeuralStyleOptions] | [NeuralStyleArguments]
): AsyncGenerator<OptimizedFrame> {
  const o = parseArgs<NeuralStyleArguments>(
    OP,
    ['model', 'content', 'style'],
    {
      contentLayers: [],
      styleLayers: [],
      contentWeight: 1,
      styleWeight: 1e6,
      tv: 0,
      steps: 300,
      optimizer: 'lbfgs',
      ...optimizerDefaults,
      start: 'content',
      ...pictureDefaults,
    },
    args,
    {
      model: moduleKind,
      contentLayers: kinds.listOf(layerKind),
      styleLayers: kinds.listOf(layerKind),
      styleWeight: kinds.either(kinds.number, kinds.listOf(kinds.number)),
      ...optimizedKinds,
      ...pictureKinds,
    },
  );
  expectCounts(OP, { steps: o.steps, every: o.every });
  const { contentLayers, styleLayers } = o;
  if (contentLayers.length + styleLayers.length === 0) {
    throw new ArgumentError(`${OP}: expected contentLayers, styleLayers or both, but got none`);
  }
  const weights = typeof o.styleWeight === 'number' ? styleLayers.map(() => o.styleWeight as number) : o.styleWeight;
  if (weights.length !== styleLayers.length) {
    throw new ArgumentError(`${OP}: expected ${styleLayers.length} weights of styles, but got ${weights.length}`);
  }
  expectWeights(OP, {
    contentWeight: o.contentWeight,
    tv: o.tv,
    ...Object.fromEntries(weights.map((w, i) => [`styleWeight[${i}]`, w])),
  });
  const content = asBatch(OP, o.content);
  const style = asBatch(OP, o.style);
  const fromContent = noGrad(() =>
    new Probe(OP, o.model, contentLayers).run(prepared(content, o)).map((maps) => maps.detach()),
  );
  const fromStyle = noGrad(() =>
    new Probe(OP, o.model, styleLayers).run(prepared(style, o)).map((maps) => gramMatrix(maps).detach()),
  );
  const probe = new Probe(OP, o.model, [...contentLayers, ...styleLayers]);
  const sum = (tensors: readonly Tensor[]): Tensor => tensors.reduce((all, each) => all.add(each));
  const objective = (x: Tensor): Terms => {
    const maps = probe.run(prepared(x, o));
    const kept = fromContent.map((wanted, i) => nn.functional.mseLoss(maps[i]!, wanted).mul(o.contentWeight));
    const styled = fromStyle.map((wanted, i) =>
      nn.functional.mseLoss(gramMatrix(maps[contentLayers.length + i]!), wanted).mul(weights[i]!),
    );
    return {
      ...(kept.length > 0 && { content: sum(kept) }),
      ...(styled.length > 0 && { style: sum(styled) }),
      ...(o.tv > 0 && { tv: totalVariation(x).mul(o.tv / x.numel()) }),
    };
  };
  const image = canvasOf(startOf(o.start, content, style, o.seed));
  return optimized(image, objective, { ...o, op: OP, count: o.steps, shape: o.content.shape });
}

function startOf(start: 'content' | 'style' | 'random' | Tensor, content: Tensor, style: Tensor, seed: number): Tensor {
  if (start instanceof Tensor) return asBatch(OP, start);
  if (start === 'content') return content;
  if (start === 'style') return style;
  if (start !== 'random') {
    throw new ArgumentError(`${OP}: expected start 'content', 'style', 'random' or a picture, but got ${shown(start)}`);
  }
  return noise(content.shape, START, seed);
}
