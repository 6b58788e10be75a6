// The steps of R-CNN (Girshick et al. 2014, arXiv:1311.2524) as functions; `selectiveSearch` comes before them.

import { ArgumentError, arange, noGrad, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  callable,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
  shown,
} from '../../../torch/inside';
import { BoxCoder } from './box-coder';
import { placesIn, readBoxes } from './box-sampling';
import { detectorKinds } from './detector-kinds';
import { checkBoxes, checkTargets, type HostTarget, hostTargets, numbersOf, tensorOf } from './host';
import { hostQuality, Matcher } from './matcher';
import { CandidateList, detectionOf } from './postprocess';
import { ridgeRegression } from './ridge';
import { boxAt } from './targets';
import type { Detection } from './transform';

/** @throws ShapeError unless the value is a list of boxes [K, 4] */
export function expectRegions(name: string, what: string, boxes: unknown): asserts boxes is Tensor {
  if (isTensor(boxes) && boxes.dim() === 2 && boxes.shape[1] === 4) return;
  const got = isTensor(boxes) ? `shape [${boxes.shape.join(', ')}]` : kindOf(boxes);
  throw new ShapeError(`${name}: expected ${what} [K, 4], but got ${got}`);
}

/** @throws ShapeError unless there is one row per region */
function expectRows(name: string, what: string, rows: Tensor, count: number): void {
  if (rows.dim() === 2 && rows.shape[0] === count) return;
  throw new ShapeError(
    `${name}: expected ${what} of ${count} rows, one a box, but got shape [${rows.shape.join(', ')}]`,
  );
}

/** Options of `warpRegions`. */
export interface WarpOptions {
  /** Pixels of context at each side of the box in the result. Default: 0; R-CNN has 16. */
  padding?: number;
  /**
   * 'warp' (default) stretches the box to the size. 'square' takes the smallest square around the box, with the
   * surrounding picture. 'bareSquare' takes that square, but fills it with `fill` beside the box.
   */
  mode?: 'warp' | 'square' | 'bareSquare';
  /** The colour outside the picture: one number, or one per channel. Default: 0. */
  fill?: number | readonly number[];
}

const modes: readonly unknown[] = ['warp', 'square', 'bareSquare'];

/** Along one axis: the positions to read, and whether each lies in the visible part. */
interface Axis {
  readonly places: Tensor;
  readonly isSeen: Tensor;
}

/**
 * The `count` positions to read for boxes from `low` to `high`, each box `side` long, in a picture of `length` pixels.
 */
function axisOf(
  [low, high]: readonly [Tensor, Tensor],
  side: Tensor,
  length: number,
  { count, padding, isBare }: { count: number; padding: number; isBare: boolean },
): Axis {
  const middle = low.add(high).div(2);
  const half = side.mul(count / (count - 2 * padding)).div(2);
  const [from, to] = [middle.sub(half), middle.add(half)];
  const places = placesIn(from, to, count);
  const [first, last] = isBare
    ? [low.clamp({ min: 0 }), high.clamp({ max: length })]
    : [from.clamp({ min: 0 }), to.clamp({ max: length })];
  const centre = places.add(0.5);
  const isSeen = centre.ge(first.unsqueeze(1)).logicalAnd(centre.le(last.unsqueeze(1)));
  // Interpolation must read inside the region only, as if the region had been cut out first.
  const between = first.add(last).div(2).sub(0.5);
  const inside = places.maximum(first.minimum(between).unsqueeze(1)).minimum(last.sub(1).maximum(between).unsqueeze(1));
  return { places: inside, isSeen };
}

/** Upper limit of a warped region's side in pixels. */
const MOST_SIDE = 16_384;

/**
 * R-CNN's warping of regions (appendix A): each box of a picture, whatever its shape, is cropped and resized to one
 * size by bilinear interpolation. With `padding` p, the box is first enlarged around its centre, so that p pixels at
 * each border show context.
 * Shape: image [C, H, W] and boxes [K, 4] as (x1, y1, x2, y2) in pixels → [K, C, ...size]; gradients reach the image. A
 * result of 227 pixels takes 618 kB per box, so pass a few hundred boxes at a time.
 *
 *     const crops = detection.warpRegions(image, boxes, 227, { padding: 16 });
 *
 * @throws ShapeError, ArgumentError
 */
export const warpRegions = callable(
  'warpRegions(image, boxes, size: numbers, ...)',
  (
    image: Tensor,
    boxes: Tensor,
    size: number | readonly number[],
    ...args: Arguments<WarpOptions, ['padding', 'mode', 'fill']>
  ): Tensor => {
    const name = 'warpRegions';
    const { padding, mode, fill } = parseArgs<WarpOptions>(name, [], { padding: 0, mode: 'warp', fill: 0 }, args, {
      padding: kinds.finite,
      fill: kinds.either(kinds.number, kinds.listOf(kinds.number)),
    });
    if (image.dim() !== 3 || image.numel() === 0) {
      throw new ShapeError(`${name}: expected a picture [C, H, W], but got shape [${image.shape.join(', ')}]`);
    }
    expectRegions(name, 'boxes', boxes);
    const sizes = typeof size === 'number' ? [size, size] : size;
    if (sizes.length !== 2 || !sizes.every(kinds.whole(1, MOST_SIDE).fits)) {
      throw new ArgumentError(
        `${name}: expected size, or [height, width], of whole numbers from 1 to ${MOST_SIDE}, but got ${shown(size)}`,
      );
    }
    const [height, width] = sizes as readonly [number, number];
    if (!(padding >= 0 && 2 * padding < Math.min(height, width))) {
      throw new ArgumentError(
        `${name}: expected padding from 0 to less than half of the size, but got ${shown(padding)}`,
      );
    }
    if (!modes.includes(mode)) {
      throw new ArgumentError(`${name}: expected mode 'warp', 'square' or 'bareSquare', but got ${shown(mode)}`);
    }
    const [channels, rows, columns] = image.shape as readonly [number, number, number];
    const fills = typeof fill === 'number' ? Array<number>(channels).fill(fill) : fill;
    if (fills.length !== channels) {
      throw new ArgumentError(`${name}: expected one fill or ${channels}, one a channel, but got ${shown(fill)}`);
    }
    const [x1, y1, x2, y2] = boxes.detach().float().unbind(1) as [Tensor, Tensor, Tensor, Tensor];
    const [w, h] = [x2.sub(x1), y2.sub(y1)];
    const longer = w.maximum(h);
    const isBare = mode === 'bareSquare';
    const isWarped = mode === 'warp';
    const x = axisOf([x1, x2], isWarped ? w : longer, columns, { count: width, padding, isBare });
    const y = axisOf([y1, y2], isWarped ? h : longer, rows, { count: height, padding, isBare });
    const read = readBoxes(image.float().unsqueeze(0), x.places.unsqueeze(0), y.places.unsqueeze(0)).squeeze(0);
    const isSeen = y.isSeen.unsqueeze(2).logicalAnd(x.isSeen.unsqueeze(1)).unsqueeze(1);
    const outside = tensorOf(Float32Array.from(fills), [channels, 1, 1], 'float32');
    return read.where(isSeen, outside);
  },
);

/** Thresholds of `matchRegions`. */
export interface RegionMatchOptions {
  /**
   * A region is positive if its IoU with a ground-truth box is at least this. Default: 0.5, which R-CNN uses to tune
   * its network.
   */
  fgIouThresh?: number;
  /**
   * A region is background if its highest IoU is below this; between the two thresholds its label is −1. Default: 0.5;
   * R-CNN's SVMs use 0.3.
   */
  bgIouThresh?: number;
}

/** The labels of regions and the ground-truth boxes that they match. */
export interface MatchedRegions {
  /** int64 [K]: the label of the ground-truth box, 0 for the background, −1 for neither. */
  readonly labels: Tensor;
  /** float32 [K, 4]: the ground-truth box that overlaps each region most, or the region itself if there is none. */
  readonly truths: Tensor;
  /** float32 [K]: the intersection over union with that box. */
  readonly ious: Tensor;
}

/**
 * Labels each region by the ground-truth box that it overlaps most. Shape: boxes [K, 4], ground-truth boxes [T, 4] and
 * their labels (int64 [T]), from 1 on. The matching runs on the host, so this is a promise.
 *
 *     const { labels, truths, ious } = await detection.matchRegions(boxes, target.boxes, target.labels, { fgIouThresh: 0.6 });
 *
 * @throws ShapeError, DTypeError, ArgumentError
 */
export const matchRegions = callable(
  'matchRegions(boxes, truths, labels, ...)',
  async (
    boxes: Tensor,
    /** The ground-truth boxes. */
    truths: Tensor,
    /** The numbers of the classes. */
    labels: Tensor,
    ...args: Arguments<RegionMatchOptions, ['fgIouThresh', 'bgIouThresh']>
  ): Promise<MatchedRegions> => {
    const name = 'matchRegions';
    const o = parseArgs<RegionMatchOptions>(name, [], { fgIouThresh: 0.5, bgIouThresh: 0.5 }, args, detectorKinds);
    expectRegions(name, 'boxes', boxes);
    const targets = [{ boxes: truths, labels }];
    checkTargets(name, targets, 1);
    const matcher = new Matcher(o.fgIouThresh, o.bgIouThresh);
    const [[numbers], given] = await Promise.all([numbersOf([boxes]), hostTargets(targets)]);
    checkBoxes(name, given);
    const [target] = given as [HostTarget];
    const regions = Float32Array.from(numbers!);
    const count = regions.length / 4;
    const [classes, ious, nearest] = [new Int32Array(count), new Float32Array(count), regions.slice()];
    if (target.labels.length > 0 && count > 0) {
      const quality = hostQuality(target.boxes, regions);
      const best = new Matcher(0, 0).matchOnHost(quality);
      for (const [i, match] of matcher.matchOnHost(quality).entries()) {
        classes[i] = match >= 0 ? target.labels[match]! : match + 1;
        const truth = Math.max(best[i]!, 0);
        ious[i] = quality.quality[truth * count + i]!;
        nearest.set(boxAt(target.boxes, truth), 4 * i);
      }
    }
    return {
      labels: tensorOf(classes, [count], 'int64'),
      truths: tensorOf(nearest, [count, 4], 'float32'),
      ious: tensorOf(ious, [count], 'float32'),
    };
  },
);

/**
 * The loss of linear SVMs, one for each class, on regions' scores s = w · φ + b of `nn.Linear(features, classes)`: the
 * mean over regions of max(0, 1 − y s), with y = 1 for the class's own regions and −1 for all others, summed over
 * classes. For a penalty ½ λ ‖w‖², set the optimizer's `weightDecay`.
 * Shape: scores [K, C] and labels [K] as `matchRegions` returns them: 1 to C, 0 for the background, −1 for ignored
 * regions → a number.
 *
 * @throws ShapeError
 */
export const svmLoss = callable(
  'svmLoss(scores, labels)',
  (scores: Tensor, /** The numbers of the classes. */ labels: Tensor): Tensor => {
    if (scores.dim() !== 2 || labels.dim() !== 1 || labels.shape[0] !== scores.shape[0]) {
      throw new ShapeError(
        `svmLoss: expected scores [K, C] and labels [K], but got shapes [${scores.shape.join(', ')}] and [${labels.shape.join(', ')}]`,
      );
    }
    const own = labels.unsqueeze(1).eq(arange(scores.shape[1]!).add(1)).to('float32');
    const counts = labels.ge(0).to('float32');
    const hinge = own.mul(2).sub(1).mul(scores).neg().add(1).clamp({ min: 0 });
    return hinge
      .mul(counts.unsqueeze(1))
      .sum()
      .div(counts.sum().clamp({ min: 1 }));
  },
);

/** Options of `detectRegions`. */
export interface RegionDetectionOptions {
  /** Detections need a score above this. Default: 0, the decision boundary of an SVM. */
  scoreThresh?: number;
  /** Regions that overlap a better one of their class by more than this are dropped. Default: 0.3, as in R-CNN. */
  nmsThresh?: number;
  /** Most detections. Default: 100. */
  detectionsPerImg?: number;
  /** The first column of `scores` that is a class; 1 if column 0 is the background. Default: 0. */
  firstClass?: number;
}

/**
 * The last step of R-CNN and of Fast R-CNN: keeps the regions of each class whose score is above the threshold, and
 * drops those that overlap a better one of the class (non-maximum suppression, class by class). Shape: boxes [K, 4], or
 * [K, 4 C] with a box for each class, and scores [K, C] of any classifier → `{ boxes, labels, scores }` by descending
 * score. Labels are column indices.
 *
 *     const found = await detection.detectRegions(boxes, svms(features), { nmsThresh: 0.3 });
 *
 * @throws ShapeError
 */
export const detectRegions = callable(
  'detectRegions(boxes, scores, ...)',
  async (
    boxes: Tensor,
    scores: Tensor,
    ...args: Arguments<RegionDetectionOptions, ['scoreThresh', 'nmsThresh', 'detectionsPerImg', 'firstClass']>
  ): Promise<Detection> => {
    const name = 'detectRegions';
    const defaults = { scoreThresh: 0, nmsThresh: 0.3, detectionsPerImg: 100, firstClass: 0 };
    const o = parseArgs<RegionDetectionOptions>(name, [], defaults, args, {
      ...detectorKinds,
      firstClass: kinds.whole(0),
    });
    const [count, classes] = scores.shape as readonly [number, number];
    expectRows(name, 'scores', scores, boxes.shape[0]!);
    const columns = boxes.shape[1];
    if (boxes.dim() !== 2 || (columns !== 4 && columns !== 4 * classes)) {
      throw new ShapeError(
        `${name}: expected boxes [${count}, 4] or [${count}, ${4 * classes}], but got shape [${boxes.shape.join(', ')}]`,
      );
    }
    const [places, answers] = await numbersOf([boxes, scores]);
    const list = new CandidateList();
    for (let i = 0; i < count; i++) {
      for (let label = o.firstClass; label < classes; label++) {
        const score = answers![i * classes + label]!;
        if (!(score > o.scoreThresh)) continue;
        const at = i * columns + (columns === 4 ? 0 : 4 * label);
        list.add(
          [0, 1, 2, 3].map((k) => places![at + k]!),
          label,
          score,
        );
      }
    }
    return detectionOf(list.all(), o, [1, 1], [1, 1]);
  },
);

/** Codes corrections as R-CNN writes them: without weights and without a limit. */
const coder = (): BoxCoder => new BoxCoder([1, 1, 1, 1], { bboxXformClip: Number.POSITIVE_INFINITY });

/**
 * R-CNN's box regression (appendix C). It fits weights to each of the four corrections t of proposals p to their
 * ground-truth boxes g,
 *
 *     tx = (gx − px) / pw,   ty = (gy − py) / ph,   tw = ln(gw / pw),   th = ln(gh / ph)        (centres and sides)
 *     w = argmin Σ (t − w · φ)² + λ ‖w‖²
 *
 * over proposals of one class that overlap their ground-truth boxes well (R-CNN: by more than 0.6), with features φ of
 * each. Shape: features [K, D], `proposals` and `truths` [K, 4] as (x1, y1, x2, y2) → weights [4, D]. The system has
 * the smaller of K and D unknowns, and is solved on the host, so this is a promise.
 *
 *     const weight = await detection.fitBoxRegression(features, proposals, truths, { ridge: 1000 });
 *     const better = detection.applyBoxRegression(features, proposals, weight);
 *
 * @throws ShapeError; ArgumentError if the features do not determine the weights
 */
export const fitBoxRegression = callable(
  'fitBoxRegression(features, proposals, truths, ...)',
  async (
    features: Tensor,
    proposals: Tensor,
    /** The ground-truth boxes. */
    truths: Tensor,
    ...args: Arguments<{ ridge?: number }, ['ridge']>
  ): Promise<Tensor> => {
    const name = 'fitBoxRegression';
    const { ridge } = parseArgs<{
      /** λ. Default: 1000. */
      ridge?: number;
    }>(name, [], { ridge: 1000 }, args, {
      ridge: kinds.number,
    });
    expectRegions(name, 'proposals', proposals);
    expectRegions(name, 'truths', truths);
    expectRows(name, 'truths', truths, proposals.shape[0]!);
    expectRows(name, 'features', features, proposals.shape[0]!);
    if (!(ridge >= 0)) throw new ArgumentError(`${name}: expected a ridge of at least 0, but got ${shown(ridge)}`);
    if (features.numel() === 0) {
      throw new ShapeError(
        `${name}: expected at least one proposal and feature, but got shape [${features.shape.join(', ')}]`,
      );
    }
    const codes = noGrad(() => coder().encodeSingle(truths.float(), proposals.float()));
    return ridgeRegression(name, features.detach().float(), codes, ridge);
  },
);

/**
 * Boxes corrected by `fitBoxRegression`: gx = pw · (w · φ) + px, gw = pw · exp(w · φ), and likewise along y. Shape:
 * features [K, D], proposals [K, 4] and weights [4, D] → [K, 4].
 *
 * @throws ShapeError
 */
export const applyBoxRegression = callable(
  'applyBoxRegression(features, proposals, weight)',
  (features: Tensor, proposals: Tensor, weight: Tensor): Tensor => {
    const name = 'applyBoxRegression';
    expectRegions(name, 'proposals', proposals);
    expectRows(name, 'features', features, proposals.shape[0]!);
    expectRows(name, 'weight', weight, 4);
    return coder().decodeSingle(features.matmul(weight.transpose(0, 1)), proposals.float());
  },
);
