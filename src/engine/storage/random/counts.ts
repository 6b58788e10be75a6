// The distributions of counts: Poisson and binomial. How many numbers they draw depends on their rates.
import { ArgumentError } from '../../core/errors';
import { uniform53 } from './distributions';
import type { Generator } from './generator';

const { fround } = Math;

/** From this mean on, PyTorch draws by rejection instead of counting events. */
const MANY = 10;

/** ln k!, from the product for small k, else by Stirling's series, which is exact in double precision there. */
function logFactorial(k: number): number {
  if (k < 20) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const square = x * x;
  const tail = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + tail;
}

/**
 * A number of events, of which `rate` are expected. If many are expected: transformed rejection with a squeeze. If few
 * are: uniform numbers are multiplied until the product falls below exp(-rate).
 * Source: Hörmann 1993, "The transformed rejection method for generating Poisson random variables", algorithm PTRS.
 */
export function poisson(rate: number, generator: Generator): number {
  if (!(rate >= 0)) throw new ArgumentError(`poisson: expected rates of at least 0, but got ${rate}`);
  if (rate === 0) return 0;
  if (rate < MANY) {
    const limit = Math.exp(-rate);
    let events = 0;
    for (let product = uniform53(generator); product > limit; product *= uniform53(generator)) events++;
    return events;
  }
  const root = Math.sqrt(rate);
  const logRate = Math.log(rate);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform53(generator) - 0.5;
    const v = uniform53(generator);
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = -rate + k * logRate - logFactorial(k);
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b) <= bound) return k;
  }
}

/** A number of successes in `count` trials of probability `p`, both float32. */
export function binomial(count: number, p: number, generator: Generator): number {
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  if (Number.isNaN(p)) return Number.NaN;
  const failure = p > 0.5;
  const chance = failure ? fround(1 - p) : p;
  const found =
    fround(count * chance) >= MANY ? byRejection(count, chance, generator) : byWaiting(count, chance, generator);
  return failure ? count - found : found;
}

/** Adds up waiting times between successes until the trials are used up. */
function byWaiting(count: number, p: number, generator: Generator): number {
  const logFailure = fround(Math.log1p(-p));
  let trials = 0;
  for (let successes = 0; ; successes++) {
    trials += Math.ceil(Math.log(uniform53(generator)) / logFailure);
    if (trials > count) return successes;
  }
}

/**
 * Source: Hörmann 1993, "The generation of binomial random variates", algorithm BTRS, with PyTorch's rounding to
 * float32.
 */
function byRejection(count: number, p: number, generator: Generator): number {
  const deviation = fround(Math.sqrt(fround(fround(count * p) * fround(1 - p))));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = fround(count * p) + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const odds = fround(p / fround(1 - p));
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor(fround((count + 1) * p));
  for (;;) {
    const u = uniform53(generator) - 0.5;
    const v = uniform53(generator);
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (k < 0 || k > count) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      (count + 1) * Math.log((count - mode + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= bound) return k;
  }
}

/** ln k! minus Stirling's formula, for k = 0 … 9. */
const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

function stirlingTail(k: number): number {
  if (k <= 9) return stirlingTails[k]!;
  const square = (k + 1) * (k + 1);
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}
