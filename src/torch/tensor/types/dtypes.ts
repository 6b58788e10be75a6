// The dtypes by PyTorch's names, as values: `torch.float32` is the string 'float32'.

/** Numbers of floating point in 32 bits: the default. */
export const float32 = 'float32';
/** Stored in 16 bits and computed in 32, where the device has 'shader-f16'; elsewhere using it is an error that says so. */
export const float16 = 'float16';
/** Whole numbers of 32 bits. */
export const int32 = 'int32';
/** Held as 32-bit integers, with range checks on the way in. */
export const int64 = 'int64';
/** Whole numbers from 0, of 32 bits. */
export const uint32 = 'uint32';
/** Whole numbers from 0 to 255. */
export const uint8 = 'uint8';
/** True and false. */
export const bool = 'bool';
/** No dtype of the library: WGSL has no 64-bit floats, and every function given it throws a DTypeError that says so. */
export const float64 = 'float64';

/** Another name of `float32`. */
export const float = float32;
/** Another name of `float16`. */
export const half = float16;
/** Another name of `int32`. */
export const int = int32;
/** Another name of `int64`. */
export const long = int64;
/** Another name of `float64`, which WGSL does not have: functions that take it throw a DTypeError. */
export const double = float64;
