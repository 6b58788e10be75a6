// Turns what users write down (numbers, nested arrays, typed arrays) into flat 32-bit elements with a shape and a
// dtype.

import { expectHalf } from '../compiler/compile';
import { engine } from '../compiler/engine';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors';
import { type DType, type Shape, scalarOf } from '../core/meta';
import { shown } from '../core/options';
import type { HostNumbers } from '../graph/value';
import { storedNumber } from '../ops/stored-number';
import { allocated } from './allocate';

/** Typed arrays that tensors are made from. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A number, a boolean, a typed array, or arrays of these nested to any depth. */
export type NestedData = number | boolean | NumericArray | readonly NestedData[];

/** Contents of a tensor on the host. */
export interface HostTensor {
  readonly data: HostNumbers;
  readonly shape: Shape;
  readonly dtype: DType;
}

const dtypes: readonly DType[] = ['float32', 'float16', 'int32', 'int64', 'uint32', 'uint8', 'bool'];

/**
 * Returns the dtype. @throws DTypeError if there is no such dtype, or if it is float16 and the device is known to lack
 * it
 */
export function expectDType(op: string, dtype: unknown): DType {
  if (dtype === 'float16' && engine.profile) expectHalf(engine.profile, op);
  if (dtypes.includes(dtype as DType)) return dtype as DType;
  const remedy = dtype === 'float64' ? '; WGSL has no 64-bit floats, so write float32' : '';
  throw new DTypeError(`${op}: expected a dtype of ${dtypes.join(', ')}, but got ${shown(dtype)}${remedy}`);
}

/** The dtype of a tensor that is made from a typed array. */
function arrayDType(array: NumericArray): DType {
  if (array instanceof Float32Array || array instanceof Float64Array) return 'float32';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  if (array instanceof Uint32Array) return 'uint32';
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) return 'int64';
  return 'int32';
}

const isNumericArray = (data: unknown): data is NumericArray => ArrayBuffer.isView(data) && !(data instanceof DataView);

/**
 * Reads user data; `dtype` overrides the inferred one: float32 for any fraction, NaN or infinity, int64 for whole
 * numbers, bool for booleans, and a typed array's own.
 * @throws ShapeError for ragged arrays, DTypeError for numbers that the dtype does not hold
 */
export function readHostData(op: string, input: NestedData, dtype?: DType): HostTensor {
  if (isNumericArray(input)) {
    const own = dtype ?? arrayDType(input);
    return { data: fill(op, input, own, [input.length]), shape: [input.length], dtype: own };
  }
  const shape = shapeOf(op, input);
  const flat: (number | boolean)[] = [];
  const seen = new Set<DType>();
  flatten(op, input, shape, [], flat, seen);
  const inferred = dtype ?? inferDType(flat, seen);
  return { data: fill(op, flat, inferred, shape), shape, dtype: inferred };
}

/** The shape that the first elements of nested arrays suggest; `flatten` checks all others against it. */
function shapeOf(op: string, input: NestedData): number[] {
  const shape: number[] = [];
  let at: NestedData | undefined = input;
  while (Array.isArray(at) || isNumericArray(at)) {
    shape.push(at.length);
    at = isNumericArray(at) ? 0 : (at[0] as NestedData | undefined);
    if (shape.length > 64) throw new ShapeError(`${op}: expected at most 64 dimensions`);
  }
  return shape;
}

function flatten(
  op: string,
  input: NestedData,
  shape: Shape,
  path: readonly number[],
  flat: (number | boolean)[],
  seen: Set<DType>,
): void {
  const where = path.length === 0 ? '' : ` at [${path.join(', ')}]`;
  const rest = shape.length - path.length;
  if (typeof input === 'number' || typeof input === 'boolean') {
    if (rest > 0)
      throw new ShapeError(`${op}: expected a sequence of length ${shape[path.length]}${where}, but got ${input}`);
    flat.push(input);
    return;
  }
  if (!Array.isArray(input) && !isNumericArray(input)) {
    const remedy = typeof input === 'object' ? '; join tensors with stack or cat' : '';
    throw new ArgumentError(
      `${op}: expected numbers, booleans or arrays of them${where}, but got ${kindOf(input)}${remedy}`,
    );
  }
  if (rest === 0)
    throw new ShapeError(`${op}: expected a number${where}, but got a sequence of length ${input.length}`);
  if (input.length !== shape[path.length]) {
    throw new ShapeError(
      `${op}: expected a sequence of length ${shape[path.length]}${where}, but got length ${input.length}; rows must be of equal length`,
    );
  }
  if (!isNumericArray(input)) {
    input.forEach((item, i) => {
      flatten(op, item, shape, [...path, i], flat, seen);
    });
    return;
  }
  if (rest > 1) throw new ShapeError(`${op}: expected a sequence of sequences${where}, but got a typed array`);
  seen.add(arrayDType(input));
  for (const element of input) flat.push(Number(element));
}

const kindOf = (input: unknown): string => (input === null ? 'null' : typeof input);

function inferDType(flat: readonly (number | boolean)[], seen: ReadonlySet<DType>): DType {
  if (flat.length === 0) return 'float32';
  if (seen.size === 1 && !seen.has('float32')) return [...seen][0];
  if (seen.has('float32') || flat.some((x) => typeof x === 'number' && !Number.isInteger(x))) return 'float32';
  return flat.every((x) => typeof x === 'boolean') ? 'bool' : 'int64';
}

/** A copy of the elements as the dtype stores them. */
function fill(op: string, from: ArrayLike<number | boolean | bigint>, dtype: DType, shape: Shape): HostNumbers {
  const to = hostArray(dtype, from.length);
  for (let i = 0; i < from.length; i++) {
    to[i] = storedNumber(op, Number(from[i]), dtype, () => showIndex(i, shape));
  }
  return to;
}

/** The position of a row-major element, as `[i, j]`. */
export function showIndex(index: number, shape: Shape): string {
  const position: number[] = [];
  let rest = index;
  for (let d = shape.length - 1; d >= 0; d--) {
    position.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return `[${position.join(', ')}]`;
}

/** An array for n elements of a dtype. For float16 these are floats, which `fromHost` rounds. */
export function hostArray(dtype: DType, n: number): HostNumbers {
  const scalar = scalarOf(dtype);
  if (scalar === 'f32') return allocated(Float32Array, n);
  return scalar === 'i32' ? allocated(Int32Array, n) : allocated(Uint32Array, n);
}
