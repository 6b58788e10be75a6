// Helpers for the tile lengths of a convolution and its two gradients.
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters, hasHalfRegisters } from '../lane-registers';

export const WORKGROUP = 64;

/** The maximum number of products that one invocation sums: rounding errors grow with their number. */
export const LONGEST_SUM = 16384;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** The most parts into which a sum is split: each is stored and read again. */
const MOST_PARTS = 32;

/** The parts into which a sum that may have `most` is split, so that `lanes` lanes become about `wanted`. */
export const partsFor = (lanes: number, wanted: number, most: number): number =>
  Math.max(1, Math.min(Math.floor(wanted / Math.max(1, lanes)), Math.floor(most), MOST_PARTS));

/** Largest divisor of `n` that is at most `limit`. */
export function divisorUpTo(n: number, limit: number): number {
  for (let d = Math.min(n, limit); d > 1; d--) if (n % d === 0) return d;
  return 1;
}

/** The tile length that covers `n` with the least waste; among equals, the longest. */
export function bestTile(n: number, lengths: readonly number[]): number {
  let best = lengths[0]!;
  for (const length of lengths) {
    const cost = ceilDiv(n, length) * length - ceilDiv(n, best) * best;
    if (cost < 0 || (cost === 0 && length > best)) best = length;
  }
  return best;
}

/**
 * The most registers that a tile may take where an invocation has few (`hasFewRegisters`), counted as its sums, what a
 * turn loads, and the places that it keeps. Dawn asks Intel's compiler for waves of 16 lanes, which have 64 registers
 * each, and addresses, checks of bounds and uniforms need the rest: by Mesa's for Tiger Lake, tiles of 40 spilled and
 * none of 36 did.
 */
export const FEW_REGISTERS = 36;

/**
 * The same where a lane has half of the usual registers (`hasHalfRegisters`): by Mesa's compiler for RDNA 3, tiles of 135
 * spilled and none of 132 did.
 */
const HALF_REGISTERS = 112;

/**
 * The most registers that a tile may take, counted as for `FEW_REGISTERS`. `medium` is what a tile of some outputs takes
 * that adds the whole kernel at a time. Where lanes have half of the registers and it does not fit them, larger tiles may
 * spill: those that fit load so much more that they would be up to 1.9 times as slow on a driver that gives lanes more.
 */
export const mostTileRegisters = (adapter: AdapterProfile, medium: number): number => {
  if (hasFewRegisters(adapter)) return FEW_REGISTERS;
  return hasHalfRegisters(adapter) && medium <= HALF_REGISTERS ? HALF_REGISTERS : Number.POSITIVE_INFINITY;
};

/** How many elements of a row or column of a patch are read by at least one tap of an output. */
export function touched(outputs: number, stride: number, taps: number, dilation: number): number {
  // Usually each output reads one contiguous range; the ranges overlap or touch, or are all separate.
  if (dilation === 1 || taps === 1) return taps >= stride ? (outputs - 1) * stride + taps : outputs * taps;
  const places = new Set<number>();
  for (let t = 0; t < outputs; t++) for (let q = 0; q < taps; q++) places.add(t * stride + q * dilation);
  return places.size;
}
