// The distributions that PyTorch draws number by number in double precision, each by a formula of one uniform or normal
// number.
import { ArgumentError } from '../../core/errors';
import { type NumberArray, normal, uniform53 } from './distributions';
import { defaultGenerator } from './generator';

/**
 * Fills `out` from the exponential distribution: x = -ln(1 - u) / λ. (On Intel processors PyTorch draws from another
 * library, whose numbers differ.)
 */
export function fillExponential<T extends NumberArray>(out: T, lambda = 1, generator = defaultGenerator()): T {
  if (!(lambda > 0)) throw new ArgumentError(`exponential_: expected lambda > 0, but got ${lambda}`);
  for (let i = 0; i < out.length; i++) out[i] = (-1 / lambda) * Math.log1p(-uniform53(generator));
  return out;
}

/** Fills `out` with the number of trials, each of probability p, until the first success: x = ⌈ln u / ln(1 - p)⌉. */
export function fillGeometric<T extends NumberArray>(out: T, p: number, generator = defaultGenerator()): T {
  if (!(p > 0 && p < 1)) throw new ArgumentError(`geometric_: expected p in (0, 1), but got ${p}`);
  for (let i = 0; i < out.length; i++) out[i] = Math.ceil(Math.log(uniform53(generator)) / Math.log1p(-p));
  return out;
}

/** Fills `out` from the Cauchy distribution: x = median + σ tan(π (u - ½)). */
export function fillCauchy<T extends NumberArray>(out: T, median = 0, sigma = 1, generator = defaultGenerator()): T {
  if (!(sigma > 0)) throw new ArgumentError(`cauchy_: expected sigma > 0, but got ${sigma}`);
  for (let i = 0; i < out.length; i++) out[i] = median + sigma * Math.tan(Math.PI * (uniform53(generator) - 0.5));
  return out;
}

/** Fills `out` with numbers whose logarithm is normal: x = exp(mean + std n). */
export function fillLogNormal<T extends NumberArray>(out: T, mean = 1, std = 2, generator = defaultGenerator()): T {
  if (!(std > 0)) throw new ArgumentError(`logNormal_: expected std > 0, but got ${std}`);
  for (let i = 0; i < out.length; i++) out[i] = Math.exp(normal(generator) * std + mean);
  return out;
}
