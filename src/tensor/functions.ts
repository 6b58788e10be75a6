// Functions over tensors that PyTorch has at its top level beside (or instead of) methods.

import { expectSettled, oneTooMany } from '../core/arity';
import { ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/meta';
import { type Arguments, missingArguments, parseArgs } from '../core/options';
import { expectFloat, named } from '../graph/record';
import { cast, identity, reshape as reshapeValue } from '../ops/cast';
import { resolveDim } from '../ops/dims';
import { cat as catValues } from '../ops/join';
import { promoteTypes } from '../ops/promotion';
import { callable, checked, method } from './callable';
import type { ValuesIndices } from './named-results';
import { type ReduceArgs, reduceArgs } from './reduce-args';
import { Tensor } from './tensor';

/** A copy in memory of its own, which the gradient passes through. */
export const clone = method('clone(input)');
/** The transpose of a matrix; tensors of rank 0 and 1 as they are. */
export const t = method('t(input)');

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
