// Resizes pictures of several sizes into one batch. The operations depend on the batch's size only; the pictures' own
// sizes are data, so new sizes compile nothing.

import { isGradEnabled, Tensor } from '../../../torch';
import { fitPictures, numelOf as numel } from '../../../torch/inside';
import { elementsInto, tensorOf } from './host';
import type { ImageSize } from './image-list';

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
  const places: { readonly first: number; readonly size: ImageSize }[] = [];
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
  const resized = fitPictures(elements, { channels: mean.length, places, sizes }, room);
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
