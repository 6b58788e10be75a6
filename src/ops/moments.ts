// Mean and variance in one reading of the input; var and std.
import { kernels } from '../compiler/texts';
import { expectFloat, named, record, recordAll } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { add, div, mul, sub } from './arithmetic';
import { reshape } from './cast';
import { eq, where } from './compare';
import { reducedShape, resolveDims } from './dims';
import { pointwise } from './pointwise';
import { type Dims, expand, reducedCount } from './reduce';

/** How moments and normalisation are computed. */
export const kernel = kernels('norm', () => import('../kernels/reduce/norm'), 'norm');

export interface MomentsAttrs {
  /** Ascending, from the front. */
  readonly dims: readonly number[];
  /** Degrees of freedom lost: the variance is Σ (x - mean)² / (n - correction). */
  readonly correction: number;
}

/** Outputs: mean and variance, with the reduced dimensions kept as 1. */
const momentsOp: Op<MomentsAttrs> = {
  name: 'var',
  remakes: true,
  saves: { inputs: [0], outputs: [0] },
  infer([x], { dims }) {
    expectFloat('var', 'input', x);
    const meta = { shape: reducedShape(x.shape, dims, true), dtype: x.dtype };
    return [meta, meta];
  },
  lower: (context) => kernel().moments(context),
  growth: 'moments',
  // d mean / dx = 1 / n,   d var / dx = 2 (x - mean) / (n - correction)
  vjp([dmean, dvar], { inputs: [x], outputs: [mean], attrs: { dims, correction } }) {
    const n = reducedCount(x.shape, dims);
    const byMean = dmean && div(dmean, n);
    if (!dvar) return [byMean ? expand(byMean, x.shape) : null];
    const byVar = mul(sub(x, mean), div(mul(dvar, 2), Math.max(n - correction, 0)));
    return [byMean ? add(byVar, byMean) : byVar];
  },
};

/** Mean and variance over `dims`, which stay as dimensions of size 1. */
export function moments(
  x: Value,
  dims: readonly number[],
  correction: number,
): readonly [mean: Value, variance: Value] {
  const [mean, variance] = recordAll(momentsOp, [x], { dims, correction });
  return [mean!, variance!];
}

export interface VarianceOptions {
  readonly correction?: number;
  readonly keepdim?: boolean;
}

/** Variance over `dims` (default all): Σ (x - mean)² / (n - correction), with correction 1 unless given. */
export function variance(
  x: Value,
  dims: Dims = null,
  { correction = 1, keepdim = false }: VarianceOptions = {},
): Value {
  const resolved = resolveDims('var', dims, x.shape.length);
  const y = moments(x, resolved, correction)[1];
  return named(keepdim ? y : reshape(y, reducedShape(x.shape, resolved, false)), 'VarBackward0');
}

const stdOp = pointwise({
  name: 'std',
  expr: 'sqrt(a0)',
  saves: 'y',
  grads: [(dy, { y }) => where(eq(y, 0), 0, div(dy, mul(y, 2)))],
});

/** Standard deviation over `dims`: the root of `variance`, with gradient 0 where it is 0. */
export const std = (x: Value, dims: Dims = null, options: VarianceOptions = {}): Value =>
  record(stdOp, [variance(x, dims, options)], undefined);
