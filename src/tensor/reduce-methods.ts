// Tensor methods that reduce dimensions, and the row functions softmax and logSoftmax.
import { sameShape, showShape } from '../compiler/meta';
import { ArgumentError } from '../errors';
import { named } from '../graph/record';
import type { Value } from '../graph/value';
import * as arg from '../ops/arg';
import { toFloat } from '../ops/cast';
import { std, variance } from '../ops/moments';
import * as reduce from '../ops/reduce';
import { logSoftmax, softmax } from '../ops/softmax';
import { vectorNorm } from '../ops/vector-norm';
import { type Closeness, ElementaryMethods } from './elementary-methods';
import { isPlainObject } from './options';
import type { Tensor } from './tensor';

export type Dims = number | readonly number[] | null;

/** `(dim)`, `(dim, { keepdim })`, `(dim, keepdim)` or `({ dim, keepdim })`. */
export type ReduceArgs<D = Dims> =
  | [options?: { dim?: D; keepdim?: boolean }]
  | [dim?: D, options?: { keepdim?: boolean } | boolean];

export abstract class ReduceMethods extends ElementaryMethods {
  /** Σ over the given dimensions, or over all. Integers and bools sum to int64. */
  sum(...args: ReduceArgs): Tensor {
    return this.reduced('sum', args, reduce.sum);
  }

  /** The sum with 0 in the place of NaN. */
  nansum(...args: ReduceArgs): Tensor {
    return this.reduced('nansum', args, reduce.nansum);
  }

  /** How many elements are not zero (int64), over the given dimensions or all. */
  countNonzero(dim: Dims = null): Tensor {
    return this.make(reduce.countNonzero(this.value, dim));
  }

  /** Whether another tensor has this one's shape and equal elements; reads them back. */
  async equal(other: Tensor): Promise<boolean> {
    if (!sameShape(this.shape, other.shape)) return false;
    return (await this.eq(other).all().item()) === 1;
  }

  /** Whether |this - other| ≤ atol + rtol · |other| everywhere; reads back. Equal infinities are close. */
  async allclose(other: Tensor, options: Closeness = {}): Promise<boolean> {
    return (await this.isclose(other, options).all().item()) === 1;
  }

  mean(...args: ReduceArgs): Tensor {
    return this.reduced('mean', args, reduce.mean);
  }

  prod(...args: ReduceArgs): Tensor {
    return this.reduced('prod', args, reduce.prod);
  }

  /** The greatest elements; equal ones share the gradient. */
  amax(...args: ReduceArgs): Tensor {
    return this.reduced('amax', args, reduce.amax);
  }

  amin(...args: ReduceArgs): Tensor {
    return this.reduced('amin', args, reduce.amin);
  }

  any(...args: ReduceArgs): Tensor {
    return this.reduced('any', args, reduce.any);
  }

  all(...args: ReduceArgs): Tensor {
    return this.reduced('all', args, reduce.all);
  }

  logsumexp(...args: ReduceArgs): Tensor {
    return this.reduced('logsumexp', args, reduce.logsumexp);
  }

  /** The greatest element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise maximum. */
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number, options?: { keepdim?: boolean } | boolean): [values: Tensor, indices: Tensor];
  max(options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
  max(...args: unknown[]): Tensor | [Tensor, Tensor] {
    return this.extremum('max', args, reduce.max, arg.maxWithIndices, (other) => this.maximum(other));
  }

  /** The least element; with `dim`, `[values, indices]` along it; with a tensor, the elementwise minimum. */
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number, options?: { keepdim?: boolean } | boolean): [values: Tensor, indices: Tensor];
  min(options: { dim: number; keepdim?: boolean }): [values: Tensor, indices: Tensor];
  min(...args: unknown[]): Tensor | [Tensor, Tensor] {
    return this.extremum('min', args, reduce.min, arg.minWithIndices, (other) => this.minimum(other));
  }

  /** The index (int64) of the greatest element, along `dim` or of the flattened tensor; the first where several are. */
  argmax(...args: ReduceArgs<number | null>): Tensor {
    return this.reduced('argmax', args, (x, dim, keepdim) => arg.argmax(x, dim as number | null, keepdim));
  }

  argmin(...args: ReduceArgs<number | null>): Tensor {
    return this.reduced('argmin', args, (x, dim, keepdim) => arg.argmin(x, dim as number | null, keepdim));
  }

  /** The variance, divided by n - correction (default 1, unbiased). */
  var(dim: Dims = null, { correction = 1, keepdim = false }: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return this.make(variance(this.value, dim, { correction, keepdim }));
  }

  /** The standard deviation, √var. */
  std(dim: Dims = null, { correction = 1, keepdim = false }: { correction?: number; keepdim?: boolean } = {}): Tensor {
    return this.make(std(this.value, dim, { correction, keepdim }));
  }

  /** The p-norm (Σ|x|^p)^(1/p), p = 2 by default, over all elements or the given dimensions; p may be 0 and ±Infinity. */
  norm(p: number | 'fro' = 2, dim: Dims = null, { keepdim = false }: { keepdim?: boolean } = {}): Tensor {
    return this.make(vectorNorm(this.value, p === 'fro' ? 2 : p, dim, keepdim));
  }

  /** exp(x_i) / Σ_j exp(x_j) along `dim`. */
  softmax(dim: number): Tensor {
    return this.make(softmax(toFloat(this.value), dim));
  }

  /** log softmax along `dim`. */
  logSoftmax(dim: number): Tensor {
    return this.make(logSoftmax(toFloat(this.value), dim));
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

  private extremum(
    name: string,
    args: readonly unknown[],
    whole: (x: Value) => Value,
    along: (x: Value, dim: number, keepdim: boolean) => readonly Value[],
    pairwise: (other: Tensor) => Tensor,
  ): Tensor | [Tensor, Tensor] {
    if (args[0] instanceof ElementaryMethods) return pairwise(args[0] as unknown as Tensor);
    const { dim, keepdim } = reduceArgs(name, args);
    if (dim === null) return this.make(named(whole(this.value), `${name === 'max' ? 'Max' : 'Min'}Backward1`));
    if (typeof dim !== 'number') {
      throw new ArgumentError(
        `${name}: expected one dimension for input of shape ${showShape(this.shape)}, but got ${showShape(dim)}; use a${name} for several`,
      );
    }
    const [values, indices] = along(this.value, dim, keepdim);
    return [this.make(values!), this.make(indices!)];
  }
}

/** What PyTorch calls the gradient functions of reductions over some dimensions, where that differs from those over all. */
const overDims: Record<string, string> = { sum: 'SumBackward1', mean: 'MeanBackward1', prod: 'ProdBackward1' };

function reduceArgs(name: string, args: readonly unknown[]): { dim: Dims; keepdim: boolean } {
  const [first, second] = args;
  const named = isPlainObject(first) ? first : isPlainObject(second) ? second : {};
  for (const key of Object.keys(named)) {
    if (key !== 'dim' && key !== 'keepdim')
      throw new ArgumentError(`${name}: got an unknown argument '${key}'; it takes 'dim' and 'keepdim'`);
  }
  const dim = (isPlainObject(first) ? first.dim : first) as Dims | undefined;
  const keepdim = typeof second === 'boolean' ? second : ((named.keepdim as boolean | undefined) ?? false);
  return { dim: dim ?? null, keepdim };
}
