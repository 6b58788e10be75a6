// The limits of dtypes: finfo for floats, iinfo for integers.

import { DTypeError } from '../../../engine/core/errors';
import { type DType, isFloat } from '../../../engine/core/meta';
import { callable } from '../calling/callable';

/** The limits of a floating-point dtype. */
export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The distance from 1 to the next number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The least positive number of full precision. */
  readonly tiny: number;
  readonly smallestNormal: number;
  /** The approximate decimal resolution: 1e-6 for float32, 1e-3 for float16. */
  readonly resolution: number;
}

/** The limits of an integer dtype. */
export interface IntegerInfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly max: number;
  readonly min: number;
}

function floatInfo(dtype: DType, bits: number, fraction: number, least: number, resolution: number): FloatInfo {
  const tiny = 2 ** least;
  const max = (2 - 2 ** -fraction) * 2 ** (1 - least);
  return { dtype, bits, eps: 2 ** -fraction, max, min: -max, tiny, smallestNormal: tiny, resolution };
}

/** The limits of a floating-point dtype; float32 by default. */
export const finfo = callable('finfo(dtype?: text)', (dtype: DType = 'float32'): FloatInfo => {
  if (!isFloat(dtype)) throw new DTypeError(`finfo: expected a floating-point dtype, but got ${dtype}; use iinfo`);
  return dtype === 'float16' ? floatInfo(dtype, 16, 10, -14, 1e-3) : floatInfo(dtype, 32, 23, -126, 1e-6);
});

/**
 * The limits of an integer dtype. For int64 they are PyTorch's, rounded to doubles, although only 32 bits are held
 * here.
 */
export const iinfo = callable('iinfo(dtype: text)', (dtype: DType): IntegerInfo => {
  switch (dtype) {
    case 'uint8':
      return { dtype, bits: 8, max: 255, min: 0 };
    case 'uint32':
      return { dtype, bits: 32, max: 2 ** 32 - 1, min: 0 };
    case 'int32':
      return { dtype, bits: 32, max: 2 ** 31 - 1, min: -(2 ** 31) };
    case 'int64':
      return { dtype, bits: 64, max: 2 ** 63, min: -(2 ** 63) };
    default:
      throw new DTypeError(`iinfo: expected an integer dtype, but got ${dtype}${isFloat(dtype) ? '; use finfo' : ''}`);
  }
});
