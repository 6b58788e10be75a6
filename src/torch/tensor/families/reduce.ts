// Reductions: sums, means, extrema, variances and norms; also softmax and logSoftmax.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type DType, sameShape, showShape } from '../../../engine/core/meta';
import { type Arguments, isPlainObject, parseArgs, shown } from '../../../engine/core/options';
import { expectFloat, expectNumber, named } from '../../../engine/graph/record';
import type { Value } from '../../../engine/graph/value';
import { nuclearNorm } from '../../../engine/ops/linalg/nuclear-norm';
import { vectorNorm } from '../../../engine/ops/linalg/vector-norm';
import * as arg from '../../../engine/ops/reduction/arg';
import * as moments from '../../../engine/ops/reduction/moments';
import * as reduce from '../../../engine/ops/reduction/reduce';
import * as rowOps from '../../../engine/ops/reduction/softmax';
import { cast, reshape } from '../../../engine/ops/shape/cast';
import { permute } from '../../../engine/ops/shape/shape';
import { callable, isTensor } from '../calling/callable';
import { type ValuesIndices, valuesIndices } from '../calling/named-results';
import type { ClosenessArgs } from '../calling/pointwise-args';
import {
  allIfNone,
  type Dims,
  type ReduceArgs,
  reduceArgs,
  type SpreadArgs,
  type SumOptions,
  spreadArgs,
} from '../calling/reduce-args';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';
import { maximum, minimum } from './arithmetic';
import { eq } from './comparison';
import { isclose } from './elementary';

const { methods, op, forms } = family();
export default methods;

/** Options of `norm`. */
interface TensorNormOptions {
  /** The p of the norm. 'fro' is 2; 'nuc' is the sum of the singular values of matrices (over two dimensions). */
  p?: number | 'fro' | 'nuc';
  dim?: Dims;
  keepdim?: boolean;
  /** The dtype to which the elements are cast first. */
  dtype?: DType;
}

type NormArgs = Arguments<TensorNormOptions, ['p', 'dim', 'keepdim', 'dtype']>;

type CountArgs = Arguments<{ dim?: Dims }, ['dim']>;

interface RowOptions {
  dim: number;
  /** The dtype to which the elements are cast first. Default: their own, which must be a float. */
  dtype?: DType | null;
}

type RowArgs = Arguments<RowOptions, ['dim', 'dtype']>;

/**
 * PyTorch's names for the gradient functions of reductions over given dimensions, if they differ from those over all.
 */
const overDims: Readonly<Record<string, string>> = {
  sum: 'SumBackward1',
  mean: 'MeanBackward1',
  prod: 'ProdBackward1',
};

type Reduction = (x: Value, dims: Dims, keepdim: boolean) => Value;

function reduced(input: Tensor, name: string, args: readonly unknown[], op: Reduction): Tensor {
  const { dim, keepdim } = reduceArgs(name, args);
  const y = op(input.value, dim, keepdim);
  if (dim !== null && overDims[name] && y !== input.value) named(y, overDims[name]);
  return made(y);
}

/** A reduction with an option `dtype`, in which it computes and which the result has. */
const summing = <const N extends string>(name: N, by: Reduction) =>
  op(`${name}(input, ...)`, (input: Tensor, ...args: ReduceArgs<Dims, SumOptions>): Tensor => {
    const { dim: given, keepdim, options } = reduceArgs(name, args, ['dtype']);
    const { dtype } = options as SumOptions;
    const dim = allIfNone(given);
    if (dtype === undefined) return reduced(input, name, [dim, keepdim], by);
    return reduced(input.to(dtype), name, [dim, keepdim], by).to(dtype);
  });

// ── Sums, means, products ──

/** Σ over the given dimensions, or over all. Integers and bools sum to int64. With `dtype`, the elements are cast to it first. */
export const sum = summing('sum', reduce.sum);

/** `sum`, with NaN counted as 0. */
export const nansum = summing('nansum', reduce.nansum);

/** The mean over the given dimensions, or over all. Integers need a floating-point `dtype`. */
export const mean = summing('mean', reduce.mean);

/** Π over the given dimension, or over all. Integers and bools multiply to int64. */
export const prod = summing('prod', reduce.prod);

/** log Σ e^input over the given dimensions, without overflow. */
export const logsumexp = op(
  'logsumexp(input, ...)',
  (input: Tensor, ...args: ReduceArgs): Tensor => reduced(input, 'logsumexp', args, reduce.logsumexp),
);

/** The number of nonzero elements (int64), over the given dimensions or over all. */
export const countNonzero = op('countNonzero(input, ...)', (input: Tensor, ...args: CountArgs): Tensor => {
  const { dim } = parseArgs<{ dim?: Dims }>('countNonzero', [], { dim: null as Dims }, args);
  return made(reduce.countNonzero(input.value, allIfNone(dim)));
});

// ── Extremes ──

/** The greatest elements over the given dimensions, or over all. Equal elements share the gradient. */
export const amax = op(
  'amax(input, ...)',
  (input: Tensor, ...args: ReduceArgs): Tensor =>
    reduced(input, 'amax', args, (x, dim, keepdim) => reduce.amax(x, allIfNone(dim), keepdim)),
);

/** The least elements over the given dimensions, or over all. Equal elements share the gradient. */
export const amin = op(
  'amin(input, ...)',
  (input: Tensor, ...args: ReduceArgs): Tensor =>
    reduced(input, 'amin', args, (x, dim, keepdim) => reduce.amin(x, allIfNone(dim), keepdim)),
);

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

interface ExtremumMethod {
  (): Tensor;
  (other: Tensor): Tensor;
  (dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  (options: { dim: number; keepdim?: boolean }): ValuesIndices;
  (options: { other: Tensor }): Tensor;
}

function extremum(
  input: Tensor,
  name: string,
  args: readonly unknown[],
  whole: (x: Value) => Value,
  along: (x: Value, dim: number, keepdim: boolean) => readonly Value[],
  pairwise: (other: Tensor) => Tensor,
): Tensor | ValuesIndices {
  const [first] = args;
  const other = isPlainObject(first) ? first.other : first;
  if (isTensor(other)) return pairwise(other);
  const { dim, keepdim } = reduceArgs(name, args);
  if (dim === null) return made(named(whole(input.value), `${name === 'max' ? 'Max' : 'Min'}Backward1`));
  if (typeof dim !== 'number') {
    throw new ArgumentError(
      `${name}: expected one dimension for input of shape ${showShape(input.shape)}, but got ${shown(dim)}; use a${name} for several`,
    );
  }
  const [values, indices] = along(input.value, dim, keepdim);
  return valuesIndices(made(values!), made(indices!));
}

/** The greatest element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise maximum. */
export const max = forms<Extremum, ExtremumMethod>(
  'max(input, ...)',
  (input: Tensor, ...args: unknown[]): Tensor | ValuesIndices =>
    extremum(input, 'max', args, reduce.max, arg.maxWithIndices, (other) => maximum(input, other)),
);

/** The least element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise minimum. */
export const min = forms<Extremum, ExtremumMethod>(
  'min(input, ...)',
  (input: Tensor, ...args: unknown[]): Tensor | ValuesIndices =>
    extremum(input, 'min', args, reduce.min, arg.minWithIndices, (other) => minimum(input, other)),
);

/** The index (int64) of the greatest element along `dim`, or in the flattened tensor. Of equal elements the first. */
export const argmax = op('argmax(input, ...)', (input: Tensor, ...args: ReduceArgs<number | null>): Tensor => {
  expectNumber('argmax', 'input', input);
  return reduced(input, 'argmax', args, (x, dim, keepdim) => arg.argmax(x, dim as number | null, keepdim));
});

/** The index (int64) of the least element along `dim`, or in the flattened tensor. Of equal elements the first. */
export const argmin = op('argmin(input, ...)', (input: Tensor, ...args: ReduceArgs<number | null>): Tensor => {
  expectNumber('argmin', 'input', input);
  return reduced(input, 'argmin', args, (x, dim, keepdim) => arg.argmin(x, dim as number | null, keepdim));
});

// ── Tests ──

function judged(input: Tensor, result: Tensor): Tensor {
  return input.dtype === 'uint8' ? result.to('uint8') : result;
}

/** Whether any element is nonzero. The result is bool; for uint8 input, as in PyTorch, uint8. */
export const any = op(
  'any(input, ...)',
  (input: Tensor, ...args: ReduceArgs): Tensor => judged(input, reduced(input, 'any', args, reduce.any)),
);

/** Whether all elements are nonzero. The result is bool; for uint8 input, as in PyTorch, uint8. */
export const all = op(
  'all(input, ...)',
  (input: Tensor, ...args: ReduceArgs): Tensor => judged(input, reduced(input, 'all', args, reduce.all)),
);

/** Whether two tensors have the same shape and equal elements. Asynchronous: it reads the answer back. */
export const equal = op('equal(input, other)', equalOf);

async function equalOf(input: Tensor, other: Tensor): Promise<boolean> {
  if (!sameShape(input.shape, other.shape)) return false;
  return Boolean(await eq(input, other).all().item());
}

/**
 * Whether |input - other| ≤ atol + rtol · |other| everywhere. Equal infinities are close. Asynchronous: it reads the
 * answer back.
 */
export const allclose = op('allclose(input, other, ...)', allcloseOf);

async function allcloseOf(input: Tensor, other: Tensor, ...args: ClosenessArgs): Promise<boolean> {
  return Boolean(
    await isclose(input, other, ...args)
      .all()
      .item(),
  );
}

// ── Spreads and norms ──

/** The variance, divided by n - correction (default 1, unbiased). */
const spread = op('var(input, ...)', (input: Tensor, ...args: SpreadArgs): Tensor => {
  const { dim, ...options } = spreadArgs('var', args);
  return made(moments.variance(input.value, dim, options));
});

export {
  /** The variance, divided by n - correction (default 1, unbiased). */
  spread as var,
};

/** The standard deviation, √var. */
export const std = op('std(input, ...)', (input: Tensor, ...args: SpreadArgs): Tensor => {
  const { dim, ...options } = spreadArgs('std', args);
  return made(moments.std(input.value, dim, options));
});

function nuclear(input: Tensor, x: Value, dim: Dims, keepdim: boolean): Tensor {
  const rank = x.shape.length;
  const all = Array.from({ length: rank }, (_, d) => d);
  const dims = dim === null ? all : [dim].flat().map((d) => input.wrapDim('norm', d));
  if (dims.length !== 2 || dims[0] === dims[1]) {
    throw new ShapeError(
      `norm: expected two different dimensions for p 'nuc' and shape ${showShape(x.shape)}, but got ${showShape(dims)}`,
    );
  }
  const y = nuclearNorm(permute(x, [...all.filter((d) => !dims.includes(d)), ...dims]));
  const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
  return made(keepdim ? reshape(y, kept) : y);
}

/**
 * The p-norm (Σ|x|^p)^(1/p), by default p = 2, over all elements or the given dimensions. p may also be 0 or ±Infinity.
 */
export const norm = op('norm(input, ...)', (input: Tensor, ...args: NormArgs): Tensor => {
  const none = null as Dims;
  const { p, dim, keepdim, dtype } = parseArgs<TensorNormOptions>(
    'norm',
    [],
    { p: 'fro', dim: none, keepdim: false, dtype: input.dtype },
    args,
  );
  if (p !== 'fro' && p !== 'nuc' && typeof p !== 'number') {
    throw new ArgumentError(`norm: expected p to be a number, 'fro' or 'nuc', but got ${shown(p)}`);
  }
  expectFloat('norm', 'input', { shape: input.shape, dtype });
  if (p === 'nuc') return nuclear(input, cast(input.value, dtype), dim, keepdim);
  return made(vectorNorm(cast(input.value, dtype), p === 'fro' ? 2 : p, allIfNone(dim), keepdim));
});

/** The 2-norm over dimensions, by default all. */
export const frobeniusNorm = callable('frobeniusNorm(input, ...)', (input: Tensor, ...args: ReduceArgs): Tensor => {
  const { dim, keepdim } = reduceArgs('frobeniusNorm', args);
  expectFloat('frobeniusNorm', 'input', input);
  return input.norm('fro', dim, keepdim);
});

// ── Rows ──

const rowArgs = (name: string, args: RowArgs) =>
  parseArgs<RowOptions>(name, ['dim'], { dtype: null as DType | null }, args);

function rows(input: Tensor, name: string, dtype: DType | null): Value {
  if (dtype === null) expectFloat(name, 'input', input);
  return dtype ? cast(input.value, dtype) : input.value;
}

/** exp(x_i) / Σ_j exp(x_j) along `dim`. */
export const softmax = op('softmax(input, ...)', (input: Tensor, ...args: RowArgs): Tensor => {
  const { dim, dtype } = rowArgs('softmax', args);
  return made(rowOps.softmax(rows(input, 'softmax', dtype), dim));
});

/** log softmax along `dim`. */
export const logSoftmax = op('logSoftmax(input, ...)', (input: Tensor, ...args: RowArgs): Tensor => {
  const { dim, dtype } = rowArgs('logSoftmax', args);
  return made(rowOps.logSoftmax(rows(input, 'logSoftmax', dtype), dim));
});
