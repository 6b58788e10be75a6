// The numbers of windows: weights of the samples of a part of a signal, which fade towards its ends.

/** Of sample k of M; `span` is M - 1 for a symmetric window, or M for one period. */
type Weight = (k: number, span: number, M: number) => number;

/** The weights of M samples in float32. One sample alone has the weight 1 if `isOne`. */
export function weights(M: number, sym: boolean, weight: Weight, isOne = true): Float32Array {
  if (M === 1 && isOne) return Float32Array.of(1);
  return Float32Array.from({ length: M }, (_, k) => weight(k, sym || M === 1 ? M - 1 : M, M));
}

/** Σ_i (-1)^i aᵢ cos(2π i k / span) */
export const cosines =
  (a: readonly number[]): Weight =>
  (k, span) =>
    a.reduce((sum, factor, i) => sum + (i % 2 === 0 ? factor : -factor) * Math.cos((2 * Math.PI * i * k) / span), 0);

/** A triangle from 0 over 1 to 0. */
export const triangle: Weight = (k, span) => 1 - Math.abs((2 * k) / span - 1);

/** The modified Bessel function of order 0, Σ (x²/4)^j / j!², for x up to some hundreds. */
function bessel0(x: number): number {
  let [sum, term] = [1, 1];
  for (let j = 1; term > sum * 1e-17; j++) {
    term *= (x / 2 / j) ** 2;
    sum += term;
  }
  return sum;
}

/** I₀(β √(1 - t²)) / I₀(β) for t from -1 to 1. */
export const kaiserOf =
  (beta: number): Weight =>
  (k, span) =>
    bessel0(beta * Math.sqrt(Math.max(0, 1 - ((2 * k) / span - 1) ** 2))) / bessel0(beta);

export const BLACKMAN = [0.42, 0.5, 0.08];
export const NUTTALL = [0.3635819, 0.4891775, 0.1365995, 0.0106411];
