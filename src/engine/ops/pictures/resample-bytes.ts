// Resizes images of bytes as PyTorch's CPU kernels do: with integer weights of 15 bits, one axis after the other,
// rounding to bytes after each.
// Source: PyTorch, aten/src/ATen/native/cpu/UpSampleKernelAVXAntialias.h, after Pillow's Resample.c.
import { fromHost } from '../../graph/record';
import type { Value } from '../../graph/value';
import { indexSelect } from '../indexing/indexing';
import { add, floorDivide, mul } from '../pointwise/arithmetic';
import { clamp } from '../pointwise/compare';
import { sum } from '../reduction/reduce';
import { cast, reshape } from '../shape/cast';

export interface ByteResampling {
  readonly mode: 'linear' | 'cubic';
  readonly size: readonly [height: number, width: number];
  readonly scale: readonly [height: number, width: number];
  readonly alignCorners: boolean;
}

const linear = (x: number): number => Math.max(1 - Math.abs(x), 0);

/** Cubic convolution (Keys 1981, a = -3/4). */
function cubic(x: number): number {
  const a = -0.75;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

/**
 * The input elements that make up an output at position `at`, with their weights. An element past an edge counts for
 * the edge.
 */
export function tapsAt(at: number, size: number, mode: 'linear' | 'cubic'): Map<number, number> {
  const first = Math.floor(at);
  const places = mode === 'linear' ? [first, first + 1] : [first - 1, first, first + 1, first + 2];
  const shares = new Map<number, number>();
  for (const place of places) {
    const inside = Math.min(Math.max(place, 0), size - 1);
    shares.set(inside, (shares.get(inside) ?? 0) + (mode === 'linear' ? linear : cubic)(place - at));
  }
  return shares;
}

/** How many fraction bits a weight can have so that weights up to `most` still fit in 15 bits. */
export function bitsFor(most: number): number {
  let bits = 0;
  while (bits < 22 && Math.trunc(0.5 + most * 2 ** (bits + 1)) < 2 ** 15) bits++;
  return bits;
}

/** A weight in units of 2^-bits, rounded to a whole number; halves round away from 0. */
export const wholeShare = (share: number, bits: number): number =>
  Math.sign(share) * Math.trunc(Math.abs(share) * 2 ** bits + 0.5);

/** How one axis is resized: for each output, the input elements, and their weights in units of 2^-bits. */
function axisWeights(size: number, out: number, scale: number, { mode, alignCorners }: ByteResampling) {
  const rows = Array.from({ length: out }, (_, i) =>
    tapsAt(alignCorners ? scale * i : scale * (i + 0.5) - 0.5, size, mode),
  );
  const bits = bitsFor(Math.max(...rows.flatMap((row) => [...row.values()])));
  const width = Math.max(...rows.map((row) => row.size));
  const places = new Int32Array(out * width);
  const weights = new Int32Array(out * width);
  rows.forEach((row, i) => {
    let k = i * width;
    for (const [place, share] of row) {
      places[k] = place;
      weights[k++] = wholeShare(share, bits);
    }
  });
  return { places, weights, width, bits };
}

/** Resizes dimension `dim` of x[N, C, H, W] (int32). */
function alongAxis(x: Value, dim: 2 | 3, how: ByteResampling): Value {
  const out = how.size[dim - 2]!;
  const { places, weights, width, bits } = axisWeights(x.shape[dim]!, out, how.scale[dim - 2]!, how);
  const picked = indexSelect(x, dim, fromHost(places, [places.length], 'int64'));
  const [before, after] = [x.shape.slice(0, dim), x.shape.slice(dim + 1)];
  const shares = fromHost(weights, [out, width, ...after.map(() => 1)], 'int32');
  const total = sum(mul(reshape(picked, [...before, out, width, ...after]), shares), dim + 1);
  return cast(clamp(floorDivide(add(total, 2 ** (bits - 1)), 2 ** bits), 0, 255), 'int32');
}

/** Resizes bytes x[N, C, H, W] to another height and width. */
export function resampleBytes(x: Value, how: ByteResampling): Value {
  const wide = cast(x, 'int32');
  const columns = how.size[1] === x.shape[3] ? wide : alongAxis(wide, 3, how);
  return cast(how.size[0] === x.shape[2] ? columns : alongAxis(columns, 2, how), 'uint8');
}
