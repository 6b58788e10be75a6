// Floats of few bits, held in float32: rounding half to even, and overflow.

import { full, type Tensor } from '../../../../torch';
import { roundHalfEven } from '../../../../torch/inside';
import { DATA } from '../../proto/messages';

/** A floating-point format. */
interface Format {
  /** Bits of the fraction. */
  readonly fraction: number;
  /** Exponent of the smallest normal number. */
  readonly least: number;
  readonly greatest: number;
  /**
   * The value that numbers above the largest become without saturation. Null for a type without infinity and NaN: it
   * has the largest number instead, and 0 for NaN.
   */
  readonly beyond: 'infinity' | 'nan' | null;
}

/** Micikevicius et al. 2022, arXiv:2209.05433; the 'fnuz' formats: Noune et al. 2022, arXiv:2206.02915. */
const formats: Readonly<Record<number, Format>> = {
  [DATA.bfloat16]: { fraction: 7, least: -126, greatest: 3.3895313892515355e38, beyond: 'infinity' },
  [DATA.float8e4m3fn]: { fraction: 3, least: -6, greatest: 448, beyond: 'nan' },
  [DATA.float8e4m3fnuz]: { fraction: 3, least: -7, greatest: 240, beyond: 'nan' },
  [DATA.float8e5m2]: { fraction: 2, least: -14, greatest: 57344, beyond: 'infinity' },
  [DATA.float8e5m2fnuz]: { fraction: 2, least: -15, greatest: 57344, beyond: 'nan' },
  [DATA.float4e2m1]: { fraction: 1, least: 0, greatest: 6, beyond: null },
};

export const isMinifloat = (type: number): boolean => type in formats;

/**
 * Rounds to the nearest numbers of the type. With `saturate`, overflow gives its largest number. Gradients pass
 * through.
 */
export function roundedTo(x: Tensor, type: number, saturate: boolean): Tensor {
  const format = formats[type]!;
  const numbers = x.float();
  const inRange = numbers.isfinite();
  const finite = numbers.where(inRange, zero());
  // frexp returns fractions from 1/2 to 1.
  const [, exponent] = finite.frexp();
  const unit = exponent.sub(1).clamp({ min: format.least }).sub(format.fraction);
  const near = finite.ldexp(unit.neg()).round().ldexp(unit).where(inRange, numbers);
  const rounded = limited(near, format, saturate);
  return x.requiresGrad ? numbers.add(rounded.sub(numbers).detach()) : rounded;
}

const zero = (): Tensor => full([], 0, { dtype: 'float32' });

function limited(x: Tensor, { greatest, beyond }: Format, saturate: boolean): Tensor {
  if (beyond === null) return x.where(x.isnan().logicalNot(), zero()).clamp(-greatest, greatest);
  if (saturate) return x.clamp(-greatest, greatest);
  const over = beyond === 'infinity' ? x.sign().mul(Number.POSITIVE_INFINITY) : x.mul(Number.NaN);
  return over.where(x.abs().gt(greatest), x);
}

/** Rounds one number to a type's values. */
export function numberTo(x: number, type: number, saturate: boolean): number {
  const { fraction, least, greatest, beyond } = formats[type]!;
  if (Number.isNaN(x)) return beyond === null ? 0 : x;
  const exponent = Math.max(least, Math.floor(Math.log2(Math.abs(x) || 1)));
  const unit = 2 ** (exponent - fraction);
  const near = Number.isFinite(x) ? roundHalfEven(x / unit) * unit : x;
  if (Math.abs(near) <= greatest) return near;
  if (saturate || beyond === null) return Math.sign(near) * greatest;
  return beyond === 'infinity' ? Math.sign(near) * Number.POSITIVE_INFINITY : Number.NaN;
}
