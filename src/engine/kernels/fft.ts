// Lowers discrete Fourier transforms along a dimension: a pass for each factor of the length, or Bluestein's method if a
// factor is a large prime.
import {
  f32,
  gridFor,
  input,
  type LowerContext,
  type Lowering,
  type Operand,
  output,
  type Pass,
  scratch,
} from '../compiler/ir';
import type { Text } from '../compiler/texts';
import { BYTES_PER_ELEMENT, numel } from '../core/meta';
import type { AdapterProfile } from '../gpu/device';
import { complexEnds, type Ends, type FftAttrs } from '../ops/fft/ends';
import { workOf } from './work';

const trigLib: Text = '#functions/libTrig';
const rootsLib: Text = '#fft/libRoots';
const endsLib: Text = '#fft/libEnds';
const source: Text = '#fft/fft';
const sumsSource: Text = '#fft/fftSums';
const chirpSource: Text = '#fft/fftChirp';
const pointsLibs: Readonly<Record<number, Text>> = {
  2: '#fft/libPoints2',
  4: '#fft/libPoints4',
  8: '#fft/libPoints8',
};
const libs = [trigLib, rootsLib, endsLib];

const WORKGROUP = 64;
/** Up to this prime, a sum for each result takes less time than two transforms of at least twice the length. */
const LARGEST_SUM = 64;
/** About how many multiplications a term of such a sum takes, most of them for the root of unity. */
const PER_TERM = 16;

/** The factors of n that have a pass: 8 as often as it divides, then 4 or 2, and odd primes. */
function radicesOf(n: number): number[] {
  const radices: number[] = [];
  let rest = n;
  for (const radix of [8, 4, 2]) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  for (let prime = 3; prime * prime <= rest; prime += 2) {
    for (; rest % prime === 0; rest /= prime) radices.push(prime);
  }
  if (rest > 1 || n === 1) radices.push(rest);
  return radices;
}

/** Rows of n elements along a dimension that has `inner` elements behind it and `outer` rows before it. */
interface Rows extends Omit<FftAttrs, 'dim'> {
  readonly outer: number;
  readonly inner: number;
}

const overridesOf = (inverse: boolean, from: Ends, to: Ends) => ({
  INVERSE: Number(inverse),
  REAL_IN: Number(from.real),
  REAL_OUT: Number(to.real),
  DOUBLE_IN: Number(from.doubled),
  DOUBLE_OUT: Number(to.doubled),
});

/** A pass for each radix. The first reads `x`, and step s writes `buffer(s)`, which the next one reads. */
function steps(rows: Rows, x: Operand, buffer: (step: number) => Operand, adapter: AdapterProfile): Pass[] {
  const { n, outer, inner, inverse } = rows;
  const radices = radicesOf(n);
  let before = 1;
  return radices.map((radix, step) => {
    const isLast = step === radices.length - 1;
    const from = step === 0 ? rows.from : complexEnds(n);
    const to = isLast ? rows.to : complexEnds(n);
    const points = pointsLibs[radix];
    const count = (outer * n * inner) / (points ? radix : 1);
    const done = before;
    before *= radix;
    return {
      source: points ? [...libs, points, source] : [...libs, sumsSource],
      label: 'fft',
      overrides: overridesOf(inverse, from, to),
      reads: [step === 0 ? x : buffer(step - 1)],
      writes: [buffer(step)],
      params: {
        ...{ count, n, inner, lengthIn: from.length, lengthOut: to.length },
        ...{ scale: f32(isLast ? rows.scale : 1), before: done },
        ...(points ? {} : { radix }),
      },
      grid: gridFor(count, WORKGROUP),
      ...(points ? {} : workOf(count * radix * PER_TERM, adapter)),
    };
  });
}

/** Bluestein's method: a convolution of the rows with a chirp, by transforms of length m, a power of 2. */
function chirped(rows: Rows, adapter: AdapterProfile): Lowering {
  const { n, outer, inner, inverse, from, to } = rows;
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const count = outer * m * inner;
  const pass = (entry: string, x: Operand, y: Operand, count: number): Pass => ({
    source: [...libs, chirpSource],
    label: 'fft',
    entry,
    overrides: overridesOf(inverse, from, to),
    reads: [x],
    writes: [y],
    params: { count, n, inner, lengthIn: from.length, lengthOut: to.length, scale: f32(rows.scale), m },
    grid: gridFor(count, WORKGROUP),
  });
  const plain = { n: m, outer, inner, inverse: false, scale: 1, from: complexEnds(m), to: complexEnds(m) };
  const last = radicesOf(m).length - 1;
  // Two buffers for the rows and two for the chirp: of either two, steps write the other one and then the first in turn.
  const ofRows = (step: number) => scratch((step + 1) % 2);
  const ofChirp = (step: number) => scratch(2 + ((step + 1) % 2));
  const spectrum = ofRows(last);
  const back = (step: number) => ofRows(last + 1 + step);
  const bytes = (elements: number) => 2 * elements * BYTES_PER_ELEMENT;
  return {
    kind: 'passes',
    passes: [
      pass('spread', input(0), scratch(0), count),
      ...steps(plain, scratch(0), ofRows, adapter),
      pass('conjugates', input(0), scratch(2), m),
      ...steps({ ...plain, outer: 1, inner: 1 }, scratch(2), ofChirp, adapter),
      pass('product', ofChirp(last), spectrum, count),
      ...steps({ ...plain, inverse: true, scale: 1 / m }, spectrum, back, adapter),
      pass('gather', back(last), output(), outer * n * inner),
    ],
    scratch: [bytes(count), bytes(count), bytes(m), bytes(m)],
  };
}

/** Input: numbers or pairs. */
export function fft({ inputs: [x], attrs, adapter }: LowerContext<FftAttrs>): Lowering {
  const { dim, n, from } = attrs;
  const outer = numel(x!.shape.slice(0, dim));
  const inner = numel(x!.shape.slice(dim + 1)) / (from.real ? 1 : 2);
  const rows = { ...attrs, outer, inner };
  const radices = radicesOf(n);
  if (Math.max(...radices) > LARGEST_SUM) return chirped(rows, adapter);
  const buffer = (step: number): Operand => (step === radices.length - 1 ? output() : scratch(step % 2));
  return {
    kind: 'passes',
    passes: steps(rows, input(0), buffer, adapter),
    scratch: Array.from({ length: Math.min(radices.length - 1, 2) }, () => 2 * outer * n * inner * BYTES_PER_ELEMENT),
  };
}
