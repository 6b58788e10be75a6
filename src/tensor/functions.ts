// Functions over tensors that PyTorch has at its top level beside (or instead of) methods.
import { sameShape, showShape } from '../compiler/meta';
import { ShapeError } from '../errors';
import { expectFloat, named } from '../graph/record';
import { cast, full, identity, reshape as reshapeValue } from '../ops/cast';
import { cat as catValues } from '../ops/join';
import { dtypeOfScalar, promoteTypes } from '../ops/promotion';
import { wrapDim } from './base';
import type { ClosenessArgs } from './elementary-methods';
import { needTensor, needTensors, tensorOf } from './operand';
import { type Arguments, parseArgs } from './options';
import type { Operandish } from './pointwise-methods';
import { type Dims, type ReduceArgs, reduceArgs, type SpreadArgs, type SumOptions } from './reduce-args';
import type { NormArgs, RowArgs } from './reduce-methods';
import type {
  ChunkArgs,
  FlattenArgs,
  NarrowArgs,
  SelectArgs,
  SqueezeArgs,
  TransposeArgs,
  UnbindArgs,
  UnflattenArgs,
  UnsqueezeArgs,
} from './shape-methods';
import { Tensor } from './tensor';

const unary =
  <K extends UnaryMethod>(name: K) =>
  (input: Tensor): Tensor =>
    needTensor(name, input)[name]();

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
export const round = (input: Tensor, options?: { decimals?: number }): Tensor => input.round(options);
export const isnan = unary('isnan');
export const isinf = unary('isinf');
export const isfinite = unary('isfinite');
export const logicalNot = unary('logicalNot');
export const clone = unary('clone');
export const t = unary('t');

const binary =
  <K extends BinaryMethod>(name: K) =>
  (input: Tensor, other: Operandish): Tensor =>
    needTensor(name, input)[name](other);

type BinaryMethod = 'maximum' | 'minimum' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** input + alpha · other; one of them may be a number. */
export const add = (input: Operandish, other: Operandish, options?: { alpha?: number }): Tensor =>
  tensorOf(input).add(other, options);
/** input - alpha · other; one of them may be a number. */
export const sub = (input: Operandish, other: Operandish, options?: { alpha?: number }): Tensor =>
  tensorOf(input).sub(other, options);
/** input · other; one of them may be a number. */
export const mul = (input: Operandish, other: Operandish): Tensor => tensorOf(input).mul(other);
/** input / other; one of them may be a number. */
export const div = (
  input: Operandish,
  other: Operandish,
  options?: { roundingMode?: 'floor' | 'trunc' | null },
): Tensor => tensorOf(input).div(other, options);
/** input^exponent; one of them may be a number. */
export function pow(input: Operandish, exponent: Operandish): Tensor {
  if (input instanceof Tensor) return input.pow(exponent);
  const power = tensorOf(input).pow(exponent);
  named(power.value, 'PowBackward2');
  return power;
}
/** The remainder of input / other with the sign of `other`; one of them may be a number. */
export const remainder = (input: Operandish, other: Operandish): Tensor => tensorOf(input).remainder(other);
/** input / other rounded down; one of them may be a number. */
export const floorDivide = (input: Operandish, other: Operandish): Tensor => tensorOf(input).floorDivide(other);
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

/** `input` where `condition` holds, `other` elsewhere; either or both may be numbers. The condition alone gives where it is not 0, read back. */
export function where(condition: Tensor): Promise<Tensor[]>;
export function where(condition: Tensor, input: Operandish, other: Operandish): Tensor;
export function where(condition: Tensor, input?: Operandish, other?: Operandish): Tensor | Promise<Tensor[]> {
  if (input === undefined || other === undefined) return condition.nonzero({ asTuple: true });
  if (input instanceof Tensor) return input.where(condition, other);
  if (other instanceof Tensor) return other.where(condition.logicalNot(), input);
  const dtype = promoteTypes({ dtype: dtypeOfScalar(input) }, { dtype: dtypeOfScalar(other) });
  return Tensor.of(full([], Number(input), dtype)).where(condition, Tensor.of(full([], Number(other), dtype)));
}

const reduction =
  <K extends 'amax' | 'amin' | 'any' | 'all' | 'logsumexp'>(name: K) =>
  (input: Tensor, ...args: ReduceArgs): Tensor =>
    input[name](...args);

const summation =
  <K extends 'sum' | 'mean' | 'prod'>(name: K) =>
  (input: Tensor, ...args: ReduceArgs<Dims, SumOptions>): Tensor =>
    input[name](...args);

export const sum = summation('sum');
export const mean = summation('mean');
export const prod = summation('prod');
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
  (input: Tensor, options: { other: Tensor }): Tensor;
}

type ExtremumCall = (...args: unknown[]) => unknown;

/** The greatest element; with a dimension `[values, indices]`; with a second tensor, the elementwise maximum. */
export const max = ((input: Tensor, ...args: unknown[]) => (input.max as ExtremumCall).apply(input, args)) as Extremum;
/** The least element; with a dimension `[values, indices]`; with a second tensor, the elementwise minimum. */
export const min = ((input: Tensor, ...args: unknown[]) => (input.min as ExtremumCall).apply(input, args)) as Extremum;

/** The variance, divided by n - correction. */
export const variance = (input: Tensor, ...args: SpreadArgs): Tensor => input.var(...args);
export { variance as var };
/** The standard deviation. */
export const std = (input: Tensor, ...args: SpreadArgs): Tensor => input.std(...args);
/** The p-norm. */
export const norm = (input: Tensor, ...args: NormArgs): Tensor => input.norm(...args);

/** The 2-norm over dimensions, by default all. */
export const frobeniusNorm = (input: Tensor, ...args: ReduceArgs): Tensor => {
  const { dim, keepdim } = reduceArgs('frobeniusNorm', args);
  expectFloat('frobeniusNorm', 'input', input);
  return input.norm('fro', dim, keepdim);
};

export const softmax = (input: Tensor, ...args: RowArgs): Tensor => input.softmax(...args);
export const logSoftmax = (input: Tensor, ...args: RowArgs): Tensor => input.logSoftmax(...args);

/** Matrix product, in every combination of ranks. */
export const matmul = (input: Tensor, other: Tensor): Tensor => input.matmul(other);
export const mm = (input: Tensor, other: Tensor): Tensor => input.mm(other);
export const bmm = (input: Tensor, other: Tensor): Tensor => input.bmm(other);

interface SplitParameters {
  /** Of each piece, or of every one. */
  splitSizeOrSections: number | readonly number[];
  dim?: number;
}

type SplitFunctionArgs = Arguments<SplitParameters, ['splitSizeOrSections', 'dim']>;

export const reshape = (input: Tensor, shape: readonly number[] | { shape: readonly number[] }): Tensor =>
  'shape' in shape ? input.reshape(shape) : input.reshape(shape);
export const permute = (input: Tensor, dims: readonly number[] | { dims: readonly number[] }): Tensor =>
  'dims' in dims ? input.permute(dims) : input.permute(dims);
export const transpose = (input: Tensor, ...args: TransposeArgs): Tensor => input.transpose(...args);
export const squeeze = (input: Tensor, ...args: SqueezeArgs): Tensor => input.squeeze(...args);
export const unsqueeze = (input: Tensor, ...args: UnsqueezeArgs): Tensor => input.unsqueeze(...args);
export const flatten = (input: Tensor, ...args: FlattenArgs): Tensor => input.flatten(...args);
export const ravel = (input: Tensor): Tensor => input.ravel();
export const flip = (input: Tensor, dims: number | readonly number[] | { dims: readonly number[] }): Tensor =>
  typeof dims === 'object' && 'dims' in dims ? input.flip(dims) : input.flip([dims].flat() as number[]);
export const split = (input: Tensor, ...args: SplitFunctionArgs): Tensor[] => {
  const { splitSizeOrSections, dim } = parseArgs<SplitParameters>('split', ['splitSizeOrSections'], { dim: 0 }, args);
  return input.split(splitSizeOrSections, dim);
};
export const chunk = (input: Tensor, ...args: ChunkArgs): Tensor[] => input.chunk(...args);
export { chunk as unsafeChunk, split as unsafeSplit };
export const unbind = (input: Tensor, ...args: UnbindArgs): Tensor[] => input.unbind(...args);
export const unflatten = (input: Tensor, ...args: UnflattenArgs): Tensor => input.unflatten(...args);
export const narrow = (input: Tensor, ...args: NarrowArgs): Tensor => input.narrow(...args);
export const select = (input: Tensor, ...args: SelectArgs): Tensor => input.select(...args);
export const broadcastTo = (input: Tensor, size: readonly number[] | { size: readonly number[] }): Tensor =>
  'size' in size ? input.broadcastTo(size) : input.broadcastTo(size);
export const asStrided = (input: Tensor, ...args: Parameters<Tensor['asStrided']>): Tensor => input.asStrided(...args);
export const detach = (input: Tensor): Tensor => input.detach();
export const numel = (input: Tensor): number => input.numel();
export const logicalAnd = (input: Tensor, other: Tensor): Tensor => input.logicalAnd(other);
export const logicalOr = (input: Tensor, other: Tensor): Tensor => input.logicalOr(other);
export const logicalXor = (input: Tensor, other: Tensor): Tensor => input.logicalXor(other);
/** Whether a value is a tensor. */
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
export const isFloatingPoint = (input: Tensor): boolean => input.isFloatingPoint();

interface JoinOptions {
  tensors: readonly Tensor[];
  dim?: number;
}

type JoinArgs = Arguments<JoinOptions, ['tensors', 'dim']>;

/** Tensors joined along an existing dimension; the other sizes must agree. Empty vectors, of shape [0], add nothing. */
export function cat(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('cat', ['tensors'], { dim: 0 }, args);
  needTensors('cat', tensors);
  if (tensors.length === 0) throw new ShapeError('cat: expected at least one tensor, but got none');
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const isEmpty = (x: Tensor) => x.shape.length === 1 && x.shape[0] === 0;
  const { shape } = tensors.find((x) => !isEmpty(x)) ?? tensors[0]!;
  const d = wrapDim('cat', dim, shape.length);
  const nothing = shape.map((size, k) => (k === d ? 0 : size));
  const values = tensors.map((x) => cast(isEmpty(x) ? reshapeValue(x.value, nothing) : x.value, dtype));
  const whole = values.length > 1 ? catValues(values, d) : named(identity(values[0]!), 'CatBackward0');
  return new Tensor(whole);
}

export { cat as concat, cat as concatenate };

/** Tensors of one shape joined along a new dimension. */
export function stack(...args: JoinArgs): Tensor {
  const { tensors, dim } = parseArgs<JoinOptions>('stack', ['tensors'], { dim: 0 }, args);
  needTensors('stack', tensors);
  const [first] = tensors;
  if (!first) throw new ShapeError('stack: expected at least one tensor, but got none');
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new ShapeError(
        `stack: expected tensors of one shape, but got ${showShape(first.shape)} and ${showShape(x.shape)}`,
      );
    }
  }
  const d = wrapDim('stack', dim, first.shape.length + 1);
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  const rows = tensors.map((x) => cast(x.unsqueeze(d).value, dtype));
  const stacked = rows.length > 1 ? catValues(rows, d) : identity(rows[0]!);
  return new Tensor(named(stacked, 'StackBackward0'));
}

/** Whether two tensors have one shape and equal elements; reads them back. */
export const equal = (input: Tensor, other: Tensor): Promise<boolean> => input.equal(other);

/** Whether |input - other| ≤ atol + rtol · |other| everywhere; reads back. Equal infinities are close. */
export const allclose = (input: Tensor, other: Tensor, ...args: ClosenessArgs): Promise<boolean> =>
  input.allclose(other, ...args);
