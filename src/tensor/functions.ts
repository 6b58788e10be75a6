// Functions over tensors that PyTorch has at its top level beside (or instead of) methods.
import { sameShape, showShape } from '../compiler/meta';
import { ShapeError } from '../errors';
import { named } from '../graph/record';
import { cast, full } from '../ops/cast';
import { cat as catValues } from '../ops/join';
import { dtypeOfScalar, promoteTypes } from '../ops/promotion';
import { wrapDim } from './base';
import { isPlainObject } from './options';
import type { Operandish } from './pointwise-methods';
import type { Dims, ReduceArgs } from './reduce-methods';
import { Tensor } from './tensor';

const unary =
  <K extends UnaryMethod>(name: K) =>
  (input: Tensor): Tensor =>
    input[name]();

type UnaryMethod =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'square'
  | 'reciprocal'
  | 'sqrt'
  | 'rsqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'isnan'
  | 'isinf'
  | 'isfinite'
  | 'logicalNot'
  | 'clone'
  | 't';

export const neg = unary('neg');
export const abs = unary('abs');
export const sign = unary('sign');
export const square = unary('square');
export const reciprocal = unary('reciprocal');
export const sqrt = unary('sqrt');
export const rsqrt = unary('rsqrt');
export const exp = unary('exp');
export const expm1 = unary('expm1');
export const log = unary('log');
export const log1p = unary('log1p');
export const sin = unary('sin');
export const cos = unary('cos');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const relu = unary('relu');
export const floor = unary('floor');
export const ceil = unary('ceil');
export const round = unary('round');
export const isnan = unary('isnan');
export const isinf = unary('isinf');
export const isfinite = unary('isfinite');
export const logicalNot = unary('logicalNot');
export const clone = unary('clone');
export const t = unary('t');

const binary =
  <K extends BinaryMethod>(name: K) =>
  (input: Tensor, other: Operandish): Tensor =>
    input[name](other);

type BinaryMethod =
  | 'mul'
  | 'pow'
  | 'remainder'
  | 'floorDivide'
  | 'maximum'
  | 'minimum'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge';

/** input + alpha · other. */
export const add = (input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor =>
  input.add(other, options);
/** input - alpha · other. */
export const sub = (input: Tensor, other: Operandish, options: { alpha?: number } = {}): Tensor =>
  input.sub(other, options);
export const mul = binary('mul');
/** input / other. */
export const div = (
  input: Tensor,
  other: Operandish,
  options: { roundingMode?: 'floor' | 'trunc' | null } = {},
): Tensor => input.div(other, options);
export const pow = binary('pow');
export const remainder = binary('remainder');
export const floorDivide = binary('floorDivide');
export const maximum = binary('maximum');
export const minimum = binary('minimum');
export const eq = binary('eq');
export const ne = binary('ne');
export const lt = binary('lt');
export const le = binary('le');
export const gt = binary('gt');
export const ge = binary('ge');

export {
  abs as absolute,
  div as divide,
  div as trueDivide,
  ge as greaterEqual,
  gt as greater,
  le as lessEqual,
  lt as less,
  mul as multiply,
  ne as notEqual,
  neg as negative,
  sub as subtract,
};

/** Each element limited to [min, max]. */
export const clamp = (input: Tensor, ...args: Parameters<Tensor['clamp']>): Tensor => input.clamp(...args);

export { clamp as clip };

/** `input` where `condition` holds, `other` elsewhere; either or both may be numbers. */
export function where(condition: Tensor, input: Operandish, other: Operandish): Tensor {
  if (input instanceof Tensor) return input.where(condition, other);
  if (other instanceof Tensor) return other.where(condition.logicalNot(), input);
  const dtype = promoteTypes({ dtype: dtypeOfScalar(input) }, { dtype: dtypeOfScalar(other) });
  return Tensor.of(full([], Number(input), dtype)).where(condition, Tensor.of(full([], Number(other), dtype)));
}

const reduction =
  <K extends 'sum' | 'mean' | 'prod' | 'amax' | 'amin' | 'any' | 'all' | 'logsumexp'>(name: K) =>
  (input: Tensor, ...args: ReduceArgs): Tensor =>
    input[name](...args);

export const sum = reduction('sum');
export const mean = reduction('mean');
export const prod = reduction('prod');
export const amax = reduction('amax');
export const amin = reduction('amin');
export const any = reduction('any');
export const all = reduction('all');
export const logsumexp = reduction('logsumexp');

/** Index of the greatest element, along a dimension or of all. */
export const argmax = (input: Tensor, ...args: ReduceArgs<number | null>): Tensor => input.argmax(...args);
/** Index of the least element, along a dimension or of all. */
export const argmin = (input: Tensor, ...args: ReduceArgs<number | null>): Tensor => input.argmin(...args);

interface Extremum {
  (input: Tensor): Tensor;
  (input: Tensor, other: Tensor): Tensor;
  (input: Tensor, dim: number, options?: { keepdim?: boolean } | boolean): [values: Tensor, indices: Tensor];
  (input: Tensor, options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
}

type ExtremumCall = (...args: unknown[]) => unknown;

/** The greatest element; with a dimension `[values, indices]`; with a second tensor, the elementwise maximum. */
export const max = ((input: Tensor, ...args: unknown[]) => (input.max as ExtremumCall).apply(input, args)) as Extremum;
/** The least element; with a dimension `[values, indices]`; with a second tensor, the elementwise minimum. */
export const min = ((input: Tensor, ...args: unknown[]) => (input.min as ExtremumCall).apply(input, args)) as Extremum;

/** The variance, divided by n - correction. */
export const variance = (input: Tensor, dim?: Dims, options?: { correction?: number; keepdim?: boolean }): Tensor =>
  input.var(dim, options);
export { variance as var };
/** The standard deviation. */
export const std = (input: Tensor, dim?: Dims, options?: { correction?: number; keepdim?: boolean }): Tensor =>
  input.std(dim, options);
/** The p-norm. */
export const norm = (
  input: Tensor,
  p: number | 'fro' = 2,
  dim: Dims = null,
  options: { keepdim?: boolean } = {},
): Tensor => input.norm(p, dim, options);

export const softmax = (input: Tensor, dim: number | { dim: number }): Tensor =>
  input.softmax(typeof dim === 'number' ? dim : dim.dim);
export const logSoftmax = (input: Tensor, dim: number | { dim: number }): Tensor =>
  input.logSoftmax(typeof dim === 'number' ? dim : dim.dim);

/** Matrix product, in every combination of ranks. */
export const matmul = (input: Tensor, other: Tensor): Tensor => input.matmul(other);
export const mm = (input: Tensor, other: Tensor): Tensor => input.mm(other);
export const bmm = (input: Tensor, other: Tensor): Tensor => input.bmm(other);

export const reshape = (input: Tensor, shape: readonly number[]): Tensor => input.reshape(shape);
export const permute = (input: Tensor, dims: readonly number[]): Tensor => input.permute(dims);
export const transpose = (input: Tensor, dim0: number, dim1: number): Tensor => input.transpose(dim0, dim1);
export const squeeze = (input: Tensor, dim?: number | readonly number[]): Tensor => input.squeeze(dim);
export const unsqueeze = (input: Tensor, dim: number): Tensor => input.unsqueeze(dim);
export const flatten = (input: Tensor, startDim?: number, endDim?: number): Tensor => input.flatten(startDim, endDim);
export const flip = (input: Tensor, dims: readonly number[]): Tensor => input.flip(dims);
export const split = (input: Tensor, size: number | readonly number[], dim = 0): Tensor[] => input.split(size, dim);
export const chunk = (input: Tensor, chunks: number, dim = 0): Tensor[] => input.chunk(chunks, dim);
export const unbind = (input: Tensor, dim = 0): Tensor[] => input.unbind(dim);
export const unflatten = (input: Tensor, dim: number, sizes: readonly number[]): Tensor => input.unflatten(dim, sizes);
export const narrow = (input: Tensor, dim: number, start: number, length: number): Tensor =>
  input.narrow(dim, start, length);
export const select = (input: Tensor, dim: number, index: number): Tensor => input.select(dim, index);
export const broadcastTo = (input: Tensor, shape: readonly number[]): Tensor => input.broadcastTo(shape);
export const asStrided = (input: Tensor, ...args: Parameters<Tensor['asStrided']>): Tensor => input.asStrided(...args);
export const detach = (input: Tensor): Tensor => input.detach();
export const numel = (input: Tensor): number => input.numel();
export const logicalAnd = (input: Tensor, other: Tensor): Tensor => input.logicalAnd(other);
export const logicalOr = (input: Tensor, other: Tensor): Tensor => input.logicalOr(other);
export const logicalXor = (input: Tensor, other: Tensor): Tensor => input.logicalXor(other);
/** Whether a value is a tensor. */
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
export const isFloatingPoint = (input: Tensor): boolean => input.isFloatingPoint();

const dimOf = (dim: number | { dim?: number } | undefined): number =>
  (isPlainObject(dim) ? ((dim.dim as number | undefined) ?? 0) : (dim ?? 0)) as number;

/** Tensors joined along an existing dimension; the other sizes must agree. */
export function cat(tensors: readonly Tensor[], dim?: number | { dim?: number }): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError('cat: expected at least one tensor, but got none');
  const d = wrapDim('cat', dimOf(dim), first.shape.length);
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  return new Tensor(
    catValues(
      tensors.map((x) => cast(x.value, dtype)),
      d,
    ),
  );
}

export { cat as concat, cat as concatenate };

/** Tensors of one shape joined along a new dimension. */
export function stack(tensors: readonly Tensor[], dim?: number | { dim?: number }): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError('stack: expected at least one tensor, but got none');
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(
        `stack: expected tensors of one shape, but got ${showShape(first.shape)} and ${showShape(x.shape)}`,
      );
    }
  }
  const d = wrapDim('stack', dimOf(dim), first.shape.length + 1);
  const stacked = cat(
    tensors.map((x) => x.unsqueeze(d)),
    d,
  );
  named(stacked.value, 'StackBackward0');
  return stacked;
}

/** Whether two tensors have one shape and equal elements; reads them back. */
export const equal = (input: Tensor, other: Tensor): Promise<boolean> => input.equal(other);

/** Whether |input - other| ≤ atol + rtol · |other| everywhere; reads back. Equal infinities are close. */
export const allclose = (input: Tensor, ...args: Parameters<Tensor['allclose']>): Promise<boolean> =>
  input.allclose(...args);
