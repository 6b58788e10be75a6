// The inverse DCT of a block of 8 × 8 coefficients, in integers, bit for bit as the IJG's "islow" method. Source:
// Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989.

const CONST_BITS = 13;
const PASS_BITS = 2;
const fix = (x: number): number => Math.round(x * (1 << CONST_BITS));

const [F0298, F0390, F0541, F0765, F0899, F1175] = [
  0.298631336, 0.39018064, 0.5411961, 0.765366865, 0.899976223, 1.175875602,
].map(fix) as [number, number, number, number, number, number];
const [F1501, F1847, F1961, F2053, F2562, F3072] = [
  1.50132111, 1.847759065, 1.96157056, 2.053119869, 2.562915447, 3.072711026,
].map(fix) as [number, number, number, number, number, number];

const work = new Int32Array(64);

/** Transforms one row or column of eight, from `i` on in steps of `step`; shifts the results right by `shift`. */
function pass(from: ArrayLike<number>, to: Int32Array, i: number, step: number, shift: number): void {
  const x0 = from[i]!;
  const x1 = from[i + step]!;
  const x2 = from[i + 2 * step]!;
  const x3 = from[i + 3 * step]!;
  const x4 = from[i + 4 * step]!;
  const x5 = from[i + 5 * step]!;
  const x6 = from[i + 6 * step]!;
  const x7 = from[i + 7 * step]!;
  const half = 1 << (shift - 1);
  // Even part.
  const z = (x2 + x6) * F0541;
  const e2 = z - x6 * F1847;
  const e3 = z + x2 * F0765;
  const e0 = (x0 + x4) * (1 << CONST_BITS);
  const e1 = (x0 - x4) * (1 << CONST_BITS);
  const a0 = e0 + e3;
  const a3 = e0 - e3;
  const a1 = e1 + e2;
  const a2 = e1 - e2;
  // Odd part.
  const z5 = (x7 + x3 + x5 + x1) * F1175;
  const z1 = -(x7 + x1) * F0899;
  const z2 = -(x5 + x3) * F2562;
  const z3 = z5 - (x7 + x3) * F1961;
  const z4 = z5 - (x5 + x1) * F0390;
  const o0 = x7 * F0298 + z1 + z3;
  const o1 = x5 * F2053 + z2 + z4;
  const o2 = x3 * F3072 + z2 + z3;
  const o3 = x1 * F1501 + z1 + z4;
  to[i] = (a0 + o3 + half) >> shift;
  to[i + 7 * step] = (a0 - o3 + half) >> shift;
  to[i + step] = (a1 + o2 + half) >> shift;
  to[i + 6 * step] = (a1 - o2 + half) >> shift;
  to[i + 2 * step] = (a2 + o1 + half) >> shift;
  to[i + 5 * step] = (a2 - o1 + half) >> shift;
  to[i + 3 * step] = (a3 + o0 + half) >> shift;
  to[i + 4 * step] = (a3 - o0 + half) >> shift;
}

/**
 * Writes the samples of a block to a plane of `stride` columns. The coefficients must be multiplied by their
 * quantization steps already.
 */
export function inverseDct(coefficients: Int32Array, plane: Uint8ClampedArray, at: number, stride: number): void {
  for (let column = 0; column < 8; column++) pass(coefficients, work, column, 8, CONST_BITS - PASS_BITS);
  for (let row = 0; row < 8; row++) {
    pass(work, work, 8 * row, 1, CONST_BITS + PASS_BITS + 3);
    for (let i = 0; i < 8; i++) plane[at + row * stride + i] = work[8 * row + i]! + 128;
  }
}
