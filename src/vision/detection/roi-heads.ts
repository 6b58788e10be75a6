// The second stage of R-CNN: what each proposal shows, and where exactly.
import type { CarriedPromise } from '../../autograd/carried';
import * as nn from '../../nn';
import { Module, type UnaryModule } from '../../nn/module';
import { ones } from '../../tensor/creation';
import { cat } from '../../tensor/functions';
import { type Arguments, parseArgs } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';
import type { MultiScaleRoIAlign } from '../ops/multi-scale-roi-align';
import { BoxCoder } from './box-coder';
import type { FastRCNNPredictor } from './faster-rcnn';
import { checkBoxes, checkTargets, type DetectionTarget, type HostTarget, hostTargets, numbersOf } from './host';
import type { ImageSize } from './image-list';
import type { FeatureMaps } from './maps';
import { hostQuality, Matcher } from './matcher';
import { CandidateList, detectionOf } from './postprocess';
import { BETA, padded, unitBoxes } from './rpn';
import { BalancedPositiveNegativeSampler } from './sampler';
import { inParts, type Part } from './steps';
import type { Detection } from './transform';

export interface RoIHeadsOptions {
  /** Crops the boxes out of the feature maps. */
  boxRoiPool: MultiScaleRoIAlign;
  /** Crops [K, C, S, S] to representations. */
  boxHead: UnaryModule;
  /** Representations to `[logits, boxes]`, [K, classes] and [K, 4 classes], as `FastRCNNPredictor` does. */
  boxPredictor: Module;
  /** From this intersection over union with a truth on, a proposal is positive. */
  fgIouThresh: number;
  /** Below this one it shows the background. */
  bgIouThresh: number;
  /** Proposals of each picture that the losses look at. */
  batchSizePerImage: number;
  /** At most this part of them is positive. */
  positiveFraction: number;
  /** Weights of the box coder. null is [10, 10, 5, 5]. */
  bboxRegWeights: readonly [number, number, number, number] | null;
  /** Detections have a higher score than this. */
  scoreThresh: number;
  /** Detections that overlap a better one of their class by more than this go. */
  nmsThresh: number;
  /** Detections of a picture at most. */
  detectionsPerImg: number;
}

type Order = [
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
];

export interface RoILosses {
  lossClassifier: Tensor;
  lossBoxReg: Tensor;
}

/** What the head says about proposals of all pictures. */
interface Answers {
  /** [K, classes] */
  readonly logits: Tensor;
  /** [K, 4 classes] */
  readonly boxes: Tensor;
}

/** A picture's proposals that the losses look at. */
interface ProposalSample {
  readonly boxes: Float32Array;
  /** The class of each; 0 is the background. */
  readonly labels: Int32Array;
  /** The truth of each. */
  readonly truths: Float32Array;
}

/** The label that cross entropy leaves out. */
const IGNORED = -100;
/** Sides of the smallest detection, in pixels of the resized picture. */
const MIN_SIZE = 1e-2;
/** Truths that there is room for at least, so that pictures of few truths all make steps of one size. */
const ROOM_FOR_TRUTHS = 16;

/**
 * The box head of Fast R-CNN (Girshick 2015, arXiv:1504.08083): classifies what each proposal shows and corrects its box, class by class. In
 * training a call gives the losses, of proposals and truths that are drawn; in evaluation the detections of each picture:
 *
 *     const [detections, losses] = await heads(featureMaps, proposals, imageSizes, targets);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that a head is read as one class and written as any.
export class RoIHeads extends Module {
  box_roi_pool: MultiScaleRoIAlign;
  box_head: UnaryModule;
  readonly boxCoder: BoxCoder;
  readonly proposalMatcher: Matcher;
  readonly fgBgSampler: BalancedPositiveNegativeSampler;
  scoreThresh: number;
  nmsThresh: number;
  detectionsPerImg: number;

  constructor(...args: Arguments<RoIHeadsOptions, Order>) {
    super();
    const required = [
      ...(['boxRoiPool', 'boxHead', 'boxPredictor', 'fgIouThresh', 'bgIouThresh', 'batchSizePerImage'] as const),
      ...(['positiveFraction', 'bboxRegWeights', 'scoreThresh', 'nmsThresh', 'detectionsPerImg'] as const),
    ];
    const o = parseArgs<RoIHeadsOptions>('RoIHeads', required, {}, args);
    this.box_roi_pool = o.boxRoiPool;
    this.box_head = o.boxHead;
    this.box_predictor = o.boxPredictor;
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

  get boxHead(): UnaryModule {
    return this.box_head;
  }

  set boxHead(head: UnaryModule) {
    this.box_head = head;
  }

  /** What classifies; put another in its place for other classes: `detector.roiHeads.boxPredictor = new FastRCNNPredictor(1024, 3)`. */
  get boxPredictor(): FastRCNNPredictor {
    return this.box_predictor;
  }

  set boxPredictor(predictor: Module) {
    this.box_predictor = predictor;
  }

  override forward(
    features: FeatureMaps,
    proposals: readonly Tensor[],
    imageShapes: readonly ImageSize[],
    targets: readonly DetectionTarget[] | null = null,
  ): CarriedPromise<[detections: Detection[], losses: Partial<RoILosses>]> {
    return inParts(async (part) => {
      if (!this.training) {
        const counts = proposals.map(({ shape }) => shape[0]!);
        const scores = ones(counts.reduce((sum, count) => sum + count, 0));
        const answers = part(() => this.answersTo(features, proposals, imageShapes, scores));
        return [this.detections(await answers.data(), counts, imageShapes, imageShapes), {}];
      }
      checkTargets('RoIHeads', targets, proposals.length);
      const [wanted, boxes] = await Promise.all([hostTargets(targets), numbersOf(proposals)]);
      const losses = this.lossesOf(
        features,
        boxes.map((list) => Float32Array.from(list)),
        { imageShapes, targets: wanted },
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

  /** Draws the proposals that the losses look at, truths among them, and records these. */
  lossesOf(
    features: FeatureMaps,
    proposals: readonly Float32Array[],
    { imageShapes, targets }: { readonly imageShapes: readonly ImageSize[]; readonly targets: readonly HostTarget[] },
    part: Part,
    most: number = Math.max(...proposals.map(({ length }) => length / 4)),
  ): RoILosses {
    const samples = targets.map((target, i) => this.sampleOf(proposals[i]!, target));
    return part(() => {
      const rooms = this.roomsFor(samples, targets, most);
      const boxes = samples.map((sample, i) => {
        const all = unitBoxes(rooms[i]!);
        all.data.set(sample.boxes);
        return all.tensor();
      });
      const answers = this.answer(features, boxes, imageShapes);
      checkBoxes('RoIHeads', targets, answers.logits.shape[1]!);
      return this.computeLoss(answers, samples, rooms);
    });
  }

  /**
   * How many proposals of each picture go through the head: as many as there can be, so that every step is the same, and no more than there are
   * where the head has batch norm, which would see what only fills up.
   */
  private roomsFor(samples: readonly ProposalSample[], targets: readonly HostTarget[], most: number): number[] {
    const isNormed = this.box_head
      .modules()
      .some((module) => module.training && (module instanceof nn.BatchNorm1d || module instanceof nn.BatchNorm2d));
    if (isNormed) return samples.map(({ labels }) => labels.length);
    const truths = Math.max(ROOM_FOR_TRUTHS, ...targets.map(({ labels }) => labels.length));
    const room = Math.min(this.fgBgSampler.batchSizePerImage, most + 2 ** Math.ceil(Math.log2(truths)));
    return samples.map(() => room);
  }

  private sampleOf(proposals: Float32Array, { boxes: truths, labels }: HostTarget): ProposalSample {
    const all = new Float32Array(proposals.length + truths.length);
    all.set(proposals);
    all.set(truths, proposals.length);
    const matches = truths.length > 0 ? this.proposalMatcher.matchOnHost(hostQuality(truths, all)) : null;
    const classOf = (i: number): number => {
      const match = matches?.[i] ?? Matcher.BELOW_LOW_THRESHOLD;
      return match >= 0 ? labels[match]! : match + 1;
    };
    const classes = Int32Array.from({ length: all.length / 4 }, (_, i) => classOf(i));
    const { positive, negative } = this.fgBgSampler.sample(classes);
    const chosen = Int32Array.from([...positive, ...negative]).sort();
    const boxes = (from: Float32Array, i: number) => [...from.subarray(4 * i, 4 * i + 4)];
    return {
      boxes: Float32Array.from([...chosen].flatMap((i) => boxes(all, i))),
      labels: chosen.map((i) => classes[i]!),
      truths: Float32Array.from(
        [...chosen].flatMap((i) => (matches ? boxes(truths, Math.max(matches[i]!, 0)) : boxes(all, i))),
      ),
    };
  }

  /** Cross entropy of the classes, and smooth L1 of the corrections for the class of each positive, both over the number of proposals. */
  private computeLoss(
    { logits, boxes }: Answers,
    samples: readonly ProposalSample[],
    rooms: readonly number[],
  ): RoILosses {
    const [count, numClasses] = logits.shape as readonly [number, number];
    const { batchSizePerImage, positiveFraction } = this.fgBgSampler;
    const positives = samples.length * Math.floor(batchSizePerImage * positiveFraction);
    const classes = padded(count, 'int64');
    classes.data.fill(IGNORED);
    const places = padded(positives, 'int64');
    const weights = padded(positives, 'float32');
    const [from, to] = [unitBoxes(positives), unitBoxes(positives)];
    let drawn = 0;
    let found = 0;
    let row = 0;
    for (const [i, sample] of samples.entries()) {
      drawn += sample.labels.length;
      for (const [k, label] of sample.labels.entries()) {
        classes.data[row + k] = label;
        if (label === 0) continue;
        places.data[found] = (row + k) * numClasses + label;
        weights.data[found] = 1;
        from.data.set(sample.boxes.subarray(4 * k, 4 * k + 4), 4 * found);
        to.data.set(sample.truths.subarray(4 * k, 4 * k + 4), 4 * found);
        found++;
      }
      row += rooms[i]!;
    }
    const corrections = boxes.reshape([-1, 4]).indexSelect(0, places.tensor());
    const codes = this.boxCoder.encodeSingle(to.tensor(), from.tensor());
    const misses = nn.functional.smoothL1Loss(corrections, codes, { beta: BETA, reduction: 'none' });
    return {
      lossClassifier: nn.functional.crossEntropy(logits, classes.tensor(), { ignoreIndex: IGNORED }),
      lossBoxReg: misses.mul(weights.tensor().unsqueeze(1)).sum().div(drawn),
    };
  }

  /** Probabilities of the classes, corrected boxes and the score [K] of every proposal, [K, 5 classes + 1], to be read back together. */
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
   * The detections of each picture, by what `answersTo` says about its proposals, row by row; a last number below 0 says that there is none.
   * Sizes are [height, width].
   */
  detections(
    answers: ArrayLike<number>,
    counts: readonly number[],
    imageShapes: readonly ImageSize[],
    originalSizes: readonly ImageSize[],
  ): Detection[] {
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
      return detectionOf(found.all(), limits, imageShapes[picture]!, originalSizes[picture]!);
    });
  }
}

export interface RoIHeads {
  /** `boxPredictor` by its name in state dicts. */
  get box_predictor(): FastRCNNPredictor;
  set box_predictor(predictor: Module);
}
