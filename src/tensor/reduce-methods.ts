// Tensor methods that reduce dimensions, and the row functions softmax and logSoftmax.

import { ArgumentError, ShapeError } from '../core/errors';
import { type DType, sameShape, showShape } from '../core/meta';
import { type Arguments, isPlainObject, parseArgs, shown } from '../core/options';
import { expectFloat, expectNumber, named } from '../graph/record';
import type { Value } from '../graph/value';
import * as arg from '../ops/arg';
import { cast, reshape } from '../ops/cast';
import { std, variance } from '../ops/moments';
import { nuclearNorm } from '../ops/nuclear-norm';
import * as reduce from '../ops/reduce';
import { permute } from '../ops/shape';
import { logSoftmax, softmax } from '../ops/softmax';
import { vectorNorm } from '../ops/vector-norm';
import { maximum, minimum } from './families/arithmetic';
import { eq } from './families/comparison';
import { isclose } from './families/elementary';
import { type ValuesIndices, valuesIndices } from './named-results';
import type { ClosenessArgs } from './pointwise-args';
import { PointwiseMethods } from './pointwise-methods';
import {
  allIfNone,
  type Dims,
  type ReduceArgs,
  reduceArgs,
  type SpreadArgs,
  type SumOptions,
  spreadArgs,
} from './reduce-args';
import type { Tensor } from './tensor';

/** Which norm `norm` takes, of which dimensions. */
export interface NormOptions {
  /** 'fro' is 2; 'nuc' is the sum of the singular values of a matrix, or of those of two dimensions. */
  p?: number | 'fro' | 'nuc';
  dim?: Dims;
  keepdim?: boolean;
  /** What the elements are cast to first. */
  dtype?: DType;
}

export type NormArgs = Arguments<NormOptions, ['p', 'dim', 'keepdim', 'dtype']>;

export type CountArgs = Arguments<{ dim?: Dims }, ['dim']>;

export interface RowOptions {
  dim: number;
  /** What the elements are cast to first; default: their own, which are floats. */
  dtype?: DType | null;
}

export type RowArgs = Arguments<RowOptions, ['dim', 'dtype']>;

const rowArgs = (name: string, args: RowArgs) =>
  parseArgs<RowOptions>(name, ['dim'], { dtype: null as DType | null }, args);

export abstract class ReduceMethods extends PointwiseMethods {
  /** Σ over the given dimensions, or over all. Integers and bools sum to int64. With `dtype`, the elements are cast to it first. */
  sum(...args: ReduceArgs<Dims, SumOptions>): Tensor {
    return this.summed('sum', args, reduce.sum);
  }

  /** The sum with 0 in the place of NaN. */
  nansum(...args: ReduceArgs<Dims, SumOptions>): Tensor {
    return this.summed('nansum', args, reduce.nansum);
  }

  /** How many elements are not zero (int64), over the given dimensions or all. */
  countNonzero(...args: CountArgs): Tensor {
    const { dim } = parseArgs<{ dim?: Dims }>('countNonzero', [], { dim: null as Dims }, args);
    return this.make(reduce.countNonzero(this.value, allIfNone(dim)));
  }

  /** Whether another tensor has this one's shape and equal elements; reads them back. */
  async equal(other: Tensor): Promise<boolean> {
    if (!sameShape(this.shape, other.shape)) return false;
    return Boolean(
      await eq(this as unknown as Tensor, other)
        .all()
        .item(),
    );
  }

  /** Whether |this - other| ≤ atol + rtol · |other| everywhere; reads back. Equal infinities are close. */
  async allclose(other: Tensor, ...args: ClosenessArgs): Promise<boolean> {
    return Boolean(
      await isclose(this as unknown as Tensor, other, ...args)
        .all()
        .item(),
    );
  }

  /** The mean over the given dimensions, or over all. Integers must be given a floating dtype. */
  mean(...args: ReduceArgs<Dims, SumOptions>): Tensor {
    return this.summed('mean', args, reduce.mean);
  }

  /** Π over the given dimension, or over all. Integers and bools multiply to int64. */
  prod(...args: ReduceArgs<Dims, SumOptions>): Tensor {
    return this.summed('prod', args, reduce.prod);
  }

  /** The greatest elements; equal ones share the gradient. */
  amax(...args: ReduceArgs): Tensor {
    return this.reduced('amax', args, (x, dim, keepdim) => reduce.amax(x, allIfNone(dim), keepdim));
  }

  /** The least elements over the given dimensions, or over all; those that are equal share the gradient. */
  amin(...args: ReduceArgs): Tensor {
    return this.reduced('amin', args, (x, dim, keepdim) => reduce.amin(x, allIfNone(dim), keepdim));
  }

  /** Whether any element is not zero: bool, of uint8 numbers uint8. */
  any(...args: ReduceArgs): Tensor {
    return this.judged(this.reduced('any', args, reduce.any));
  }

  /** Whether no element is zero: bool, of uint8 numbers uint8. */
  all(...args: ReduceArgs): Tensor {
    return this.judged(this.reduced('all', args, reduce.all));
  }

  private judged(result: Tensor): Tensor {
    return this.dtype === 'uint8' ? result.to('uint8') : result;
  }

  /** log Σ e^this over the given dimensions, without overflow. */
  logsumexp(...args: ReduceArgs): Tensor {
    return this.reduced('logsumexp', args, reduce.logsumexp);
  }

  /** The greatest element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise maximum. */
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  max(options: { dim: number; keepdim?: boolean }): ValuesIndices;
  max(options: { other: Tensor }): Tensor;
  max(...args: unknown[]): Tensor | ValuesIndices {
    return this.extremum('max', args, reduce.max, arg.maxWithIndices, (other) =>
      maximum(this as unknown as Tensor, other),
    );
  }

  /** The least element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise minimum. */
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number, options?: { keepdim?: boolean } | boolean): ValuesIndices;
  min(options: { dim: number; keepdim?: boolean }): ValuesIndices;
  min(options: { other: Tensor }): Tensor;
  min(...args: unknown[]): Tensor | ValuesIndices {
    return this.extremum('min', args, reduce.min, arg.minWithIndices, (other) =>
      minimum(this as unknown as Tensor, other),
    );
  }

  /** The index (int64) of the greatest element, along `dim` or of the flattened tensor; the first where several are. */
  argmax(...args: ReduceArgs<number | null>): Tensor {
    expectNumber('argmax', 'input', this);
    return this.reduced('argmax', args, (x, dim, keepdim) => arg.argmax(x, dim as number | null, keepdim));
  }

  /** The index of the least element, int64; the first where several are. */
  argmin(...args: ReduceArgs<number | null>): Tensor {
    expectNumber('argmin', 'input', this);
    return this.reduced('argmin', args, (x, dim, keepdim) => arg.argmin(x, dim as number | null, keepdim));
  }

  /** The variance, divided by n - correction (default 1, unbiased). */
  var(...args: SpreadArgs): Tensor {
    const { dim, ...options } = spreadArgs('var', args);
    return this.make(variance(this.value, dim, options));
  }

  /** The standard deviation, √var. */
  std(...args: SpreadArgs): Tensor {
    const { dim, ...options } = spreadArgs('std', args);
    return this.make(std(this.value, dim, options));
  }

  /** The p-norm (Σ|x|^p)^(1/p), p = 2 by default, over all elements or the given dimensions; p may be 0 and ±Infinity. */
  norm(...args: NormArgs): Tensor {
    const none = null as Dims;
    const { p, dim, keepdim, dtype } = parseArgs<NormOptions>(
      'norm',
      [],
      { p: 'fro', dim: none, keepdim: false, dtype: this.dtype },
      args,
    );
    if (p !== 'fro' && p !== 'nuc' && typeof p !== 'number') {
      throw new ArgumentError(`norm: expected p to be a number, 'fro' or 'nuc', but got ${shown(p)}`);
    }
    expectFloat('norm', 'input', { shape: this.shape, dtype });
    if (p === 'nuc') return this.#nuclearNorm(cast(this.value, dtype), dim, keepdim);
    return this.make(vectorNorm(cast(this.value, dtype), p === 'fro' ? 2 : p, allIfNone(dim), keepdim));
  }

  #nuclearNorm(x: Value, dim: Dims, keepdim: boolean): Tensor {
    const rank = x.shape.length;
    const all = Array.from({ length: rank }, (_, d) => d);
    const dims = dim === null ? all : [dim].flat().map((d) => this.wrapDim('norm', d));
    if (dims.length !== 2 || dims[0] === dims[1]) {
      throw new ShapeError(
        `norm: expected two different dimensions for p 'nuc' and shape ${showShape(x.shape)}, but got ${showShape(dims)}`,
      );
    }
    const y = nuclearNorm(permute(x, [...all.filter((d) => !dims.includes(d)), ...dims]));
    const kept = x.shape.map((size, d) => (dims.includes(d) ? 1 : size));
    return this.make(keepdim ? reshape(y, kept) : y);
  }

  /** exp(x_i) / Σ_j exp(x_j) along `dim`. */
  softmax(...args: RowArgs): Tensor {
    const { dim, dtype } = rowArgs('softmax', args);
    return this.make(softmax(this.rows('softmax', dtype), dim));
  }

  /** log softmax along `dim`. */
  logSoftmax(...args: RowArgs): Tensor {
    const { dim, dtype } = rowArgs('logSoftmax', args);
    return this.make(logSoftmax(this.rows('logSoftmax', dtype), dim));
  }

  private rows(name: string, dtype: DType | null): Value {
    if (dtype === null) expectFloat(name, 'input', this);
    return dtype ? cast(this.value, dtype) : this.value;
  }

  private reduced(
    name: string,
    args: readonly unknown[],
    op: (x: Value, dims: Dims, keepdim: boolean) => Value,
  ): Tensor {
    const { dim, keepdim } = reduceArgs(name, args);
    const y = op(this.value, dim, keepdim);
    if (dim !== null && overDims[name] && y !== this.value) named(y, overDims[name]);
    return this.make(y);
  }

  /** A reduction that counts and adds in the dtype given by name, if any. */
  private summed(
    name: string,
    args: readonly unknown[],
    op: (x: Value, dims: Dims, keepdim: boolean) => Value,
  ): Tensor {
    const { dim: given, keepdim, options } = reduceArgs(name, args, ['dtype']);
    const { dtype } = options as SumOptions;
    const dim = allIfNone(given);
    if (dtype === undefined) return this.reduced(name, [dim, keepdim], op);
    return this.to(dtype).reduced(name, [dim, keepdim], op).to(dtype);
  }

  private extremum(
    name: string,
    args: readonly unknown[],
    whole: (x: Value) => Value,
    along: (x: Value, dim: number, keepdim: boolean) => readonly Value[],
    pairwise: (other: Tensor) => Tensor,
  ): Tensor | ValuesIndices {
    const [first] = args;
    const other = isPlainObject(first) ? first.other : first;
    if (other instanceof PointwiseMethods) return pairwise(other as unknown as Tensor);
    const { dim, keepdim } = reduceArgs(name, args);
    if (dim === null) return this.make(named(whole(this.value), `${name === 'max' ? 'Max' : 'Min'}Backward1`));
    if (typeof dim !== 'number') {
      throw new ArgumentError(
        `${name}: expected one dimension for input of shape ${showShape(this.shape)}, but got ${shown(dim)}; use a${name} for several`,
      );
    }
    const [values, indices] = along(this.value, dim, keepdim);
    return valuesIndices(this.make(values!), this.make(indices!));
  }
}

/** What PyTorch calls the gradient functions of reductions over some dimensions, where that differs from those over all. */
const overDims: Record<string, string> = { sum: 'SumBackward1', mean: 'MeanBackward1', prod: 'ProdBackward1' };
