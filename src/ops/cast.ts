// Conversions and copies: cast between dtypes, clone, detach, reshape, and constant fills.
import { type DType, isFloat, numel, type Shape, scalarOf, showShape } from '../compiler/meta';
import { ShapeError } from '../errors';
import { castFloat, record } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { pointwise } from './pointwise';

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

/** What `fn` makes of numbers as float32; of float16, rounded at the end only. */
export function inFloat32(x: Value, fn: (wide: Value) => Value): Value {
  const y = fn(cast(x, 'float32'));
  return x.dtype === 'float16' ? cast(y, 'float16') : y;
}

const cloneOp = pointwise({ name: 'clone', expr: 'a0', takes: 'any', grads: [(dy) => dy] });

/** A copy of x that the gradient passes through. */
export const clone = (x: Value): Value => record(cloneOp, [x], undefined);

const detachOp: Op<undefined> = {
  name: 'detach',
  takesHalf: true,
  views: true,
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
};

/** The same contents without a gradient. */
export const detach = (x: Value): Value => record(detachOp, [x], undefined);

const identityOp: Op<undefined> = {
  name: 'identity',
  takesHalf: true,
  views: true,
  gradName: 'AliasBackward0',
  saves: { inputs: [] },
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: ([dy]) => [dy!],
};

/** The same contents as a value of its own, so that another storage can hold it. */
export const identity = (x: Value): Value => record(identityOp, [x], undefined);

const rewrittenOp: Op<{ readonly passes: boolean }> = {
  name: 'rewritten',
  takesHalf: true,
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
 * write that is not recorded; else it goes to `after`, and that of `before` is 0, as after a write over all that was there.
 */
export function rewritten(before: Value, after: Value, passes: boolean): Value {
  const { node } = before;
  // However often contents change, the way back to what is differentiated stays one step.
  const again = passes && node?.op === rewrittenOp && (node.attrs as { passes: boolean }).passes && !before.gradHooks;
  const contents = passes && after.requiresGrad ? detach(after) : after;
  return record(rewrittenOp, [contents, (again && node.inputs[1]) || before], { passes });
}

const reshapeOp: Op<{ readonly shape: Shape }> = {
  name: 'reshape',
  takesHalf: true,
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
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: ([dy], { inputs: [x] }) => [reshape(dy!, x.shape)],
};

/** The same elements in another shape (no -1 here: sizes are resolved by the caller). */
export const reshape = (x: Value, shape: Shape): Value => record(reshapeOp, [x], { shape });

const fullOp: Op<{ readonly shape: Shape; readonly dtype: DType }> = {
  name: 'full',
  takesHalf: true,
  cheap: true,
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower: ({ attrs }) => ({ kind: 'pointwise', body: { expr: 's0', scalarType: scalarOf(attrs.dtype) } }),
};

/** A value with one number everywhere; `true` is 1. The number is a dynamic scalar. */
export const full = (shape: Shape, value: number, dtype: DType = 'float32'): Value =>
  record(fullOp, [], { shape, dtype }, [dtype === 'bool' ? Number(value !== 0) : value]);

/** `full` with the shape and dtype of x. */
export const fullLike = (x: Value, value: number): Value => full(x.shape, value, x.dtype);

/** The number that every element of x is known to be: x was made by `full`. Null for any other value. */
export const constantOf = (x: Value): number | null => (x.node?.op === fullOp ? x.node.scalars[0]! : null);
