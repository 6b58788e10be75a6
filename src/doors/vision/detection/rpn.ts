// The region proposal network: finds where objects may be, and computes the losses that train it.

import { ArgumentError, cat, noGrad, stack, type Tensor } from '../../../torch';
import {
  type Args,
  type CarriedPromise,
  type Given,
  isPlainObject,
  kinds,
  Module,
  type Named,
  objectAt,
  or,
  parseArgs,
  takes,
  typed,
} from '../../../torch/inside';
import { nmsPadded } from '../ops/nms';
import { BoxGenerator } from './anchors';
import { BoxCoder } from './box-coder';
import { detectorKinds } from './detector-kinds';
import { checkTargets, type DetectionTarget, type HostTarget, hostTargets, numbersOf, tensorOf } from './host';
import { ImageList, type ImageSize } from './image-list';
import { CorrectedBoxes, entropySum } from './losses';
import { type FeatureMaps, featureMaps } from './maps';
import { Matcher } from './matcher';
import { boxByBox, type RPNHead } from './rpn-head';
import { BalancedPositiveNegativeSampler } from './sampler';
import { inParts } from './steps';
import { boxAt, boxesAt, labelled, matched, padded } from './targets';

/** How many boxes of a feature map, or of a picture, are kept, in training and in evaluation. */
export interface TopN {
  readonly training: number;
  readonly testing: number;
}

const topKind: kinds.Kind<TopN> = {
  words: 'an object of two whole numbers, { training, testing }',
  fits: (value) => isPlainObject(value) && kinds.whole(0).fits(value.training) && kinds.whole(0).fits(value.testing),
};

const network = takes('RegionProposalNetwork', {
  /** The generator of the anchors. */
  anchorGenerator: kinds.instance(BoxGenerator, 'a generator of anchors'),
  /** Turns a list of feature maps into `[logits, boxes]`, as `RPNHead` does. */
  head: kinds.instance(Module, 'a module'),
  /** An anchor is positive if its IoU with a ground-truth box is at least this. */
  fgIouThresh: detectorKinds.fgIouThresh,
  /** An anchor is negative if its highest IoU is below this. */
  bgIouThresh: detectorKinds.bgIouThresh,
  /** Anchors of each picture that enter the losses. */
  batchSizePerImage: detectorKinds.batchSizePerImage,
  /** Upper limit of the fraction of positive anchors. */
  positiveFraction: detectorKinds.positiveFraction,
  /** How many of the best boxes of each feature map enter the suppression. */
  preNmsTopN: topKind,
  /** How many boxes of each picture remain after the suppression. */
  postNmsTopN: topKind,
  /** Boxes that overlap a better one of their map by more than this IoU are dropped. */
  nmsThresh: detectorKinds.nmsThresh,
  /** Boxes with a lower score are dropped. Default: 0. */
  scoreThresh: or(detectorKinds.scoreThresh, 0),
});

/** Arguments of `RegionProposalNetwork`, by name. */
export interface RegionProposalOptions extends Given<typeof network.entries>, Named {}

const proposals = takes('RegionProposalNetwork', {
  images: kinds.instance(ImageList, 'an ImageList'),
  features: featureMaps,
  /** Needed in training. Default: null. */
  targets: or(typed<readonly DetectionTarget[] | null>(kinds.anything), null),
});

/** The head's output for every anchor. */
export interface Predictions {
  /** [N, A] */
  readonly objectness: Tensor;
  /** [N, A, 4] */
  readonly deltas: Tensor;
  /** The anchors (float32 [A, 4]) of each picture. */
  readonly anchors: readonly Tensor[];
  /** Number of anchors of each feature map. */
  readonly counts: readonly number[];
}

/** Proposals of every picture, padded to the same number. */
export interface PaddedProposals {
  /** float32 [N, P, 4], best first. */
  readonly boxes: Tensor;
  /** Probabilities [N, P], descending; −1 for padding. */
  readonly scores: Tensor;
}

/** The losses of proposals, as scalars: of whether there is an object, and of the corrections. */
export interface RegionProposalLosses {
  lossObjectness: Tensor;
  lossRpnBoxReg: Tensor;
}

/** Proposals with a shorter side are dropped; in pixels. */
const MIN_SIZE = 1e-3;
const BATCH_FIRST = 1;

/**
 * Region proposal network (Ren et al. 2015, arXiv:1506.01497, section 3.1): corrects anchors, and keeps those that most
 * likely show an object and do not overlap. A call returns the proposals of each picture and, in training, the two
 * losses:
 *
 *     const [boxes, { lossObjectness, lossRpnBoxReg }] = await rpn(images, featureMaps, targets);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class RegionProposalNetwork extends Module {
  anchor_generator: BoxGenerator;
  readonly boxCoder = new BoxCoder([1, 1, 1, 1]);
  readonly proposalMatcher: Matcher;
  readonly fgBgSampler: BalancedPositiveNegativeSampler;
  private readonly beforeSuppression: TopN;
  private readonly afterSuppression: TopN;
  nmsThresh: number;
  scoreThresh: number;
  minSize = MIN_SIZE;

  /**
   * Corrects anchors, and keeps those that most likely show an object (Ren et al. 2015).
   *
   * @param anchorGenerator The generator of the anchors.
   * @param head Turns a list of feature maps into `[logits, boxes]`, as `RPNHead` does.
   * @param fgIouThresh An anchor is positive if its IoU with a ground-truth box is at least this.
   * @param bgIouThresh An anchor is negative if its highest IoU is below this.
   * @param batchSizePerImage Anchors of each picture that enter the losses.
   * @param positiveFraction Upper limit of the fraction of positive anchors.
   * @param preNmsTopN How many of the best boxes of each feature map enter the suppression.
   * @param postNmsTopN How many boxes of each picture remain after the suppression.
   * @param nmsThresh Boxes that overlap a better one of their map by more than this IoU are dropped.
   * @param scoreThresh Boxes with a lower score are dropped, default 0; also by name.
   */
  constructor(
    anchorGenerator: BoxGenerator,
    head: Module,
    fgIouThresh: number,
    bgIouThresh: number,
    batchSizePerImage: number,
    positiveFraction: number,
    preNmsTopN: TopN,
    postNmsTopN: TopN,
    nmsThresh: number,
    scoreThresh?: number | { scoreThresh?: number },
  );
  constructor(named: RegionProposalOptions);
  constructor(...args: readonly unknown[]) {
    super();
    const o = network.read(args);
    this.anchor_generator = o.anchorGenerator;
    this.head = o.head;
    this.proposalMatcher = new Matcher(o.fgIouThresh, o.bgIouThresh, { allowLowQualityMatches: true });
    this.fgBgSampler = new BalancedPositiveNegativeSampler(o.batchSizePerImage, o.positiveFraction);
    this.beforeSuppression = o.preNmsTopN;
    this.afterSuppression = o.postNmsTopN;
    this.nmsThresh = o.nmsThresh;
    this.scoreThresh = o.scoreThresh;
  }

  get anchorGenerator(): BoxGenerator {
    return this.anchor_generator;
  }

  set anchorGenerator(generator: BoxGenerator) {
    this.anchor_generator = generator;
  }

  preNmsTopN(...none: []): number {
    parseArgs('preNmsTopN', [], {}, none);
    return this.training ? this.beforeSuppression.training : this.beforeSuppression.testing;
  }

  postNmsTopN(...none: []): number {
    parseArgs('postNmsTopN', [], {}, none);
    return this.training ? this.afterSuppression.training : this.afterSuppression.testing;
  }

  override forward(
    ...args: Args<typeof proposals, ['images', 'features', 'targets']>
  ): CarriedPromise<[boxes: Tensor[], losses: Partial<RegionProposalLosses>]> {
    const names = ['images', 'features', 'targets'];
    const { images, features, targets } = proposals.read(objectAt(proposals.name, names, 1, args));
    return inParts(async (part) => {
      const name = 'RegionProposalNetwork';
      if (this.training) checkTargets(name, targets, images.imageSizes.length);
      const wanted = this.training ? await hostTargets(targets as readonly DetectionTarget[]) : null;
      const { packed, predictions } = part(() => {
        const made = this.predict(images, features);
        return { packed: packedProposals(this.propose(made, images.imageSizes)), predictions: made };
      });
      const read = packed.data();
      const [losses, numbers] = await Promise.all([wanted ? this.lossesOf(predictions, wanted, part) : {}, read]);
      const boxes = unpackedProposals(numbers, images.imageSizes.length);
      return [boxes.map((list) => tensorOf(list, [list.length / 4, 4], 'float32')), losses];
    });
  }

  /** @internal The head's output for the anchors of a batch. */
  predict(images: ImageList, features: FeatureMaps): Predictions {
    const maps = Object.values(features);
    const [logits, boxes] = (this.head as unknown as (maps: readonly Tensor[]) => [Tensor[], Tensor[]])(maps);
    const anchors = this.anchor_generator(images, maps);
    const counts = logits.map(({ shape }) => shape[1]! * shape[2]! * shape[3]!);
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (anchors[0]!.shape[0] !== all) {
      throw new ArgumentError(
        `RegionProposalNetwork: expected a head for ${anchors[0]!.shape[0]} anchors, as many as the generator makes, but it is for ${all}; RPNHead takes numAnchorsPerLocation()`,
      );
    }
    return {
      objectness: cat(
        logits.map((x) => boxByBox(x, 1)),
        BATCH_FIRST,
      ).squeeze(2),
      deltas: cat(
        boxes.map((x) => boxByBox(x, 4)),
        BATCH_FIRST,
      ),
      anchors,
      counts,
    };
  }

  /** @internal The proposals of a batch, without gradients. */
  propose({ objectness, deltas, anchors, counts }: Predictions, imageSizes: readonly ImageSize[]): PaddedProposals {
    return noGrad(() => {
      const logits = objectness.detach();
      const pictures = imageSizes.length;
      const best: Tensor[] = [];
      const levels: number[] = [];
      let offset = 0;
      for (const [level, count] of counts.entries()) {
        const taken = Math.min(count, this.preNmsTopN());
        best.push(logits.narrow(1, offset, count).topk(taken, 1)[1].add(offset));
        levels.push(...Array<number>(taken).fill(level));
        offset += count;
      }
      const places = cat(best, 1);
      const from = anchors.every((boxes) => boxes === anchors[0])
        ? anchors[0]!.unsqueeze(0).expand([pictures, ...anchors[0]!.shape])
        : stack([...anchors], 0);
      const corrected = this.boxCoder.decodeSingle(chosenBoxes(deltas.detach(), places), chosenBoxes(from, places));
      const boxes = clipped(corrected, imageSizes);
      const scores = logits.gather(1, places).sigmoid();
      const side = (low: number) => boxes.select(2, low + 2).sub(boxes.select(2, low));
      const valid = side(0)
        .ge(this.minSize)
        .logicalAnd(side(1).ge(this.minSize))
        .logicalAnd(scores.ge(this.scoreThresh));
      const classes = tensorOf(Int32Array.from(levels), [levels.length], 'int64').expand([pictures, levels.length]);
      const kept = nmsPadded(boxes, scores, this.nmsThresh, this.postNmsTopN(), { classes, valid });
      return {
        boxes: chosenBoxes(boxes, kept.indices),
        scores: scores.gather(1, kept.indices).maskedFill(kept.valid.logicalNot(), -1),
      };
    });
  }

  /** @internal Draws the anchors for the losses, and records the losses. */
  async lossesOf(
    predictions: Predictions,
    targets: readonly HostTarget[],
    part: <T>(fn: () => T) => T,
  ): Promise<RegionProposalLosses> {
    const anchors = (await numbersOf(predictions.anchors)) as Float32Array[];
    const samples = targets.map(({ boxes }, i): AnchorSample => {
      const matches = matched(this.proposalMatcher, boxes, anchors[i]!);
      const { positive, negative } = this.fgBgSampler.sample(labelled(matches));
      const truths = boxesAt(
        boxes,
        positive.map((place) => matches[place]!),
      );
      return { positive, negative, anchors: boxesAt(anchors[i]!, positive), truths };
    });
    return part(() => this.computeLoss(predictions, samples));
  }

  /**
   * Cross entropy of the drawn anchors, and smooth L1 of the positive anchors' corrections, both divided by the number
   * of drawn anchors.
   */
  private computeLoss({ objectness, deltas }: Predictions, samples: readonly AnchorSample[]): RegionProposalLosses {
    const [pictures, count] = objectness.shape as readonly [number, number];
    const { batchSizePerImage, positiveFraction } = this.fgBgSampler;
    const most = pictures * Math.min(count, batchSizePerImage);
    const chosen = padded(most, 'int64');
    const labels = padded(most, 'float32');
    const counted = padded(most, 'float32');
    const corrected = new CorrectedBoxes(pictures * Math.min(count, Math.floor(batchSizePerImage * positiveFraction)));
    let drawn = 0;
    for (const [i, { positive, negative, anchors, truths }] of samples.entries()) {
      for (const [k, index] of positive.entries()) {
        labels.data[drawn] = 1;
        chosen.data[drawn++] = i * count + index;
        corrected.add(i * count + index, boxAt(anchors, k), boxAt(truths, k));
      }
      for (const index of negative) chosen.data[drawn++] = i * count + index;
    }
    counted.data.fill(1, 0, drawn);
    const logits = objectness.flatten().indexSelect(0, chosen.tensor());
    return {
      lossObjectness: entropySum(logits, labels.tensor(), counted.tensor()).div(drawn),
      lossRpnBoxReg: corrected.missSum(this.boxCoder, deltas).div(drawn),
    };
  }
}

export interface RegionProposalNetwork {
  /** Scores and corrects anchors. It can be replaced by a module with the same outputs. */
  get head(): RPNHead;
  set head(head: Module);
}

interface AnchorSample {
  /** Indices in ascending order. */
  readonly positive: Int32Array;
  readonly negative: Int32Array;
  /** The positive anchors, and the ground-truth box of each. */
  readonly anchors: Float32Array;
  readonly truths: Float32Array;
}

/** Picks boxes from [N, K, 4] by indices [N, L]: [N, L, 4]. */
export const chosenBoxes = (boxes: Tensor, indices: Tensor): Tensor =>
  boxes.gather(1, indices.unsqueeze(2).expand([...indices.shape, 4]));

/** Clips boxes [N, K, 4] to their pictures. */
export function clipped(boxes: Tensor, imageSizes: readonly ImageSize[]): Tensor {
  const limits = Float32Array.from(imageSizes.flatMap(([h, w]) => [w, h, w, h]));
  return boxes.clamp({ min: 0 }).minimum(tensorOf(limits, [imageSizes.length, 1, 4], 'float32'));
}

/** Boxes and scores as one tensor [N, P, 5], so that they are read back together. */
export const packedProposals = ({ boxes, scores }: PaddedProposals): Tensor => cat([boxes, scores.unsqueeze(2)], 2);

/** The boxes of each picture without the padding, four coordinates each. */
export function unpackedProposals(packed: ArrayLike<number>, pictures: number): Float32Array[] {
  const each = packed.length / pictures;
  return Array.from({ length: pictures }, (_, i) => {
    const boxes: number[] = [];
    for (let at = i * each; at < (i + 1) * each && packed[at + 4]! >= 0; at += 5) {
      for (let k = 0; k < 4; k++) boxes.push(packed[at + k]!);
    }
    return Float32Array.from(boxes);
  });
}
