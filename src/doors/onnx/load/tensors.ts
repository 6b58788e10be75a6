// Turns the tensors of a file into arrays on the host. Sizes are checked against the available bytes before anything is
// allocated.
import { type DType, FileFormatError } from '../../../torch';
import { elementBytes, hostArray, numelOf as numel, readElements, showShape } from '../../../torch/inside';
import { DATA, type TensorMessage } from '../proto/messages';
import { noteType, ourType, typeName } from './element-type';
import { HostArray } from './values';

/** The types of one or more whole bytes, which `readElements` can read. */
const elementTypes = new Map<number, Parameters<typeof elementBytes>[0]>([
  [DATA.float32, 'f32'],
  [DATA.float64, 'f64'],
  [DATA.float16, 'f16'],
  [DATA.bfloat16, 'bf16'],
  [DATA.float8e4m3fn, 'f8_e4m3'],
  [DATA.float8e4m3fnuz, 'f8_e4m3fnuz'],
  [DATA.float8e5m2, 'f8_e5m2'],
  [DATA.float8e5m2fnuz, 'f8_e5m2fnuz'],
  [DATA.uint8, 'u8'],
  [DATA.int8, 'i8'],
  [DATA.uint16, 'u16'],
  [DATA.int16, 'i16'],
  [DATA.int32, 'i32'],
  [DATA.uint32, 'u32'],
  [DATA.bool, 'bool'],
]);

/** 4-bit numbers, two per byte, the lower half first. */
const nibbles: Readonly<Record<number, (bits: number) => number>> = {
  [DATA.uint4]: (bits) => bits,
  [DATA.int4]: (bits) => (bits > 7 ? bits - 16 : bits),
  // One sign bit, two exponent bits, one fraction bit.
  [DATA.float4e2m1]: (bits) => [0, 0.5, 1, 1.5, 2, 3, 4, 6][bits & 7]! * (bits & 8 ? -1 : 1),
};

/** Types whose numbers are listed as raw bits. */
const listedAsBits: ReadonlySet<number> = new Set([
  ...[DATA.float16, DATA.bfloat16, DATA.float8e4m3fn, DATA.float8e4m3fnuz, DATA.float8e5m2, DATA.float8e5m2fnuz],
  ...[DATA.int4, DATA.uint4, DATA.float4e2m1],
]);

/** How errors name a tensor. */
export const tensorTitle = ({ name }: TensorMessage): string => `onnx: tensor '${name || '?'}'`;

/** The number of elements of a tensor's shape. */
function countOf(tensor: TensorMessage): number {
  const { dims } = tensor;
  const count = numel(dims);
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(count)) {
    throw new FileFormatError(`${tensorTitle(tensor)}: expected sizes of at least 0, but got ${showShape(dims)}`);
  }
  return count;
}

/** How many bytes the elements take in a file. */
export function bytesOfData(tensor: TensorMessage): number {
  const { dataType } = tensor;
  const count = countOf(tensor);
  if (dataType in nibbles) return Math.ceil(count / 2);
  if (dataType === DATA.int64 || dataType === DATA.uint64) return 8 * count;
  const type = elementTypes.get(dataType);
  if (type !== undefined) return elementBytes(type) * count;
  throw new FileFormatError(
    `${tensorTitle(tensor)}: expected numbers, but got elements of type ${typeName(dataType)}, which are not supported`,
  );
}

/**
 * The numbers of a tensor, marked with their type in the file. With `half: false`, float16 becomes float32.
 *
 * @throws FileFormatError if bytes and sizes do not match, or if no tensor here can hold the type
 */
export function hostArrayOf(tensor: TensorMessage, { half }: { readonly half: boolean }): HostArray {
  const { dataType, dims } = tensor;
  const bytes = bytesOfData(tensor);
  const own = ourType(dataType) ?? 'float32';
  const dtype = own === 'float16' && !half ? 'float32' : own;
  const made = (data: ArrayLike<number>) => noteType(new HostArray(dims, dtype, data), dataType);
  const count = numel(dims);
  const { raw, numbers } = tensor;
  if (raw) {
    if (raw.length !== bytes) {
      throw new FileFormatError(
        `${tensorTitle(tensor)}: expected ${bytes} bytes for shape ${showShape(dims)}, but got ${raw.length}`,
      );
    }
    return made(fromBytes(dataType, raw, count, dtype));
  }
  const packed = dataType in nibbles;
  const listed = packed ? bytes : count;
  if ((numbers?.length ?? 0) !== listed) {
    throw new FileFormatError(
      `${tensorTitle(tensor)}: expected ${listed} numbers for shape ${showShape(dims)}, but got ${numbers?.length ?? 0}`,
    );
  }
  const list = numbers ?? [];
  if (!listedAsBits.has(dataType)) return made(fromList(list, dtype));
  const words = dataType === DATA.float16 || dataType === DATA.bfloat16 ? Uint16Array : Uint8Array;
  return made(fromBytes(dataType, new Uint8Array(words.from(list).buffer), count, dtype));
}

function fromList(list: ArrayLike<number>, dtype: DType): ArrayLike<number> {
  if (dtype === 'int64') return list;
  const numbers = hostArray(dtype, list.length);
  numbers.set(list);
  return numbers;
}

function fromBytes(dataType: number, bytes: Uint8Array, count: number, dtype: DType): ArrayLike<number> {
  if (dataType === DATA.int64 || dataType === DATA.uint64) return longs(bytes, count, dataType === DATA.int64);
  const numbers = hostArray(dtype, count);
  const nibble = nibbles[dataType];
  if (nibble) {
    for (let i = 0; i < count; i++) numbers[i] = nibble((bytes[i >> 1]! >> (4 * (i & 1))) & 15);
    return numbers;
  }
  readElements(elementTypes.get(dataType)!, bytes, numbers, (index, value) => {
    throw new FileFormatError(`onnx: expected numbers that fit, but element ${index} is ${value}`);
  });
  return numbers;
}

/** 64-bit integers, exact up to 2^53. */
function longs(bytes: Uint8Array, count: number, signed: boolean): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const high = signed ? view.getInt32(8 * i + 4, true) : view.getUint32(8 * i + 4, true);
    numbers[i] = high * 2 ** 32 + view.getUint32(8 * i, true);
  }
  return numbers;
}
