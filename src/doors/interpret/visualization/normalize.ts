// Maps attributions to numbers from −1 to 1 for drawing: selects their sign, cuts off outliers, and chooses colours.

import { ArgumentError } from '../../../torch';
import { kinds, shown } from '../../../torch/inside';
import { type Colormap, type ColormapName, colormap, lookUpTable } from '../../draw/colormap';
import { canvasOrNull } from '../../draw/sheet';

/**
 * Which attributions are drawn: 'all' with their signs, only the positive or the negative ones, or their absolute
 * values.
 */
export type VisualizeSign = 'all' | 'positive' | 'negative' | 'absolute_value';

/** Below this scale, warn that the picture may show only rounding errors. */
const NEARLY_ZERO = 1e-5;

/** The types of the options that all drawing functions share. */
export const drawnKinds = {
  canvas: canvasOrNull,
  outlierPerc: kinds.between(0, 100),
  cmap: kinds.orNull(colormap),
  alphaOverlay: kinds.share,
};

/** The order of these options, followed by `title`. */
export type DrawnOrder = ['canvas', 'outlierPerc', 'cmap', 'alphaOverlay', 'showColorbar', 'title'];

/** The default colormap of each sign, and the values at its ends. */
const signs: Readonly<
  Record<VisualizeSign, { readonly cmap: ColormapName; readonly range: readonly [low: number, high: number] }>
> = {
  all: { cmap: 'RdWhGn', range: [-1, 1] },
  positive: { cmap: 'Greens', range: [0, 1] },
  negative: { cmap: 'Reds', range: [0, 1] },
  absolute_value: { cmap: 'Blues', range: [0, 1] },
};

/** @throws ArgumentError unless the value is one of the names */
export function expectName<T extends string>(
  op: string,
  what: string,
  name: unknown,
  names: readonly T[],
): asserts name is T {
  if (!names.includes(name as T)) {
    throw new ArgumentError(`${op}: expected ${what} out of ${names.join(', ')}, but got ${shown(name)}`);
  }
}

/** @throws ArgumentError for an unknown sign */
export function expectSign(op: string, sign: unknown): asserts sign is VisualizeSign {
  expectName(op, 'sign', sign, Object.keys(signs) as VisualizeSign[]);
}

/**
 * Divides attributions by a threshold, and cuts them off at −1 and 1. The threshold is the least magnitude such that
 * all magnitudes up to it hold 100 − `outlierPerc` percent of the sum of all magnitudes. They are added in float32 from
 * the smallest on, as in Captum. With sign 'negative' the result is positive.
 *
 * @throws ArgumentError if a value is not finite, or nothing is left to draw
 */
export function normalized(op: string, attr: Float32Array, sign: VisualizeSign, outlierPerc: number): Float32Array {
  const chosen = attr.map((value) => {
    if (sign === 'positive') return Math.max(value, 0);
    if (sign === 'negative') return Math.min(value, 0);
    return sign === 'absolute_value' ? Math.abs(value) : value;
  });
  const threshold = thresholdOf(chosen, 100 - outlierPerc);
  if (!Number.isFinite(threshold)) {
    throw new ArgumentError(`${op}: expected finite attributions, but got NaN or infinity`);
  }
  if (threshold === 0) {
    throw new ArgumentError(
      `${op}: expected attributions to draw with sign '${sign}', but got a scale of 0; choose another sign or a smaller outlierPerc`,
    );
  }
  if (threshold < NEARLY_ZERO) {
    console.warn(
      `${op}: attributions are scaled by ${threshold}, which is nearly 0: the picture may show only rounding errors`,
    );
  }
  const scale = sign === 'negative' ? -threshold : threshold;
  return chosen.map((value) => Math.min(1, Math.max(-1, value / scale)));
}

function thresholdOf(values: Float32Array, percentile: number): number {
  const sorted = values.map(Math.abs).sort();
  const sums = new Float32Array(sorted.length);
  let sum = 0;
  for (const [i, value] of sorted.entries()) {
    sum = Math.fround(sum + value);
    sums[i] = sum;
  }
  const wanted = Math.fround(Math.fround(sum * Math.fround(0.01)) * Math.fround(percentile));
  const at = sums.findIndex((reached) => reached >= wanted);
  // By rounding, 100 % of the sum can exceed the sum, so that no value reaches it; take the largest then.
  return Number.isFinite(sum) ? sorted[at < 0 ? sorted.length - 1 : at]! : Number.NaN;
}

/** Maps values to colours. */
export class Scale {
  readonly range: readonly [low: number, high: number];
  /** 256 colours, three bytes each. */
  readonly table: Uint8Array;

  constructor(op: string, sign: VisualizeSign, cmap: Colormap | null) {
    this.range = signs[sign].range;
    this.table = lookUpTable(op, cmap ?? signs[sign].cmap);
  }

  /** The offset of a value's colour in the table. */
  at(value: number): number {
    const [low, high] = this.range;
    return 3 * Math.min(255, Math.max(0, Math.floor(((value - low) / (high - low)) * 256)));
  }

  /** A value's colour as a CSS string. */
  css(value: number, alpha = 1): string {
    const at = this.at(value);
    return `rgba(${this.table[at]}, ${this.table[at + 1]}, ${this.table[at + 2]}, ${alpha})`;
  }
}
