// Pictures of several sizes at another size: boxes of them as torchvision's transforms resize these, and whole pictures in
// the corner of a batch, as its detectors take them.
import { invariant } from '../../core/errors';
import { fromHost } from '../../graph/record';
import type { Value } from '../../graph/value';
import { axisTaps, type PictureInterpolation, type TapsOptions, tapsWidth } from './picture-taps';
import {
  type BoxTaps,
  type PictureSize,
  type Pixels,
  type Place,
  pictureResample,
  pixelsOf,
  type Taps,
} from './pictures';

/** A rectangle of a picture, in pixels. */
interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

interface Resizing {
  readonly out: PictureSize;
  readonly interpolation: PictureInterpolation;
  readonly antialias: boolean;
}

/**
 * Resizes a box of each picture, or the same box of all; boxes must lie inside their pictures. Elements are float32 or
 * bytes; if the interpolation is one of the nearest, of any dtype of four bytes. Shape: [N, C, ...out].
 */
export function resizeBoxes(
  pictures: Value | Pixels,
  boxes: Box | readonly Box[],
  { out, interpolation, antialias }: Resizing,
): Value {
  const source = pixelsOf(pictures);
  const nearest = interpolation === 'nearest' || interpolation === 'nearest-exact';
  const bytes = source.packed || source.value.dtype === 'uint8';
  const options: TapsOptions = { interpolation, antialias: antialias && !nearest, bytes };
  const own = Array.isArray(boxes);
  // If boxes differ from step to step, their taps are padded to the widest possible, so that every step has the same
  // plan.
  const most = (axis: 0 | 1): number => {
    const widths = source.places.map(({ size }) => tapsWidth(size[axis], out[axis], options));
    const widest = Math.max(...widths);
    return source.packed ? 2 ** Math.ceil(Math.log2(widest)) : widest;
  };
  const widths = own ? [most(0), most(1)] : [undefined, undefined];
  const taps = ([boxes].flat() as readonly Box[]).map(({ top, left, height, width }) => ({
    rows: axisTaps({ start: top, size: height, out: out[0] }, options, widths[0]),
    columns: axisTaps({ start: left, size: width, out: out[1] }, options, widths[1]),
  }));
  return pictureResample(source, taps, out, nearest ? 'copy' : bytes ? 'byte' : 'float');
}

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

/** Pictures [C, H, W] one after another on the host, and the size that each is to get. */
interface Fitted {
  readonly channels: number;
  readonly places: readonly Place[];
  readonly sizes: readonly PictureSize[];
}

/**
 * Resizes each picture to its own size by bilinear interpolation, in the upper left corner of a picture of size `room`
 * that is zero elsewhere. The operations depend on the number of pictures and on `room` only, so pictures of new sizes
 * compile nothing. Shape: [N, C, ...room].
 */
export function fitPictures(elements: Float32Array, { channels, places, sizes }: Fitted, room: PictureSize): Value {
  invariant(sizes.length === places.length, 'there is a size for each picture');
  const taps = places.map(
    ({ size }, i): BoxTaps => ({
      rows: linearTaps(size[0], sizes[i]![0], room[0]),
      columns: linearTaps(size[1], sizes[i]![1], room[1]),
    }),
  );
  const value = fromHost(elements, [1, 1, 1, elements.length], 'float32');
  return pictureResample({ value, channels, places, packed: false }, taps, room, 'float');
}
