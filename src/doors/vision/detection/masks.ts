// Masks of objects: projects ground-truth masks on regions, pastes predicted masks into pictures, and computes the mask
// loss.

import { ArgumentError, arange, cat, nn, ShapeError, type Tensor } from '../../../torch';
import {
  type Arguments,
  callable,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  parseArgs,
  shown,
  valuesAtHand,
} from '../../../torch/inside';
import { roiAlign } from '../ops/region-pooling';
import { numbersOf, tensorOf } from './host';
import type { ImageSize } from './image-list';

const { fround } = Math;

/** Upper limit of a mask's padding: with more, the box would grow beyond every picture. */
const MOST_PADDING = 4096;

/**
 * Masks of a picture's objects on the host, at the size in which they were given, and the size to which the picture was
 * resized.
 */
export interface HostMasks {
  /** Row by row, mask by mask. */
  readonly data: ArrayLike<number>;
  readonly size: ImageSize;
  readonly resized: ImageSize;
}

/** Throws if the masks of a target are missing or do not fit; `name` starts the message. */
function checkMasks(name: string, masks: unknown, i: number, count: number, size: ImageSize | null): Tensor {
  if (!isTensor(masks)) {
    throw new ArgumentError(
      `${name}: expected masks of target ${i} to be a tensor [N, H, W], one mask a box, but got ${kindOf(masks)}`,
    );
  }
  const fits = masks.dim() === 3 && masks.shape[0] === count && (!size || masks.shape.slice(1).join() === size.join());
  if (fits) return masks;
  const wanted = [count, ...(size ?? ['H', 'W'])].join(', ');
  throw new ShapeError(
    `${name}: expected masks of target ${i} of shape [${wanted}], one mask a box and as large as the picture, but got [${masks.shape.join(', ')}]`,
  );
}

/** Copies the masks of targets to the host. `sizes` are those of the pictures as given and as resized. */
export async function hostMasks(
  name: string,
  targets: readonly { readonly boxes: Tensor; readonly masks?: unknown }[],
  sizes: readonly (readonly [given: ImageSize, resized: ImageSize])[] | null,
): Promise<HostMasks[]> {
  const known = targets.map((_, i) => (sizes ? sizes[i]! : null));
  const masks = targets.map(({ boxes, masks }, i) =>
    checkMasks(name, masks, i, boxes.shape[0]!, known[i]?.[0] ?? null),
  );
  const data = await Promise.all(masks.map(numbersIn));
  return masks.map(({ shape }, i) => {
    const size: ImageSize = [shape[1]!, shape[2]!];
    return { data: data[i]!, size, resized: known[i]?.[1] ?? size };
  });
}

/** The elements of masks; without waiting if the host has them. */
function numbersIn(masks: Tensor): ArrayLike<number> | Promise<ArrayLike<number>> {
  if (masks.numel() === 0) return [];
  return valuesAtHand(masks) ?? (masks.data() as Promise<ArrayLike<number>>);
}

/**
 * The samples along one axis: the two elements that each sample lies between, its distance from the first, and the
 * number of samples per bin.
 */
interface Samples {
  readonly each: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly behind: Float32Array;
  /** 0 for a sample outside the picture, else 1. */
  readonly counts: Uint8Array;
}

/**
 * The samples of RoIAlign in `bins` bins from `from` to `to` along an axis of `length` elements; `nearest` maps each
 * element to one of the mask as given.
 */
function samplesOf([from, to]: readonly [number, number], bins: number, length: number, nearest: Int32Array): Samples {
  const side = Math.max(fround(to - from), 1);
  const bin = fround(side / bins);
  const each = Math.ceil(fround(side / bins));
  const count = each * bins;
  const samples = {
    each,
    low: new Int32Array(count),
    high: new Int32Array(count),
    behind: new Float32Array(count),
    counts: new Uint8Array(count),
  };
  for (let k = 0; k < count; k++) {
    const at = fround(
      fround(from + fround(Math.floor(k / each) * bin)) + fround(fround(((k % each) + 0.5) * bin) / each),
    );
    if (at < -1 || at > length) continue;
    const place = Math.max(at, 0);
    const low = Math.min(Math.floor(place), length - 1);
    samples.counts[k] = 1;
    samples.low[k] = nearest[low]!;
    samples.high[k] = nearest[Math.min(low + 1, length - 1)]!;
    samples.behind[k] = low === length - 1 ? 0 : place - low;
  }
  return samples;
}

/** For each of `length` elements, the nearest of `given` elements. */
function nearestOf(given: number, length: number): Int32Array {
  const scale = fround(given / length);
  return Int32Array.from({ length }, (_, i) => Math.min(Math.floor(fround(i * scale)), given - 1));
}

/**
 * Projects masks on the regions that match them: RoIAlign with as many samples as a bin has pixels, on masks resized to
 * the picture's size. Writes `side` × `side` numbers per region into `out`, from element `at` on.
 */
export function projectOnHost(
  { data, size, resized }: HostMasks,
  { boxes, matches }: { readonly boxes: Float32Array; readonly matches: Int32Array },
  side: number,
  { out, at }: { readonly out: Float32Array; readonly at: number },
): void {
  const [rows, columns] = [nearestOf(size[0], resized[0]), nearestOf(size[1], resized[1])];
  for (const [i, match] of matches.entries()) {
    const [x1, y1, x2, y2] = boxes.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    const x = samplesOf([x1, x2], side, resized[1], columns);
    const y = samplesOf([y1, y2], side, resized[0], rows);
    const mask = match * size[0] * size[1];
    const value = (row: number, k: number): number => {
      const from = mask + row * size[1];
      const behind = x.behind[k]!;
      return Number(data[from + x.low[k]!]!) * (1 - behind) + Number(data[from + x.high[k]!]!) * behind;
    };
    for (let v = 0; v < y.counts.length; v++) {
      if (!y.counts[v]) continue;
      const behind = y.behind[v]!;
      const line = at + (i * side + Math.floor(v / y.each)) * side;
      for (let k = 0; k < x.counts.length; k++) {
        if (!x.counts[k]) continue;
        const low = value(y.low[v]!, k);
        const sample = behind === 0 ? low : low * (1 - behind) + value(y.high[v]!, k) * behind;
        out[line + Math.floor(k / x.each)]! += sample / (x.each * y.each);
      }
    }
  }
}

/**
 * For each of `length` pixels over which a mask is stretched: the element of the mask before the pixel's position, and
 * the distance from that element.
 */
function stretched(length: number, side: number): { readonly low: Int32Array; readonly behind: Float32Array } {
  const low = new Int32Array(length);
  const behind = new Float32Array(length);
  const scale = fround(side / length);
  for (let i = 0; i < length; i++) {
    const place = Math.max(fround(fround(scale * (i + 0.5)) - 0.5), 0);
    low[i] = Math.min(Math.floor(place), side - 1);
    behind[i] = place - low[i]!;
  }
  return { low, behind };
}

/**
 * Pastes masks of `side` × `side` numbers into pictures of a size: each is stretched over its box, with zeros
 * elsewhere. Masks get a border of `padding` zeros and boxes grow in proportion, before boxes are rounded to whole
 * pixels.
 */
export function pasteOnHost(
  masks: ArrayLike<number>,
  boxes: Float32Array,
  side: number,
  [height, width]: ImageSize,
  padding = 1,
): Float32Array {
  const count = boxes.length / 4;
  const pictures = new Float32Array(count * height * width);
  const padded = side + 2 * padding;
  const scale = padded / side;
  for (let i = 0; i < count; i++) {
    const value = (row: number, column: number): number => {
      const [r, c] = [row - padding, column - padding];
      return r >= 0 && r < side && c >= 0 && c < side ? masks[(i * side + r) * side + c]! : 0;
    };
    const grown = (low: number, high: number): readonly [number, number] => {
      const middle = fround(fround(high + low) * 0.5);
      const half = fround(fround(fround(high - low) * 0.5) * scale);
      return [Math.trunc(fround(middle - half)), Math.trunc(fround(middle + half))];
    };
    const [x1, x2] = grown(boxes[4 * i]!, boxes[4 * i + 2]!);
    const [y1, y2] = grown(boxes[4 * i + 1]!, boxes[4 * i + 3]!);
    const x = stretched(Math.max(x2 - x1 + 1, 1), padded);
    const y = stretched(Math.max(y2 - y1 + 1, 1), padded);
    for (let row = Math.max(y1, 0); row < Math.min(y2 + 1, height); row++) {
      const [top, below] = [y.low[row - y1]!, y.behind[row - y1]!];
      const bottom = Math.min(top + 1, padded - 1);
      for (let column = Math.max(x1, 0); column < Math.min(x2 + 1, width); column++) {
        const [left, behind] = [x.low[column - x1]!, x.behind[column - x1]!];
        const right = Math.min(left + 1, padded - 1);
        const upper = value(top, left) * (1 - behind) + value(top, right) * behind;
        const lower = value(bottom, left) * (1 - behind) + value(bottom, right) * behind;
        pictures[(i * height + row) * width + column] = upper * (1 - below) + lower * below;
      }
    }
  }
  return pictures;
}

/**
 * Pastes the masks of detections into pictures. Shape: masks [N, 1, M, M] and boxes [N, 4] as (x1, y1, x2, y2) in
 * pixels of a picture of size `imgShape` [H, W] → float32 [N, 1, H, W], zero outside of each box. The pictures are made
 * on the host, so this is a promise.
 *
 *     const masks = await detection.pasteMasksInImage(found.masks, found.boxes, [480, 640]);
 *
 * @throws ShapeError, ArgumentError
 */
export const pasteMasksInImage = callable(
  'pasteMasksInImage(masks, boxes, imgShape: list, ...)',
  async (
    /** The masks. */
    masks: Tensor,
    boxes: Tensor,
    /** Height and width of the picture. */
    imgShape: readonly number[],
    ...args: Arguments<{ padding?: number }, ['padding']>
  ): Promise<Tensor> => {
    const name = 'pasteMasksInImage';
    const { padding } = parseArgs<{
      /** Zeros around each mask. Default: 1. */
      padding?: number;
    }>(name, [], { padding: 1 }, args, { padding: kinds.whole(0, MOST_PADDING) });
    const [count, , side] = masks.shape as readonly [number, number, number];
    if (masks.dim() !== 4 || masks.shape[1] !== 1 || masks.shape[3] !== side || boxes.shape.join() !== `${count},4`) {
      throw new ShapeError(
        `${name}: expected masks [N, 1, M, M] and boxes [N, 4], but got shapes [${masks.shape.join(', ')}] and [${boxes.shape.join(', ')}]`,
      );
    }
    const isSize = Array.isArray(imgShape) && imgShape.length === 2;
    if (!isSize || !imgShape.every((each) => Number.isInteger(each) && each > 0)) {
      throw new ArgumentError(
        `${name}: expected imgShape [height, width] of whole numbers, but got ${shown(imgShape)}`,
      );
    }
    const [numbers, corners] = await numbersOf([masks, boxes]);
    const [height, width] = imgShape as unknown as readonly [number, number];
    const pictures = pasteOnHost(numbers!, Float32Array.from(corners!), side, [height, width], padding);
    return tensorOf(pictures, [count, 1, height, width], 'float32');
  },
);

/**
 * Crops the ground-truth masks to the boxes that match them, by RoIAlign. Shape: gtMasks [T, H, W], boxes [K, 4] and
 * matchedIdxs (int64 [K], from 0 to T − 1) → float32 [K, M, M].
 *
 * @throws ShapeError
 */
export const projectMasksOnBoxes = callable(
  'projectMasksOnBoxes(gtMasks, boxes, matchedIdxs, M: number)',
  (
    /** The true masks, a tensor a picture. */ gtMasks: Tensor,
    boxes: Tensor,
    /** The box of each proposal. */ matchedIdxs: Tensor,
    /** The side of the square masks, in pixels. */ M: number,
  ): Tensor => {
    if (gtMasks.dim() !== 3 || boxes.dim() !== 2 || matchedIdxs.shape.join() !== `${boxes.shape[0]}`) {
      throw new ShapeError(
        `projectMasksOnBoxes: expected gtMasks [T, H, W], boxes [K, 4] and matchedIdxs [K], but got shapes [${gtMasks.shape.join(', ')}], [${boxes.shape.join(', ')}] and [${matchedIdxs.shape.join(', ')}]`,
      );
    }
    const regions = cat([matchedIdxs.to(boxes.dtype).unsqueeze(1), boxes], 1);
    return roiAlign(gtMasks.unsqueeze(1).to(boxes.dtype), regions, M).squeeze(1);
  },
);

/**
 * The mask loss of Mask R-CNN: the binary cross entropy of the mask of each proposal's class, averaged over all pixels.
 * Shape: maskLogits [K, C, M, M] of K proposals in all; and for each picture its proposals [P, 4], its ground-truth
 * masks [T, H, W] and labels (int64 [T]), and the index of each proposal's ground truth (int64 [P]) → a number.
 *
 * @throws ShapeError
 */
export const maskrcnnLoss = callable(
  'maskrcnnLoss(maskLogits, proposals: value, gtMasks: value, gtLabels: value, maskMatchedIdxs: value)',
  (
    /** The masks that the head gives, [N, classes, M, M]. */
    maskLogits: Tensor,
    proposals: readonly Tensor[],
    /** The true masks, a tensor a picture. */
    gtMasks: readonly Tensor[],
    /** The classes of the true boxes, a tensor a picture. */
    gtLabels: readonly Tensor[],
    /** The true mask of each box, a tensor a picture. */
    maskMatchedIdxs: readonly Tensor[],
  ): Tensor => {
    const name = 'maskrcnnLoss';
    const lists = { proposals, gtMasks, gtLabels, maskMatchedIdxs };
    for (const [what, list] of Object.entries(lists)) {
      if (Array.isArray(list) && list.length === proposals.length && list.every(isTensor)) continue;
      throw new ArgumentError(
        `${name}: expected ${what} to be a list of tensors, one a picture, but got ${Array.isArray(list) ? `${list.length} of them` : kindOf(list)}`,
      );
    }
    const side = maskLogits.shape.at(-1)!;
    const count = proposals.reduce((sum, { shape }) => sum + shape[0]!, 0);
    if (maskLogits.dim() !== 4 || maskLogits.shape[0] !== count) {
      throw new ShapeError(
        `${name}: expected maskLogits [${count}, C, M, M], one a proposal, but got shape [${maskLogits.shape.join(', ')}]`,
      );
    }
    if (count === 0) return maskLogits.sum().mul(0);
    const labels = cat(
      gtLabels.map((given, i) => given.indexSelect(0, maskMatchedIdxs[i]!)),
      0,
    );
    const targets = cat(
      gtMasks.map((masks, i) => projectMasksOnBoxes(masks, proposals[i]!, maskMatchedIdxs[i]!, side)),
      0,
    );
    return nn.functional.binaryCrossEntropyWithLogits(ofClasses(maskLogits, labels), targets);
  },
);

/** Picks the map of each region's class (int64 [K]) from its maps [K, C, M, M]: [K, M, M]. */
export function ofClasses(maps: Tensor, labels: Tensor): Tensor {
  const [count, classes] = maps.shape as readonly [number, number];
  return maps.flatten(0, 1).indexSelect(0, arange(count).mul(classes).add(labels));
}
