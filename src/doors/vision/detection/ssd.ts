// Single-shot detection: every default box is classified and corrected in one go.

import { ArgumentError, cat, nn, type Tensor } from '../../../torch';
import {
  type Arguments,
  type CarriedPromise,
  expectKind,
  inputs,
  kinds,
  Module,
  parseArgs,
  tensors,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { type BoxGenerator, DefaultBoxGenerator } from './anchors';
import { BoxCoder } from './box-coder';
import { Detector, type Images } from './detector';
import { detectorKinds } from './detector-kinds';
import {
  checkBoxes,
  checkedTargets,
  type DetectionTarget,
  type GivenTarget,
  type HostTarget,
  numbersOf,
  resizedBoxes,
  tensorOf,
} from './host';
import { missSum } from './losses';
import { mapsOf, retrieveOutChannels, sizeOf } from './maps';
import { type Matcher, SSDMatcher } from './matcher';
import { CandidateList, type Candidates, detectionOf } from './postprocess';
import { clipped } from './rpn';
import { boxByBox } from './rpn-head';
import type { RecordedPart } from './steps';
import { boxAt, matched, padded, unitBoxes } from './targets';
import { type Detection, GeneralizedRCNNTransform, listOfPictures } from './transform';

/** Initializes every convolution of the module as Glorot and Bengio 2010; biases are 0. */
export function xavier(module: Module): void {
  for (const layer of module.modules()) {
    if (!(layer instanceof nn.Conv2d)) continue;
    nn.init.xavierUniform_(layer.weight);
    if (layer.bias) nn.init.zeros_(layer.bias);
  }
}

/** One layer for each feature map. The outputs are concatenated box by box: [N, A, columns]. */
export class SSDScoringHead<Layer extends nn.UnaryModule = nn.UnaryModule> extends Module {
  module_list: nn.ModuleList<Layer>;
  readonly numColumns: number;

  constructor(layers: readonly Layer[], numColumns: number) {
    super();
    this.module_list = new nn.ModuleList(layers);
    this.numColumns = numColumns;
  }

  override get [inputs]() {
    return ['maps'] as const;
  }

  override forward(maps: readonly Tensor[]): Tensor {
    expectKind(this.constructor.name, 'maps', maps, tensors);
    const layers = [...this.module_list];
    return cat(
      maps.map((map, i) => boxByBox(layers[i]!(map), this.numColumns)),
      1,
    );
  }
}

/** The scores of classes for every default box. Shape: a list of [N, C, H, W] → [N, boxes, numClasses]. */
export class SSDClassificationHead extends SSDScoringHead<nn.Conv2d> {
  constructor(
    inChannels: readonly number[],
    /** The number of anchors a place, for each feature map or for all. */ numAnchors: readonly number[],
    numClasses: number,
  ) {
    super(convolutions(inChannels, numAnchors, numClasses), numClasses);
    xavier(this);
  }
}

/** The corrections of every default box. Shape: a list of [N, C, H, W] → [N, boxes, 4]. */
export class SSDRegressionHead extends SSDScoringHead<nn.Conv2d> {
  constructor(
    inChannels: readonly number[],
    /** The number of anchors a place, for each feature map or for all. */ numAnchors: readonly number[],
  ) {
    super(convolutions(inChannels, numAnchors, 4), 4);
    xavier(this);
  }
}

function convolutions(inChannels: readonly number[], numAnchors: readonly number[], columns: number): nn.Conv2d[] {
  const list = kinds.nonEmpty(kinds.features);
  expectKinds('SSDHead', {
    inChannels: [inChannels, list],
    numAnchors: [numAnchors, list],
    numClasses: [columns, kinds.features],
  });
  if (inChannels.length !== numAnchors.length) {
    throw new ArgumentError(
      `SSDHead: expected numAnchors of each of ${inChannels.length} maps, but got ${numAnchors.length}`,
    );
  }
  return inChannels.map(
    (channels, i) => new nn.Conv2d(channels, columns * numAnchors[i]!, { kernelSize: 3, padding: 1 }),
  );
}

/** The output of an SSD head for every default box. */
export interface SSDOutputs {
  /** [N, A, 4] */
  readonly bboxRegression: Tensor;
  /** [N, A, classes] */
  readonly clsLogits: Tensor;
}

interface SSDHeadArguments {
  /** Channels of each map. */
  inChannels: readonly number[];
  /** Boxes at each place of each map. */
  numAnchors: readonly number[];
  numClasses: number;
}

const perMap = { ...kinds.nonEmpty(kinds.features), words: 'a list of whole numbers of at least 1, one for each map' };

/** The head of SSD: a classification head and a regression head side by side. */
export class SSDHead extends Module {
  classification_head: SSDScoringHead<nn.Conv2d>;
  regression_head: SSDScoringHead<nn.Conv2d>;

  constructor(...args: Arguments<SSDHeadArguments, ['inChannels', 'numAnchors', 'numClasses']>) {
    super();
    const required = ['inChannels', 'numAnchors', 'numClasses'] as const;
    const { inChannels, numAnchors, numClasses } = parseArgs<SSDHeadArguments>('SSDHead', required, {}, args, {
      inChannels: perMap,
      numAnchors: perMap,
      numClasses: kinds.features,
    });
    this.classification_head = new SSDClassificationHead(inChannels, numAnchors, numClasses);
    this.regression_head = new SSDRegressionHead(inChannels, numAnchors);
  }

  override get [inputs]() {
    return ['maps'] as const;
  }

  override forward(maps: readonly Tensor[]): SSDOutputs {
    return { bboxRegression: this.regression_head(maps), clsLogits: this.classification_head(maps) };
  }
}

/** Options of `SSD`. */
export interface SSDOptions {
  /** Makes feature maps of a picture. If it has `outChannels`, these are the channels of the maps. */
  backbone: Module;
  /** The generator of the anchors. */
  anchorGenerator: DefaultBoxGenerator;
  /** Width and height to which all pictures are resized. */
  size: readonly [width: number, height: number];
  /** Number of classes, including the background 0. */
  numClasses: number;
  /** Channel means to subtract. Default: ImageNet's, [0.485, 0.456, 0.406]. */
  imageMean?: readonly number[] | null;
  /** Channel standard deviations to divide by. Default: ImageNet's, [0.229, 0.224, 0.225]. */
  imageStd?: readonly number[] | null;
  /** Default: an `SSDHead`. */
  head?: Module | null;
  /** Detections need a score above this. Default: 0.01. */
  scoreThresh?: number;
  /** Detections that overlap a better one of their class by more than this IoU are dropped. Default: 0.45. */
  nmsThresh?: number;
  /** Most detections per picture. Default: 200. */
  detectionsPerImg?: number;
  /** A default box is positive if its IoU with a ground-truth box is at least this. Default: 0.5. */
  iouThresh?: number;
  /** How many of the best boxes of each class enter the suppression. Default: 400. */
  topkCandidates?: number;
  /**
   * The fraction of positives among the boxes that are classified in training. Default: 0.25, that is three negatives
   * for each positive.
   */
  positiveFraction?: number;
}

type SSDOrder = [
  'backbone',
  'anchorGenerator',
  'size',
  'numClasses',
  'imageMean',
  'imageStd',
  'head',
  'scoreThresh',
  'nmsThresh',
  'detectionsPerImg',
  'iouThresh',
  'topkCandidates',
  'positiveFraction',
];

/** The defaults of `SSD`. */
export const ssdDefaults = {
  imageMean: null,
  imageStd: null,
  head: null,
  scoreThresh: 0.01,
  nmsThresh: 0.45,
  detectionsPerImg: 200,
  iouThresh: 0.5,
  topkCandidates: 400,
  positiveFraction: 0.25,
};

/** The losses of SSD in training, as scalars: of the boxes and of the classes. */
export interface SSDLosses {
  bboxRegression: Tensor;
  classification: Tensor;
}

/**
 * SSD (Liu et al. 2016, arXiv:1512.02325): takes pictures [C, H, W] of any sizes, with values from 0 to 1. In
 * evaluation it returns `{ boxes, labels, scores }` for each picture; in training it also takes targets
 * `{ boxes, labels }`, and returns the losses `{ bboxRegression, classification }`. Detections have no gradient.
 *
 *     const losses = await detector(images, targets);
 *     const [found] = await detector.eval()(images);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
// biome-ignore lint/correctness/noUnusedVariables: declarations of one name have the same parameters.
export class SSD<Head extends Module = Module> extends Detector<DetectionTarget, SSDLosses, Detection> {
  backbone: Module;
  anchor_generator: BoxGenerator;
  declare transform: GeneralizedRCNNTransform;
  readonly boxCoder = new BoxCoder([10, 10, 5, 5]);
  readonly proposalMatcher: Matcher;
  scoreThresh: number;
  nmsThresh: number;
  detectionsPerImg: number;
  topkCandidates: number;
  readonly negToPosRatio: number;

  constructor(...args: Arguments<SSDOptions, SSDOrder>) {
    super();
    const required = ['backbone', 'anchorGenerator', 'size', 'numClasses'] as const;
    const o = parseArgs<SSDOptions>('SSD', required, ssdDefaults, args, {
      ...detectorKinds,
      backbone: kinds.instance(Module, 'a module of feature maps'),
      anchorGenerator: kinds.instance(DefaultBoxGenerator, 'a DefaultBoxGenerator'),
      head: kinds.orNull(kinds.instance(Module, 'a module')),
    });
    this.backbone = o.backbone;
    this.anchor_generator = o.anchorGenerator;
    this.head = o.head ?? this.defaultHead(o);
    this.proposalMatcher = new SSDMatcher(o.iouThresh);
    this.transform = new GeneralizedRCNNTransform(
      Math.min(...o.size),
      Math.max(...o.size),
      o.imageMean ?? [0.485, 0.456, 0.406],
      o.imageStd ?? [0.229, 0.224, 0.225],
      { sizeDivisible: 1, fixedSize: o.size },
    );
    this.scoreThresh = o.scoreThresh;
    this.nmsThresh = o.nmsThresh;
    this.detectionsPerImg = o.detectionsPerImg;
    this.topkCandidates = o.topkCandidates;
    this.negToPosRatio = (1 - o.positiveFraction) / o.positiveFraction;
  }

  private defaultHead({ backbone, anchorGenerator, size, numClasses }: SSDOptions): SSDHead {
    const { outChannels } = backbone as { readonly outChannels?: readonly number[] };
    const channels = outChannels ?? retrieveOutChannels(backbone, size);
    const maps = anchorGenerator.aspectRatios.length;
    if (channels.length !== maps) {
      throw new ArgumentError(
        `SSD: expected a backbone of ${maps} feature maps, one a list of the generator's aspectRatios, but it has ${channels.length}`,
      );
    }
    return new SSDHead(channels, anchorGenerator.numAnchorsPerLocation(), numClasses);
  }

  get anchorGenerator(): BoxGenerator {
    return this.anchor_generator;
  }

  set anchorGenerator(generator: BoxGenerator) {
    this.anchor_generator = generator;
  }

  /** The network's output for the default boxes of pictures. */
  private answer(pictures: readonly Tensor[]) {
    const [images] = this.transform(pictures);
    const maps = Object.values(mapsOf((this.backbone as unknown as (x: Tensor) => unknown)(images.tensors)));
    const outputs = (this.head as unknown as (maps: readonly Tensor[]) => SSDOutputs)(maps);
    return { outputs, anchors: this.anchor_generator(images, maps), imageSizes: images.imageSizes };
  }

  protected override async losses(
    images: Images,
    targets: readonly DetectionTarget[] | null,
    part: RecordedPart,
  ): Promise<SSDLosses> {
    const pictures = listOfPictures('SSD', images);
    const given = await checkedTargets('SSD', targets, pictures.length);
    const { outputs, anchors, imageSizes } = part(() => this.answer(pictures));
    checkBoxes('SSD', given, outputs.clsLogits.shape[2]!);
    const boxes = (await numbersOf(anchors)) as Float32Array[];
    const resized = given.map((target, i) => ({
      ...target,
      boxes: resizedBoxes(target.boxes, sizeOf(pictures[i]!), imageSizes[i]!),
    }));
    const matches = resized.map((target, i) => matched(this.proposalMatcher, target.boxes, boxes[i]!));
    return part(() => this.computeLoss(outputs, anchors, resized, matches));
  }

  /**
   * Section 2.2: smooth L1 of the matched boxes, and cross entropy of these and of the hardest negatives, both divided
   * by the number of matched boxes.
   */
  private computeLoss(
    { bboxRegression, clsLogits }: SSDOutputs,
    anchors: readonly Tensor[],
    targets: readonly HostTarget[],
    matches: readonly Int32Array[],
  ): SSDLosses {
    const [pictures, count, numClasses] = clsLogits.shape as readonly [number, number, number];
    const truths = unitBoxes(pictures * count);
    const labels = padded(pictures * count, 'int64');
    const [weights, positives] = [new Float32Array(pictures * count), new Float32Array(pictures * count)];
    const negatives = new Float32Array(pictures);
    let found = 0;
    for (const [i, target] of targets.entries()) {
      let own = 0;
      for (const [k, match] of matches[i]!.entries()) {
        if (match < 0) continue;
        const row = i * count + k;
        truths.data.set(boxAt(target.boxes, match), 4 * row);
        labels.data[row] = target.labels[match]!;
        weights[row] = 1;
        found++;
        if (labels.data[row] === 0) continue;
        positives[row] = 1;
        own++;
      }
      negatives[i] = this.negToPosRatio * own;
    }
    const each = (data: Float32Array) => tensorOf(data, [pictures, count], 'float32');
    const from = cat([...anchors], 0).reshape([pictures, count, 4]);
    const codes = this.boxCoder.encodeSingle(truths.tensor().reshape([pictures, count, 4]), from);
    const entropies = nn.functional
      .crossEntropy(clsLogits.reshape([-1, numClasses]), labels.tensor(), { reduction: 'none' })
      .reshape([pictures, count]);
    const isPositive = each(positives);
    const hardness = entropies.detach().maskedFill(isPositive.ne(0), Number.NEGATIVE_INFINITY);
    const rank = hardness.argsort(1, { descending: true }).argsort(1);
    const isHard = rank.lt(tensorOf(negatives, [pictures, 1], 'float32')).to('float32');
    const over = Math.max(1, found);
    return {
      bboxRegression: missSum(bboxRegression, codes, each(weights).unsqueeze(2)).div(over),
      classification: entropies.mul(isPositive.add(isHard)).sum().div(over),
    };
  }

  protected override async detect(images: Images, part: RecordedPart): Promise<Detection[]> {
    const pictures = listOfPictures('SSD', images);
    const { packed, imageSizes } = part(() => {
      const { outputs, anchors, imageSizes } = this.answer(pictures);
      const scores = nn.functional.softmax(outputs.clsLogits.detach(), { dim: 2 });
      const codes = outputs.bboxRegression.detach();
      const decoded = this.boxCoder.decodeSingle(codes, cat([...anchors], 0).reshape([...codes.shape]));
      return { packed: cat([scores, clipped(decoded, imageSizes)], 2), imageSizes };
    });
    const answers = await packed.data();
    const columns = packed.shape[2]!;
    const each = answers.length / pictures.length;
    const limits = { nmsThresh: this.nmsThresh, detectionsPerImg: this.detectionsPerImg };
    return pictures.map((picture, i) => {
      const found = this.candidates(answers.subarray(i * each, (i + 1) * each), columns);
      return detectionOf(found, limits, imageSizes[i]!, sizeOf(picture));
    });
  }

  /** The boxes with the highest scores of each class, class by class. */
  private candidates(answers: ArrayLike<number>, columns: number): Candidates {
    const numClasses = columns - 4;
    const threshold = Math.fround(this.scoreThresh);
    const found = new CandidateList();
    for (let label = 1; label < numClasses; label++) {
      const rows: number[] = [];
      for (let at = 0; at < answers.length; at += columns) if (answers[at + label]! > threshold) rows.push(at);
      rows.sort((a, b) => answers[b + label]! - answers[a + label]! || a - b);
      for (const at of rows.slice(0, this.topkCandidates)) {
        const box = [0, 1, 2, 3].map((k) => answers[at + numClasses + k]!);
        found.add(box, label, answers[at + label]!);
      }
    }
    return found.all();
  }
}

export interface SSD<Head extends Module = Module> {
  /** Scores and corrects the default boxes. It can be replaced by a module with the same outputs. */
  get head(): Head;
  set head(head: Module);
  /** In training mode: the losses. */
  (images: readonly Tensor[] | Tensor, targets: readonly GivenTarget[]): CarriedPromise<SSDLosses>;
  /** In evaluation mode: the detections of each picture. */
  (images: readonly Tensor[] | Tensor): CarriedPromise<Detection[]>;
}
