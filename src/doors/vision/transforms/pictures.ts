// Batches as the kernels take them: tensors [N, C, H, W], or bytes of pictures of several sizes, packed on the device.

import { ArgumentError, ShapeError, Tensor } from '../../../torch';
import {
  type Args,
  isFloat,
  isPlainObject,
  isTensorObject as isTensor,
  kindOf,
  kinds,
  pictureWindow,
  resizeBoxes,
  takes,
  typed,
} from '../../../torch/inside';
import type { BorderMode, Interpolation, PictureSize as Size } from './arguments';

/** Where a picture lies in its buffer: its first element (first byte, if packed), and its size. */
export interface Place {
  readonly first: number;
  readonly size: Size;
}

/** Output row i and column j show row r0 + r1 i + r2 j and column s0 + s1 i + s2 j. */
export type Window = readonly [r0: number, r1: number, r2: number, s0: number, s1: number, s2: number];

interface WindowOptions {
  readonly out: Size;
  readonly border?: BorderMode;
  /** The colour outside of a picture, one number for each channel or one for all. Default: 0. */
  readonly fill?: readonly number[];
}

const place: kinds.Kind = {
  words: '{ first, size: [height, width] }',
  fits: (value) =>
    isPlainObject(value) && kinds.whole(0).fits(value.first) && kinds.listOf(kinds.whole(1), 2).fits(value.size),
};

const packedPicturesTable = takes('PackedPictures', {
  /** The bytes of the pictures, four a number. */
  words: typed<Tensor>(kinds.anything),
  /** The number of channels. */
  channels: kinds.whole(1),
  /** Where each picture lies among the words. */
  places: typed<readonly Place[]>(kinds.listOf(place)),
});

/**
 * Pictures [H, W, C] of several sizes in one tensor of words, four bytes per word, lowest byte first: the pictures of a
 * data set that stays on the device, or of one batch. Transforms of batches that crop or resize read packed pictures
 * without unpacking them.
 */
export class PackedPictures {
  readonly words: Tensor;
  readonly channels: number;
  /** `places[n].first` is the first byte of picture n. */
  readonly places: readonly Place[];

  constructor(...args: Args<typeof packedPicturesTable, ['words', 'channels', 'places']>) {
    const { words, channels, places } = packedPicturesTable.read(args);
    this.words = words;
    this.channels = channels;
    this.places = places;
    if (!isTensor(words) || words.dtype !== 'uint32') {
      const got = isTensor(words) ? words.dtype : kindOf(words);
      throw new ArgumentError(`PackedPictures: expected a tensor of words of dtype uint32, but got ${got}`);
    }
  }
}

/** Pictures that a transform of batches can read. */
export type Pictures = Tensor | PackedPictures;

/** As the engine takes them. */
const sourceOf = (pictures: Pictures) =>
  pictures instanceof PackedPictures
    ? { value: pictures.words.value, channels: pictures.channels, places: pictures.places, packed: true }
    : pictures.value;

/** Height and width of every picture. */
export function sizesOf(pictures: Pictures): readonly Size[] {
  if (pictures instanceof PackedPictures) return pictures.places.map(({ size }) => size);
  const [count, , height, width] = pictures.shape as readonly [number, number, number, number];
  return new Array<Size>(count).fill([height, width]);
}

export const channelsOf = (pictures: Pictures): number =>
  pictures instanceof PackedPictures ? pictures.channels : pictures.shape[1]!;

/** Reads a window of each picture: [N, C, ...out]. */
export const windowsOf = (pictures: Pictures, windows: readonly Window[], options: WindowOptions): Tensor =>
  Tensor.of(pictureWindow(sourceOf(pictures), windows, options));

/** The window that begins at a row and a column. */
export const windowAt = (top: number, left: number): Window => [top, 1, 0, left, 0, 1];

/** The pictures as a tensor [N, C, H, W]. */
export function unpacked(op: string, pictures: Pictures): Tensor {
  if (pictures instanceof Tensor) return pictures;
  const sizes = sizesOf(pictures);
  const [first] = sizes;
  const other = sizes.find(([height, width]) => height !== first![0] || width !== first![1]);
  if (other) {
    throw new ShapeError(
      `${op}: expected pictures of one size, but got ${first!.join('×')} and ${other.join('×')}; Resize or RandomResizedCrop first`,
    );
  }
  return windowsOf(
    pictures,
    sizes.map(() => windowAt(0, 0)),
    { out: first! },
  );
}

/** A rectangle of a picture. */
export interface Box {
  /** The distance from the upper edge, in pixels. */
  readonly top: number;
  /** The distance from the left edge, in pixels. */
  readonly left: number;
  /** The height, in pixels. */
  readonly height: number;
  /** The width, in pixels. */
  readonly width: number;
}

export interface ResizeHow {
  readonly out: Size;
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
}

/** Resizes a box of each picture, or the same box of all: [N, C, ...out]. Boxes must lie inside their pictures. */
export function boxesResized(
  pictures: Pictures,
  boxes: Box | readonly Box[],
  { out, interpolation, antialias }: ResizeHow,
): Tensor {
  const nearest = interpolation === 'nearest' || interpolation === 'nearest-exact';
  const dtype = pictures instanceof PackedPictures ? 'uint8' : pictures.dtype;
  if (dtype === 'float16' || (!nearest && dtype !== 'uint8' && dtype !== 'float32')) {
    const made = boxesResized((pictures as Tensor).to('float32'), boxes, { out, interpolation, antialias });
    return (isFloat(dtype) ? made : made.round()).to(dtype);
  }
  return Tensor.of(resizeBoxes(sourceOf(pictures), boxes, { out, interpolation, antialias }));
}
