// Running sums, products and extrema along a dimension: cumsum, cumprod, logcumsumexp, cummax and cummin.
import { kernels } from '../../compiler/texts';
import { expectFloat, named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { gather } from '../indexing/indexing';
import { abs, add, div, exp, log, mul, sub } from '../pointwise/arithmetic';
import { eq, gt, logicalAnd, lt, where } from '../pointwise/compare';
import { cast } from '../shape/cast';
import { resolveDim } from '../shape/dims';
import { counted } from './reduce';

/** The kernels of scans, loaded when a plan first needs them. */
const kernel = kernels('scan', () => import('../../kernels/rare-bundle'), 'scan');

/** The scans that one kernel computes with different combining functions. */
export type Scanned = 'cumsum' | 'cumprod' | 'logcumsumexp';

export interface ScanAttrs {
  readonly dim: number;
  /** Scans from the end to the start. */
  readonly reverse: boolean;
}

function scanOp(name: Scanned, vjp: Op<ScanAttrs>['vjp'], saves: Op['saves']): Op<ScanAttrs> {
  const op: Op<ScanAttrs> = {
    name,
    remakes: true,
    saves,
    infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
    lower: (context) => kernel().scans.scan(context, name),
    vjp,
    growth: 'scanned',
  };
  return op;
}

const cumsumOp: Op<ScanAttrs> = scanOp(
  'cumsum',
  ([dy], { attrs: { dim, reverse } }) => [record(cumsumOp, [dy!], { dim, reverse: !reverse })],
  { inputs: [] },
);
/**
 * Before the first zero of a row, dx_k = Σ_{i ≥ k} dy_i y_i / x_k; at that zero, the same with 1 in place of x_k; after
 * it, 0.
 */
const cumprodOp: Op<ScanAttrs> = scanOp(
  'cumprod',
  ([dy], { inputs: [x], outputs: [y], attrs: { dim } }) => {
    const fromHere = (v: Value) => record(cumsumOp, [v], { dim, reverse: true });
    const zero = eq(x, 0);
    const zeros = record(cumsumOp, [cast(zero, 'float32')], { dim, reverse: false });
    const first = logicalAnd(zero, eq(zeros, 1));
    const others = cumprod(where(first, 1, x), dim);
    const atFirst = where(first, fromHere(mul(dy!, others)), 0);
    return [where(eq(zeros, 0), div(fromHere(mul(dy!, y)), where(zero, 1, x)), atFirst)];
  },
  { inputs: [0], outputs: [0] },
);

/** y_i = x_0 + … + x_i along a dimension. Integers and bools give int64. */
export const cumsum = (x: Value, dim: number): Value =>
  record(cumsumOp, [counted(x)], { dim: resolveDim('cumsum', dim, x.shape.length), reverse: false });

/** y_i = x_0 · … · x_i along a dimension. Integers and bools give int64. */
export const cumprod = (x: Value, dim: number): Value =>
  record(cumprodOp, [counted(x)], { dim: resolveDim('cumprod', dim, x.shape.length), reverse: false });

const LOWEST = -3.4028234663852886e38;

/**
 * dx_k = e^{x_k} Σ_{i ≥ k} dy_i e^{-y_i}. The sum runs over logarithms, so that nothing overflows; hence the positive
 * and the negative dy are summed separately.
 */
const logcumsumexpOp: Op<ScanAttrs> = scanOp(
  'logcumsumexp',
  ([dy], { inputs: [x], outputs: [y], attrs: { dim, reverse } }) => {
    const size = log(abs(dy!));
    const part = (chosen: Value) => {
      const terms = sub(where(chosen, size, LOWEST), y);
      return exp(add(record(logcumsumexpOp, [terms], { dim, reverse: !reverse }), x));
    };
    return [sub(part(gt(dy!, 0)), part(lt(dy!, 0)))];
  },
  { inputs: [0], outputs: [0] },
);

/** y_i = ln(e^{x_0} + … + e^{x_i}) along a dimension. */
export function logcumsumexp(x: Value, dim: number): Value {
  expectFloat('logcumsumexp', 'input', x);
  return record(logcumsumexpOp, [x], { dim: resolveDim('logcumsumexp', dim, x.shape.length), reverse: false });
}

const runningPlaceOp: Op<{ readonly dim: number; readonly minimum: boolean }> = {
  name: 'runningPlace',
  infer: ([x]) => [{ shape: x.shape, dtype: 'int64' }],
  lower: (context) => kernel().scans.runningPlace(context),
  growth: 'again',
};

function runningExtremum(name: string, x: Value, dim: number, minimum: boolean): readonly [Value, Value] {
  const at = resolveDim(name, dim, x.shape.length);
  const places = record(runningPlaceOp, [x], { dim: at, minimum });
  return [named(gather(x, at, places), minimum ? 'CumminBackward0' : 'CummaxBackward0'), places];
}

/**
 * For each i, the greatest of x_0 … x_i and its index (the last one, if there are several). NaN counts as the greatest.
 */
export const cummax = (x: Value, dim: number): readonly [Value, Value] => runningExtremum('cummax', x, dim, false);

/** For each i, the least of x_0 … x_i and its index. */
export const cummin = (x: Value, dim: number): readonly [Value, Value] => runningExtremum('cummin', x, dim, true);
