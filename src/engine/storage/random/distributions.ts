// The distributions of PyTorch's CPU generator, filled into arrays with the same draws and the same rounding.

import { ArgumentError } from '../../core/errors';
import { allocated } from '../allocate';
import { boxMuller, NORMAL_BLOCK } from './box-muller';
import { defaultGenerator, type Generator } from './generator';

/** Any array of numbers that can be filled in place. A typed array rounds or wraps as its type does. */
export interface NumberArray {
  readonly length: number;
  [index: number]: number;
}

/** The dtypes that `random_` fills without bounds. */
export type RandomDtype = 'float32' | 'int32' | 'uint8' | 'bool';

/** From this range on, PyTorch draws 64 bits, so that the remainder stays nearly uniform. */
const WIDE_RANGE = 2 ** 28;

/** From this length on `randperm` draws 64 bits: PyTorch's ⌊(2³² − 1) / 20⌋. */
const LONG_PERMUTATION = Math.floor((2 ** 32 - 1) / 20);

/** Fills `out` from the uniform distribution on [from, to), in float32: x = k / 2²⁴, k of 24 bits. */
export function fillUniform<T extends NumberArray>(out: T, from = 0, to = 1, generator = defaultGenerator()): T {
  const low = Math.fround(from);
  const high = Math.fround(to);
  const range = Math.fround(high - low);
  if (!(low <= high) || !Number.isFinite(range)) {
    throw new ArgumentError(`uniform_: expected from ≤ to with a finite difference, but got from ${from} and to ${to}`);
  }
  fill24(out, generator);
  for (let i = 0; i < out.length; i++) {
    const value = Math.fround(out[i]! * range + low);
    out[i] = value === high ? low : value;
  }
  return out;
}

type FillNormal = <T extends NumberArray>(
  out: T,
  mean?: number,
  std?: number,
  generator?: Generator,
  oneByOne?: boolean,
) => T;

/**
 * Fills `out` from the normal distribution N(mean, std²), in float32. `oneByOne`: draws each number by itself, as
 * PyTorch does, at any length, for a tensor whose memory has gaps or is in another order.
 */
export const fillNormal: FillNormal = (out, mean = 0, std = 1, generator = defaultGenerator(), oneByOne = false) => {
  if (!(std >= 0)) throw new ArgumentError(`normal_: expected std ≥ 0, but got ${std}`);
  if (oneByOne || out.length < NORMAL_BLOCK) {
    for (let i = 0; i < out.length; i++) out[i] = Math.fround(normal(generator) * std + mean);
    return out;
  }
  fill24(out, generator);
  boxMuller(out, 0, mean, std);
  if (out.length % NORMAL_BLOCK !== 0) {
    const start = out.length - NORMAL_BLOCK;
    for (let i = start; i < out.length; i++) out[i] = uniform24(generator);
    boxMuller(out, start, mean, std);
  }
  return out;
};

/**
 * `fillNormal` as PyTorch draws float16. If whole blocks leave elements over, one more block is drawn, and the last 16
 * elements are taken from it.
 */
export const fillHalfNormal: FillNormal = (
  out,
  mean = 0,
  std = 1,
  generator = defaultGenerator(),
  oneByOne = false,
) => {
  const over = out.length % NORMAL_BLOCK;
  if (oneByOne || out.length < NORMAL_BLOCK || over === 0) return fillNormal(out, mean, std, generator, oneByOne);
  const blocks = fillNormal(new Float32Array(out.length - over + NORMAL_BLOCK), mean, std, generator);
  const last = out.length - NORMAL_BLOCK;
  for (let i = 0; i < out.length; i++) out[i] = blocks[i < last ? i : i - over + NORMAL_BLOCK]!;
  return out;
};

/** Fills `out` with integers from [from, to), as `randint` and `random_(from, to)` do. */
export function fillRandint<T extends NumberArray>(
  out: T,
  from: number,
  to: number,
  generator = defaultGenerator(),
): T {
  const range = to - from;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Number.isSafeInteger(range) || range <= 0) {
    throw new ArgumentError(
      `randint: expected integers low < high of at most 53 bits, but got low ${from} and high ${to}`,
    );
  }
  const draw = range >= WIDE_RANGE ? remainder64 : remainder32;
  for (let i = 0; i < out.length; i++) out[i] = draw(generator, range) + from;
  return out;
}

/** Fills `out` as `random_()` without bounds does: over the non-negative range of `dtype`, [0, 2²⁴] for float32. */
export function fillRandom<T extends NumberArray>(out: T, dtype: RandomDtype, generator = defaultGenerator()): T {
  const range = { float32: 2 ** 24 + 1, int32: 2 ** 31, uint8: 2 ** 8, bool: 2 }[dtype];
  for (let i = 0; i < out.length; i++) out[i] = generator.random() % range;
  return out;
}

/** One draw of `random_()` for int64: an integer of 63 bits. */
export function randomInt64(generator = defaultGenerator()): bigint {
  return BigInt.asUintN(63, generator.random64());
}

/**
 * Fills `out` with ones of probability p and zeros otherwise.
 *
 * A single p is compared with 53 random bits, as in PyTorch's `bernoulli_(p)` and in dropout. Each p of an array is
 * compared with 24 bits, as in `bernoulli(p)` for float32. (On Intel processors PyTorch draws for a single p from
 * another library, whose numbers differ.)
 */
export function fillBernoulli<T extends NumberArray>(
  out: T,
  p: number | ArrayLike<number> = 0.5,
  generator = defaultGenerator(),
): T {
  const probability = typeof p === 'number' ? () => p : (i: number) => p[i];
  const uniform = typeof p === 'number' ? uniform53 : uniform24;
  for (let i = 0; i < out.length; i++) {
    const chance = probability(i);
    if (!(chance >= 0 && chance <= 1)) throw new ArgumentError(`bernoulli: expected p in [0, 1], but got ${chance}`);
    out[i] = uniform(generator) < chance ? 1 : 0;
  }
  return out;
}

/** A random permutation of 0 … n − 1. */
export function randperm(n: number, generator = defaultGenerator()): Int32Array {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`randperm: expected an integer n ≥ 0, but got ${n}`);
  return n < LONG_PERMUTATION ? shuffledForward(n, generator) : shuffledInsideOut(n, generator);
}

function shuffledForward(n: number, generator: Generator): Int32Array {
  const order = allocated(Int32Array, n).map((_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.random() % (n - i));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

function shuffledInsideOut(n: number, generator: Generator): Int32Array {
  const order = allocated(Int32Array, n);
  for (let i = 0; i < n; i++) {
    const j = remainder64(generator, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

/** A uniform multiple of 2⁻²⁴ in [0, 1). */
export function uniform24(generator: Generator): number {
  return (generator.random() & 0xffffff) / 2 ** 24;
}

/** Fills `out` with uniform multiples of 2⁻²⁴ in [0, 1). */
function fill24(out: NumberArray, generator: Generator): void {
  if (out instanceof Float32Array) generator.fill24(out);
  else for (let i = 0; i < out.length; i++) out[i] = uniform24(generator);
}

/** A uniform multiple of 2⁻⁵³ in [0, 1). */
export function uniform53(generator: Generator): number {
  const high = generator.random() & 0x1fffff;
  return (high * 2 ** 32 + generator.random()) / 2 ** 53;
}

function remainder32(generator: Generator, range: number): number {
  return generator.random() % range;
}

/** A 64-bit draw modulo `range`, in three exact steps of 16 bits while the partial sums fit 53 bits. */
function remainder64(generator: Generator, range: number): number {
  if (range > 2 ** 37) return Number(generator.random64() % BigInt(range));
  const high = generator.random();
  const low = generator.random();
  const upper = ((high % range) * 2 ** 16 + (low >>> 16)) % range;
  return (upper * 2 ** 16 + (low & 0xffff)) % range;
}

/** One standard normal in double precision: r sin θ is kept for the next call, r cos θ is returned. */
export function normal(generator: Generator): number {
  const kept = generator.takeNextNormal();
  if (kept !== undefined) return kept;
  const u1 = uniform53(generator);
  const u2 = uniform53(generator);
  const radius = Math.sqrt(-2 * Math.log1p(-u2));
  const theta = 2 * Math.PI * u1;
  generator.keepNextNormal(radius * Math.sin(theta));
  return radius * Math.cos(theta);
}

/**
 * Uniform numbers of 53 bits, each rounded up to float32. Comparing a float32 with the rounded number has the same
 * result as comparing it with the exact one.
 */
export function uniformAbove(n: number, generator = defaultGenerator()): Float32Array {
  const out = new Float32Array(n);
  const bits = new Int32Array(out.buffer);
  for (let i = 0; i < n; i++) {
    const u = uniform53(generator);
    out[i] = u;
    if (out[i]! < u) bits[i]!++;
  }
  return out;
}
