// DenseCap's localization layer. It proposes regions of a map and reads them by bilinear sampling, through which
// gradients reach the boxes.

import { ArgumentError, cat, nn, ShapeError, type Tensor } from '../../../torch';
import {
  type Args,
  type Arguments,
  inputs,
  isPlainObject,
  kinds,
  Layer,
  objectAt,
  parseArgs,
  shown,
  takes,
  tensorKind as tensor,
  typed,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { nmsPadded } from '../ops/nms';
import { BoxCoder } from './box-coder';
import { placesIn, readBoxes } from './box-sampling';
import { detectorKinds } from './detector-kinds';
import { tensorOf } from './host';
import type { ImageSize } from './image-list';
import { entropySum } from './losses';
import { hostQuality, Matcher } from './matcher';
import { chosenBoxes, clipped } from './rpn';
import { BalancedPositiveNegativeSampler } from './sampler';
import { boxAt, labelled, unitBoxes } from './targets';

/** Options of `DenseCapLocalization`. */
export interface LocalizationOptions {
  /** Channels of the map. */
  inChannels: number;
  /**
   * Width and height of the anchors at each place, in pixels of the picture. Default: the twelve anchors of the paper's
   * code.
   */
  anchors?: readonly (readonly [width: number, height: number])[];
  /** Channels of the 3×3 convolution. Default: 256. */
  numFilters?: number;
  /** Samples along each side of a region. Default: 7. */
  outputSize?: number;
  /** Regions of each picture that a training step uses. Default: 256. */
  batchSizePerImage?: number;
  /** Upper limit of the fraction of positive regions. Default: 0.5. */
  positiveFraction?: number;
  /**
   * A region is positive if its IoU with a ground-truth box is at least this, or if no region overlaps that box more.
   * Default: 0.7.
   */
  fgIouThresh?: number;
  /** A region is negative if its highest IoU is below this. Default: 0.3. */
  bgIouThresh?: number;
  /** In evaluation, proposals that overlap a better one by more than this are dropped. Default: 0.7. */
  nmsThresh?: number;
  /** Most proposals of a picture in evaluation. Default: 300. */
  numProposals?: number;
}

type LocalizationOrder = [
  ...['inChannels', 'anchors', 'numFilters', 'outputSize', 'batchSizePerImage', 'positiveFraction'],
  ...['fgIouThresh', 'bgIouThresh', 'nmsThresh', 'numProposals'],
];

/** The twelve anchors of the paper's code. */
const denseCapAnchors: readonly (readonly [number, number])[] = [45, 64, 90, 128, 181, 256, 362, 512].flatMap(
  (side, i, all) =>
    i % 2 === 0
      ? ([
          [side, side * 2],
          [side * 2, side],
        ] as const)
      : [[all[i]!, all[i]!] as const],
);

/** The defaults of `DenseCapLocalization`. */
export const localizationDefaults = {
  anchors: denseCapAnchors,
  numFilters: 256,
  outputSize: 7,
  batchSizePerImage: 256,
  positiveFraction: 0.5,
  fgIouThresh: 0.7,
  bgIouThresh: 0.3,
  nmsThresh: 0.7,
  numProposals: 300,
};

/** The layer's output for all A = k H' W' anchors of each picture. */
export interface RegionPredictions {
  /** Logits of the confidence [N, A]. */
  readonly scores: Tensor;
  /** Corrections of the anchors [N, A, 4]. */
  readonly transforms: Tensor;
  /** Corrected anchors, clipped to the picture [N, A, 4], as (x1, y1, x2, y2). */
  readonly boxes: Tensor;
  /** [A, 4] */
  readonly anchors: Tensor;
}

/** The regions that a training step uses: R of each picture, the positive ones first. */
export interface RegionSample {
  /** Indices of the regions among all N · A anchors (int64 [N · R]). */
  readonly places: Tensor;
  /** 1 for each positive region; and 1 for each region that counts, 0 for padding (float32 [N · R]). */
  readonly isPositive: Tensor;
  readonly counts: Tensor;
  /** The ground-truth box of each positive region, and the unit square for the others [N · R, 4]. */
  readonly truths: Tensor;
  /** For each picture, the index of each region's ground-truth box; −1 if there is none. */
  readonly matches: readonly Int32Array[];
  /** R, and how many of the R regions may be positive. */
  readonly regions: number;
  readonly positives: number;
}

interface LocalizationLossArguments {
  /** The outputs of the model. */
  predictions: RegionPredictions;
  sample: RegionSample;
}

const sizeKind = { ...kinds.listOf(kinds.positive, 2), words: 'a list [height, width]' };

const numbersKind: kinds.Kind = {
  words: 'a list of numbers',
  fits: (value) => ArrayBuffer.isView(value) || (Array.isArray(value) && value.every(kinds.real.fits)),
};

/** Accepts an object of tensors as a call of this layer returns it. */
const answerOf = (names: readonly string[], words: string): kinds.Kind => ({
  words,
  fits: (value) => isPlainObject(value) && names.every((name) => tensor.fits(value[name])),
});

const predictionsKind = answerOf(['scores', 'transforms', 'boxes', 'anchors'], 'what a call of the layer gives');
const sampleKind = answerOf(['places', 'isPositive', 'counts', 'truths'], 'what the method sample gives');

/** Codes corrections without weights. */
const coder = new BoxCoder([1, 1, 1, 1]);

/**
 * Smooth L1 between the predicted corrections and those that lead to the ground-truth boxes: the sum over four
 * coordinates, the mean over positive regions.
 */
export function boxLoss(transforms: Tensor, from: Tensor, { truths, isPositive }: RegionSample): Tensor {
  const isOne = isPositive.ne(0).unsqueeze(1);
  const square = unitBoxes(1).tensor();
  const wanted = coder.encodeSingle(truths, from.detach().where(isOne, square));
  const misses = nn.functional.smoothL1Loss(transforms, wanted, { reduction: 'none' }).sum(1);
  return misses
    .mul(isPositive)
    .sum()
    .div(isPositive.sum().clamp({ min: 1 }));
}

/** Logistic loss of confidences [N · R]: the mean over the regions that count. */
export function confidenceLoss(scores: Tensor, { isPositive, counts }: RegionSample): Tensor {
  return entropySum(scores, isPositive, counts).div(counts.sum().clamp({ min: 1 }));
}

/** Boxes [..., 4] corrected by transforms [..., 4]. */
export const corrected = (transforms: Tensor, boxes: Tensor): Tensor => coder.decodeSingle(transforms, boxes);

/**
 * Initializes a layer so that its first outputs are almost zero: weights are normal with a standard deviation of 0.01,
 * as in the paper; biases are 0.
 */
export function quiet<L extends nn.Linear | nn.Conv2d>(layer: L): L {
  nn.init.normal_(layer.weight, 0, 0.01);
  if (layer.bias) nn.init.zeros_(layer.bias);
  return layer;
}

const denseCapLocalizationExtractTable = takes('DenseCapLocalization.extract', {
  features: tensor,
  boxes: tensor,
  /** Height and width of the pictures. */
  imageSize: typed<ImageSize>(sizeKind),
});

const denseCapLocalizationSampleTable = takes('DenseCapLocalization.sample', {
  /** The predicted coordinates. */
  predicted: typed<ArrayLike<number>>(numbersKind),
  /** The ground-truth boxes. */
  truths: typed<readonly Float32Array[]>({
    ...kinds.nonEmpty({ words: 'a Float32Array', fits: (value) => value instanceof Float32Array }),
    words: 'a list of the coordinates of boxes, a Float32Array a picture',
  }),
});

/**
 * DenseCap's fully convolutional localization layer (Johnson, Karpathy and Fei-Fei 2016, arXiv:1511.07571, section
 * 3.1.2). A 3×3 convolution, then a 1×1 convolution, give a confidence and a correction for each of k anchors at each
 * place of a map,
 *
 *     x = xₐ + tx wₐ,   y = yₐ + ty hₐ,   w = wₐ exp(tw),   h = hₐ exp(th)
 *
 * Training uses a sample of the regions; evaluation uses the most confident regions that overlap little. `extract`
 * reads X × Y numbers of each region by bilinear sampling, V = Σ U max(0, 1 − |i − x|) max(0, 1 − |j − y|), which has
 * gradients for the map U and for the boxes.
 *
 *     const layer = new detection.DenseCapLocalization(512);
 *     const predictions = layer(map, [height, width]);
 *     const regions = layer.extract(map, boxes, [height, width]);        // boxes [N, B, 4] → [N, B, 512, 7, 7]
 */
export class DenseCapLocalization extends Layer {
  conv: nn.Conv2d;
  predictor: nn.Conv2d;
  readonly anchors: readonly (readonly [number, number])[];
  readonly outputSize: number;
  readonly nmsThresh: number;
  readonly numProposals: number;
  readonly sampler: BalancedPositiveNegativeSampler;
  readonly matcher: Matcher;

  constructor(...args: Arguments<LocalizationOptions, LocalizationOrder>) {
    super();
    const name = 'DenseCapLocalization';
    const o = parseArgs<LocalizationOptions>(name, ['inChannels'], localizationDefaults, args, detectorKinds);
    const isAnchor = (anchor: unknown) =>
      Array.isArray(anchor) && anchor.length === 2 && anchor.every((side) => side > 0);
    if (!Array.isArray(o.anchors) || o.anchors.length === 0 || !o.anchors.every(isAnchor)) {
      throw new ArgumentError(
        `DenseCapLocalization: expected anchors, a list of [width, height] greater than 0, but got ${shown(o.anchors)}`,
      );
    }
    this.anchors = o.anchors;
    this.outputSize = o.outputSize;
    this.nmsThresh = o.nmsThresh;
    this.numProposals = o.numProposals;
    this.sampler = new BalancedPositiveNegativeSampler(o.batchSizePerImage, o.positiveFraction);
    this.matcher = new Matcher(o.fgIouThresh, o.bgIouThresh, true);
    this.conv = quiet(new nn.Conv2d(o.inChannels, o.numFilters, { kernelSize: 3, padding: 1 }));
    this.predictor = quiet(new nn.Conv2d(o.numFilters, 5 * o.anchors.length, { kernelSize: 1 }));
  }

  /** Anchors centred on each place of a map, place by place. Sizes are [height, width]. */
  private anchorsOf([height, width]: ImageSize, [rows, columns]: ImageSize): Tensor {
    const boxes = new Float32Array(4 * rows * columns * this.anchors.length);
    let at = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const [middleX, middleY] = [((x + 0.5) * width) / columns, ((y + 0.5) * height) / rows];
        for (const [w, h] of this.anchors) {
          boxes.set([middleX - w / 2, middleY - h / 2, middleX + w / 2, middleY + h / 2], at);
          at += 4;
        }
      }
    }
    return tensorOf(boxes, [boxes.length / 4, 4], 'float32');
  }

  override get [inputs]() {
    return ['features', 'imageSize'] as const;
  }

  override forward(features: Tensor, /** Height and width of the pictures. */ imageSize: ImageSize): RegionPredictions {
    expectKinds('DenseCapLocalization', { features: [features, tensor], imageSize: [imageSize, sizeKind] });
    if (features.dim() !== 4) {
      throw new ShapeError(
        `DenseCapLocalization: expected a map [N, C, H, W], but got shape [${features.shape.join(', ')}]`,
      );
    }
    const [n, , rows, columns] = features.shape as readonly [number, number, number, number];
    const answers = this.predictor(nn.functional.relu(this.conv(features)));
    const k = this.anchors.length;
    const each = answers
      .reshape([n, k, 5, rows, columns])
      .permute([0, 3, 4, 1, 2])
      .reshape([n, rows * columns * k, 5]);
    const anchors = this.anchorsOf(imageSize, [rows, columns]);
    const transforms = each.narrow(2, 1, 4);
    const boxes = corrected(transforms, anchors.unsqueeze(0).expand([n, rows * columns * k, 4]));
    const sizes = Array<ImageSize>(n).fill(imageSize);
    return { scores: each.select(2, 0), transforms, boxes: clipped(boxes, sizes), anchors };
  }

  /**
   * Reads regions of a map. Shape: a map [N, C, H', W'] and boxes [N, B, 4] in pixels of the pictures → [N, B, C,
   * outputSize, outputSize].
   */
  extract(...args: Args<typeof denseCapLocalizationExtractTable, ['features', 'boxes', 'imageSize']>): Tensor {
    const { features, boxes, imageSize } = denseCapLocalizationExtractTable.read(args);
    if (features.dim() !== 4 || boxes.dim() !== 3 || boxes.shape[2] !== 4) {
      throw new ShapeError(
        `DenseCapLocalization.extract: expected a map [N, C, H, W] and boxes [N, B, 4], but got shapes [${features.shape.join(', ')}] and [${boxes.shape.join(', ')}]`,
      );
    }
    const [height, width] = imageSize;
    const [rows, columns] = features.shape.slice(2) as [number, number];
    const [x1, y1, x2, y2] = boxes.unbind(2) as [Tensor, Tensor, Tensor, Tensor];
    const [alongX, alongY] = [columns / width, rows / height];
    const x = placesIn(x1.mul(alongX), x2.mul(alongX), this.outputSize);
    const y = placesIn(y1.mul(alongY), y2.mul(alongY), this.outputSize);
    return readBoxes(features, x, y);
  }

  /** Draws the regions of a training step, from the predicted boxes [N, A, 4] and each picture's ground-truth boxes. */
  sample(...args: Args<typeof denseCapLocalizationSampleTable, ['predicted', 'truths']>): RegionSample {
    const { predicted, truths } = denseCapLocalizationSampleTable.read(args);
    const numbers = Float32Array.from(predicted);
    const each = numbers.length / truths.length;
    const count = each / 4;
    const { batchSizePerImage, positiveFraction } = this.sampler;
    const regions = Math.min(batchSizePerImage, count);
    const places = new Int32Array(truths.length * regions);
    const [isPositive, counts] = [new Float32Array(places.length), new Float32Array(places.length)];
    const found = unitBoxes(places.length);
    const matches = truths.map((boxes, n) => {
      const own = numbers.subarray(n * each, (n + 1) * each);
      const matched = this.matchesOf(boxes, own);
      const { positive, negative } = this.sampler.sample(labelled(matched));
      const drawn = new Int32Array(regions).fill(-1);
      [...positive, ...negative].slice(0, regions).forEach((region, i) => {
        const row = n * regions + i;
        places[row] = n * count + region;
        counts[row] = 1;
        const match = matched[region]!;
        if (match < 0) return;
        drawn[i] = match;
        isPositive[row] = 1;
        found.data.set(boxAt(boxes, match), 4 * row);
      });
      return drawn;
    });
    const column = (data: Float32Array): Tensor => tensorOf(data, [data.length], 'float32');
    return {
      places: tensorOf(places, [places.length], 'int64'),
      isPositive: column(isPositive),
      counts: column(counts),
      truths: found.tensor(),
      matches,
      regions,
      positives: Math.max(1, Math.floor(regions * positiveFraction)),
    };
  }

  /**
   * The index of each box's ground-truth box; −1 for the background, −2 for neither. A box that was matched without any
   * overlap is background, too.
   */
  private matchesOf(truths: Float32Array, boxes: Float32Array): Int32Array {
    if (truths.length === 0) return new Int32Array(boxes.length / 4).fill(-1);
    const quality = hostQuality(truths, boxes);
    const matches = this.matcher.matchOnHost(quality);
    return matches.map((match, i) => (match >= 0 && !(quality.quality[match * quality.boxes + i]! > 0) ? -1 : match));
  }

  /** The losses of the sampled regions: of their confidences and of their corrections. */
  losses(...args: Arguments<LocalizationLossArguments, ['predictions', 'sample']>): {
    confidence: Tensor;
    box: Tensor;
  } {
    const name = 'DenseCapLocalization.losses';
    const names = ['predictions', 'sample'] as const;
    const given = objectAt(name, names, 0, objectAt(name, names, 1, args));
    const { predictions, sample } = parseArgs<LocalizationLossArguments>(name, names, {}, given, {
      predictions: predictionsKind,
      sample: sampleKind,
    });
    const { scores, transforms, anchors } = predictions;
    const at = (rows: Tensor): Tensor => rows.indexSelect(0, sample.places);
    const [n] = scores.shape as readonly [number];
    return {
      confidence: confidenceLoss(at(scores.reshape([-1])), sample),
      box: boxLoss(
        at(transforms.reshape([-1, 4])),
        at(n === 1 ? anchors : cat(Array<Tensor>(n).fill(anchors), 0)),
        sample,
      ),
    };
  }

  /**
   * The most confident regions that overlap little: `numProposals` of each picture. If there are fewer, `valid` marks
   * those that exist.
   */
  propose(...args: Arguments<Pick<LocalizationLossArguments, 'predictions'>, ['predictions']>): {
    boxes: Tensor;
    valid: Tensor;
  } {
    const name = 'DenseCapLocalization.propose';
    const given = objectAt(name, ['predictions'], 0, args);
    const { predictions } = parseArgs<Pick<LocalizationLossArguments, 'predictions'>>(
      name,
      ['predictions'],
      {},
      given,
      {
        predictions: predictionsKind,
      },
    );
    const { scores, boxes } = predictions;
    const { indices, valid } = nmsPadded(boxes, scores, this.nmsThresh, this.numProposals);
    return { boxes: chosenBoxes(boxes.detach(), indices), valid };
  }
}
