// The captions of training targets: checks them, and picks the captions of the regions of a step.
import { ArgumentError, DTypeError, ShapeError, type Tensor, zeros } from '../../../../torch';
import { isPlainObject, isTensorObject as isTensor, kindOf } from '../../../../torch/inside';
import { checkBoxes, checkTargets, numbersOf, tensorOf } from '../host';
import type { RegionSample } from '../localization';

/**
 * The target of a picture: boxes (float32 [M, 4]) as (x1, y1, x2, y2) in pixels, and a caption for each box (int64 [M,
 * T]): word numbers from 1 on, then zeros.
 */
export interface CaptionTarget {
  boxes: Tensor;
  captions: Tensor;
}

/** A `CaptionTarget` on the host. */
export interface HostCaptions {
  readonly boxes: Float32Array;
  /** T words per box. */
  readonly words: Int32Array;
  readonly length: number;
}

/** How many words there are, and how many a caption may have. */
export interface CaptionLimits {
  readonly vocabSize: number;
  readonly maxLength: number;
}

function checkCaptions(name: string, { boxes, captions }: CaptionTarget, i: number, maxLength: number): void {
  if (!isTensor(captions)) {
    throw new ArgumentError(`${name}: expected captions of target ${i} to be a tensor, but got ${kindOf(captions)}`);
  }
  if (captions.dtype !== 'int64') {
    throw new DTypeError(
      `${name}: expected captions of target ${i} of dtype int64, but got ${captions.dtype}; convert them with .to('int64')`,
    );
  }
  const count = boxes.shape[0]!;
  if (captions.dim() !== 2 || captions.shape[0] !== count || captions.shape[1]! > maxLength) {
    throw new ShapeError(
      `${name}: expected captions of target ${i} of shape [${count}, at most ${maxLength}], one a box, but got [${captions.shape.join(', ')}]`,
    );
  }
}

/** Copies the targets to the host. Throws if targets are missing, misshapen, or contain numbers that are no words. */
export async function hostCaptions(
  name: string,
  targets: readonly CaptionTarget[] | null,
  pictures: number,
  { vocabSize, maxLength }: CaptionLimits,
): Promise<HostCaptions[]> {
  // `checkTargets` also checks labels, which captions lack, so zeros stand in for them.
  const labelled = (target: unknown): unknown => {
    if (!isPlainObject(target)) return target;
    const count = isTensor(target.boxes) ? (target.boxes.shape[0] ?? 0) : 0;
    return { boxes: target.boxes, labels: zeros(count, { dtype: 'int64' }) };
  };
  checkTargets(name, Array.isArray(targets) ? targets.map(labelled) : targets, pictures);
  const given = targets as readonly CaptionTarget[];
  given.forEach((target, i) => {
    checkCaptions(name, target, i, maxLength);
  });
  const numbers = await numbersOf(given.flatMap(({ boxes, captions }) => [boxes, captions]));
  const found = given.map(({ captions }, i) => ({
    boxes: Float32Array.from(numbers[2 * i]!),
    words: Int32Array.from(numbers[2 * i + 1]!),
    length: captions.shape[1]!,
  }));
  checkBoxes(
    name,
    found.map(({ boxes }) => ({ boxes, labels: new Int32Array(boxes.length / 4) })),
  );
  for (const [i, { words }] of found.entries()) {
    const wrong = words.find((word) => word < 0 || word > vocabSize);
    if (wrong === undefined) continue;
    throw new ArgumentError(`${name}: expected words from 0 to ${vocabSize}, but got ${wrong} in target ${i}`);
  }
  return found;
}

/**
 * The captions of the first `positives` regions of each picture (int64 [N · positives, maxLength]); zeros for regions
 * without a caption.
 */
export function captionsOf(
  { matches, positives }: RegionSample,
  targets: readonly HostCaptions[],
  maxLength: number,
): Tensor {
  const data = new Int32Array(targets.length * positives * maxLength);
  targets.forEach(({ words, length }, n) => {
    for (let i = 0; i < positives; i++) {
      const match = matches[n]![i]!;
      if (match >= 0) data.set(words.subarray(match * length, (match + 1) * length), (n * positives + i) * maxLength);
    }
  });
  return tensorOf(data, [targets.length * positives, maxLength], 'int64');
}
