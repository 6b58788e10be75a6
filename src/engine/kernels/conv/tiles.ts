// Helpers for the tile lengths of a convolution and its two gradients.

export const WORKGROUP = 64;

/** The maximum number of products that one invocation sums: rounding errors grow with their number. */
export const LONGEST_SUM = 16384;

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

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
