// Reductions over dimensions (sum, prod, mean, amax, amin, any, all, logsumexp) and their adjoint, expand.
import foldMax from '../../../../shaders/lib/fold-max.wgsl?raw';
import foldMin from '../../../../shaders/lib/fold-min.wgsl?raw';
import foldProd from '../../../../shaders/lib/fold-prod.wgsl?raw';
import foldSum from '../../../../shaders/lib/fold-sum.wgsl?raw';
import stripFoursLib from '../../../../shaders/lib/strip-fours.wgsl?raw';
import stripsLib from '../../../../shaders/lib/strips.wgsl?raw';
import source from '../../../../shaders/reduce.wgsl?raw';
import { input, type Lowering, type Operand, output, type Pass, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import {
  BYTES_PER_ELEMENT,
  isFloat,
  type Meta,
  numel,
  type Shape,
  sameShape,
  scalarOf,
  showShape,
} from '../../core/meta';
import type { AdapterProfile } from '../../gpu/device';
import { expectFloat, named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { elementLibs } from '../../kernels/reduce/elements';
import { resultCount, type Strips, secondStrips, stripCount, stripsFor, stripsPass } from '../../kernels/reduce/strips';
import { add, div, exp, log, mul, sub } from '../pointwise/arithmetic';
import { eq, isinf, isnan, logicalAnd, logicalOr, where } from '../pointwise/compare';
import { broadcastShapes } from '../shape/broadcast';
import { cast, detach, full, inFloat32, reshape } from '../shape/cast';
import { reducedShape, resolveDims } from '../shape/dims';

export interface ReduceAttrs {
  /** Ascending, from the front. */
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** Dimensions to reduce: one, several, or null for all. */
export type Dims = number | readonly number[] | null;

const foursApart: Text = '#math/libStripFoursApart';
const shared: Text = '#math/libReduceShared';

/** With so many elements, the wait for memory is worth a kernel that only GPUs need. */
const LONG = 2 ** 14;

const folds = { sum: foldSum, prod: foldProd, max: foldMax, min: foldMin };
type Kind = keyof typeof folds;

function lowerReduction(
  kind: Kind,
  x: Meta,
  dims: readonly number[],
  divisor: number,
  adapter: AdapterProfile,
): Lowering {
  const pass = (strips: Strips, from: Operand, elements: number, to: Operand, by: number): Pass => {
    const results = resultCount(strips);
    const lengths = { x: elements, x4: elements / 4, y: results, y4: results / 4 };
    const bare = {
      source: [
        elementLibs[scalarOf(x.dtype)],
        folds[kind],
        stripsLib,
        adapter.kind === 'gpu' && elements >= LONG ? foursApart : stripFoursLib,
        ...(strips.shared > 1 ? [shared] : []),
        source,
      ],
      variants: { lengths },
      label: kind,
      reads: [from],
      writes: [to],
      params: { divisor: by },
    };
    return stripsPass(bare, strips, adapter);
  };
  const abilities = { fours: true, workgroups: true };
  const strips = stripsFor(x.shape, dims, adapter, abilities);
  const elements = numel(x.shape);
  if (stripCount(strips) === 1)
    return { kind: 'passes', passes: [pass(strips, input(0), elements, output(), divisor)] };
  const partial = resultCount(strips);
  return {
    kind: 'passes',
    passes: [
      pass(strips, input(0), elements, scratch(), 1),
      pass(secondStrips(strips, adapter, abilities), scratch(), partial, output(), divisor),
    ],
    scratch: [partial * BYTES_PER_ELEMENT],
  };
}

/** Elements that each output of a reduction combines. */
export const reducedCount = (shape: Shape, dims: readonly number[]): number => dims.reduce((n, d) => n * shape[d]!, 1);

interface ReductionSpec {
  readonly name: string;
  readonly kind: Kind;
  /** Whether the result is divided by the number of elements. */
  readonly mean?: boolean;
  /** Whether a reduction over no elements is an error. */
  readonly needsElements?: boolean;
  readonly saves?: Op['saves'];
  /** The gradient, given x, y, and dy with the reduced dimensions kept as 1. */
  readonly grad?: (dy: Value, x: Value, y: Value, dims: readonly number[]) => Value;
}

function reduction({ name, kind, mean, needsElements, saves, grad }: ReductionSpec): Op<ReduceAttrs> {
  const op: Op<ReduceAttrs> = {
    name,
    remakes: true,
    saves: saves ?? { inputs: [] },
    infer([x], { dims, keepdim }) {
      if (needsElements && reducedCount(x.shape, dims) === 0) {
        throw new ShapeError(
          `${name}: expected at least one element to reduce, but got shape ${showShape(x.shape)} over dims [${dims.join(', ')}]`,
        );
      }
      return [{ shape: reducedShape(x.shape, dims, keepdim), dtype: x.dtype }];
    },
    lower: ({ inputs: [x], attrs: { dims }, adapter }) =>
      lowerReduction(kind, x, dims, mean ? reducedCount(x.shape, dims) : 1, adapter),
    vjp:
      grad &&
      (([dy], { inputs: [x], outputs: [y], attrs: { dims } }) => {
        return [grad(reshape(dy!, reducedShape(x.shape, dims, true)), x, y, dims)];
      }),
    growth: 'reduced',
  };
  return op;
}

const sumOp = reduction({ name: 'sum', kind: 'sum', grad: (dy, x) => expand(dy, x.shape) });
const meanOp = reduction({
  name: 'mean',
  kind: 'sum',
  mean: true,

  grad: (dy, x, _y, dims) => expand(div(dy, reducedCount(x.shape, dims)), x.shape),
});
const prodOp = reduction({
  name: 'prod',
  kind: 'prod',

  saves: { inputs: [0] },
  grad: (dy, x, _y, dims) => mul(dy, productOfOthers(x, dims)),
});
/** The elements that equal the extremum share the gradient evenly. */
const shareEvenly = (dy: Value, x: Value, y: Value, dims: readonly number[]): Value => {
  const chosen = cast(eq(x, reshape(y, dy.shape)), 'float32');
  return mul(chosen, div(dy, record(sumOp, [chosen], { dims, keepdim: true })));
};
/** As `shareEvenly`; if the extremum is NaN, the NaN elements share the gradient. */
const shareEvenlyWithNaN = (dy: Value, x: Value, y: Value): Value => {
  const chosen = cast(logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y))), 'float32');
  return mul(chosen, div(dy, sum(chosen)));
};
const extremumSpec = { needsElements: true, saves: { inputs: [0], outputs: [0] }, grad: shareEvenly };
const amaxOp = reduction({ name: 'amax', kind: 'max', ...extremumSpec });
const aminOp = reduction({ name: 'amin', kind: 'min', ...extremumSpec });
const maxOp = reduction({ name: 'max', kind: 'max', ...extremumSpec, grad: shareEvenlyWithNaN });
const minOp = reduction({ name: 'min', kind: 'min', ...extremumSpec, grad: shareEvenlyWithNaN });
const anyOp = reduction({ name: 'any', kind: 'max' });
const allOp = reduction({ name: 'all', kind: 'min' });

/** ∏_{j≠i} x_j, also where some x_j are zero. */
function productOfOthers(x: Value, dims: readonly number[]): Value {
  const zero = eq(x, 0);
  const zeros = record(sumOp, [cast(zero, 'float32')], { dims, keepdim: true });
  const filled = where(zero, 1, x);
  const product = record(prodOp, [filled], { dims, keepdim: true });
  return where(eq(zeros, where(zero, 1, 0)), div(product, filled), 0);
}

function reduce(op: Op<ReduceAttrs>, x: Value, dims: Dims, keepdim: boolean): Value {
  return record(op, [x], { dims: resolveDims(op.name, dims, x.shape.length), keepdim });
}

/** Integers and bools as int64, the dtype in which PyTorch sums and multiplies them; floats as they are. */
export const counted = (x: Value): Value => (isFloat(x.dtype) ? x : cast(x, 'int64'));

/** Σ x over `dims` (default all). Integers and bools give int64. Shape: the dims removed, or 1 with keepdim. */
export const sum = (x: Value, dims: Dims = null, keepdim = false): Value => reduce(sumOp, counted(x), dims, keepdim);

/** `sum`, with NaN counted as 0. */
export const nansum = (x: Value, dims: Dims = null, keepdim = false): Value =>
  isFloat(x.dtype) ? named(sum(where(isnan(x), 0, x), dims, keepdim), 'NansumBackward0') : sum(x, dims, keepdim);

/** How many elements over `dims` are not zero (int64). */
export const countNonzero = (x: Value, dims: Dims = null): Value => sum(cast(x, 'bool'), dims);

/** ∏ x over `dims`. Integers and bools give int64. */
export const prod = (x: Value, dims: Dims = null, keepdim = false): Value => reduce(prodOp, counted(x), dims, keepdim);

/** The mean over `dims`, of floats only. */
export function mean(x: Value, dims: Dims = null, keepdim = false): Value {
  expectFloat('mean', 'input', x);
  return reduce(meanOp, x, dims, keepdim);
}

/** The greatest element over `dims`; NaN if any is NaN. */
export const amax = (x: Value, dims: Dims = null, keepdim = false): Value => reduce(amaxOp, x, dims, keepdim);

/** The least element over `dims`; NaN if any is NaN. */
export const amin = (x: Value, dims: Dims = null, keepdim = false): Value => reduce(aminOp, x, dims, keepdim);

/** The greatest of all elements. Unlike `amax`, it passes the gradient to NaN elements if the result is NaN. */
export const max = (x: Value): Value => reduce(maxOp, x, null, false);

/** The least of all elements. */
export const min = (x: Value): Value => reduce(minOp, x, null, false);

/** Whether any element over `dims` is not zero. */
export const any = (x: Value, dims: Dims = null, keepdim = false): Value =>
  reduce(anyOp, cast(x, 'bool'), dims, keepdim);

/** Whether every element over `dims` is not zero; true for no elements. */
export function all(x: Value, dims: Dims = null, keepdim = false): Value {
  const resolved = resolveDims('all', dims, x.shape.length);
  if (reducedCount(x.shape, resolved) === 0) return full(reducedShape(x.shape, resolved, keepdim), 1, 'bool');
  return record(allOp, [cast(x, 'bool')], { dims: resolved, keepdim });
}

/** ln Σ e^x over `dims`, without overflow. */
export const logsumexp = (x: Value, dims: Dims, keepdim = false): Value =>
  named(
    inFloat32(x, (wide) => logSum(wide, dims, keepdim)),
    'LogsumexpBackward0',
  );

function logSum(x: Value, dims: Dims, keepdim: boolean): Value {
  const resolved = resolveDims('logsumexp', dims, x.shape.length);
  const shape = reducedShape(x.shape, resolved, keepdim);
  if (reducedCount(x.shape, resolved) === 0) return full(shape, Number.NEGATIVE_INFINITY, x.dtype);
  const peak = amax(detach(x), dims, true);
  const shift = where(isinf(peak), 0, peak);
  const y = add(log(sum(exp(sub(x, shift)), dims, true)), shift);
  return keepdim ? y : reshape(y, shape);
}

// ── expand, the adjoint of sum ──

const expandOp: Op<{ readonly shape: Shape }> = {
  name: 'expand',
  takesHalf: true,
  remakes: true,
  views: true,
  saves: { inputs: [] },
  infer([x], { shape }) {
    const target: Meta = { shape, dtype: x.dtype };
    if (!sameShape(broadcastShapes('expand', [x, target]), shape)) {
      throw new ShapeError(
        `expand: expected a shape that ${showShape(x.shape)} broadcasts to, but got ${showShape(shape)}`,
      );
    }
    return [target];
  },
  growth: 'shaped',
  lower: () => ({ kind: 'pointwise', body: { expr: 'a0' } }),
  vjp: ([dy], { inputs: [x] }) => [sumTo(dy!, x.shape)],
};

/** x broadcast to `shape`: repeated along dimensions of size 1 and along new leading ones. */
export const expand = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : record(expandOp, [x], { shape });

/** The adjoint of broadcasting: x summed down to a shape that broadcasts to the shape of x. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const dims = x.shape.flatMap((size, d) => (d < lead || (shape[d - lead] === 1 && size !== 1) ? [d] : []));
  const kept = dims.length > 0 ? record(sumOp, [x], { dims, keepdim: false }) : x;
  return sameShape(kept.shape, shape) ? kept : reshape(kept, shape);
}
