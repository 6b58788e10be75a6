// Affine and perspective transforms of pictures, each picture with its own matrix: computes the places at which the
// pictures are read, and reads bytes there.
import { f32, gridFor, input, type Lowering, output } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { fromHost, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const exactLib: Text = '#regions/libExact';
const bytesSource: Text = '#pictures/warpBytes';
const placesSource: Text = '#resample/warpPlaces';

const WORKGROUP = 64;
/** How many numbers a picture has: a … h of ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)). */
const WARP_NUMBERS = 8;
/** PyTorch computes matrix products of fewer multiplications than this without fused multiply-adds. */
const SMALL = 400;

interface WarpAttrs {
  /** The size of the result. */
  readonly out: readonly [height: number, width: number];
  /** The size of the pictures that are read. */
  readonly size: readonly [height: number, width: number];
  /**
   * A perspective transform, which counts from the picture's corner and divides. Otherwise affine, counted from the
   * centre.
   */
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

/**
 * The places [N, H', W', 2] to read at, in pixels, x first, by a map for each picture: a … f of an affine one, a … h of
 * one in perspective. They equal torchvision's bit for bit.
 */
export const warpPlaces = (maps: readonly (readonly number[])[], attrs: WarpAttrs): Value =>
  record(warpPlacesOp, [overHalves(maps, attrs.size)], attrs);

/**
 * Packs numbers as [N, 8]: the three for x divided by half the width of the source picture, the three for y divided by
 * half its height, and two more unchanged.
 */
function overHalves(maps: readonly (readonly number[])[], [height, width]: WarpAttrs['size']): Value {
  const halves = [Math.fround(0.5 * width), Math.fround(0.5 * height)] as const;
  const numbers = maps.flatMap((map) =>
    Array.from({ length: WARP_NUMBERS }, (_, k) =>
      k < 6 ? Math.fround(map[k]!) / halves[k < 3 ? 0 : 1] : Math.fround(map[k] ?? 0),
    ),
  );
  return fromHost(Float32Array.from(numbers), [maps.length, WARP_NUMBERS], 'float32');
}

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
 * Bytes x[N, C, H, W] interpolated bilinearly at places [N, H', W', 2] in pixels, x first. The results equal PyTorch's
 * bit for bit. With `filled`, places outside of a picture get the colour [C]; otherwise they are 0.
 */
export const warpBytes = (x: Value, places: Value, colour: Value, filled: boolean): Value =>
  record(warpBytesOp, [x, places, colour], { filled });
