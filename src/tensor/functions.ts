// Functions over tensors that PyTorch has at its top level beside (or instead of) methods.

import { expectSettled, oneTooMany } from '../core/arity';
import { ArgumentError, DTypeError, ShapeError } from '../core/errors';
import { isFloat, sameShape, showShape } from '../core/meta';
import { type Arguments, missingArguments, parseArgs } from '../core/options';
import { expectFloat, named } from '../graph/record';
import { cast, full, identity, reshape as reshapeValue } from '../ops/cast';
import { resolveDim } from '../ops/dims';
import { cat as catValues } from '../ops/join';
import { dtypeOfScalar, promoteTypes } from '../ops/promotion';
import { callable, checked, method } from './callable';
import type { ValuesIndices } from './named-results';
import { tensorOf } from './operand';
import type { Operandish } from './pointwise-methods';
import { type ReduceArgs, reduceArgs } from './reduce-args';
import { Tensor } from './tensor';

/** Whether elements are 0, as a bool tensor. */
export const logicalNot = method('logicalNot(input)');
/** A copy in memory of its own, which the gradient passes through. */
export const clone = method('clone(input)');
/** The transpose of a matrix; tensors of rank 0 and 1 as they are. */
export const t = method('t(input)');

/** input + alpha · other; one of them may be a number. */
export const add = callable(
  'add(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: { alpha?: number }): Tensor => tensorOf(input).add(other, options),
);
/** input - alpha · other; one of them may be a number. */
export const sub = callable(
  'sub(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: { alpha?: number }): Tensor => tensorOf(input).sub(other, options),
);
/** input · other; one of them may be a number. */
export const mul = callable(
  'mul(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => tensorOf(input).mul(other),
);
/** input / other; one of them may be a number. */
export const div = callable(
  'div(input: operand, other: operand, ...)',
  (input: Operandish, other: Operandish, options?: { roundingMode?: 'floor' | 'trunc' | null }): Tensor =>
    tensorOf(input).div(other, options),
);
/** input / other, without rounding. */
export const trueDivide = callable(
  'trueDivide(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => tensorOf(input).div(other),
);
/** input^exponent; one of them may be a number. */
export const pow = callable(
  'pow(input: operand, exponent: operand)',
  (input: Operandish, exponent: Operandish): Tensor => {
    if (input instanceof Tensor) return input.pow(exponent);
    const power = tensorOf(input).pow(exponent);
    named(power.value, 'PowBackward2');
    return power;
  },
);
/** The remainder of input / other with the sign of `other`; one of them may be a number. */
export const remainder = callable(
  'remainder(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => tensorOf(input).remainder(other),
);
/** input / other rounded down; one of them may be a number. */
export const floorDivide = callable(
  'floorDivide(input: operand, other: operand)',
  (input: Operandish, other: Operandish): Tensor => tensorOf(input).floorDivide(other),
);
/** The greater of input and `other`, element by element; NaN where either is. */
export const maximum = method('maximum(input, other: operand)');
/** The smaller of input and `other`, element by element; NaN where either is. */
export const minimum = method('minimum(input, other: operand)');
/** input = other, element by element, as a bool tensor. */
export const eq = method('eq(input, other: operand)');
/** input ≠ other, element by element, as a bool tensor. */
export const ne = method('ne(input, other: operand)');
/** input < other, element by element, as a bool tensor. */
export const lt = method('lt(input, other: operand)');
/** input ≤ other, element by element, as a bool tensor. */
export const le = method('le(input, other: operand)');
/** input > other, element by element, as a bool tensor. */
export const gt = method('gt(input, other: operand)');
/** input ≥ other, element by element, as a bool tensor. */
export const ge = method('ge(input, other: operand)');

export {
  div as divide,
  ge as greaterEqual,
  gt as greater,
  le as lessEqual,
  lt as less,
  mul as multiply,
  ne as notEqual,
  sub as subtract,
};

/** Each element raised to at least `min`, a number or a tensor. */
export const clampMin = method('clampMin(input, min: operand)');
/** Each element lowered to at most `max`, a number or a tensor. */
export const clampMax = method('clampMax(input, max: operand)');

const numberType = (number: number | boolean) => ({ dtype: dtypeOfScalar(number), isScalar: true });

/** other - alpha · input. */
export const rsub = callable(
  'rsub(input, other: operand, ...)',
  (input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor => {
    const { alpha } = parseArgs<{ alpha?: number }>('rsub', [], { alpha: 1 }, [options]);
    if (other instanceof Tensor) return renamed(other.sub(input, { alpha }), 'RsubBackward0');
    if (!isFloat(input.dtype) && !Number.isInteger(alpha)) {
      throw new ArgumentError(`rsub: expected a whole alpha for dtype ${input.dtype}, but got ${alpha}`);
    }
    if (input.dtype === 'bool') {
      throw new DTypeError('rsub: expected numbers, but got dtype bool; use logicalNot, or convert it with .to()');
    }
    const scaled = Tensor.of(cast(input.value, promoteTypes({ dtype: input.dtype }, numberType(other)))).mul(-alpha);
    return renamed(scaled.add(other), 'RsubBackward1');
  },
);

function renamed(x: Tensor, gradName: string): Tensor {
  named(x.value, gradName);
  return x;
}

/** Each element limited to [min, max]. */
export const clamp = method('clamp(input, min?: operand, max?: operand, ...)');

export { clamp as clip };

interface Where {
  (condition: Tensor): Promise<Tensor[]>;
  (named: { condition: Tensor }): Promise<Tensor[]>;
  (condition: Tensor, input: Operandish, other: Operandish): Tensor;
  (condition: Tensor, named: { input: Operandish; other: Operandish }): Tensor;
  (named: { condition: Tensor; input: Operandish; other: Operandish }): Tensor;
}

/** `input` where `condition` holds, `other` elsewhere; either or both may be numbers. The condition alone gives where it is not 0, read back. */
export const where: Where = checked('where(condition, input?: operand, other?: operand)', whereOf as Where);

function whereOf(condition: Tensor, input?: Operandish, other?: Operandish): Tensor | Promise<Tensor[]> {
  if (input === undefined || other === undefined) return condition.nonzero({ asTuple: true });
  if (input instanceof Tensor) return input.where(condition, other);
  if (other instanceof Tensor) return other.where(condition.logicalNot(), input);
  const dtype = promoteTypes({ dtype: dtypeOfScalar(input) }, { dtype: dtypeOfScalar(other) });
  return Tensor.of(full([], Number(input), dtype)).where(condition, Tensor.of(full([], Number(other), dtype)));
}

/** Σ over the given dimensions, or over all. Integers and bools sum to int64. With `dtype`, the elements are cast to it first. */
export const sum = method('sum(input, ...)');
/** The mean over the given dimensions, or over all. Integers must be given a floating dtype. */
export const mean = method('mean(input, ...)');
/** Π over the given dimension, or over all. Integers and bools multiply to int64. */
export const prod = method('prod(input, ...)');
/** The greatest elements; equal ones share the gradient. */
export const amax = method('amax(input, ...)');
/** The least elements over the given dimensions, or over all; those that are equal share the gradient. */
export const amin = method('amin(input, ...)');
/** Whether any element is not zero: bool, of uint8 numbers uint8. */
export const any = method('any(input, ...)');
/** Whether no element is zero: bool, of uint8 numbers uint8. */
export const all = method('all(input, ...)');
/** log Σ e^input over the given dimensions, without overflow. */
export const logsumexp = method('logsumexp(input, ...)');

/** Index of the greatest element, along a dimension or of all. */
export const argmax = method('argmax(input, ...)');
/** Index of the least element, along a dimension or of all. */
export const argmin = method('argmin(input, ...)');

interface Extremum {
  (input: Tensor): Tensor;
  (input: Tensor, other: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  (input: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
  (input: Tensor, options: { other: Tensor }): Tensor;
  (named: { input: Tensor }): Tensor;
  (named: { input: Tensor; other: Tensor }): Tensor;
  (named: { input: Tensor; dim: number; keepdim?: boolean }): ValuesIndices;
}

const extremum = (name: 'max' | 'min') =>
  checked(`${name}(input, ...)`, ((input: Tensor, ...args: [dim: number]) => input[name](...args)) as Extremum);

/** The greatest element; with a dimension `[values, indices]`; with a second tensor, the elementwise maximum. */
export const max = extremum('max');
/** The least element; with a dimension `[values, indices]`; with a second tensor, the elementwise minimum. */
export const min = extremum('min');

/** The variance, divided by n - correction. */
export const variance = method('var(input, ...)');
export { variance as var };
/** The standard deviation. */
export const std = method('std(input, ...)');
/** The p-norm. */
export const norm = method('norm(input, ...)');

/** The 2-norm over dimensions, by default all. */
export const frobeniusNorm = callable('frobeniusNorm(input, ...)', (input: Tensor, ...args: ReduceArgs): Tensor => {
  const { dim, keepdim } = reduceArgs('frobeniusNorm', args);
  expectFloat('frobeniusNorm', 'input', input);
  return input.norm('fro', dim, keepdim);
});

/** exp(x_i) / Σ_j exp(x_j) along `dim`. */
export const softmax = method('softmax(input, ...)');
/** log softmax along `dim`. */
export const logSoftmax = method('logSoftmax(input, ...)');

/** Matrix product, in every combination of ranks. */
export const matmul = method('matmul(input, other)');
/** The product of two matrices. Shape: [n, m] and [m, p] → [n, p]. */
export const mm = method('mm(input, mat2)');
/** The products of matrices, one by one. Shape: [b, n, m] and [b, m, p] → [b, n, p]. */
export const bmm = method('bmm(input, mat2)');

interface SplitParameters {
  /** Of each piece, or of every one. */
  splitSizeOrSections: number | readonly number[];
  dim?: number;
}

type SplitFunctionArgs = Arguments<SplitParameters, ['splitSizeOrSections', 'dim']>;

/** The same elements in another shape: a view where possible, else a copy. */
export const reshape = callable(
  'reshape(input, shape: list)',
  (input: Tensor, shape: readonly number[]): Tensor => input.reshape(shape),
);
/** Dimensions in another order. */
export const permute = callable(
  'permute(input, dims: list)',
  (input: Tensor, dims: readonly number[]): Tensor => input.permute(dims),
);
/** The same elements with two dimensions in each other's place: a view. */
export const transpose = method('transpose(input, ...)');
/** Without dimensions of size 1: all of them, or those given. */
export const squeeze = method('squeeze(input, ...)');
/** With a new dimension of size 1 before `dim` (of the result). */
export const unsqueeze = method('unsqueeze(input, ...)');
/** Dimensions startDim to endDim as one. */
export const flatten = method('flatten(input, ...)');
/** All dimensions as one. */
export const ravel = method('ravel(input)');
/** The order of the elements reversed along the given dimensions; a copy. */
export const flip = callable(
  'flip(input, dims: numbers)',
  (input: Tensor, dims: number | readonly number[]): Tensor => input.flip([dims].flat() as number[]),
);
/** Pieces along a dimension: of `size` each (the last may be smaller), or of the sizes given. */
export const split = callable(
  'split(input, splitSizeOrSections: numbers, ...)',
  (input: Tensor, ...args: SplitFunctionArgs): Tensor[] => {
    const { splitSizeOrSections, dim } = parseArgs<SplitParameters>('split', ['splitSizeOrSections'], { dim: 0 }, args);
    return input.split(splitSizeOrSections, dim);
  },
);
/** At most `chunks` pieces of equal size along a dimension; the last may be smaller. */
export const chunk = method('chunk(input, ...)');
export { chunk as unsafeChunk, split as unsafeSplit };
/** All slices along a dimension. */
export const unbind = method('unbind(input, ...)');
/** Dimension `dim` as several of the given sizes; one may be -1. */
export const unflatten = method('unflatten(input, ...)');
/** `length` indices of a dimension, from `start`. */
export const narrow = method('narrow(input, ...)');
/** One index of a dimension, which disappears. */
export const select = method('select(input, ...)');
/** The same elements in a greater shape, repeated along dimensions of size 1 and new ones: a view. */
export const broadcastTo = callable(
  'broadcastTo(input, size: list)',
  (input: Tensor, size: readonly number[]): Tensor => input.broadcastTo(size),
);
/** A view with the given geometry over `input`'s storage, as PyTorch's `as_strided`: all of it must lie inside. */
export const asStrided = method('asStrided(input, ...)');
/** The same numbers, in the same memory, without a gradient. */
export const detach = method('detach(input)');
/** How many elements there are. */
export const numel = method('numel(input)');
/** Whether both are other than 0, as a bool tensor. */
export const logicalAnd = method('logicalAnd(input, other)');
/** Whether one or both are other than 0, as a bool tensor. */
export const logicalOr = method('logicalOr(input, other)');
/** Whether just one is other than 0, as a bool tensor. */
export const logicalXor = method('logicalXor(input, other)');
/** Whether a value is a tensor. */
export function isTensor(obj: unknown): obj is Tensor;
export function isTensor(...args: readonly unknown[]): boolean {
  if (args.length === 0) throw missingArguments('isTensor', ['obj'], {});
  if (args.length > 1) throw oneTooMany('isTensor', 1, args);
  expectSettled('isTensor', args);
  return args[0] instanceof Tensor;
}
/** Whether the dtype is one of floating point. */
export const isFloatingPoint = method('isFloatingPoint(input)');

interface JoinOptions {
  tensors: readonly Tensor[];
  dim?: number;
}

type JoinArgs = Arguments<JoinOptions, ['tensors', 'dim']>;

/** Tensors joined along an existing dimension; the other sizes must agree. Empty vectors, of shape [0], add nothing. */
export const cat = checked('cat(tensors: tensors, ...)', catOf);

function catOf(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('cat', ['tensors'], { dim: 0 }, args);
  if (tensors.length === 0) throw new ShapeError('cat: expected at least one tensor, but got none');
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const isEmpty = (x: Tensor) => x.shape.length === 1 && x.shape[0] === 0;
  const { shape } = tensors.find((x) => !isEmpty(x)) ?? tensors[0]!;
  const d = resolveDim('cat', dim, shape.length);
  const nothing = shape.map((size, k) => (k === d ? 0 : size));
  const values = tensors.map((x) => cast(isEmpty(x) ? reshapeValue(x.value, nothing) : x.value, dtype));
  const whole = values.length > 1 ? catValues(values, d) : named(identity(values[0]!), 'CatBackward0');
  return new Tensor(whole);
}

export { cat as concat, cat as concatenate };

/** Tensors of one shape joined along a new dimension. */
export const stack = checked('stack(tensors: tensors, ...)', stackOf);

function stackOf(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('stack', ['tensors'], { dim: 0 }, args);
  const [first] = tensors;
  if (!first) throw new ShapeError('stack: expected at least one tensor, but got none');
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(
        `stack: expected tensors of one shape, but got ${showShape(first.shape)} and ${showShape(x.shape)}`,
      );
    }
  }
  const d = resolveDim('stack', dim, first.shape.length + 1);
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const rows = tensors.map((x) => cast(x.unsqueeze(d).value, dtype));
  const stacked = rows.length > 1 ? catValues(rows, d) : identity(rows[0]!);
  return new Tensor(named(stacked, 'StackBackward0'));
}

/** Whether two tensors have one shape and equal elements; reads them back. */
export const equal = method('equal(input, other)');

/** Whether |input - other| ≤ atol + rtol · |other| everywhere; reads back. Equal infinities are close. */
export const allclose = method('allclose(input, other, ...)');
