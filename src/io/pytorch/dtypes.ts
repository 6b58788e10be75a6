// PyTorch's element types in files: how wide they are, and what they become here.
import { fromHalf } from '../../compiler/half';
import type { DType } from '../../compiler/meta';
import { FileFormatError } from '../../errors';
import type { HostNumbers } from '../../graph/value';
import { hostArray } from '../../tensor/host-data';
import { bfloat16, float8 } from '../small-floats';

/** An element type of a file. */
export interface FileDType {
  /** PyTorch's name, such as `bfloat16`. */
  readonly name: string;
  /** Of one element. */
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const type = (name: string, bytes: number, dtype: DType, read: FileDType['read']): [string, FileDType] => [
  name,
  { name, bytes, dtype, read },
];

/** A 64-bit number, as far as a double holds it: what does not fit 32 bits is refused anyway. */
const wide = (signed: boolean) => (view: DataView, at: number, little: boolean) =>
  Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));

/** The element types by PyTorch's names; those of complex numbers are known, so that a message can name their tensors. */
export const fileDTypes: ReadonlyMap<string, FileDType> = new Map([
  type('float64', 8, 'float32', (view, at, little) => view.getFloat64(at, little)),
  type('float32', 4, 'float32', (view, at, little) => view.getFloat32(at, little)),
  type('float16', 2, 'float16', (view, at, little) => fromHalf(view.getUint16(at, little))),
  type('bfloat16', 2, 'float32', (view, at, little) => bfloat16(view.getUint16(at, little))),
  type('float8_e4m3fn', 1, 'float32', (view, at) => float8(view.getUint8(at), 'e4m3fn')),
  type('float8_e5m2', 1, 'float32', (view, at) => float8(view.getUint8(at), 'e5m2')),
  type('float8_e4m3fnuz', 1, 'float32', (view, at) => float8(view.getUint8(at), 'e4m3fnuz')),
  type('float8_e5m2fnuz', 1, 'float32', (view, at) => float8(view.getUint8(at), 'e5m2fnuz')),
  type('float8_e8m0fnu', 1, 'float32', (view, at) => float8(view.getUint8(at), 'e8m0fnu')),
  type('int64', 8, 'int64', wide(true)),
  type('int32', 4, 'int32', (view, at, little) => view.getInt32(at, little)),
  type('int16', 2, 'int32', (view, at, little) => view.getInt16(at, little)),
  type('int8', 1, 'int32', (view, at) => view.getInt8(at)),
  type('uint64', 8, 'int64', wide(false)),
  type('uint32', 4, 'uint32', (view, at, little) => view.getUint32(at, little)),
  type('uint16', 2, 'int32', (view, at, little) => view.getUint16(at, little)),
  type('uint8', 1, 'uint8', (view, at) => view.getUint8(at)),
  ...[4, 8, 16].map((bytes) => type(`complex${8 * bytes}`, bytes, 'float32', () => Number.NaN)),
  type('bool', 1, 'bool', (view, at) => view.getUint8(at)),
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

/** Storage classes whose elements are nothing that tensors hold here, and what to do about them. */
export const otherStorages: Readonly<Record<string, string>> = {
  QUInt8Storage: 'quantized numbers; save x.dequantize()',
  QInt8Storage: 'quantized numbers; save x.dequantize()',
  QInt32Storage: 'quantized numbers; save x.dequantize()',
  QUInt4x2Storage: 'quantized numbers; save x.dequantize()',
  QUInt2x4Storage: 'quantized numbers; save x.dequantize()',
};

/** The host of WebGPU is little-endian, so such bytes of these types are as memory holds them. */
const plain: ReadonlySet<string> = new Set(['float32', 'int32', 'uint32']);

/**
 * The elements of a storage.
 *
 * @throws FileFormatError for integers beyond 32 bits, and booleans other than 0 and 1; `where` names the tensor and its element
 */
export function decode(
  bytes: Uint8Array,
  type: FileDType,
  little: boolean,
  where: (element: number) => string,
): HostNumbers {
  const n = bytes.length / type.bytes;
  const data = hostArray(type.dtype, n);
  if (little && plain.has(type.name)) {
    new Uint8Array(data.buffer).set(bytes);
    return data;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const checked = type.dtype === 'int64';
  for (let i = 0; i < n; i++) {
    const value = type.read(view, i * type.bytes, little);
    data[i] = value;
    if (checked && data[i] !== value) {
      throw new FileFormatError(`${where(i)} is ${value}, outside the 32-bit range that int64 is held in`);
    }
    if (type.name === 'bool' && value > 1)
      throw new FileFormatError(`${where(i)} is ${value}, expected a bool of 0 or 1`);
  }
  return data;
}
