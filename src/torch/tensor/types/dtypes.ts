// The dtypes under PyTorch's names. A dtype is a string: `torch.float32` is 'float32'.

/** 32-bit floating-point numbers, the default. */
export const float32 = 'float32';
/**
 * 16-bit floats, computed in 32 bits. They need a device with 'shader-f16'; on other devices, using them is an error.
 */
export const float16 = 'float16';
/** Signed 32-bit integers. */
export const int32 = 'int32';
/** Integers, held in 32 bits: numbers that do not fit are refused when a tensor is made. */
export const int64 = 'int64';
/** Unsigned 32-bit integers. */
export const uint32 = 'uint32';
/** Unsigned 8-bit integers, 0 to 255. */
export const uint8 = 'uint8';
/** Booleans. */
export const bool = 'bool';
/** Not supported, since WGSL has no 64-bit floats: every function that is given it throws a DTypeError that says so. */
export const float64 = 'float64';

/** Another name of `float32`. */
export const float = float32;
/** Another name of `float16`. */
export const half = float16;
/** Another name of `int32`. */
export const int = int32;
/** Another name of `int64`. */
export const long = int64;
/** Another name of `float64`, which is not supported: functions that are given it throw a DTypeError. */
export const double = float64;
