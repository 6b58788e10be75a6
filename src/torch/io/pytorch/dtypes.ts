// The element types in PyTorch's files, by name and by storage class, and the dtypes that they become here.

import { FileFormatError } from '../../../engine/core/errors';
import type { DType } from '../../../engine/core/meta';
import type { HostNumbers } from '../../../engine/graph/value';
import { hostArray } from '../../../engine/storage/host-data';
import { type ElementType, elementBytes, heldAs, type Refuse, readElements, swapBytes } from '../elements';

/** An element type of a file. */
export interface FileDType {
  /** PyTorch's name, such as `bfloat16`. */
  readonly name: string;
  /** The bytes of one element. */
  readonly bytes: number;
  readonly dtype: DType;
  /** Null for complex numbers. They are listed only so that an error can name their tensors. */
  readonly element: ElementType | null;
}

const elements: Readonly<Record<string, ElementType>> = {
  float64: 'f64',
  float32: 'f32',
  float16: 'f16',
  bfloat16: 'bf16',
  float8_e4m3fn: 'f8_e4m3',
  float8_e5m2: 'f8_e5m2',
  float8_e4m3fnuz: 'f8_e4m3fnuz',
  float8_e5m2fnuz: 'f8_e5m2fnuz',
  float8_e8m0fnu: 'f8_e8m0',
  int64: 'i64',
  int32: 'i32',
  int16: 'i16',
  int8: 'i8',
  uint64: 'u64',
  uint32: 'u32',
  uint16: 'u16',
  uint8: 'u8',
  bool: 'bool',
};

/** The element types by PyTorch's names. */
export const fileDTypes: ReadonlyMap<string, FileDType> = new Map<string, FileDType>([
  ...Object.entries(elements).map(([name, element]): [string, FileDType] => [
    name,
    { name, bytes: elementBytes(element), dtype: heldAs(element), element },
  ]),
  ...[4, 8, 16].map((bytes): [string, FileDType] => {
    const name = `complex${8 * bytes}`;
    return [name, { name, bytes, dtype: 'float32', element: null }];
  }),
]);

/** Element types by the names of PyTorch's storage classes. */
export const storageDTypes: Readonly<Record<string, string>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
};

/** The storage classes whose elements no tensor can hold here, each with a remedy. */
export const otherStorages: Readonly<Record<string, string>> = Object.fromEntries(
  ['QUInt8Storage', 'QInt8Storage', 'QInt32Storage', 'QUInt4x2Storage', 'QUInt2x4Storage'].map((name) => [
    name,
    'quantized numbers; save x.dequantize()',
  ]),
);

/**
 * The elements of a storage, whose bytes come in pieces of whole elements. `named` is the tensor's name in messages.
 *
 * @throws FileFormatError if the numbers are complex, or an integer does not fit 32 bits
 */
export async function decode(
  pieces: AsyncIterable<Uint8Array>,
  count: number,
  type: FileDType,
  little: boolean,
  named: string,
): Promise<HostNumbers> {
  const { element, name, dtype } = type;
  if (element === null) {
    throw new FileFormatError(
      `${named}: expected real numbers, but all elements are ${name}; save torch.view_as_real(x) in Python`,
    );
  }
  const data = hostArray(dtype, count);
  let at = 0;
  for await (const piece of pieces) {
    const elements = Math.min(Math.floor(piece.length / type.bytes), count - at);
    decodeInto(
      data.subarray(at, at + elements),
      piece.subarray(0, elements * type.bytes),
      type,
      little,
      (index, value) => {
        throw new FileFormatError(
          `${named}: element ${at + index} is ${value}, outside the 32-bit range that int64 is held in`,
        );
      },
    );
    at += elements;
  }
  return data;
}

/** Converts bytes to numbers, for any type that is not complex. */
export function decodeInto(
  data: HostNumbers,
  bytes: Uint8Array,
  { element }: FileDType,
  little: boolean,
  refuse: Refuse,
): void {
  readElements(element!, little ? bytes : swapBytes(element!, bytes), data, refuse);
}

/** The numbers in the bytes of a storage whose element type has this name in PyTorch, and the dtype that holds them. */
export async function decodeStorage(
  bytes: Uint8Array,
  type: string,
  count: number,
  little: boolean,
  named: string,
): Promise<{ readonly data: HostNumbers; readonly dtype: DType }> {
  const pieces = async function* () {
    yield bytes;
  };
  const known = fileDTypes.get(type)!;
  return { data: await decode(pieces(), count, known, little, named), dtype: known.dtype };
}
