// What the passes of a convolution and of its two gradients share: lengths of tiles, and copies with zeros around.
import padSource from '../../shaders/conv2d-pad.wgsl?raw';
import { i32, type Operand, type Pass, scratch, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import { unroll } from './unroll';

export const WORKGROUP = 64;

/** Longest stretch of a kernel's row that is unrolled. */
export const MAX_TAPS = 11;

/** A padded copy of the input pays from this many output channels on, because each of their tiles reads it again. */
export const PAD_FROM_CHANNELS = 8;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Largest divisor of `n` that is at most `limit`. */
export function divisorUpTo(n: number, limit: number): number {
  for (let d = Math.min(n, limit); d > 1; d--) if (n % d === 0) return d;
  return 1;
}

/** Of the tile lengths, the one that covers `n` with the least waste; the longest among equals. */
export function bestTile(n: number, lengths: readonly number[]): number {
  let best = lengths[0]!;
  for (const length of lengths) {
    const cost = ceilDiv(n, length) * length - ceilDiv(n, best) * best;
    if (cost < 0 || (cost === 0 && length > best)) best = length;
  }
  return best;
}

/** Copies `planes` images from `from` into scratch 0, with zeros around. */
export function padPass(
  from: Operand,
  planes: number,
  [rows, cols]: readonly [number, number],
  [paddedRows, paddedCols]: readonly [number, number],
  top: number,
  left: number,
): Pass {
  const quads = ceilDiv(paddedCols, 4);
  const count = planes * paddedRows * quads;
  return {
    source: [unroll(padSource, {})],
    label: 'conv2d pad',
    reads: [from],
    writes: [scratch()],
    params: [u32(count), u32(quads), u32(rows), u32(cols), u32(paddedRows), u32(paddedCols), i32(top), i32(left)],
    grid: gridFor(count, WORKGROUP),
  };
}
