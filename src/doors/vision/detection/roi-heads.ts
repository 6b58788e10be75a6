// The second stage of R-CNN: classifies each proposal and corrects its box.

import { ArgumentError, cat, nn, ones, type Tensor } from '../../../torch';
import {
  type Arguments,
  type CarriedPromise,
  inputs,
  kinds,
  Module,
  parseArgs,
  tensorKind as tensor,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { MultiScaleRoIAlign } from '../ops/multi-scale-roi-align';
import { BoxCoder } from './box-coder';
import { detectorKinds } from './detector-kinds';
import type { FastRCNNPredictor } from './faster-rcnn';
import {
  checkBoxes,
  checkTargets,
  type DetectionTarget,
  type HostTarget,
  hostTargets,
  numbersOf,
  tensorOf,
} from './host';
import { type ImageSize, sizesKind } from './image-list';
import { CorrectedBoxes, IGNORED } from './losses';
import { type FeatureMaps, featureMaps } from './maps';
import { type MaskParts, maskAnswers, maskLoss } from './mask-steps';
import { type HostMasks, hostMasks } from './masks';
import { Matcher } from './matcher';
import { CandidateList, type Candidates, detected, keptOf } from './postprocess';
import { BalancedPositiveNegativeSampler } from './sampler';
import { inParts, type RecordedPart } from './steps';
import { boxAt, boxesAt, boxesIn, labelled, matched, padded, roomsIn } from './targets';
import type { Detection } from './transform';

/** Options of `RoIHeads`. */
export interface RoIHeadsOptions {
  /** Crops the boxes out of the feature maps. */
  boxRoiPool: MultiScaleRoIAlign;
  /** Turns crops [K, C, S, S] into features. */
  boxHead: nn.UnaryModule;
  /** Turns features into `[logits, boxes]`, [K, classes] and [K, 4 classes], as `FastRCNNPredictor` does. */
  boxPredictor: Module;
  /** A proposal is positive if its IoU with a ground-truth box is at least this. */
  fgIouThresh: number;
  /** A proposal is background if its highest IoU is below this. */
  bgIouThresh: number;
  /** Proposals of each picture that enter the losses. */
  batchSizePerImage: number;
  /** Upper limit of the fraction of positive proposals. */
  positiveFraction: number;
  /** Weights of the box coder; null means [10, 10, 5, 5]. */
  bboxRegWeights: readonly [number, number, number, number] | null;
  /** Detections need a score above this. */
  scoreThresh: number;
  /** Detections that overlap a better one of their class by more than this IoU are dropped. */
  nmsThresh: number;
  /** Most detections per picture. */
  detectionsPerImg: number;
  /** Crops the boxes for masks. Default: null, for heads without masks. */
  maskRoiPool?: MultiScaleRoIAlign | null;
  /** Turns crops [K, C, S, S] into maps. Default: null. */
  maskHead?: nn.UnaryModule | null;
  /** Turns maps into the logits [K, classes, M, M] of each class's mask. Default: null. */
  maskPredictor?: nn.UnaryModule | null;
}

type RoIHeadsOrder = [
  'boxRoiPool',
  'boxHead',
  'boxPredictor',
  'fgIouThresh',
  'bgIouThresh',
  'batchSizePerImage',
  'positiveFraction',
  'bboxRegWeights',
  'scoreThresh',
  'nmsThresh',
  'detectionsPerImg',
  'maskRoiPool',
  'maskHead',
  'maskPredictor',
];

/** The losses of boxes, of their classes and of their masks, as scalars. */
export interface RoILosses {
  lossClassifier: Tensor;
  lossBoxReg: Tensor;
  /** Present if the heads make masks. */
  lossMask?: Tensor;
}

const moduleKind = kinds.instance(Module, 'a module');
const poolKind = kinds.instance(MultiScaleRoIAlign, 'a MultiScaleRoIAlign');

/** The head's output for the proposals of all pictures. */
interface Answers {
  /** [K, classes] */
  readonly logits: Tensor;
  /** [K, 4 classes] */
  readonly boxes: Tensor;
}

/** The proposals of a picture that enter the losses. */
interface ProposalSample {
  readonly boxes: Float32Array;
  /** The class of each; 0 is the background. */
  readonly labels: Int32Array;
  /** The index of each proposal's ground-truth box. */
  readonly matches: Int32Array;
}

/** Detections with a shorter side are dropped; in pixels of the resized picture. */
const MIN_SIZE = 1e-2;
/** Least number of ground-truth boxes to pad for, so that steps on pictures with few boxes all have the same size. */
const ROOM_FOR_TRUTHS = 16;

/**
 * The box head of Fast R-CNN (Girshick 2015, arXiv:1504.08083): classifies each proposal and corrects its box, class by
 * class. In training, a call returns the losses of a sample of proposals and ground-truth boxes; in evaluation, it
 * returns the detections of each picture:
 *
 *     const [detections, losses] = await heads(featureMaps, proposals, imageSizes, targets);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class RoIHeads extends Module {
  box_roi_pool: MultiScaleRoIAlign;
  box_head: nn.UnaryModule;
  declare mask_roi_pool: MultiScaleRoIAlign | null;
  declare mask_head: nn.UnaryModule | null;
  declare mask_predictor: nn.UnaryModule | null;
  readonly boxCoder: BoxCoder;
  readonly proposalMatcher: Matcher;
  readonly fgBgSampler: BalancedPositiveNegativeSampler;
  scoreThresh: number;
  nmsThresh: number;
  detectionsPerImg: number;

  constructor(...args: Arguments<RoIHeadsOptions, RoIHeadsOrder>) {
    super();
    const required = [
      ...(['boxRoiPool', 'boxHead', 'boxPredictor', 'fgIouThresh', 'bgIouThresh', 'batchSizePerImage'] as const),
      ...(['positiveFraction', 'bboxRegWeights', 'scoreThresh', 'nmsThresh', 'detectionsPerImg'] as const),
    ];
    const masks = { maskRoiPool: null, maskHead: null, maskPredictor: null };
    const o = parseArgs<RoIHeadsOptions>('RoIHeads', required, masks, args, {
      ...detectorKinds,
      boxRoiPool: poolKind,
      boxHead: moduleKind,
      boxPredictor: moduleKind,
      maskRoiPool: kinds.orNull(poolKind),
      maskHead: kinds.orNull(moduleKind),
      maskPredictor: kinds.orNull(moduleKind),
    });
    this.box_roi_pool = o.boxRoiPool;
    this.box_head = o.boxHead;
    this.box_predictor = o.boxPredictor;
    this.mask_roi_pool = o.maskRoiPool ?? null;
    this.mask_head = o.maskHead ?? null;
    this.mask_predictor = o.maskPredictor ?? null;
    this.proposalMatcher = new Matcher(o.fgIouThresh, o.bgIouThresh);
    this.fgBgSampler = new BalancedPositiveNegativeSampler(o.batchSizePerImage, o.positiveFraction);
    this.boxCoder = new BoxCoder(o.bboxRegWeights ?? [10, 10, 5, 5]);
    this.scoreThresh = o.scoreThresh;
    this.nmsThresh = o.nmsThresh;
    this.detectionsPerImg = o.detectionsPerImg;
  }

  get boxRoiPool(): MultiScaleRoIAlign {
    return this.box_roi_pool;
  }

  set boxRoiPool(pool: MultiScaleRoIAlign) {
    this.box_roi_pool = pool;
  }

  get boxHead(): nn.UnaryModule {
    return this.box_head;
  }

  set boxHead(head: nn.UnaryModule) {
    this.box_head = head;
  }

  /**
   * Classifies the regions. Replace it for other classes:
   * `detector.roiHeads.boxPredictor = new FastRCNNPredictor(1024, 3)`.
   */
  get boxPredictor(): FastRCNNPredictor {
    return this.box_predictor;
  }

  set boxPredictor(predictor: Module) {
    this.box_predictor = predictor;
  }

  get maskRoiPool(): MultiScaleRoIAlign | null {
    return this.mask_roi_pool;
  }

  set maskRoiPool(pool: MultiScaleRoIAlign | null) {
    this.mask_roi_pool = pool;
  }

  get maskHead(): nn.UnaryModule | null {
    return this.mask_head;
  }

  set maskHead(head: nn.UnaryModule | null) {
    this.mask_head = head;
  }

  /** Computes the logits of masks; null if the heads make none. */
  get maskPredictor(): nn.UnaryModule | null {
    return this.mask_predictor;
  }

  set maskPredictor(predictor: nn.UnaryModule | null) {
    this.mask_predictor = predictor;
  }

  override get [inputs]() {
    return ['features', 'proposals', 'imageShapes', 'targets?'] as const;
  }

  override forward(
    features: FeatureMaps,
    proposals: readonly Tensor[],
    /** Height and width of each picture, and those that its boxes belong to. */
    imageShapes: readonly ImageSize[],
    targets: readonly DetectionTarget[] | null = null,
  ): CarriedPromise<[detections: Detection[], losses: Partial<RoILosses>]> {
    expectKinds('RoIHeads', {
      features: [features, featureMaps],
      proposals: [proposals, kinds.nonEmpty(tensor)],
      imageShapes: [imageShapes, sizesKind],
    });
    if (imageShapes.length !== proposals.length) {
      throw new ArgumentError(
        `RoIHeads: expected imageShapes of each of ${proposals.length} pictures, but got ${imageShapes.length}`,
      );
    }
    return inParts(async (part) => {
      if (!this.training) {
        const counts = proposals.map(({ shape }) => shape[0]!);
        const scores = ones(counts.reduce((sum, count) => sum + count, 0));
        const answers = part(() => this.answersTo(features, proposals, imageShapes, scores));
        const found = this.detections(await answers.data(), counts, imageShapes);
        const masks = await this.foundMasks(found, { features, imageShapes }, part);
        const detections = found.map((each, i): Detection => {
          const detection = detected(each, imageShapes[i]!, imageShapes[i]!);
          if (!masks) return detection;
          const { numbers, side } = masks;
          return { ...detection, masks: tensorOf(numbers[i]!, [each.labels.length, 1, side, side], 'float32') };
        });
        return [detections, {}];
      }
      checkTargets('RoIHeads', targets, proposals.length);
      const [wanted, boxes, masks] = await Promise.all([
        hostTargets(targets),
        numbersOf(proposals),
        this.wantedMasks('RoIHeads', targets),
      ]);
      const losses = this.lossesOf(
        features,
        boxes.map((list) => Float32Array.from(list)),
        { imageShapes, targets: wanted.map((target, i) => ({ ...target, ...(masks && { masks: masks[i]! }) })) },
        part,
      );
      return [[], losses];
    });
  }

  private answer(features: FeatureMaps, boxes: readonly Tensor[], imageShapes: readonly ImageSize[]): Answers {
    const crops = this.box_roi_pool(
      features,
      [...boxes],
      imageShapes.map(([h, w]) => [h, w] as [number, number]),
    );
    const predict = this.box_predictor as unknown as (x: Tensor) => [Tensor, Tensor];
    const [logits, corrections] = predict(this.box_head(crops));
    return { logits, boxes: corrections };
  }

  /** @internal Draws the proposals for the losses, ground-truth boxes among them, and records the losses. */
  lossesOf(
    features: FeatureMaps,
    proposals: readonly Float32Array[],
    { imageShapes, targets }: { readonly imageShapes: readonly ImageSize[]; readonly targets: readonly HostTarget[] },
    part: RecordedPart,
    most: number = Math.max(...proposals.map(({ length }) => length / 4)),
  ): RoILosses {
    const samples = targets.map((target, i) => this.sampleOf(proposals[i]!, target));
    return part(() => {
      const rooms = this.roomsFor(samples, targets, most);
      const boxes = boxesIn(
        rooms,
        samples.map((sample) => sample.boxes),
      );
      const answers = this.answer(features, boxes, imageShapes);
      checkBoxes('RoIHeads', targets, answers.logits.shape[1]!);
      const losses = this.computeLoss(answers, samples, targets, rooms);
      const parts = this.maskParts;
      if (!parts) return losses;
      const shown = samples.map((sample, i) => ({ ...positivesOf(sample), masks: targets[i]!.masks! }));
      return { ...losses, lossMask: maskLoss(parts, shown, this.mostPositives, { features, imageShapes }) };
    });
  }

  /** The number of rows that each picture's proposals are padded to. */
  private roomsFor(
    samples: readonly ProposalSample[],
    targets: readonly HostTarget[],
    most: number,
  ): readonly number[] {
    const truths = Math.max(ROOM_FOR_TRUTHS, ...targets.map(({ labels }) => labels.length));
    const room = Math.min(this.fgBgSampler.batchSizePerImage, most + 2 ** Math.ceil(Math.log2(truths)));
    return roomsIn(
      this.box_head,
      samples.map(({ labels }) => labels.length),
      room,
    );
  }

  /** Most positive proposals of a picture. */
  private get mostPositives(): number {
    const { batchSizePerImage, positiveFraction } = this.fgBgSampler;
    return Math.floor(batchSizePerImage * positiveFraction);
  }

  /** The modules that compute masks; null unless all of them are given. */
  private get maskParts(): MaskParts | null {
    const { mask_roi_pool: pool, mask_head: head, mask_predictor: predictor } = this;
    return pool && head && predictor ? { pool, head, predictor } : null;
  }

  /** Whether the heads make masks, and so need them in training. */
  hasMask(...none: []): boolean {
    parseArgs('hasMask', [], {}, none);
    return this.maskParts !== null;
  }

  /**
   * @internal The masks of targets on the host; null if the heads make none. Sizes are those of the pictures as given
   * and as resized.
   */
  async wantedMasks(
    name: string,
    targets: readonly DetectionTarget[],
    sizes: readonly (readonly [given: ImageSize, resized: ImageSize])[] | null = null,
  ): Promise<HostMasks[] | null> {
    return this.maskParts && hostMasks(name, targets, sizes);
  }

  /**
   * @internal The masks of detections, `side` × `side` probabilities each, picture by picture; null if the heads make
   * none.
   */
  async foundMasks(
    found: readonly Candidates[],
    seen: { readonly features: FeatureMaps; readonly imageShapes: readonly ImageSize[] },
    part: RecordedPart,
  ): Promise<{ readonly numbers: readonly Float32Array[]; readonly side: number } | null> {
    const parts = this.maskParts;
    if (!parts) return null;
    const { answers, room } = part(() => maskAnswers(parts, found, this.detectionsPerImg, seen));
    const side = answers.shape[1]!;
    const all = Float32Array.from(await answers.data());
    const numbers = found.map(({ labels }, i) => {
      const from = i * room * side * side;
      return all.slice(from, from + labels.length * side * side);
    });
    return { numbers, side };
  }

  private sampleOf(proposals: Float32Array, { boxes: truths, labels }: HostTarget): ProposalSample {
    const all = Float32Array.from([...proposals, ...truths]);
    const matches = matched(this.proposalMatcher, truths, all);
    const classes = labelled(matches, labels);
    const { positive, negative } = this.fgBgSampler.sample(classes);
    const chosen = Int32Array.from([...positive, ...negative]).sort();
    return {
      matches: chosen.map((i) => Math.max(matches[i]!, 0)),
      boxes: boxesAt(all, chosen),
      labels: chosen.map((i) => classes[i]!),
    };
  }

  /**
   * Cross entropy of the classes, and smooth L1 of the corrections for the class of each positive proposal, both
   * divided by the number of proposals.
   */
  private computeLoss(
    { logits, boxes }: Answers,
    samples: readonly ProposalSample[],
    targets: readonly HostTarget[],
    rooms: readonly number[],
  ): RoILosses {
    const [count, numClasses] = logits.shape as readonly [number, number];
    const classes = padded(count, 'int64');
    classes.data.fill(IGNORED);
    const corrected = new CorrectedBoxes(samples.length * this.mostPositives);
    let drawn = 0;
    let row = 0;
    for (const [i, sample] of samples.entries()) {
      drawn += sample.labels.length;
      for (const [k, label] of sample.labels.entries()) {
        classes.data[row + k] = label;
        if (label === 0) continue;
        const truth = boxAt(targets[i]!.boxes, sample.matches[k]!);
        corrected.add((row + k) * numClasses + label, boxAt(sample.boxes, k), truth);
      }
      row += rooms[i]!;
    }
    return {
      lossClassifier: nn.functional.crossEntropy(logits, classes.tensor(), { ignoreIndex: IGNORED }),
      lossBoxReg: corrected.missSum(this.boxCoder, boxes).div(drawn),
    };
  }

  /**
   * @internal For every proposal the probabilities of the classes, the corrected boxes and the score [K], as one tensor
   * [K, 5 classes + 1], so that one read-back gets all.
   */
  answersTo(
    features: FeatureMaps,
    proposals: readonly Tensor[],
    imageShapes: readonly ImageSize[],
    scores: Tensor,
  ): Tensor {
    const answers = this.answer(features, proposals, imageShapes);
    const logits = answers.logits.detach();
    const count = logits.shape[0]!;
    const decoded = this.boxCoder.decode(answers.boxes.detach(), proposals).reshape([count, -1]);
    return cat([nn.functional.softmax(logits, { dim: 1 }), decoded, scores.reshape([count, 1])], 1);
  }

  /**
   * @internal The detections in each picture, from the output of `answersTo`, row by row. If the last number of a row
   * is below 0, the row is padding. Sizes are [height, width].
   */
  detections(answers: ArrayLike<number>, counts: readonly number[], imageShapes: readonly ImageSize[]): Candidates[] {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const columns = rows > 0 ? answers.length / rows : 0;
    const numClasses = (columns - 1) / 5;
    const limits = { nmsThresh: this.nmsThresh, detectionsPerImg: this.detectionsPerImg };
    const threshold = Math.fround(this.scoreThresh);
    let row = 0;
    return counts.map((count, picture) => {
      const [height, width] = imageShapes[picture]!;
      const found = new CandidateList();
      for (let proposal = 0; proposal < count; proposal++, row++) {
        const at = row * columns;
        if (answers[at + columns - 1]! < 0) continue;
        for (let label = 1; label < numClasses; label++) {
          const score = answers[at + label]!;
          if (!(score > threshold)) continue;
          const corner = at + numClasses + 4 * label;
          const box = [0, 1, 2, 3].map((k) =>
            Math.min(Math.max(answers[corner + k]!, 0), k % 2 === 0 ? width : height),
          );
          if (box[2]! - box[0]! >= MIN_SIZE && box[3]! - box[1]! >= MIN_SIZE) found.add(box, label, score);
        }
      }
      return keptOf(found.all(), limits);
    });
  }
}

export interface RoIHeads {
  /** `boxPredictor` under its name in state dicts. */
  get box_predictor(): FastRCNNPredictor;
  set box_predictor(predictor: Module);
}

/** The proposals of a sample that show an object. */
function positivesOf({ boxes, labels, matches }: ProposalSample): ProposalSample {
  const places = Int32Array.from(labels.keys()).filter((k) => labels[k]! > 0);
  return {
    boxes: boxesAt(boxes, places),
    labels: places.map((k) => labels[k]!),
    matches: places.map((k) => matches[k]!),
  };
}
