// The extremum along a dimension with its place: max and min with indices, argmax, argmin.
import stripsLib from '../../shaders/lib/strips.wgsl?raw';
import { input, type Operand, output, type Pass, scratch } from '../compiler/ir';
import type { Text } from '../compiler/texts';
import { ShapeError } from '../core/errors';
import { BYTES_PER_ELEMENT, numel, scalarOf, showShape } from '../core/meta';
import { recordAll } from '../graph/record';
import type { Op, Value } from '../graph/value';
import { elementLibs } from '../kernels/reduce/elements';
import { resultCount, type Strips, secondStrips, stripCount, stripsFor, stripsPass } from '../kernels/reduce/strips';
import { reshape } from './cast';
import { reducedShape, resolveDim } from './dims';
import { scatterAddIntoZeros } from './indexing';
import { type ReduceAttrs, reducedCount } from './reduce';
import { filledPast, greatestOf, leastOf } from './room';

const source: Text = '#sort/arg';

/** Outputs: the extremum, and its place along the one dimension in `dims`. */
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
    lower({ inputs: [x], attrs: { dims }, adapter }) {
      const pass = (strips: Strips, from: Operand, places: Operand | null, to: Operand, at: Operand): Pass => {
        const elements = places ? partial : numel(x.shape);
        const results = resultCount(strips);
        const lengths = {
          ...{ x: elements, x4: elements / 4 },
          ...{ value: results, value4: results / 4, at: results, at4: results / 4 },
        };
        const bare = {
          source: [elementLibs[scalarOf(x.dtype)], stripsLib, source],
          lengths,
          label: name,
          overrides: { MINIMUM: minimum ? 1 : 0, HAS_PLACES: places ? 1 : 0 },
          // Without places the input is bound twice: bindings are fixed, and this one is not read.
          reads: [from, places ?? from],
          writes: [to, at],
        };
        return stripsPass(bare, strips, adapter);
      };
      const strips = stripsFor(x.shape, dims, adapter, { fours: true, workgroups: true });
      const partial = resultCount(strips);
      if (stripCount(strips) === 1)
        return { kind: 'passes', passes: [pass(strips, input(0), null, output(0), output(1))] };
      const bytes = partial * BYTES_PER_ELEMENT;
      const second = secondStrips(strips, adapter, { workgroups: true });
      return {
        kind: 'passes',
        passes: [
          pass(strips, input(0), null, scratch(0), scratch(1)),
          pass(second, scratch(0), scratch(1), output(0), output(1)),
        ],
        scratch: [bytes, bytes],
      };
    },
    vjp([dy], { inputs: [x], outputs: [, at], attrs: { dims } }) {
      if (!dy) return [null];
      const kept = reducedShape(x.shape, dims, true);
      return [scatterAddIntoZeros(x.shape, dims[0] ?? 0, reshape(at, kept), reshape(dy, kept))];
    },
    // Of equals the first wins, so that an element wins that counts.
    grow: ({ inputs: [x], attrs, counts: [counts] }) =>
      recordAll(op, [filledPast(x!, counts!, (minimum ? greatestOf : leastOf)(x!.dtype), attrs.dims)], attrs),
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
