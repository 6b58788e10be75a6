// Pictures that are moved, turned or put in perspective, each by numbers of its own: where they are read, and bytes read there.
import { f32, input, type Lowering, output } from '../../compiler/ir';
import { gridFor } from '../../compiler/lowering';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const exactLib: Text = '#regions/libExact';
const bytesSource: Text = '#pictures/warpBytes';
const placesSource: Text = '#resample/warpPlaces';

const WORKGROUP = 64;
/** Numbers of a picture: a … h of ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)). */
export const WARP_NUMBERS = 8;
/** Products of matrices with fewer multiplications than this PyTorch computes without fusing them with additions. */
const SMALL = 400;

interface WarpAttrs {
  /** Of the result. */
  readonly out: readonly [height: number, width: number];
  /** Of the pictures that are read. */
  readonly size: readonly [height: number, width: number];
  /** Counts places from the corner of the picture and divides; else from its middle. */
  readonly perspective: boolean;
}

const warpPlacesOp: Op<WarpAttrs> = {
  name: 'warpPlaces',
  infer([matrices], { out }) {
    invariant(matrices!.shape[1] === WARP_NUMBERS && matrices!.dtype === 'float32', 'eight numbers for each picture');
    return [{ shape: [matrices!.shape[0]!, ...out, 2], dtype: 'float32' }];
  },
  lower({ inputs: [matrices], attrs }): Lowering {
    const { out, size, perspective } = attrs;
    const [height, width] = out;
    const count = matrices!.shape[0]! * height * width;
    const first = (length: number) => (perspective ? 0.5 : (1 - length) / 2);
    const pass = {
      source: [exactLib, placesSource],
      label: 'warpPlaces',
      reads: [input(0)],
      writes: [output()],
      params: {
        count,
        height,
        width,
        perspective: perspective ? 1 : 0,
        fused: height * width * 3 * 2 < SMALL ? 0 : 1,
        left: f32(first(width)),
        top: f32(first(height)),
        halfWidth: f32(size[1] / 2),
        halfHeight: f32(size[0] / 2),
      },
      grid: gridFor(count, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/** Places [N, H', W', 2] in elements, x first, by matrices [N, 8], to the bit as torchvision computes them. */
export const warpPlaces = (matrices: Value, attrs: WarpAttrs): Value => record(warpPlacesOp, [matrices], attrs);

const warpBytesOp: Op<{ readonly filled: boolean }> = {
  name: 'warpBytes',
  infer([x, places, colour]) {
    const fits = x!.shape.length === 4 && x!.dtype === 'uint8' && colour!.shape[0] === x!.shape[1];
    invariant(fits && places!.shape[0] === x!.shape[0], 'pictures of bytes, places and a colour');
    return [{ shape: [...x!.shape.slice(0, 2), ...places!.shape.slice(1, 3)], dtype: 'uint8' }];
  },
  lower({ inputs: [x, places], attrs: { filled } }): Lowering {
    const [pictures, channels, height, width] = x!.shape as [number, number, number, number];
    const plane = places!.shape[1]! * places!.shape[2]!;
    const pass = {
      source: [exactLib, bytesSource],
      label: 'warpBytes',
      reads: [input(0), input(1), input(2)],
      writes: [output()],
      params: { count: pictures * plane, plane, channels, height, width, filled: filled ? 1 : 0 },
      grid: gridFor(pictures * plane, WORKGROUP),
    };
    return { kind: 'passes', passes: [pass] };
  },
};

/**
 * Bytes x[N, C, H, W] read between their elements, at places [N, H', W', 2] in elements, x first, to the bit as PyTorch reads them; with
 * `filled` places outside have the colour [C], else they are 0.
 */
export const warpBytes = (x: Value, places: Value, colour: Value, filled: boolean): Value =>
  record(warpBytesOp, [x, places, colour], { filled });
