// What a step of a detector trains on, in tensors of few sizes: how many boxes there are depends on the data, and what only fills up counts for nothing.
import * as nn from '../../nn';
import type { Module } from '../../nn/module';
import type { Tensor } from '../../tensor/tensor';
import { tensorOf } from './host';

/** Numbers that a step fills in, zeros behind them, so that the tensor has the same size at every step. */
export function padded(length: number, dtype: 'int64' | 'float32') {
  const data = dtype === 'int64' ? new Int32Array(length) : new Float32Array(length);
  return { data, tensor: (): Tensor => tensorOf(data, [length], dtype) };
}

/** Boxes that a step fills in, and behind them such as have a code: the unit square. */
export function unitBoxes(count: number) {
  const data = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) data.fill(1, 4 * i + 2, 4 * i + 4);
  return { data, tensor: (): Tensor => tensorOf(data, [count, 4], 'float32') };
}

/** The boxes of each picture, and such as fill up its room. */
export const boxesIn = (rooms: readonly number[], boxes: readonly Float32Array[]): Tensor[] =>
  rooms.map((room, i) => {
    const all = unitBoxes(room);
    all.data.set(boxes[i]!);
    return all.tensor();
  });

/**
 * How many boxes of each picture go through a head: `room`, so that every step is the same, and no more than there are where the head has batch norm,
 * which would see what only fills up.
 */
export function roomsIn(head: Module, counts: readonly number[], room: number): readonly number[] {
  const isNormed = head
    .modules()
    .some((module) => module.training && (module instanceof nn.BatchNorm1d || module instanceof nn.BatchNorm2d));
  return isNormed ? counts : counts.map(() => room);
}

/** Room for so many boxes, at most `most`: 16, 64, 256 …, so that there are few sizes. */
export const roomFor = (count: number, most: number): number =>
  Math.min(most, 4 ** Math.ceil(Math.log2(Math.max(count, 16)) / 2));
