// DenseCap (Johnson, Karpathy and Fei-Fei 2016, arXiv:1511.07571): finds regions of a picture and writes a sentence
// about each.

import { ArgumentError, cat, nn, stack, type Tensor } from '../../../../torch';
import { type Arguments, type CarriedPromise, kindOf, Module, parseArgs } from '../../../../torch/inside';
import { Detector, type Images } from '../detector';
import { detectorKinds } from '../detector-kinds';
import { tensorOf } from '../host';
import type { ImageSize } from '../image-list';
import {
  boxLoss,
  confidenceLoss,
  corrected,
  DenseCapLocalization,
  type LocalizationOptions,
  localizationDefaults,
  quiet,
} from '../localization';
import { sizeOf } from '../maps';
import { CandidateList, suppressedOnHost } from '../postprocess';
import { clipped } from '../rpn';
import type { RecordedPart } from '../steps';
import { boxesAt } from '../targets';
import { picturesOfOneSize } from '../transform';
import { type CaptionTarget, captionsOf, hostCaptions } from './caption-targets';
import { LSTMCaptioner } from './captioner';

/** The terms of the loss, already weighted; their sum is the loss. */
export interface DenseCapLosses {
  /** Logistic loss of the localization layer's confidences. */
  readonly lossMidObjectness: Tensor;
  /** Smooth L1 of the localization layer's corrections. */
  readonly lossMidBox: Tensor;
  /** Logistic loss of the recognition network's confidences. */
  readonly lossEndObjectness: Tensor;
  /** Smooth L1 of the recognition network's corrections. */
  readonly lossEndBox: Tensor;
  /** Cross entropy of the words of the positive regions. */
  readonly lossCaptioning: Tensor;
  readonly [name: string]: Tensor;
}

/** The detections in a picture, by descending score. */
export interface CaptionDetection {
  /** float32 [K, 4], as (x1, y1, x2, y2) in pixels. */
  boxes: Tensor;
  /** float32 [K] */
  scores: Tensor;
  /** int64 [K, maxLength]: words from 1 on, then zeros. */
  captions: Tensor;
}

/** Options of `DenseCap`. */
export interface DenseCapOptions extends Omit<LocalizationOptions, 'inChannels'> {
  /** How many words captions may use; word numbers begin at 1. */
  vocabSize: number;
  /** Features of a region. Default: 4096. */
  representationSize?: number;
  /** Probability of dropout after each of the two layers that compute these features. Default: 0.5. */
  dropout?: number;
  /** Features of a word. Default: 512. */
  embeddingSize?: number;
  /** Units of the LSTM. Default: 512. */
  hiddenSize?: number;
  /** Most words of a sentence. Default: 15. */
  maxLength?: number;
  /** Weight of the four losses of confidences and boxes; the captions' loss has weight 1. Default: 0.1. */
  boxWeight?: number;
  /** Detections need a score above this. Default: 0.05. */
  scoreThresh?: number;
  /** In the final suppression, regions that overlap a better one by more than this are dropped. Default: 0.3. */
  finalNmsThresh?: number;
  /** Most detections per picture. Default: 100. */
  detectionsPerImg?: number;
}

/** A network that makes maps [N, outChannels, H', W'] of pictures. */
export type CaptionBackbone = nn.UnaryModule & { readonly outChannels: number };

interface DenseCapArguments extends DenseCapOptions {
  backbone: CaptionBackbone;
}

type DenseCapOrder = [
  ...['backbone', 'vocabSize', 'anchors', 'numFilters', 'outputSize', 'batchSizePerImage', 'positiveFraction'],
  ...['fgIouThresh', 'bgIouThresh', 'nmsThresh', 'numProposals', 'representationSize', 'dropout', 'embeddingSize'],
  ...['hiddenSize', 'maxLength', 'boxWeight', 'scoreThresh', 'finalNmsThresh', 'detectionsPerImg'],
];

/** The recognition network's output for each region. */
interface Recognized {
  /** [N · B, representationSize] */
  readonly codes: Tensor;
  /** Logits [N · B]. */
  readonly scores: Tensor;
  /** Corrections [N · B, 4]. */
  readonly transforms: Tensor;
}

const NAME = 'DenseCap';

/**
 * DenseCap. It takes pictures [N, 3, H, W], or a list of [3, H, W] of one size, scaled as the backbone expects. In
 * training, `await densecap(images, targets)` gives the five terms of the loss; in evaluation, `await densecap(images)`
 * gives boxes, scores and captions of each picture. The backbone's maps go to the localization layer; two linear layers
 * compute features of each region; and these give a confidence, a correction and, by an LSTM, a caption.
 *
 *     const vocabulary = new detection.CaptionVocabulary(['a red square', 'a blue bar']);
 *     const densecap = new detection.DenseCap(backbone, { vocabSize: vocabulary.size });
 *     const losses = await densecap(images, [{ boxes, captions: vocabulary.encode(['a red square']) }]);
 *     const [found] = await torch.noGrad(() => densecap.eval()(images));
 *     vocabulary.decode(await found.captions.tolist());
 *
 * @throws ArgumentError, ShapeError, DTypeError
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say what a call gives in each mode.
export class DenseCap extends Detector<CaptionTarget, DenseCapLosses, CaptionDetection> {
  backbone: nn.UnaryModule;
  localization: DenseCapLocalization;
  recognition: nn.Sequential;
  objectness: nn.Linear;
  box: nn.Linear;
  captioner: LSTMCaptioner;
  readonly boxWeight: number;
  readonly scoreThresh: number;
  readonly finalNmsThresh: number;
  readonly detectionsPerImg: number;

  constructor(...args: Arguments<DenseCapArguments, DenseCapOrder>) {
    super();
    const words = { representationSize: 4096, dropout: 0.5, embeddingSize: 512, hiddenSize: 512, maxLength: 15 };
    const ends = { boxWeight: 0.1, scoreThresh: 0.05, finalNmsThresh: 0.3, detectionsPerImg: 100 };
    const defaults = { ...localizationDefaults, ...words, ...ends };
    const o = parseArgs<DenseCapArguments>(NAME, ['backbone', 'vocabSize'], defaults, args, detectorKinds);
    const { backbone } = o;
    const inChannels = (backbone as CaptionBackbone | null)?.outChannels;
    if (!(backbone instanceof Module) || !Number.isInteger(inChannels)) {
      throw new ArgumentError(
        `${NAME}: expected a backbone with a field outChannels, the channels of its maps, but got ${kindOf(backbone)}`,
      );
    }
    const { numFilters, outputSize, batchSizePerImage, positiveFraction, fgIouThresh, bgIouThresh } = o;
    const { nmsThresh, numProposals, representationSize, dropout, vocabSize, embeddingSize, hiddenSize, maxLength } = o;
    this.backbone = backbone;
    this.localization = new DenseCapLocalization(inChannels!, {
      ...{ anchors: o.anchors, numFilters, outputSize, batchSizePerImage, positiveFraction },
      ...{ fgIouThresh, bgIouThresh, nmsThresh, numProposals },
    });
    this.recognition = new nn.Sequential(
      new nn.Linear(inChannels! * outputSize ** 2, representationSize),
      new nn.ReLU(),
      new nn.Dropout(dropout),
      new nn.Linear(representationSize, representationSize),
      new nn.ReLU(),
      new nn.Dropout(dropout),
    );
    this.objectness = quiet(new nn.Linear(representationSize, 1));
    this.box = quiet(new nn.Linear(representationSize, 4));
    this.captioner = new LSTMCaptioner(representationSize, vocabSize, { embeddingSize, hiddenSize, maxLength });
    this.boxWeight = o.boxWeight;
    this.scoreThresh = o.scoreThresh;
    this.finalNmsThresh = o.finalNmsThresh;
    this.detectionsPerImg = o.detectionsPerImg;
  }

  /** Computes the features of regions [N, B, C, X, Y], and from these their scores and corrections. */
  private recognize(regions: Tensor): Recognized {
    const codes = this.recognition(regions.flatten(2).flatten(0, 1));
    return { codes, scores: this.objectness(codes).squeeze(1), transforms: this.box(codes) };
  }

  protected override async losses(
    images: Images,
    targets: readonly CaptionTarget[] | null,
    part: RecordedPart,
  ): Promise<DenseCapLosses> {
    const pictures = picturesOfOneSize(NAME, images);
    const given = await hostCaptions(NAME, targets, pictures.length, this.captioner);
    const size = sizeOf(pictures[0]!);
    const { features, predictions, read } = part(() => {
      const features = this.backbone(stack([...pictures], 0));
      const predictions = this.localization(features, size);
      return { features, predictions, read: predictions.boxes.detach().data() };
    });
    const boxesOfTruths = given.map(({ boxes }) => boxes);
    const sample = this.localization.sample(await read, boxesOfTruths);
    const captions = captionsOf(sample, given, this.captioner.maxLength);
    return part(() => {
      const n = pictures.length;
      const { regions, positives, places, isPositive } = sample;
      const boxes = predictions.boxes.reshape([-1, 4]).indexSelect(0, places);
      const found = this.recognize(this.localization.extract(features, boxes.reshape([n, regions, 4]), size));
      const mid = this.localization.losses(predictions, sample);
      const front = (x: Tensor): Tensor =>
        x
          .reshape([n, regions, ...x.shape.slice(1)])
          .narrow(1, 0, positives)
          .flatten(0, 1);
      return {
        lossMidObjectness: mid.confidence.mul(this.boxWeight),
        lossMidBox: mid.box.mul(this.boxWeight),
        lossEndObjectness: confidenceLoss(found.scores, sample).mul(this.boxWeight),
        lossEndBox: boxLoss(found.transforms, boxes, sample).mul(this.boxWeight),
        lossCaptioning: this.captioner.loss(front(found.codes), captions, front(isPositive)),
      };
    });
  }

  protected override async detect(images: Images, part: RecordedPart): Promise<CaptionDetection[]> {
    const pictures = picturesOfOneSize(NAME, images);
    const n = pictures.length;
    const size = sizeOf(pictures[0]!);
    const { read, columns } = part(() => {
      const features = this.backbone(stack([...pictures], 0));
      const { boxes, valid } = this.localization.propose(this.localization(features, size));
      const { codes, scores, transforms } = this.recognize(this.localization.extract(features, boxes, size));
      const count = boxes.shape[1]!;
      const better = corrected(transforms, boxes.reshape([n * count, 4])).reshape([n, count, 4]);
      const packed = cat(
        [
          clipped(better, Array<ImageSize>(n).fill(size)).reshape([n * count, 4]),
          scores
            .sigmoid()
            .mul(valid.to('float32').reshape([n * count]))
            .unsqueeze(1),
          this.captioner.generate(codes).to('float32'),
        ],
        1,
      ).detach();
      return { read: packed.data(), columns: packed.shape[1]! };
    });
    const answers = await read;
    const each = answers.length / n;
    return pictures.map((_, i) => this.found(answers.subarray(i * each, (i + 1) * each), columns));
  }

  /** The detections of a picture after suppression. Each row of `answers` holds a box, a score and a caption. */
  private found(answers: ArrayLike<number>, columns: number): CaptionDetection {
    const list = new CandidateList();
    const rows: number[] = [];
    for (let at = 0; at < answers.length; at += columns) {
      const score = answers[at + 4]!;
      const box = [0, 1, 2, 3].map((k) => answers[at + k]!);
      if (!(score > this.scoreThresh) || !(box[2]! > box[0]!) || !(box[3]! > box[1]!)) continue;
      list.add(box, 0, score);
      rows.push(at);
    }
    const all = list.all();
    const kept = suppressedOnHost(all, { nmsThresh: this.finalNmsThresh, detectionsPerImg: this.detectionsPerImg });
    const length = columns - 5;
    const captions = kept.flatMap((i) => Array.from({ length }, (_, t) => answers[rows[i]! + 5 + t]!));
    return {
      boxes: tensorOf(boxesAt(all.boxes, kept), [kept.length, 4], 'float32'),
      scores: tensorOf(
        Float32Array.from(kept, (i) => all.scores[i]!),
        [kept.length],
        'float32',
      ),
      captions: tensorOf(Int32Array.from(captions), [kept.length, length], 'int64'),
    };
  }
}

export interface DenseCap {
  /** In training mode: the terms of the loss. */
  (images: readonly Tensor[] | Tensor, targets: readonly CaptionTarget[]): CarriedPromise<DenseCapLosses>;
  /** In evaluation mode: the detections in each picture. */
  (images: readonly Tensor[] | Tensor): CarriedPromise<CaptionDetection[]>;
}
