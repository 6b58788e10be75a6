// Resizes pictures.

import { ArgumentError, type Tensor } from '../../../../torch';
import { type Arguments, checked, kinds, parseArgs, shown } from '../../../../torch/inside';
import { Picture } from '../../pictures/picture';
import { BoundingBoxes, Mask } from '../../tv-tensors';
import {
  checkInterpolation,
  type Interpolation,
  isSide,
  type PictureSize as Size,
  type SizeLike,
  sizeOf,
} from '../arguments';
import { onBatch } from '../batch';
import { type Box, boxesResized } from '../pictures';
import { scaledBoxes } from './boxes';
import { crop } from './crop';

/**
 * How to interpolate, and whether to antialias when a picture shrinks: the new element is then a weighted average of
 * all old elements that it covers.
 */
export interface Resampled {
  /**
   * `nearest`, `nearest-exact`, `bilinear`, `bicubic` or `lanczos`. Default: bilinear. Masks always use a nearest mode.
   */
  interpolation?: Interpolation;
  /** Default: true. No effect on the nearest modes. */
  antialias?: boolean | null;
}

/** The valid values of the flag in `Resampled`. */
export const sampling = { antialias: kinds.orNull(kinds.flag) };

export interface ResizeArguments extends Resampled {
  /** Height and width, or the length of the shorter edge; with null, `maxSize` decides. */
  size: SizeLike | null;
  /** Upper limit of the longer edge; if `size` is null, the length of the longer edge. */
  maxSize?: number | null;
}

/** Parses the arguments of `resize` and `Resize`. */
export function resizeOf(
  op: string,
  args: Arguments<ResizeArguments, ['size', 'interpolation', 'maxSize', 'antialias']>,
): Required<ResizeArguments> {
  const defaults = { interpolation: 'bilinear', maxSize: null, antialias: true } as const;
  const given = parseArgs<ResizeArguments>(op, ['size'], defaults, args, sampling);
  checkInterpolation(op, given.interpolation);
  checkMaxSize(op, given.maxSize);
  return given;
}

/** The size to which a picture is resized. A single number is the shorter edge; the longer edge is rounded down. */
export function resizedSize(op: string, [height, width]: Size, size: SizeLike | null, maxSize: number | null): Size {
  const [short, long] = width <= height ? [width, height] : [height, width];
  const edges = (newShort: number, newLong: number): Size =>
    width <= height ? [newLong, newShort] : [newShort, newLong];
  if (size === null) {
    if (maxSize === null)
      throw new ArgumentError(`${op}: expected maxSize to be a whole number where size is null, but got null`);
    return edges(Math.trunc((maxSize * short) / long), maxSize);
  }
  const list = Array.isArray(size) ? (size as readonly number[]) : [size as number];
  if (list.length === 2) {
    if (maxSize !== null) {
      throw new ArgumentError(
        `${op}: expected maxSize only where size is null or one number, but got size ${shown(size)}`,
      );
    }
    return sizeOf(op, list);
  }
  const newShort = sizeOf(op, size)[0];
  const newLong = Math.trunc((newShort * long) / short);
  if (maxSize !== null && maxSize <= newShort) {
    throw new ArgumentError(`${op}: expected maxSize to be more than size ${newShort}, but got ${maxSize}`);
  }
  if (maxSize !== null && newLong > maxSize) return edges(Math.trunc((maxSize * newShort) / newLong), maxSize);
  return edges(newShort, newLong);
}

/** @throws ArgumentError unless maxSize is null or a positive whole number */
export function checkMaxSize(op: string, maxSize: number | null): void {
  if (maxSize === null || isSide(maxSize)) return;
  throw new ArgumentError(`${op}: expected maxSize to be a whole number, but got ${shown(maxSize)}`);
}

/** Resizes pictures, tensors, masks or boxes. */
export const resize = checked(
  'resize(input, ...)',
  <T extends Tensor>(
    input: T,
    ...args: Arguments<ResizeArguments, ['size', 'interpolation', 'maxSize', 'antialias']>
  ): T => {
    const { size, maxSize, ...how } = resizeOf('resize', args);
    return resized('resize', input, (from) => resizedSize('resize', from, size, maxSize), how);
  },
);

/** `resize` to the size that `sizeFor` computes from the current one. */
export function resized<T extends Tensor>(
  op: string,
  input: T,
  sizeFor: (from: Size) => Size,
  { interpolation, antialias }: Required<Resampled>,
): T {
  if (input instanceof BoundingBoxes) return scaledBoxes(input, sizeFor(input.canvasSize)) as Tensor as T;
  const mode = modeFor(input, interpolation);
  checkAntialias(op, mode, antialias);
  return onBatch(op, input, (batch) => {
    const [height, width] = batch.shape.slice(-2) as [number, number];
    const out = sizeFor([height, width]);
    if (out[0] === height && out[1] === width) return batch;
    return boxesResized(
      batch,
      { top: 0, left: 0, height, width },
      { out, interpolation: mode, antialias: antialias ?? false },
    );
  }) as T;
}

/**
 * The interpolation for an input. Masks use a nearest mode. PIL's nearest mode reads the pixel at the centre, so
 * pictures use 'nearest-exact'.
 */
function modeFor(input: Tensor, interpolation: Interpolation): Interpolation {
  if (input instanceof Picture && interpolation === 'nearest') return 'nearest-exact';
  return input instanceof Mask && interpolation !== 'nearest-exact' ? 'nearest' : interpolation;
}

/** @throws ArgumentError if lanczos is used without antialiasing */
export function checkAntialias(op: string, interpolation: Interpolation, antialias: boolean | null): void {
  if (interpolation !== 'lanczos' || antialias) return;
  throw new ArgumentError(`${op}: expected antialias: true with interpolation 'lanczos', but got ${antialias}`);
}

interface ResizedCropArguments extends Resampled, Box {
  size: SizeLike;
}

type ResizedCropOrder = ['top', 'left', 'height', 'width', 'size', 'interpolation', 'antialias'];

/** Crops a part of a picture, tensor, mask or boxes, and resizes it. */
export const resizedCrop = checked(
  'resizedCrop(input, ...)',
  <T extends Tensor>(input: T, ...args: Arguments<ResizedCropArguments, ResizedCropOrder>): T => {
    const name = 'resizedCrop';
    const required = ['top', 'left', 'height', 'width', 'size'] as const;
    const defaults = { interpolation: 'bilinear', antialias: true } as const;
    const { size, interpolation, antialias, ...box } = parseArgs<ResizedCropArguments>(
      name,
      required,
      defaults,
      args,
      sampling,
    );
    checkInterpolation(name, interpolation);
    const part = crop(input, box);
    // torchvision does not pass the interpolation on for masks.
    const how = { interpolation: input instanceof Mask ? 'nearest' : interpolation, antialias } as const;
    return resized(name, part, (from) => resizedSize(name, from, size, null), how);
  },
);
