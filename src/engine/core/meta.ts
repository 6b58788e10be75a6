// Shapes and element types: the part of a value that is known before any GPU exists.

/** Element types, by PyTorch's names. `int64` is held as 32-bit integers with range checks on the way in. */
export type DType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint32' | 'uint8' | 'bool';

/** The WGSL scalar type in which a dtype is computed. */
export type Scalar = 'f32' | 'i32' | 'u32';

/** The WGSL scalar type in which a dtype is stored. */
export type Stored = Scalar | 'f16';

/** Sizes of the dimensions of a tensor; [] for a scalar. */
export type Shape = readonly number[];

export interface Meta {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The bytes of an element on the GPU, for every dtype but float16. */
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

/** As `scalarOf`, but float16 is stored in two bytes: kernels widen it when they load, and round when they store. */
export const storedOf = (dtype: DType): Stored => (dtype === 'float16' ? 'f16' : scalars[dtype]);

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float16';

export const bytesPerElement = (dtype: DType): number => (dtype === 'float16' ? 2 : BYTES_PER_ELEMENT);

/** Bytes of an element in files, and as PyTorch counts them. On the GPU an element takes 4 bytes, or 2 for float16. */
export const ITEM_BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  uint32: 4,
  uint8: 1,
  bool: 1,
};

/** Number of elements of a shape; 1 for a scalar. */
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

/** Bytes of a value on the GPU, rounded up to whole words so that the value can be copied. */
export function byteLength({ shape, dtype }: Meta): number {
  return Math.ceil((numel(shape) * bytesPerElement(dtype)) / 4) * 4;
}

/** `[2, 3]`, as shapes appear in messages. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;
