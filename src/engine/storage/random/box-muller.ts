// The Box–Muller transform of uniform multiples of 2⁻²⁴, in PyTorch's order of steps, with tables of the logarithm and
// the sine.
// Source: Box & Muller 1958, "A Note on the Generation of Random Normal Deviates".

/** A block of normal numbers: PyTorch turns 16 uniforms into 16 normals at a time. */
export const NORMAL_BLOCK = 16;

const TWO_PI_FLOAT = Math.fround(2 * Math.PI);

/** Entries of the sine table for one circle. Angles between them are interpolated. */
const STEPS = 1024;
const STEP = (2 * Math.PI) / STEPS;

/** Entries of the logarithm table from 1 to 2. Numbers between them are interpolated. */
const LOG_BITS = 11;
const LOG_STEPS = 1 << LOG_BITS;

/** Leading zeros of 2²⁴ as a number of 32 bits. */
const ZEROS_OF_ONE = 7;

interface Tables {
  /** sin(i · STEP) for a circle and a quarter, so that the table also serves the cosine. */
  readonly sines: Float64Array;
  /** -2 ln(1 + i / LOG_STEPS), and 2⁻³⁰ / (1 + i / LOG_STEPS). */
  readonly logs: Float64Array;
  readonly inverses: Float64Array;
  /** For each number of leading zeros of 2ᵉ⁺²⁴: -2 ln 2ᵉ. */
  readonly powers: Float64Array;
}

let known: Tables | undefined;

function tables(): Tables {
  known ??= {
    sines: Float64Array.from({ length: STEPS + STEPS / 4 + 1 }, (_, i) => Math.sin(i * STEP)),
    logs: Float64Array.from({ length: LOG_STEPS + 1 }, (_, i) => -2 * Math.log(1 + i / LOG_STEPS)),
    inverses: Float64Array.from({ length: LOG_STEPS + 1 }, (_, i) => 2 ** -30 / (1 + i / LOG_STEPS)),
    powers: Float64Array.from({ length: 32 }, (_, zeros) => -2 * (ZEROS_OF_ONE - zeros) * Math.LN2),
  };
  return known;
}

/**
 * Turns every 16 numbers of `out` from `start` on, uniform multiples of 2⁻²⁴ in [0, 1), into 16 normals, pairing u_j
 * with u_{j+8}: √(-2 ln(1 - u_j)) times the cosine and the sine of 2π u_{j+8}. Numbers after the last whole block stay.
 * Each step is rounded to float32, as PyTorch's is; its vector sine, cosine and logarithm may differ from the exact
 * ones in the last bit.
 *
 * Between the entries of the tables, a few terms of the Taylor series are added in double precision. Rounded to
 * float32, the results are those of `Math.log`, `Math.sin` and `Math.cos` for each of the 2²⁴ numbers, in a third of
 * the time.
 */
export function boxMuller(
  out: { readonly length: number; [index: number]: number },
  start: number,
  mean: number,
  std: number,
): void {
  const { sines, logs, inverses, powers } = tables();
  const centre = Math.fround(mean);
  const scale = Math.fround(std);
  const half = NORMAL_BLOCK / 2;
  for (let block = start; block + NORMAL_BLOCK <= out.length; block += NORMAL_BLOCK) {
    for (let j = block; j < block + half; j++) {
      // 1 - u is a whole number of 2⁻²⁴: a power of 2 times x · 2⁻³⁰, which is in [1, 2) and near n / LOG_STEPS.
      const whole = (2 ** 24 - out[j]! * 2 ** 24) | 0;
      const zeros = Math.clz32(whole);
      const x = (whole << zeros) >>> 1;
      const n = ((x >> (29 - LOG_BITS)) + 1) >> 1;
      const d = (x - n * 2 ** (30 - LOG_BITS)) * inverses[n - LOG_STEPS]!;
      const radius = powers[zeros]! + logs[n - LOG_STEPS]! - d * (2 - d * (1 - d * (2 / 3)));

      const u = out[j + half]!;
      const t = (u * STEPS + 0.5) | 0;
      const r = Math.fround(TWO_PI_FLOAT * u) - t * STEP;
      const sine = r - r * r * r * (1 / 6);
      const cosine = 1 - r * r * (0.5 - r * r * (1 / 24));
      const sineOfStep = sines[t]!;
      const cosineOfStep = sines[t + STEPS / 4]!;

      const length = Math.fround(Math.sqrt(Math.fround(radius)));
      const across = Math.fround(length * Math.fround(cosineOfStep * cosine - sineOfStep * sine));
      const up = Math.fround(length * Math.fround(sineOfStep * cosine + cosineOfStep * sine));
      out[j] = Math.fround(across * scale + centre);
      out[j + half] = Math.fround(up * scale + centre);
    }
  }
}
