// How a number becomes an element of a dtype: the range of each dtype, and which numbers are truncated, wrapped or
// refused.

import { DTypeError } from '../core/errors';
import type { DType } from '../core/meta';

/** The numbers that an integer dtype accepts. As in PyTorch, unsigned dtypes accept negative numbers and wrap them. */
export const ranges: Record<'int32' | 'int64' | 'uint32' | 'uint8', readonly [least: number, most: number]> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [-(2 ** 32), 2 ** 32 - 1],
  uint8: [-255, 255],
};

/**
 * A number as an element of the dtype: integer dtypes drop the fraction, unsigned ones wrap negative numbers, and for
 * bool anything but 0 is true. `where` returns the element's place for an error message.
 * @throws DTypeError if the number is out of the dtype's range
 */
export function storedNumber(op: string, value: number | boolean, dtype: DType, where?: () => string): number {
  const number = Number(value);
  if (dtype === 'float32' || dtype === 'float16') return number;
  if (dtype === 'bool') return number === 0 ? 0 : 1;
  const [least, most] = ranges[dtype];
  const whole = Math.trunc(number);
  if (!(whole >= least && whole <= most)) {
    const held = dtype === 'int64' ? ' (int64 is held in 32 bits)' : '';
    const at = where ? ` at ${where()}` : '';
    throw new DTypeError(
      `${op}: expected numbers from ${least} to ${most} for ${dtype}${held}, but got ${number}${at}; use dtype float32 for numbers beyond`,
    );
  }
  return wrappedNumber(whole, dtype);
}

/**
 * A whole number modulo 2^bits of an unsigned dtype, as PyTorch's arithmetic wraps an operand. Signed dtypes keep it.
 */
export function wrappedNumber(whole: number, dtype: DType): number {
  if (dtype === 'uint8') return whole & 255;
  return dtype === 'uint32' ? whole >>> 0 : whole + 0;
}
