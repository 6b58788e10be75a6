// Conversions and copies: cast between dtypes, clone, detach, reshape, and constant fills.

import { ShapeError } from '../../core/errors';
import { contiguousStrides, type DType, isFloat, numel, type Shape, scalarOf, showShape } from '../../core/meta';
import { hooksOf } from '../../graph/grad-hooks';
import { castFloat, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { pointwise } from '../pointwise/pointwise';
import { storedNumber } from '../stored-number';

function castExpr(from: DType, to: DType): string {
  if (isFloat(to)) return 'f32(a0)';
  // By bits: -0 must be false and NaN must be true, and WGSL compilers may assume that there is no NaN.
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
 * x in another dtype, or x itself if it already has that dtype. Floats become integers by truncation, uint8 wraps
 * modulo 256, and bool is x ≠ 0. Only a cast from float to float has a gradient.
 */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  return isFloat(x.dtype) && isFloat(dtype) ? castFloat(x, dtype) : record(castOp, [x], { dtype });
}

/** Integers and bools as float32; floats as they are. For functions of floats that also accept integers. */
export const toFloat = (x: Value): Value => (isFloat(x.dtype) ? x : cast(x, 'float32'));

/** Applies `fn` to x in float32. If x is float16, only the final result is rounded to float16. */
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
  gradName: 'AliasBackward0',
  saves: { inputs: [] },
  vjp: ([dy]) => [dy!],
};

/** The same contents and gradient as a separate value, so that a second storage can hold it. */
export const identity = (x: Value): Value => record(identityOp, [x], undefined);

const rewrittenOp: Op<{ readonly passes: boolean }> = {
  name: 'rewritten',
  takesHalf: true,
  growth: 'contents',
  run: () => 0,
  views: true,
  gradName: 'CopyBackwards',
  saves: { inputs: [] },
  infer: ([after]) => [{ shape: after.shape, dtype: after.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: ([dy], { attrs: { passes } }) => (passes ? [null, dy!] : [dy!, full(dy!.shape, 0, dy!.dtype)]),
};

/**
 * A value with the contents of `after` that takes the place of `before`. If `passes`, the gradient goes to `before` as
 * if nothing had happened, as after an in-place write under noGrad. Otherwise it goes to `after`, and `before` gets 0,
 * as after a write over all elements.
 */
export function rewritten(before: Value, after: Value, passes: boolean): Value {
  const node = before.maker;
  // Skip an earlier `rewritten` node, so that repeated writes do not build a chain back to the differentiated value.
  const again = passes && node?.op === rewrittenOp && (node.attrs as { passes: boolean }).passes && !hooksOf(before);
  const contents = passes && after.requiresGrad ? detach(after) : after;
  return record(rewrittenOp, [contents, (again && node.inputs[1]) || before], { passes });
}

/** Inputs: the drawn numbers, and the parameters of the distribution, whose gradients are 0. */
const drawnOp: Op<undefined> = {
  name: 'drawn',
  takesHalf: true,
  growth: 'contents',
  saves: { inputs: [] },
  infer: ([numbers]) => [{ shape: numbers.shape, dtype: numbers.dtype }],
  lower: () => ({ kind: 'alias', byteOffset: 0 }),
  vjp: (_, { inputs: [, ...sources] }) => [null, ...sources.map((x) => full(x.shape, 0, x.dtype))],
};

/** Random numbers whose distribution depends on `sources`. As in PyTorch, the sources get a gradient of 0. */
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
  remakes: 'always',
  constant: true,
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  growth: 'shaped',
  lower: ({ attrs }) => ({ kind: 'pointwise', body: { expr: 's0', scalarType: scalarOf(attrs.dtype) } }),
};

/**
 * A value whose every element is one number, as the dtype stores it. The number is a dynamic scalar, so that fills with
 * other numbers share a plan.
 * @throws DTypeError in the name of `op` if the number is out of the dtype's range
 */
export const full = (shape: Shape, value: number | boolean, dtype: DType = 'float32', op = 'full'): Value =>
  record(fullOp, [], { shape, dtype }, [storedNumber(op, value, dtype)]);

/** `full` with the shape and dtype of x. */
export const fullLike = (x: Value, value: number): Value => full(x.shape, value, x.dtype);

/** The number that every element of x equals if x was made by `full`; null for any other value. */
export const constantOf = (x: Value): number | null => (x.node?.op === fullOp ? x.node.scalars[0]! : null);
