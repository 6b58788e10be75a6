// The last step of detection, on the host: selects the scored boxes of a picture that remain. Its time grows with the
// detections, not with the candidates.

import { type HostTarget, resizedBoxes, tensorOf } from './host';
import type { ImageSize } from './image-list';
import { hostQuality } from './matcher';
import { boxAt, boxesAt } from './targets';
import type { Detection } from './transform';

/** Scored boxes of a picture. Among equal scores, the earlier box comes first. */
export interface Candidates extends HostTarget {
  readonly scores: Float32Array;
}

/** Limits of how many candidates remain. */
export interface Limits {
  readonly nmsThresh: number;
  readonly detectionsPerImg: number;
}

/** Collects candidates, one by one. */
export class CandidateList {
  private readonly boxes: number[] = [];
  private readonly labels: number[] = [];
  private readonly scores: number[] = [];

  add(box: ArrayLike<number>, label: number, score: number): void {
    for (let k = 0; k < 4; k++) this.boxes.push(box[k]!);
    this.labels.push(label);
    this.scores.push(score);
  }

  all(): Candidates {
    const { boxes, labels, scores } = this;
    return {
      boxes: Float32Array.from(boxes),
      labels: Int32Array.from(labels),
      scores: Float32Array.from(scores),
    };
  }
}

/**
 * The indices of the candidates that remain, by descending score: each overlaps no better one of its class by more than
 * the threshold.
 */
export function suppressedOnHost(
  { boxes, labels, scores }: Candidates,
  { nmsThresh, detectionsPerImg }: Limits,
): number[] {
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const threshold = Math.fround(nmsThresh);
  const keptOf = new Map<number, Float32Array[]>();
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length === detectionsPerImg) break;
    const box = boxAt(boxes, i);
    const better = keptOf.get(labels[i]!) ?? [];
    if (better.some((other) => hostQuality(other, box).quality[0]! > threshold)) continue;
    keptOf.set(labels[i]!, [...better, box]);
    kept.push(i);
  }
  return kept;
}

/** The candidates that remain, by descending score. */
export function keptOf(found: Candidates, limits: Limits): Candidates {
  const kept = suppressedOnHost(found, limits);
  return {
    boxes: boxesAt(found.boxes, kept),
    labels: Int32Array.from(kept, (i) => found.labels[i]!),
    scores: Float32Array.from(kept, (i) => found.scores[i]!),
  };
}

/** The detections in a picture as tensors, in pixels of the original picture. Sizes are [height, width]. */
export function detected({ boxes, labels, scores }: Candidates, from: ImageSize, to: ImageSize): Detection {
  const count = labels.length;
  return {
    boxes: tensorOf(resizedBoxes(boxes, from, to), [count, 4], 'float32'),
    labels: tensorOf(labels, [count], 'int64'),
    scores: tensorOf(scores, [count], 'float32'),
  };
}

/** The detections of a picture after suppression, in pixels of the original picture. Sizes are [height, width]. */
export const detectionOf = (found: Candidates, limits: Limits, from: ImageSize, to: ImageSize): Detection =>
  detected(keptOf(found, limits), from, to);
