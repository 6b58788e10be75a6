// Shapes and element types: the facts about a value that are known before there is a GPU device.

/**
 * Element types, with PyTorch's names. `int64` elements are stored as 32-bit integers, and data is range-checked when
 * it comes in.
 */
export type DType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint32' | 'uint8' | 'bool';

/** The WGSL scalar type in which a dtype is computed. */
export type Scalar = 'f32' | 'i32' | 'u32';

/** The WGSL scalar type in which a dtype is stored. */
export type Stored = Scalar | 'f16';

/** The sizes of a tensor's dimensions; [] for a scalar. */
export type Shape = readonly number[];

export interface Meta {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The size of an element on the GPU in bytes, for every dtype except float16. */
export const BYTES_PER_ELEMENT = 4;

const scalars: Record<DType, Scalar> = {
  float32: 'f32',
  float16: 'f32',
  int32: 'i32',
  int64: 'i32',
  uint32: 'u32',
  uint8: 'u32',
  bool: 'u32',
};

export const scalarOf = (dtype: DType): Scalar => scalars[dtype];

/**
 * Like `scalarOf`, except that float16 is stored in two bytes: kernels widen elements on load and round them on store.
 */
export const storedOf = (dtype: DType): Stored => (dtype === 'float16' ? 'f16' : scalars[dtype]);

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float16';

export const bytesPerElement = (dtype: DType): number => (dtype === 'float16' ? 2 : BYTES_PER_ELEMENT);

/**
 * The size of an element in bytes, in files and in PyTorch's `itemsize`. On the GPU an element takes 4 bytes, or 2 for
 * float16.
 */
export const ITEM_BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  uint32: 4,
  uint8: 1,
  bool: 1,
};

/** The number of elements of a shape; 1 for a scalar. */
export function numel(shape: Shape): number {
  let n = 1;
  for (let d = 0; d < shape.length; d++) n *= shape[d]!;
  return n;
}

/** Row-major (C-contiguous) strides in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** The size of a value on the GPU in bytes, rounded up to whole words so that the value can be copied. */
export function byteLength({ shape, dtype }: Meta): number {
  return Math.ceil((numel(shape) * bytesPerElement(dtype)) / 4) * 4;
}

/** The text of a shape in messages, such as `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;
