// Conversions and copies: cast between dtypes, clone, detach, reshape, and constant fills.

import { ShapeError } from '../../core/errors';
import { contiguousStrides, type DType, isFloat, numel, type Shape, scalarOf, showShape } from '../../core/meta';
import { castFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { pointwise } from '../pointwise/pointwise';
import { storedNumber } from '../stored-number';

function castExpr(from: DType, to: DType): string {
  if (isFloat(to)) return 'f32(a0)';
  // By bits, since -0 is false and NaN is true.
  if (to === 'bool') return isFloat(from) ? 'u32((bitcast<u32>(a0) & 0x7fffffffu) != 0u)' : 'u32(a0 != 0)';
  if (to === 'uint8') return isFloat(from) ? 'bitcast<u32>(i32(a0)) & 255u' : 'bitcast<u32>(a0) & 255u';
  if (to === 'uint32' && isFloat(from)) return 'u32(a0)';
  return isFloat(from) ? `${scalarOf(to)}(a0)` : `bitcast<${scalarOf(to)}>(a0)`;
}

const castOp: Op<{ readonly dtype: DType }> = {
  name: 'cast',
  takesHalf: true,
  remakes: true,
  elementwise: true,
  infer: ([x], { dtype }) => [{ shape: x.shape, dtype }],
  lower: ({ inputs: [x], attrs }) => ({ kind: 'pointwise', body: { expr: castExpr(x.dtype, attrs.dtype) } }),
};

/**
 * x in another dtype; x itself where it has that dtype already. Floats become integers by truncation, uint8 wraps modulo
 * 256, bool is x ≠ 0. The gradient passes from float to float.
 */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return isFloat(x.dtype) && isFloat(dtype) ? castFloat(x, dtype) : record(castOp, [x], { dtype });
}

/** Numbers that are no floats as float32, for functions that take integers by their value. */
export const toFloat = (x: Value): Value => (isFloat(x.dtype) ? x : cast(x, 'float32'));

/** `fn` applied to numbers as float32; a float16 result is rounded at the end only. */
export function inFloat32(x: Value, fn: (wide: Value) => Value): Value {
  const y = fn(cast(x, 'float32'));
  return x.dtype === 'float16' ? cast(y, 'float16') : y;
}

const cloneOp: Op<undefined> = {
  ...pointwise({ name: 'clone', expr: 'a0', takes: 'any', grads: [(dy) => dy] }),
  sameBits: true,
};

/** A copy of x that the gradient passes through. */
export const clone = (x: Value): Value => record(cloneOp, [x], undefined);

const detachOp: Op<undefined> = {
  name: 'detach',
  takesHalf: true,
  growth: 'again',
  run: () => 0,
  sameBits: true,
  views: true,
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
};

/** The same contents without a gradient. */
export const detach = (x: Value): Value => record(detachOp, [x], undefined);

const identityOp: Op<undefined> = {
  ...detachOp,
  name: 'identity',
  isName: true,
  gradName: 'AliasBackward0',
  saves: { inputs: [] },
  vjp: ([dy]) => [dy!],
};

/** The same contents as a value of its own, so that another storage can hold it. */
export const identity = (x: Value): Value => record(identityOp, [x], undefined);

const rewrittenOp: Op<{ readonly passes: boolean }> = {
  name: 'rewritten',
  takesHalf: true,
  growth: 'contents',
  run: () => 0,
  views: true,
  reads: 1,
  gradName: 'CopyBackwards',
  saves: { inputs: [] },
  infer: ([after]) => [{ shape: after.shape, dtype: after.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: ([dy], { attrs: { passes } }) => (passes ? [null, dy!] : [dy!, full(dy!.shape, 0, dy!.dtype)]),
};

/**
 * `after` in the place of `before`. Where `passes`, the gradient goes to `before` as if nothing had happened, as after an in-place
 * write that is not recorded; else it goes to `after`, and that of `before` is 0, as after a write over all elements.
 */
export function rewritten(before: Value, after: Value, passes: boolean): Value {
  const node = before.maker;
  // However often contents change, the way back to the differentiated value stays one step.
  const again = passes && node?.op === rewrittenOp && (node.attrs as { passes: boolean }).passes && !before.gradHooks;
  const contents = passes && after.requiresGrad ? detach(after) : after;
  return record(rewrittenOp, [contents, (again && node.inputs[1]) || before], { passes });
}

/** Inputs: numbers, and the parameters of their draw, whose gradients are 0. */
const drawnOp: Op<undefined> = {
  name: 'drawn',
  takesHalf: true,
  growth: 'contents',
  saves: { inputs: [] },
  infer: ([numbers]) => [{ shape: numbers.shape, dtype: numbers.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: (_, { inputs: [, ...sources] }) => [null, ...sources.map((x) => full(x.shape, 0, x.dtype))],
};

/** Numbers drawn at random by the values of `sources`, which get a gradient of 0. */
export const drawnFrom = (sources: readonly Value[], numbers: Value): Value =>
  record(drawnOp, [numbers, ...sources], undefined);

const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: 'reshape',
  takesHalf: true,
  remakes: true,
  run: () => 0,
  sameBits: true,
  views: true,
  gradName: 'ViewBackward0',
  saves: { inputs: [] },
  infer([x], { shape }) {
    if (numel(shape) !== numel(x.shape)) {
      throw new ShapeError(
        `reshape: expected a shape of ${numel(x.shape)} elements for input ${showShape(x.shape)}, but got ${showShape(shape)} with ${numel(shape)}`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  shows: ({ attrs: { shape } }) => ({ shape, strides: contiguousStrides(shape), offset: 0 }),
  growth: 'reshaped',
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: ([dy], { inputs: [x] }) => [reshape(dy!, x.shape)],
};

/** The same elements in another shape (no -1 here: sizes are resolved by the caller). */
export const reshape = (x: Value, shape: Shape): Value => record(reshapeOp, [x], { shape });

const fullOp: Op<{ readonly shape: Shape; readonly dtype: DType }> = {
  name: 'full',
  takesHalf: true,
  cheap: true,
  constant: true,
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  growth: 'shaped',
  lower: ({ attrs }) => ({ kind: 'pointwise', body: { expr: 's0', scalarType: scalarOf(attrs.dtype) } }),
};

/**
 * A value with one number everywhere, as the dtype stores it. The number is a dynamic scalar.
 * @throws DTypeError, in the name of `op`, for a number that the dtype does not hold
 */
export const full = (shape: Shape, value: number | boolean, dtype: DType = 'float32', op = 'full'): Value =>
  record(fullOp, [], { shape, dtype }, [storedNumber(op, value, dtype)]);

/** `full` with the shape and dtype of x. */
export const fullLike = (x: Value, value: number): Value => full(x.shape, value, x.dtype);

/** The number that every element of x is known to be: x was made by `full`. Null for any other value. */
export const constantOf = (x: Value): number | null => (x.node?.op === fullOp ? x.node.scalars[0]! : null);
