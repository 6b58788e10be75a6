// Matches boxes of a detector with ground-truth boxes, by the quality of each match, on the device and on the host.

import { ArgumentError, arange, ShapeError, type Tensor } from '../../../torch';
import { type Arguments, Callable, expectKind, kinds, parseArgs, tensorKind as tensor } from '../../../torch/inside';

/** Options of `Matcher`. */
export interface MatcherOptions {
  /** A box whose best quality is at least this matches that ground-truth box. */
  highThreshold: number;
  /** A box whose best quality is below this is background. A box between the two thresholds is ignored. */
  lowThreshold: number;
  /**
   * Also match each ground-truth box with the boxes of the highest quality for it, however low, ties included. Default:
   * false.
   */
  allowLowQualityMatches?: boolean;
}

/** The quality of the match of each of `truths` ground-truth boxes with each of `boxes` boxes, row by row. */
export interface MatchQuality {
  readonly quality: Float32Array;
  readonly truths: number;
  readonly boxes: number;
}

/**
 * Matches boxes with ground-truth boxes, by a quality [truths, boxes] such as the intersection over union. Returns for
 * each box the index of its best ground-truth box, −1 for background, or −2 for a quality between the thresholds (int64
 * [boxes]).
 *
 *     const matches = new Matcher(0.7, 0.3, true)(ops.boxIou(truths, anchors));
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what Callable gives every object.
export class Matcher extends Callable {
  static readonly BELOW_LOW_THRESHOLD = -1;
  static readonly BETWEEN_THRESHOLDS = -2;
  readonly highThreshold: number;
  readonly lowThreshold: number;
  readonly allowLowQualityMatches: boolean;

  constructor(...args: Arguments<MatcherOptions, ['highThreshold', 'lowThreshold', 'allowLowQualityMatches']>) {
    super((self, [quality]) => (self as Matcher).match(quality as Tensor));
    const required = ['highThreshold', 'lowThreshold'] as const;
    const o = parseArgs<MatcherOptions>('Matcher', required, { allowLowQualityMatches: false }, args, {
      highThreshold: kinds.number,
      lowThreshold: kinds.number,
    });
    if (!(o.lowThreshold <= o.highThreshold)) {
      throw new ArgumentError(
        `Matcher: expected lowThreshold of at most highThreshold, but got ${o.lowThreshold} and ${o.highThreshold}`,
      );
    }
    this.highThreshold = o.highThreshold;
    this.lowThreshold = o.lowThreshold;
    this.allowLowQualityMatches = o.allowLowQualityMatches;
  }

  get BELOW_LOW_THRESHOLD(): number {
    return Matcher.BELOW_LOW_THRESHOLD;
  }

  get BETWEEN_THRESHOLDS(): number {
    return Matcher.BETWEEN_THRESHOLDS;
  }

  protected match(quality: Tensor): Tensor {
    checkQuality(quality);
    const [best, truths] = quality.max(0);
    const { lowThreshold, highThreshold } = this;
    const matched = truths
      .maskedFill(best.lt(highThreshold), Matcher.BETWEEN_THRESHOLDS)
      .maskedFill(best.lt(lowThreshold), Matcher.BELOW_LOW_THRESHOLD);
    if (!this.allowLowQualityMatches) return matched;
    const isBest = quality.eq(quality.amax(1, { keepdim: true })).any(0);
    return truths.where(isBest, matched);
  }

  /** @internal The same on the host, in float32 numbers. */
  matchOnHost({ quality, truths, boxes }: MatchQuality): Int32Array {
    const matches = new Int32Array(boxes);
    const low = Math.fround(this.lowThreshold);
    const high = Math.fround(this.highThreshold);
    const bests = this.allowLowQualityMatches ? rowMaxima({ quality, truths, boxes }) : null;
    for (let box = 0; box < boxes; box++) {
      let best = quality[box]!;
      let truth = 0;
      let takes = bests !== null && best === bests[0];
      for (let t = 1, at = boxes + box; t < truths; t++, at += boxes) {
        const q = quality[at]!;
        takes ||= bests !== null && q === bests[t];
        if (q > best) {
          best = q;
          truth = t;
        }
      }
      if (takes || best >= high) matches[box] = truth;
      else matches[box] = best < low ? Matcher.BELOW_LOW_THRESHOLD : Matcher.BETWEEN_THRESHOLDS;
    }
    return matches;
  }
}

export interface Matcher {
  (/** How well boxes overlap, [boxes, proposals]. */ matchQualityMatrix: Tensor): Tensor;
  toString(): string;
}

function rowMaxima({ quality, truths, boxes }: MatchQuality): Float32Array {
  const bests = new Float32Array(truths).fill(Number.NEGATIVE_INFINITY);
  for (let t = 0, at = 0; t < truths; t++) {
    for (let box = 0; box < boxes; box++, at++) if (quality[at]! > bests[t]!) bests[t] = quality[at]!;
  }
  return bests;
}

function checkQuality(quality: Tensor): void {
  expectKind('Matcher', 'quality', quality, tensor);
  if (quality.dim() !== 2) {
    throw new ShapeError(`Matcher: expected quality [truths, boxes], but got shape [${quality.shape.join(', ')}]`);
  }
  if (quality.numel() > 0) return;
  const missing = quality.shape[0] === 0 ? 'ground-truth' : 'proposal';
  throw new ArgumentError(
    `Matcher: expected ${missing} boxes for one of the pictures during training, but there are none`,
  );
}

/**
 * A matcher with a single threshold. Each ground-truth box also takes the box that matches it best; if several claim
 * the same box, the last one gets it.
 */
export class SSDMatcher extends Matcher {
  constructor(...args: Arguments<{ threshold: number }, ['threshold']>) {
    const { threshold } = parseArgs<{ threshold: number }>('SSDMatcher', ['threshold'], {}, args, {
      threshold: kinds.number,
    });
    super(threshold, threshold);
  }

  protected override match(quality: Tensor): Tensor {
    const matched = super.match(quality);
    const [truths, boxes] = quality.shape as readonly [number, number];
    const claims = quality.argmax(1, { keepdim: true }).eq(arange(boxes));
    const claimant = arange(truths).unsqueeze(1).add(1).mul(claims.to('int64')).amax(0).sub(1);
    return claimant.where(claimant.ge(0), matched);
  }

  /** @internal */
  override matchOnHost(given: MatchQuality): Int32Array {
    const matches = super.matchOnHost(given);
    const { quality, truths, boxes } = given;
    for (let t = 0; t < truths; t++) {
      let best = t * boxes;
      for (let at = best + 1; at < (t + 1) * boxes; at++) if (quality[at]! > quality[best]!) best = at;
      matches[best - t * boxes] = t;
    }
    return matches;
  }
}

/**
 * Intersection over union of each ground-truth box with each box, four coordinates per box, rounded to float32 as
 * torchvision does.
 */
export function hostQuality(truths: Float32Array, boxes: Float32Array): MatchQuality {
  const { fround } = Math;
  const [m, n] = [truths.length / 4, boxes.length / 4];
  const quality = new Float32Array(m * n);
  const areas = new Float32Array(n);
  for (let j = 0, b = 0; j < n; j++, b += 4) {
    areas[j] = fround(boxes[b + 2]! - boxes[b]!) * fround(boxes[b + 3]! - boxes[b + 1]!);
  }
  for (let i = 0, at = 0; i < m; i++) {
    const [x1, y1, x2, y2] = truths.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    const area = fround(fround(x2 - x1) * fround(y2 - y1));
    for (let j = 0, b = 0; j < n; j++, b += 4, at++) {
      const w = fround(Math.min(x2, boxes[b + 2]!) - Math.max(x1, boxes[b]!));
      const h = fround(Math.min(y2, boxes[b + 3]!) - Math.max(y1, boxes[b + 1]!));
      const inter = w > 0 && h > 0 ? fround(w * h) : 0;
      quality[at] = inter / fround(fround(area + areas[j]!) - inter);
    }
  }
  return { quality, truths: m, boxes: n };
}
