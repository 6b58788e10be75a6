// The gamma and Dirichlet distributions, in double precision as in PyTorch. How many numbers they draw depends on
// chance.
import { ArgumentError } from '../../core/errors';
import { normal, uniform53 } from './distributions';
import { defaultGenerator, type Generator } from './generator';

const { fround } = Math;

/** Constants that PyTorch writes as float32. */
const THIRD = fround(1 / 3);
const SQUEEZE = fround(0.0331);

/** The least normal number of double precision. */
const LEAST = 2 ** -1022;
const LEAST_FLOAT = 2 ** -126;
const BELOW_ONE = 1 - 2 ** -24;

/**
 * One number of the gamma distribution of shape `alpha` and rate 1. If `alpha` is below 1, a number for alpha + 1 is
 * multiplied by u^(1 / alpha).
 * Source: Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
 */
export function gamma(alpha: number, generator: Generator = defaultGenerator()): number {
  if (alpha === 0) return LEAST;
  const scale = alpha < 1 ? (1 - uniform53(generator)) ** (1 / alpha) : 1;
  const d = (alpha < 1 ? alpha + 1 : alpha) - THIRD;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    let x: number;
    let y: number;
    do {
      x = normal(generator);
      y = 1 + c * x;
    } while (y <= 0);
    const v = y * y * y;
    const u = 1 - uniform53(generator);
    const square = x * x;
    const accepted = u < 1 - SQUEEZE * square * square || Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v));
    if (accepted) return Math.max(LEAST, scale * d * v);
  }
}

/**
 * One draw of the Dirichlet distribution, in float32: a gamma number for each `alpha`, divided by their sum. Of two
 * `alphas` the first share is a Beta number.
 */
export function dirichlet(alphas: readonly number[], generator: Generator = defaultGenerator()): Float32Array {
  const wrong = alphas.find((alpha) => !(alpha > 0 && Number.isFinite(alpha)));
  if (wrong !== undefined) throw new ArgumentError(`dirichlet: expected concentrations above 0, but got ${wrong}`);
  const drawn = alphas.map((alpha) => gamma(fround(alpha), generator));
  const sum = drawn.reduce((total, each) => total + each, 0);
  return Float32Array.from(drawn, (each) => Math.min(BELOW_ONE, Math.max(LEAST_FLOAT, fround(each / sum))));
}
