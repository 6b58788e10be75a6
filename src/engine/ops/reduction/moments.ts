// Mean and variance from one pass over the input; var and std.
import { kernels } from '../../compiler/texts';
import { expectFloat, named, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add, div, mul, sub } from '../pointwise/arithmetic';
import { eq, where } from '../pointwise/compare';
import { pointwise } from '../pointwise/pointwise';
import { reshape } from '../shape/cast';
import { reducedShape, resolveDims } from '../shape/dims';
import { type Dims, expand, reducedCount } from './reduce';

/** The kernels of moments and layer norm, loaded when a plan first needs them. */
export const kernel = kernels('norm', () => import('../../kernels/reduce/norm'), 'norm');

export interface MomentsAttrs {
  /** Ascending, from the front. */
  readonly dims: readonly number[];
  /** Degrees of freedom lost: the variance is Σ (x - mean)² / (n - correction). */
  readonly correction: number;
}

/**
 * Outputs: the mean, and the variance or (`root`) its square root, with the reduced dimensions kept as 1. The root has
 * an operation of its own because it fits a float32 even where the variance overflows or underflows.
 */
const momentsOp = (name: string, root: boolean): Op<MomentsAttrs> => ({
  name,
  remakes: true,
  saves: { inputs: [0], outputs: [0] },
  infer([x], { dims }) {
    expectFloat(name, 'input', x);
    const meta = { shape: reducedShape(x.shape, dims, true), dtype: x.dtype };
    return [meta, meta];
  },
  lower: (context) => kernel().moments(context, root),
  growth: 'moments',
  // d mean / dx = 1 / n,   d var / dx = 2 (x - mean) / (n - correction),   d std / dx = d var / dx / (2 std), which `deviation` has divided.
  vjp([dmean, dy], { inputs: [x], outputs: [mean], attrs: { dims, correction } }) {
    const n = reducedCount(x.shape, dims);
    const byMean = dmean && div(dmean, n);
    if (!dy) return [byMean ? expand(byMean, x.shape) : null];
    const dvar = root ? dy : mul(dy, 2);
    const bySpread = mul(sub(x, mean), div(dvar, Math.max(n - correction, 0)));
    return [byMean ? add(bySpread, byMean) : bySpread];
  },
});
const varOp = momentsOp('var', false);
const stdOp = momentsOp('std', true);
/** The standard deviation as an output that the gradient reads, so that an in-place write into it is noticed. */
const deviationOp = pointwise({
  name: 'deviation',
  expr: 'a0',
  saves: 'y',
  grads: [(dy, { y }) => where(eq(y!, 0), 0, div(dy, y!))],
});

/** Mean and variance over `dims`, which stay as dimensions of size 1. */
export function moments(
  x: Value,
  dims: readonly number[],
  correction: number,
): readonly [mean: Value, variance: Value] {
  const [mean, variance] = recordAll(varOp, [x], { dims, correction });
  return [mean!, variance!];
}

export interface VarianceOptions {
  readonly correction?: number;
  readonly keepdim?: boolean;
}

const spread =
  (op: Op<MomentsAttrs>, gradName: string) =>
  (x: Value, dims: Dims = null, { correction = 1, keepdim = false }: VarianceOptions = {}): Value => {
    const resolved = resolveDims(op.name, dims, x.shape.length);
    const kept = recordAll(op, [x], { dims: resolved, correction })[1]!;
    const y = keepdim ? kept : reshape(kept, reducedShape(x.shape, resolved, false));
    return named(op === stdOp ? record(deviationOp, [y], undefined) : y, gradName);
  };

/** Variance over `dims` (default all): Σ (x - mean)² / (n - correction). Default correction: 1. */
export const variance = spread(varOp, 'VarBackward0');

/** Standard deviation over `dims`: the root of `variance`, with gradient 0 where it is 0. */
export const std = spread(stdOp, 'StdBackward0');
