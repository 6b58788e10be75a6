// Resizes pictures of several sizes into one batch. The operations depend on the batch's size only; the pictures' own
// sizes are data, so new sizes compile nothing.

import { isGradEnabled, Tensor } from '../../../torch';
import {
  type BoxTaps,
  fromHost,
  numelOf as numel,
  type Place,
  pictureResample,
  type Taps,
} from '../../../torch/inside';
import { elementsInto, tensorOf } from './host';
import type { ImageSize } from './image-list';

/**
 * Weights for bilinear interpolation from `from` elements to `to`, in a row of length `room`; the rest of the row is
 * zero.
 */
function linearTaps(from: number, to: number, room: number): Taps {
  const starts = new Int32Array(room);
  const weights = new Float32Array(2 * room);
  const scale = Math.fround(from / to);
  for (let o = 0; o < to; o++) {
    const place = Math.max(Math.fround(scale * (o + 0.5)) - 0.5, 0);
    const first = Math.min(Math.floor(place), from - 1);
    const behind = first + 1 < from ? Math.min(place - first, 1) : 0;
    starts[o] = first;
    weights[2 * o] = 1 - behind;
    weights[2 * o + 1] = behind;
  }
  return { starts, weights, bits: 0, width: 2 };
}

/** 1 within each picture, 0 in the padding after it. */
function within(lengths: readonly number[], room: number): Float32Array {
  const ones = new Float32Array(lengths.length * room);
  for (const [i, length] of lengths.entries()) ones.fill(1, i * room, i * room + length);
  return ones;
}

/** The padded length for all pictures' elements: a power of two, so that few different sizes occur. */
const roomFor = (elements: number): number => 2 ** Math.ceil(Math.log2(elements));

/**
 * Resizes float32 pictures [C, H, W] by bilinear interpolation, each into the upper left corner of a batch [N, C,
 * ...room], as (x − mean) / std, padded with zeros. Returns null if a picture is not on the host or has a gradient.
 */
export function fittedBatch(
  pictures: readonly Tensor[],
  sizes: readonly ImageSize[],
  room: ImageSize,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Tensor | null {
  const fits = ({ dtype, shape, requiresGrad }: Tensor) =>
    dtype === 'float32' && shape[0] === mean.length && !(requiresGrad && isGradEnabled());
  if (!pictures.every(fits)) return null;
  const places: Place[] = [];
  let end = 0;
  for (const { shape } of pictures) {
    places.push({ first: end, size: shape.slice(1) as unknown as ImageSize });
    end += numel(shape);
  }
  const elements = new Float32Array(roomFor(end));
  const isThere = pictures.every((picture, i) =>
    elementsInto(picture, elements.subarray(places[i]!.first, places[i + 1]?.first ?? end)),
  );
  if (!isThere) return null;
  const taps = places.map(
    ({ size }, i): BoxTaps => ({
      rows: linearTaps(size[0], sizes[i]![0], room[0]),
      columns: linearTaps(size[1], sizes[i]![1], room[1]),
    }),
  );
  const value = fromHost(elements, [1, 1, 1, elements.length], 'float32');
  const resized = pictureResample({ value, channels: mean.length, places, packed: false }, taps, room, 'float');
  const count = pictures.length;
  const each = (numbers: readonly number[]) => tensorOf(Float32Array.from(numbers), [numbers.length, 1, 1], 'float32');
  const inside = (axis: 0 | 1, shape: readonly number[]) =>
    tensorOf(
      within(
        sizes.map((size) => size[axis]),
        room[axis],
      ),
      shape,
      'float32',
    );
  return Tensor.of(resized)
    .sub(each(mean))
    .div(each(std))
    .mul(inside(0, [count, 1, room[0], 1]))
    .mul(inside(1, [count, 1, 1, room[1]]));
}
