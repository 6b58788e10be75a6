// The training targets of a step: boxes matched with the ground truth of their picture, in tensors of few different
// sizes. The number of boxes depends on the data, so tensors are padded, and padding has no weight.
import { nn, type Tensor } from '../../../torch';
import type { Module } from '../../../torch/inside';
import { tensorOf } from './host';
import { hostQuality, Matcher } from './matcher';

/**
 * The index of each box's ground-truth box, or the matcher's numbers for the background and for neither. Without ground
 * truth, all boxes are background.
 */
export const matched = (matcher: Matcher, truths: Float32Array, boxes: Float32Array): Int32Array =>
  truths.length > 0
    ? matcher.matchOnHost(hostQuality(truths, boxes))
    : new Int32Array(boxes.length / 4).fill(Matcher.BELOW_LOW_THRESHOLD);

/**
 * The labels of boxes: those of their ground-truth boxes, or 1 if there are no labels; 0 for the background, −1 for
 * neither.
 */
export const labelled = (matches: Int32Array, labels?: Int32Array): Int32Array =>
  matches.map((match) => (match < 0 ? match + 1 : labels ? labels[match]! : 1));

/** The four coordinates of a box among many. */
export const boxAt = (boxes: Float32Array, place: number): Float32Array => boxes.subarray(4 * place, 4 * place + 4);

/** The four coordinates of several boxes. */
export const boxesAt = (boxes: Float32Array, places: ArrayLike<number>): Float32Array =>
  Float32Array.from(Array.from(places).flatMap((place) => [...boxAt(boxes, place)]));

/** An array that a step fills in and zeros pad, so that its tensor has the same size at every step. */
export function padded(length: number, dtype: 'int64' | 'float32') {
  const data = dtype === 'int64' ? new Int32Array(length) : new Float32Array(length);
  return { data, tensor: (): Tensor => tensorOf(data, [length], dtype) };
}

/** Boxes that a step fills in, padded with unit squares, which the box coder can encode. */
export function unitBoxes(count: number) {
  const data = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) data.fill(1, 4 * i + 2, 4 * i + 4);
  return { data, tensor: (): Tensor => tensorOf(data, [count, 4], 'float32') };
}

/** The boxes of each picture, padded to its number in `rooms`. */
export const boxesIn = (rooms: readonly number[], boxes: readonly Float32Array[]): Tensor[] =>
  rooms.map((room, i) => {
    const all = unitBoxes(room);
    all.data.set(boxes[i]!);
    return all.tensor();
  });

/**
 * How many boxes of each picture go through a head: `room`, so that every step has the same size. If the head has batch
 * norm, there is no padding, because batch norm's statistics would include it.
 */
export function roomsIn(head: Module, counts: readonly number[], room: number): readonly number[] {
  const isNormed = head
    .modules()
    .some((module) => module.training && (module instanceof nn.BatchNorm1d || module instanceof nn.BatchNorm2d));
  return isNormed ? counts : counts.map(() => room);
}

/** The padded number of `count` boxes, at most `most`: 16, 64, 256 …, so that few different sizes occur. */
export const roomFor = (count: number, most: number): number =>
  Math.min(most, 4 ** Math.ceil(Math.log2(Math.max(count, 16)) / 2));
