// Element types that we hold in wider ones, such as int8 in int32. A value remembers its type in the file.
import { type DType, gpu } from '../../../torch';
import { DATA } from '../proto/messages';
import type { Elements } from './arrange';
import type { Call } from './call';
import type { HostType } from './values';

/** For each of our types: the types of the file that it can hold. Other types are refused. */
const typesIn: Readonly<Record<HostType, readonly number[]>> = {
  float32: [
    ...[DATA.float32, DATA.float64, DATA.bfloat16, DATA.float8e4m3fn, DATA.float8e4m3fnuz],
    ...[DATA.float8e5m2, DATA.float8e5m2fnuz, DATA.float4e2m1],
  ],
  float16: [DATA.float16],
  int64: [DATA.int64, DATA.uint64],
  int32: [DATA.int32, DATA.int16, DATA.int8, DATA.int4, DATA.uint16],
  uint32: [DATA.uint32],
  uint8: [DATA.uint8, DATA.uint4],
  bool: [DATA.bool],
};

const ours = new Map(
  Object.entries(typesIn).flatMap(([dtype, types]) => types.map((type) => [type, dtype as HostType] as const)),
);

/** For each of our dtypes: the same type in the file. */
const theirs: Readonly<Record<DType, number>> = {
  float32: DATA.float32,
  float16: DATA.float16,
  int64: DATA.int64,
  int32: DATA.int32,
  uint32: DATA.uint32,
  uint8: DATA.uint8,
  bool: DATA.bool,
};

/** The range of each integer type. */
const ranges: Readonly<Record<number, readonly [least: number, greatest: number]>> = {
  [DATA.int4]: [-8, 7],
  [DATA.uint4]: [0, 15],
  [DATA.int8]: [-128, 127],
  [DATA.uint8]: [0, 255],
  [DATA.int16]: [-32768, 32767],
  [DATA.uint16]: [0, 65535],
  [DATA.int32]: [-(2 ** 31), 2 ** 31 - 1],
  [DATA.uint32]: [0, 2 ** 32 - 1],
};

const noted = new WeakMap<Elements, number>();

/** Marks the value with its type in the file, and returns it. */
export function noteType<T extends Elements>(value: T, type: number): T {
  if (theirs[value.dtype] !== type) noted.set(value, type);
  return value;
}

/** The type that a value has in the file: one of `DATA`. */
export const typeOf = (value: Elements): number => noted.get(value) ?? theirs[value.dtype];

/** Our type for a type of the file; null if there is none. */
export const ourType = (type: number): HostType | null => ours.get(type) ?? null;

/** The range of an integer type; null for other types. */
export const rangeOf = (type: number): readonly [least: number, greatest: number] | null => ranges[type] ?? null;

/** The name of a type. */
export const typeName = (type: number): string =>
  Object.entries(DATA).find(([, number]) => number === type)?.[0] ?? `number ${type}`;

/** Our type for the one that a node asks for. float16 becomes float32 if the device does not support float16. */
export function expectType(call: Call, type: number): HostType {
  const dtype = ourType(type) ?? call.fail(`numbers of type ${typeName(type)} are not supported`);
  return dtype === 'float16' && gpu.isFloat16Supported() === false ? 'float32' : dtype;
}
