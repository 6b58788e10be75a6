// The element types of files, and the conversion of their bytes to the numbers of a tensor.
import { fromHalf, toHalf } from '../../engine/core/half';
import type { DType } from '../../engine/core/meta';
import type { HostNumbers } from '../../engine/graph/value';

/** The element types found in files, named as in Rust and safetensors: the kind, then the number of bits. */
export type ElementType =
  | 'f64'
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'f8_e4m3'
  | 'f8_e5m2'
  | 'f8_e4m3fnuz'
  | 'f8_e5m2fnuz'
  | 'f8_e8m0'
  | 'i64'
  | 'i32'
  | 'i16'
  | 'i8'
  | 'u64'
  | 'u32'
  | 'u16'
  | 'u8'
  | 'bool';

/** Throws an error for element `index`, whose value the dtype cannot hold. */
export type Refuse = (index: number, value: bigint, dtype: DType) => never;

type Words = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

interface Definition {
  readonly bytes: number;
  /** The dtype of the tensor that holds the numbers. */
  readonly dtype: DType;
  readonly words: new (buffer: ArrayBufferLike, offset: number, length: number) => Words;
  /** Writes the numbers that the words represent to `out`; default: the words themselves. */
  readonly fill?: (words: Words, out: HostNumbers, refuse: Refuse) => void;
}

const each =
  (value: (word: number) => number) =>
  (words: Words, out: HostNumbers): void => {
    for (let i = 0; i < out.length; i++) out[i] = value(words[i]!);
  };

/** Converts numbers of 8 bits by a table of all 256. */
const byTable = (value: (bits: number) => number) => {
  const table = Float32Array.from({ length: 256 }, (_, bits) => value(bits));
  return each((bits) => table[bits]!);
};

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** bfloat16 is the upper half of a float32. */
function bfloat16(bits: number): number {
  floatBits[0] = bits << 16;
  return float[0]!;
}

/** A number with a sign bit, some exponent bits and the rest fraction, without infinities. */
function small(bits: number, fractionBits: number, bias: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits & 0x7f) >> fractionBits;
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** Integers of 64 bits as pairs of 32, the lower half first; int64 is held in 32 bits. */
const long =
  (signed: boolean) =>
  (words: Words, out: HostNumbers, refuse: Refuse): void => {
    for (let i = 0; i < out.length; i++) {
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      if (signed ? high !== low >> 31 : high !== 0 || low < 0) {
        const value = (BigInt(high) << 32n) + BigInt(low >>> 0);
        refuse(i, signed ? value : BigInt.asUintN(64, value), 'int64');
      }
      out[i] = low;
    }
  };

const NAN = Number.NaN;

const definitions: Readonly<Record<ElementType, Definition>> = {
  f64: { bytes: 8, dtype: 'float32', words: Float64Array },
  f32: { bytes: 4, dtype: 'float32', words: Float32Array },
  f16: { bytes: 2, dtype: 'float16', words: Uint16Array, fill: each(fromHalf) },
  bf16: { bytes: 2, dtype: 'float32', words: Uint16Array, fill: each(bfloat16) },
  // Micikevicius et al. 2022, arXiv:2209.05433: E4M3 has no infinities, E5M2 is the upper half of a float16.
  f8_e4m3: {
    bytes: 1,
    dtype: 'float32',
    words: Uint8Array,
    fill: byTable((bits) => ((bits & 0x7f) === 0x7f ? NAN : small(bits, 3, 7))),
  },
  f8_e5m2: { bytes: 1, dtype: 'float32', words: Uint8Array, fill: byTable((bits) => fromHalf(bits << 8)) },
  // Noune et al. 2022, arXiv:2206.02915: a single NaN, whose bits would otherwise mean −0.
  f8_e4m3fnuz: {
    bytes: 1,
    dtype: 'float32',
    words: Uint8Array,
    fill: byTable((bits) => (bits === 0x80 ? NAN : small(bits, 3, 8))),
  },
  f8_e5m2fnuz: {
    bytes: 1,
    dtype: 'float32',
    words: Uint8Array,
    fill: byTable((bits) => (bits === 0x80 ? NAN : small(bits, 2, 16))),
  },
  // The scales of OCP's microscaling formats: a power of two.
  f8_e8m0: {
    bytes: 1,
    dtype: 'float32',
    words: Uint8Array,
    fill: byTable((bits) => (bits === 0xff ? NAN : 2 ** (bits - 127))),
  },
  i64: { bytes: 8, dtype: 'int64', words: Int32Array, fill: long(true) },
  i32: { bytes: 4, dtype: 'int32', words: Int32Array },
  i16: { bytes: 2, dtype: 'int32', words: Int16Array },
  i8: { bytes: 1, dtype: 'int32', words: Int8Array },
  u64: { bytes: 8, dtype: 'int64', words: Int32Array, fill: long(false) },
  u32: { bytes: 4, dtype: 'uint32', words: Uint32Array },
  u16: { bytes: 2, dtype: 'int32', words: Uint16Array },
  u8: { bytes: 1, dtype: 'uint8', words: Uint8Array },
  bool: { bytes: 1, dtype: 'bool', words: Uint8Array, fill: each((byte) => (byte === 0 ? 0 : 1)) },
};

/** All element types. */
export const elementTypes = Object.keys(definitions) as readonly ElementType[];

/** The size of one element in bytes. */
export const elementBytes = (type: ElementType): number => definitions[type].bytes;

/** The dtype of the tensor that holds a type's numbers. */
export const heldAs = (type: ElementType): DType => definitions[type].dtype;

/** A new typed array of the kind that the host uses for a dtype's numbers. */
export function hostArray(dtype: DType, length: number): HostNumbers {
  if (dtype === 'float32' || dtype === 'float16') return new Float32Array(length);
  return dtype === 'int32' || dtype === 'int64' ? new Int32Array(length) : new Uint32Array(length);
}

/**
 * Converts the numbers in `bytes` to `out`, which has the same number of elements. Big-endian numbers must have passed
 * `swapBytes`.
 */
export function readElements(type: ElementType, bytes: Uint8Array, out: HostNumbers, refuse: Refuse): void {
  const { words: Words, fill } = definitions[type];
  const size = Words === Int32Array ? 4 : Math.min(8, definitions[type].bytes);
  // A typed array can begin only at a multiple of its element size.
  const whole = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const words = new Words(whole.buffer, whole.byteOffset, whole.length / size);
  if (fill) fill(words, out, refuse);
  else out.set(words);
}

/** Reverses the bytes of every element, in a copy. */
export function swapBytes(type: ElementType, bytes: Uint8Array): Uint8Array {
  const size = elementBytes(type);
  const turned = bytes.slice();
  if (size === 1) return turned;
  for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
  return turned;
}

/** The little-endian bytes of a dtype's numbers, in the file's type for it; they may share memory with the numbers. */
export function elementsAsBytes(dtype: DType, numbers: ArrayLike<number>): Uint8Array {
  if (dtype === 'uint8' || dtype === 'bool') return Uint8Array.from(numbers);
  if (dtype === 'float16') return bytesOf(Uint16Array.from(numbers, toHalf));
  if (dtype === 'int64') {
    const pairs = new Int32Array(2 * numbers.length);
    for (let i = 0; i < numbers.length; i++) {
      pairs[2 * i] = numbers[i]!;
      pairs[2 * i + 1] = numbers[i]! < 0 ? -1 : 0;
    }
    return bytesOf(pairs);
  }
  if (dtype === 'float32') return bytesOf(numbers instanceof Float32Array ? numbers : Float32Array.from(numbers));
  // Int32Array.from wraps numbers above 2³¹, so their bits are right.
  return bytesOf(numbers instanceof Int32Array || numbers instanceof Uint32Array ? numbers : Int32Array.from(numbers));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
