// The data that detectors need on the host: the elements of tensors, mostly without waiting, and the targets of
// pictures.

import { ArgumentError, type DType, DTypeError, type Shape, ShapeError, Tensor } from '../../../torch';
import {
  fromHost,
  isPlainObject,
  isTensorObject as isTensor,
  kindOf,
  numelOf as numel,
  shown,
  valuesAtHand,
} from '../../../torch/inside';
import type { HostMasks } from './masks';

/**
 * The target of a picture: `boxes` (float32 [N, 4]) as (x1, y1, x2, y2) in pixels, and their `labels` (int64 [N]); 0 is
 * the background.
 */
export interface DetectionTarget {
  boxes: Tensor;
  labels: Tensor;
}

/**
 * A target as users pass it. It may have further fields: torchvision's own targets have `imageId`, `area` and
 * `iscrowd`.
 */
export type GivenTarget = DetectionTarget | (DetectionTarget & Readonly<Record<string, unknown>>);

/** A `DetectionTarget` on the host. */
export interface HostTarget {
  /** Four coordinates per box. */
  readonly boxes: Float32Array;
  readonly labels: Int32Array;
  /** The mask of each object. */
  readonly masks?: HostMasks;
}

/** Makes a tensor of numbers on the host. The numbers must not change afterwards. */
export const tensorOf = (data: Float32Array | Int32Array | Uint32Array, shape: Shape, dtype: DType): Tensor =>
  Tensor.of(fromHost(data, shape, dtype));

/** Host copies of the elements of tensors that detectors made; uploaded values have no other copy on the host. */
const copies = new WeakMap<Tensor, Float32Array>();

/**
 * A float32 tensor that lives as long as it is referenced. A copy of its elements stays on the host for `numbersOf`.
 */
export function lasting(data: Float32Array, shape: Shape): Tensor {
  const tensor = tensorOf(data, shape, 'float32').retain();
  copies.set(tensor, data);
  return tensor;
}

/** Whether a tensor that was kept still has its contents. */
export const stands = ({ storage }: Tensor): boolean => !(storage.disposed || storage.voided || storage.isLost);

/**
 * Fills `elements` with a tensor's elements in row-major order and returns true; returns false if only the device has
 * the elements.
 */
export function elementsInto(tensor: Tensor, elements: Float32Array | Float64Array): boolean {
  const values = tensor.dtype === 'float16' ? null : valuesAtHand(tensor);
  if (values === null) return false;
  elements.set(values);
  return true;
}

/** The elements of a tensor in row-major order if the host has them; null if only the device has them. */
function standing(tensor: Tensor): ArrayLike<number> | null {
  const copy = copies.get(tensor);
  if (copy) return copy;
  const elements = new Float64Array(numel(tensor.shape));
  return elementsInto(tensor, elements) ? elements : null;
}

/** The elements of tensors. Those that only the device has are read back together. */
export async function numbersOf(tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> {
  const found = tensors.map(standing);
  // All reads are requested before the first wait, so that pending work is submitted once.
  const asked = tensors.map((tensor, i) => found[i] ?? tensor.data());
  return Promise.all(asked);
}

/** Throws if the targets of pictures are missing or misshapen; `name` starts the message. */
export function checkTargets(name: string, targets: unknown, pictures: number): asserts targets is DetectionTarget[] {
  if (targets === null || targets === undefined) {
    throw new ArgumentError(
      `${name}: expected targets in training mode, but got none; pass [{ boxes, labels }, …], one a picture, or call eval() first`,
    );
  }
  if (!Array.isArray(targets) || targets.length !== pictures) {
    const got = Array.isArray(targets) ? `${targets.length} targets` : kindOf(targets);
    throw new ArgumentError(`${name}: expected a list of ${pictures} targets, one a picture, but got ${got}`);
  }
  for (const [i, target] of (targets as readonly unknown[]).entries()) checkTarget(name, target, i);
}

function checkTarget(name: string, target: unknown, i: number): void {
  if (!isPlainObject(target)) {
    throw new ArgumentError(`${name}: expected target ${i} to be { boxes, labels }, but got ${kindOf(target)}`);
  }
  const { boxes, labels } = target;
  if (!isTensor(boxes)) {
    throw new ArgumentError(`${name}: expected boxes of target ${i} to be a tensor, but got ${kindOf(boxes)}`);
  }
  if (boxes.dim() !== 2 || boxes.shape[1] !== 4) {
    throw new ShapeError(
      `${name}: expected boxes of target ${i} of shape [N, 4], but got [${boxes.shape.join(', ')}]; without any, torch.zeros(0, 4)`,
    );
  }
  if (!boxes.isFloatingPoint()) {
    throw new DTypeError(
      `${name}: expected boxes of target ${i} of a float dtype, but got ${boxes.dtype}; convert them with .to('float32')`,
    );
  }
  if (!isTensor(labels)) {
    throw new ArgumentError(`${name}: expected labels of target ${i} to be a tensor, but got ${kindOf(labels)}`);
  }
  if (labels.dtype !== 'int64') {
    throw new DTypeError(
      `${name}: expected labels of target ${i} of dtype int64, but got ${labels.dtype}; convert them with .to('int64')`,
    );
  }
  if (labels.dim() !== 1 || labels.shape[0] !== boxes.shape[0]) {
    throw new ShapeError(
      `${name}: expected labels of target ${i} of shape [${boxes.shape[0]}], one a box, but got [${labels.shape.join(', ')}]`,
    );
  }
}

/** Copies the targets to the host. */
export async function hostTargets(targets: readonly DetectionTarget[]): Promise<HostTarget[]> {
  const numbers = await numbersOf(targets.flatMap(({ boxes, labels }) => [boxes, labels]));
  return targets.map((_, i) => ({
    boxes: Float32Array.from(numbers[2 * i]!),
    labels: Int32Array.from(numbers[2 * i + 1]!),
  }));
}

/**
 * Checks the targets of `pictures` pictures and copies them to the host. Throws if targets are missing or misshapen, or
 * if a box is empty.
 */
export async function checkedTargets(name: string, targets: unknown, pictures: number): Promise<HostTarget[]> {
  checkTargets(name, targets, pictures);
  const given = await hostTargets(targets);
  checkBoxes(name, given);
  return given;
}

/** Throws if a box of the targets has no width or no height, or if a label is not a class. */
export function checkBoxes(name: string, targets: readonly HostTarget[], numClasses: number | null = null): void {
  for (const [i, { boxes, labels }] of targets.entries()) {
    for (let b = 0; b < boxes.length; b += 4) {
      // Comparing with > also catches NaN.
      const isProper = boxes[b + 2]! > boxes[b]! && boxes[b + 3]! > boxes[b + 1]!;
      if (isProper && boxes.subarray(b, b + 4).every(Number.isFinite)) continue;
      throw new ArgumentError(
        `${name}: expected all boxes to have positive height and width, but got ${shown([...boxes.subarray(b, b + 4)])} in target ${i}; boxes are (x1, y1, x2, y2)`,
      );
    }
    const wrong = labels.find((label) => label < 0 || (numClasses !== null && label >= numClasses));
    if (wrong === undefined) continue;
    const range = numClasses === null ? 'of at least 0' : `from 0 to ${numClasses - 1}`;
    throw new ArgumentError(`${name}: expected labels ${range}, but got ${wrong} in target ${i}`);
  }
}

/** Scales the boxes of a picture to another picture size, rounded as torchvision does. Sizes are [height, width]. */
export function resizedBoxes(boxes: Float32Array, from: readonly number[], to: readonly number[]): Float32Array {
  const [y, x] = boxRatios(from, to);
  return boxes.map((coordinate, i) => coordinate * (i % 2 === 0 ? x : y));
}

/** The factors of y and x when a picture's size [height, width] changes, as float32 numbers. */
export function boxRatios(from: readonly number[], to: readonly number[]): readonly [y: number, x: number] {
  return [Math.fround(to[0]! / from[0]!), Math.fround(to[1]! / from[1]!)];
}
