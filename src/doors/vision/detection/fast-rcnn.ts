// The steps of Fast R-CNN (Girshick 2015, arXiv:1504.08083): the sampling of regions, the head, and the multi-task
// loss.

import { ArgumentError, cat, nn, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  callable,
  inputs,
  isTensorObject as isTensor,
  kinds,
  Layer,
  parseArgs,
  tensorKind as tensor,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { RoIPool } from '../ops/region-modules';
import type { Regions } from '../ops/region-pooling';
import { BoxCoder } from './box-coder';
import { detectorKinds } from './detector-kinds';
import { FastRCNNPredictor, TwoMLPHead } from './faster-rcnn';
import { checkBoxes, checkTargets, type DetectionTarget, hostTargets, numbersOf, tensorOf } from './host';
import { BETA, IGNORED } from './losses';
import { Matcher } from './matcher';
import { expectRegions } from './rcnn';
import { BalancedPositiveNegativeSampler } from './sampler';
import { boxAt, matched, unitBoxes } from './targets';

/** Options of `fastrcnnLoss`. */
export interface FastRCNNLossOptions {
  /** λ, the weight of the box term. Default: 1. */
  lambda?: number;
  /** Where smooth L1 turns from ½ x² / β to |x| − ½ β. Default: 1/9, as in torchvision; the paper has 1. */
  beta?: number;
}

const together = (given: Tensor | readonly Tensor[]): Tensor => (isTensor(given) ? given : cat([...given], 0));

/**
 * The multi-task loss of Fast R-CNN (equation 1), L = L_cls(p, u) + λ [u ≥ 1] L_loc(tᵘ, v), as its two terms: cross
 * entropy of the classes u, and smooth L1 of the corrections tᵘ for the class of each region that shows an object. Both
 * are means over all regions.
 * Shape: classLogits [K, C], boxRegression [K, 4 C], labels (int64 [K], 0 is the background, −100 is ignored) and
 * regressionTargets [K, 4], the last two also as lists with one tensor per picture → two numbers.
 *
 *     const [lossClassifier, lossBoxReg] = detection.fastrcnnLoss(logits, corrections, labels, targets);
 *
 * @throws ShapeError
 */
export const fastrcnnLoss = callable(
  'fastrcnnLoss(classLogits, boxRegression, labels: value, regressionTargets: value, ...)',
  (
    /** The scores of classes that the head gives: [N, classes]. */
    classLogits: Tensor,
    /** The codes of boxes that the head gives: [N, 4 classes]. */
    boxRegression: Tensor,
    /** The numbers of the classes. */
    labels: Tensor | readonly Tensor[],
    /** The codes of the true boxes. */
    regressionTargets: Tensor | readonly Tensor[],
    ...args: Arguments<FastRCNNLossOptions, ['lambda', 'beta']>
  ): [lossClassifier: Tensor, lossBoxReg: Tensor] => {
    const name = 'fastrcnnLoss';
    const { lambda, beta } = parseArgs<FastRCNNLossOptions>(name, [], { lambda: 1, beta: BETA }, args, {
      lambda: kinds.finite,
      beta: kinds.between(0),
    });
    const oneOrMore = kinds.either(tensor, kinds.nonEmpty(tensor));
    expectKinds(name, { labels: [labels, oneOrMore], regressionTargets: [regressionTargets, oneOrMore] });
    const [classes, targets] = [together(labels), together(regressionTargets)];
    const [count, columns] = classLogits.shape as readonly [number, number];
    for (const [what, tensor, wanted] of [
      ['boxRegression', boxRegression, [count, 4 * columns]],
      ['labels', classes, [count]],
      ['regressionTargets', targets, [count, 4]],
    ] as const) {
      if (classLogits.dim() === 2 && tensor.shape.join() === wanted.join()) continue;
      throw new ShapeError(
        `${name}: expected ${what} of shape [${wanted.join(', ')}] for classLogits [${classLogits.shape.join(', ')}], but got [${tensor.shape.join(', ')}]`,
      );
    }
    const isFound = classes.gt(0).unsqueeze(1);
    const places = classes.clamp({ min: 0 }).reshape([count, 1, 1]).expand([count, 1, 4]);
    const corrections = boxRegression.reshape([count, columns, 4]).gather(1, places).squeeze(1);
    const wanted = targets.where(isFound, corrections.detach());
    const misses = nn.functional.smoothL1Loss(corrections, wanted, { beta, reduction: 'sum' });
    const counted = classes.ne(IGNORED).to('float32').sum();
    return [
      nn.functional.crossEntropy(classLogits, classes, { ignoreIndex: IGNORED }),
      misses.div(counted).mul(lambda),
    ];
  },
);

/** Options of `sampleRois`. */
export interface RoISamplingOptions {
  /** Regions drawn from each picture. Default: 64. */
  batchSizePerImage?: number;
  /** Upper limit of the fraction of positive regions, which show an object. Default: 0.25. */
  positiveFraction?: number;
  /** A region is positive if its IoU with a ground-truth box is at least this. Default: 0.5. */
  fgIouThresh?: number;
  /**
   * A region is background if its highest IoU is at least this and below `fgIouThresh`; regions below are not used.
   * Default: 0.1.
   */
  bgIouThreshLow?: number;
  /** Weights of the corrections. Default: [10, 10, 5, 5]. */
  bboxRegWeights?: readonly [number, number, number, number];
}

type SamplingOrder = ['batchSizePerImage', 'positiveFraction', 'fgIouThresh', 'bgIouThreshLow', 'bboxRegWeights'];

/** The regions that a training step uses: `batchSizePerImage` of each picture, one picture after another. */
export interface SampledRoIs {
  /** float32 [K, 5]: the picture's index, x1, y1, x2, y2, as `ops.roiPool` takes them. */
  readonly rois: Tensor;
  /** int64 [K]: the class, 0 for the background, −100 for padding if a picture has too few regions. */
  readonly labels: Tensor;
  /** float32 [K, 4]: the corrections to the ground-truth boxes; 0 for regions without one. */
  readonly regressionTargets: Tensor;
}

/**
 * Draws the regions of a training step of Fast R-CNN (section 2.3): a fixed number of each picture. Up to a quarter of
 * them overlap a ground-truth box with an IoU of at least 0.5; the others are background, with an IoU from 0.1 to 0.5.
 * The ground-truth boxes are candidates, too. Shape: for each picture proposals [P, 4] and a target
 * `{ boxes, labels }`, labels from 1 on → tensors of fixed shapes, so that no later step compiles anything. The
 * sampling runs on the host, so this is a promise.
 *
 *     const { rois, labels, regressionTargets } = await detection.sampleRois([boxes], [target]);
 *
 * @throws ShapeError, DTypeError, ArgumentError
 */
export const sampleRois = callable(
  'sampleRois(proposals: value, targets: value, ...)',
  async (
    proposals: readonly Tensor[],
    targets: readonly DetectionTarget[],
    ...args: Arguments<RoISamplingOptions, SamplingOrder>
  ): Promise<SampledRoIs> => {
    const name = 'sampleRois';
    const thresholds = { fgIouThresh: 0.5, bgIouThreshLow: 0.1 };
    const weights = { bboxRegWeights: [10, 10, 5, 5] as const };
    const defaults = { batchSizePerImage: 64, positiveFraction: 0.25, ...thresholds, ...weights };
    const o = parseArgs<RoISamplingOptions>(name, [], defaults, args, detectorKinds);
    if (!Array.isArray(proposals))
      throw new ArgumentError(`${name}: expected a list of proposals, one tensor a picture`);
    for (const boxes of proposals as readonly unknown[]) expectRegions(name, 'proposals', boxes);
    checkTargets(name, targets, proposals.length);
    const [numbers, given] = await Promise.all([numbersOf(proposals), hostTargets(targets)]);
    checkBoxes(name, given);
    const each = o.batchSizePerImage;
    const sampler = new BalancedPositiveNegativeSampler(each, o.positiveFraction);
    const matcher = new Matcher(o.fgIouThresh, Math.min(o.bgIouThreshLow, o.fgIouThresh));
    const count = proposals.length * each;
    const rois = new Float32Array(5 * count);
    const labels = new Int32Array(count).fill(IGNORED);
    const [from, to] = [unitBoxes(count), unitBoxes(count)];
    given.forEach((target, picture) => {
      const all = Float32Array.from([...Array.from(numbers[picture]!), ...target.boxes]);
      const matches = matched(matcher, target.boxes, all);
      // Here, regions between the thresholds are background. Regions below both are left out, unless the picture has no
      // ground-truth boxes.
      const background = target.labels.length > 0 ? Matcher.BETWEEN_THRESHOLDS : Matcher.BELOW_LOW_THRESHOLD;
      const classes = matches.map((match) => (match >= 0 ? target.labels[match]! : match === background ? 0 : -1));
      const { positive, negative } = sampler.sample(classes);
      [...positive, ...negative].forEach((region, k) => {
        const row = picture * each + k;
        const box = boxAt(all, region);
        rois.set(box, 5 * row + 1);
        labels[row] = classes[region]!;
        if (classes[region]! <= 0) return;
        from.data.set(box, 4 * row);
        to.data.set(boxAt(target.boxes, matches[region]!), 4 * row);
      });
      for (let k = 0; k < each; k++) rois[5 * (picture * each + k)] = picture;
    });
    return {
      rois: tensorOf(rois, [count, 5], 'float32'),
      labels: tensorOf(labels, [count], 'int64'),
      regressionTargets: new BoxCoder(o.bboxRegWeights).encodeSingle(to.tensor(), from.tensor()),
    };
  },
);

/** Options of `FastRCNNHead`. */
export interface FastRCNNHeadOptions {
  /** Channels of the map. */
  inChannels: number;
  /** Number of classes, including the background 0. */
  numClasses: number;
  /** Pixels of the map per pixel of the picture. */
  spatialScale: number;
  /** Bins along each side. Default: 7. */
  outputSize?: number;
  /** Features of the two hidden layers. Default: 4096. */
  representationSize?: number;
}

type HeadOrder = ['inChannels', 'numClasses', 'spatialScale', 'outputSize', 'representationSize'];

/**
 * The head of Fast R-CNN, after the convolutions (figure 1): RoI pooling of each region, two linear layers with ReLU,
 * and two outputs, the classes and their boxes. Shape: a map [N, C, H, W] and regions [K, 5], or a list of N tensors
 * [L, 4] → logits [K, numClasses] and corrections [K, 4 numClasses].
 *
 *     const head = new detection.FastRCNNHead(512, 21, 1 / 16);
 *     const [logits, corrections] = head(backbone(images), rois);
 */
export class FastRCNNHead extends Layer {
  roi_pool: RoIPool;
  box_head: TwoMLPHead;
  box_predictor: FastRCNNPredictor;

  constructor(...args: Arguments<FastRCNNHeadOptions, HeadOrder>) {
    super();
    const required = ['inChannels', 'numClasses', 'spatialScale'] as const;
    const defaults = { outputSize: 7, representationSize: 4096 };
    const o = parseArgs<FastRCNNHeadOptions>('FastRCNNHead', required, defaults, args, detectorKinds);
    this.roi_pool = new RoIPool(o.outputSize, o.spatialScale);
    this.box_head = new TwoMLPHead(o.inChannels * o.outputSize ** 2, o.representationSize);
    this.box_predictor = new FastRCNNPredictor(o.representationSize, o.numClasses);
  }

  override get [inputs]() {
    return ['features', 'rois'] as const;
  }

  override forward(
    features: Tensor,
    /** Regions, [N, 4], or [N, 5] with the number of the picture first. */ rois: Regions,
  ): [logits: Tensor, corrections: Tensor] {
    return this.box_predictor(this.box_head(this.roi_pool(features, rois)));
  }
}
