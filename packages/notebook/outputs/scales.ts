// The axes of a plot: where values stand on them, and which are written there.
import type { PlotOutput } from '../protocol';
import { short } from './plot-words';

/** What of a plot says how its axes go. */
type Scaled = Pick<PlotOutput, 'log' | 'logX' | 'style' | 'ticks'> & {
  readonly lines: readonly {
    readonly x: ArrayLike<number> & Iterable<number>;
    readonly y: ArrayLike<number> & Iterable<number>;
  }[];
};

export interface Scale {
  /** Where a value stands, from 0 at the low end to 1. */
  readonly at: (value: number) => number;
  readonly ticks: readonly (readonly [place: number, text: string])[];
}

/** A step of 1, 2 or 5 times a power of ten that divides a range in about so many parts. */
function stepOf(range: number, parts: number): number {
  const rough = range / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

function linear(low: number, high: number, parts: number): Scale {
  const range = high - low || 1;
  const step = stepOf(range, parts);
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  const values = Array.from({ length: Math.max(0, count) }, (_, i) => (Math.ceil(low / step - 1e-9) + i) * step);
  const at = (value: number) => (value - low) / range;
  return { at, ticks: values.map((value) => [at(value), short(value)]) };
}

/** By factors: powers of ten, and what lies between them where there are few. */
function logarithmic(low: number, high: number): Scale {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const range = to - from || 1;
  const at = (value: number) => (Math.log10(value) - from) / range;
  const every = Math.ceil(range / 6);
  const within = range < 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : range < 2.5 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: Math.ceil(to) - Math.floor(from) + 1 }, (_, i) => Math.floor(from) + i);
  const values = powers
    .filter((power) => power % every === 0)
    .flatMap((power) => within.map((times) => times * 10 ** power))
    .filter((value) => value >= low * 0.999 && value <= high * 1.001);
  return { at, ticks: values.map((value) => [at(value), short(value)]) };
}

/** The least and the greatest of what can be drawn; null where nothing can. */
function extent(values: Iterable<number>, log: boolean): readonly [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}

function* all(lines: Scaled['lines'], of: 'x' | 'y'): Iterable<number> {
  for (const line of lines) yield* line[of];
}

/** The upright axis. */
export function upright({ lines, log, style }: Scaled): Scale {
  const [low, high] = extent(all(lines, 'y'), log) ?? [0, 1];
  if (log) return logarithmic(low / 1.1, high * 1.1);
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  if (style === 'bars') return linear(Math.min(0, low), Math.max(0, high) * 1.06 || 1, 5);
  // A line that begins at nought stands on the axis.
  return linear(low >= 0 && low < pad ? 0 : low - pad, high + pad, 5);
}

/** The level axis, and the width of a bar on it. */
export function level({ lines, logX = false, style, ticks }: Scaled): { readonly scale: Scale; readonly bar: number } {
  const [low, high] = extent(all(lines, 'x'), logX) ?? [0, 1];
  if (ticks) {
    const range = ticks.length + 0.2;
    const at = (value: number) => (value + 0.6) / range;
    return { scale: { at, ticks: ticks.map((text, i) => [at(i), text]) }, bar: 0.7 / range };
  }
  if (logX) return { scale: logarithmic(low, high), bar: 0 };
  if (style === 'line') return { scale: linear(low, high, 5), bar: 0 };
  const count = lines[0]?.x.length ?? 1;
  const pad = style === 'bars' ? (high - low || 1) / Math.max(1, count - 1) / 2 : (high - low || 1) * 0.03;
  const scale = linear(low - pad, high + pad, 5);
  return { scale, bar: style === 'bars' ? 0.9 / count : 0 };
}
