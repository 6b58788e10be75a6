// The extremum along a dimension together with its index: max and min with indices, argmax, argmin.
import { kernels } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { numel, showShape } from '../../core/meta';
import { recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { scatterAddIntoZeros } from '../indexing/indexing';
import { reshape } from '../shape/cast';
import { reducedShape, resolveDim } from '../shape/dims';
import { type ReduceAttrs, reducedCount } from './reduce';

/** The kernels of extrema, sorts and samples, loaded when a plan first needs them. */
export const kernel = kernels('order', () => import('../../kernels/rare-bundle'), 'sort');

/** Outputs: the extremum, and its index along the one dimension in `dims`. */
function extremumOp(name: string, minimum: boolean): Op<ReduceAttrs> {
  const op: Op<ReduceAttrs> = {
    name,
    saves: { inputs: [], outputs: [1] },
    infer([x], { dims, keepdim }) {
      if (reducedCount(x.shape, dims) === 0) {
        throw new ShapeError(`${name}: expected at least one element to compare, but got shape ${showShape(x.shape)}`);
      }
      const shape = reducedShape(x.shape, dims, keepdim);
      return [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int64' },
      ];
    },
    lower: (context) => kernel().orders.extremum(context, name, minimum),
    vjp([dy], { inputs: [x], outputs: [, at], attrs: { dims } }) {
      if (!dy) return [null];
      const kept = reducedShape(x.shape, dims, true);
      return [scatterAddIntoZeros(x.shape, dims[0] ?? 0, reshape(at, kept), reshape(dy, kept))];
    },
    growth: 'extremum',
  };
  return op;
}

const maxOp = extremumOp('max', false);
const minOp = extremumOp('min', true);

function withIndices(op: Op<ReduceAttrs>, x: Value, dim: number, keepdim: boolean): readonly [Value, Value] {
  const at = resolveDim(op.name, dim, x.shape.length);
  const [values, indices] = recordAll(op, [x], { dims: x.shape.length === 0 ? [] : [at], keepdim });
  return [values!, indices!];
}

/** The greatest elements along a dimension and their indices (int64). The first of equals wins; NaN counts as the greatest. */
export const maxWithIndices = (x: Value, dim: number, keepdim = false): readonly [Value, Value] =>
  withIndices(maxOp, x, dim, keepdim);

/** The least elements along a dimension and their indices. */
export const minWithIndices = (x: Value, dim: number, keepdim = false): readonly [Value, Value] =>
  withIndices(minOp, x, dim, keepdim);

function place(name: string, op: Op<ReduceAttrs>, x: Value, dim: number | null, keepdim: boolean): Value {
  if (dim !== null) return withIndices(op, x, dim, keepdim)[1];
  if (numel(x.shape) === 0) {
    throw new ShapeError(
      `${name}: expected at least one element to compare, but got shape ${showShape(x.shape)}; give a dim that is not empty`,
    );
  }
  const at = withIndices(op, reshape(x, [numel(x.shape)]), 0, false)[1];
  return keepdim
    ? reshape(
        at,
        x.shape.map(() => 1),
      )
    : at;
}

/** Index of the greatest element along a dimension, or in the flattened input for a null `dim`. */
export const argmax = (x: Value, dim: number | null = null, keepdim = false): Value =>
  place('argmax', maxOp, x, dim, keepdim);

/** Index of the least element along a dimension, or in the flattened input for a null `dim`. */
export const argmin = (x: Value, dim: number | null = null, keepdim = false): Value =>
  place('argmin', minOp, x, dim, keepdim);
