// Picks elements by index tensors and adds them back: gather / scatterAdd, indexSelect / indexAdd, oneHot, batches of
// rows.
import { u32 } from '../../compiler/ir';
import { kernels } from '../../compiler/texts';
import { ArgumentError, DTypeError, ShapeError } from '../../core/errors';
import { contiguousStrides, type Meta, numel, type Shape, sameShape, showShape } from '../../core/meta';
import { FaultCode } from '../../gpu/faults';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add } from '../pointwise/arithmetic';
import { cast, full, reshape } from '../shape/cast';
import { resolveDim } from '../shape/dims';
import { pad, slice, stridedScatter } from '../shape/shape';
import {
  type BytesAttrs,
  type DimAttrs,
  MAX_BYTE_CHANNELS,
  MAX_RANK,
  type RangeAttrs,
  type SelectAttrs,
} from './index-attrs';

/** The kernels of picking and of adding back, each loaded when a plan first needs them. */
export const kernel = kernels('indexing', () => import('../../kernels/usual-bundle'), 'indexing');
export const scatterKernel = kernels('scatter', () => import('../../kernels/rare-bundle'), 'scatter');

/** @throws DTypeError unless the dtype is int64 or int32, which are both stored as i32 */
export function expectIndex(op: string, name: string, meta: Meta): void {
  if (meta.dtype !== 'int64' && meta.dtype !== 'int32') {
    throw new DTypeError(`${op}: expected ${name} of dtype int64, but got ${meta.dtype}; convert it with .to('int64')`);
  }
}

/** @throws DTypeError unless a source has the dtype of the base that it is written into */
export function expectSource(op: string, base: Meta, src: Meta): void {
  if (src.dtype === base.dtype) return;
  throw new DTypeError(
    `${op}: expected a source of dtype ${base.dtype}, but got ${src.dtype}; convert it with .to('${base.dtype}')`,
  );
}

/** The shape with `size` for dimension `dim`. */
export const withSize = (shape: Shape, dim: number, size: number): Shape => shape.map((n, d) => (d === dim ? size : n));

// ── gather and scatterAdd: an index for every element ──

/** See `gather`. */
export const gatherOp: Op<DimAttrs> = {
  name: 'gather',
  saves: { inputs: [1] },
  infer([x, index], { dim }) {
    expectIndex('gather', 'index', index);
    const fits =
      x.shape.length === index.shape.length && index.shape.every((size, d) => d === dim || size <= x.shape[d]!);
    if (!fits || x.shape.length > MAX_RANK) {
      throw new ShapeError(
        `gather: expected an index no larger than input ${showShape(x.shape)} apart from dimension ${dim}, but got ${showShape(index.shape)}`,
      );
    }
    return [{ shape: index.shape, dtype: x.dtype }];
  },
  lower: (context) => kernel().indices.gather(context, 'gather'),
  vjp([dy], { inputs: [x, index], attrs: { dim } }) {
    const dx = scatterAddIntoZeros(withSize(index.shape, dim, x.shape[dim] ?? 1), dim, index, dy!);
    const missing = dx.shape.map((size, d) => x.shape[d]! - size);
    return [
      pad(
        dx,
        missing.map(() => 0),
        missing,
      ),
      null,
    ];
  },
  growth: 'gathered',
};

/**
 * y[i][j][k] = x[index[i][j][k]][j][k] for dim 0; likewise for other dimensions. Shape: that of the index. Here and
 * below, a negative index is out of range: `wrapIndex` makes it positive first.
 */
export function gather(x: Value, dim: number, index: Value): Value {
  const at = resolveDim('gather', dim, x.shape.length);
  const [row, places] = alike(x, ofRankOf(x, index));
  const y = record(gatherOp, [row, places], { dim: at });
  return sameShape(y.shape, index.shape) ? y : reshape(y, index.shape);
}

/** An index; an empty one, which may have any shape as in PyTorch, with the number of dimensions of `x`. */
const ofRankOf = (x: Value, index: Value): Value =>
  numel(index.shape) > 0
    ? index
    : reshape(
        index,
        (x.shape.length > 0 ? x.shape : [0]).map(() => 0),
      );

/**
 * If vectors and rank-0 values are mixed, makes the rank-0 ones vectors of one element; else returns the values as they
 * are.
 */
function alike(...values: readonly Value[]): readonly Value[] {
  const ranks = values.map(({ shape }) => shape.length);
  if (Math.max(...ranks) !== 1 || Math.min(...ranks) !== 0) return values;
  return values.map((x) => (x.shape.length === 0 ? reshape(x, [1]) : x));
}

/** Inputs: base, index, source. `shared`: the index is a single list, which applies to all other dimensions alike. */
interface ScatterAttrs extends DimAttrs {
  readonly shared: boolean;
  /**
   * The source replaces the element of the base instead of being added; if several sources go to one place, the last
   * wins.
   */
  readonly replace: boolean;
}

/** The name of the function that users call. */
const scatterName = (shared: boolean, replace: boolean): string =>
  shared ? (replace ? 'indexCopy' : 'indexAdd') : replace ? 'scatter' : 'scatterAdd';

const scatterAddOp: Op<ScatterAttrs> = {
  name: 'scatterAdd',
  saves: { inputs: [1] },
  infer([base, index, src], { dim, shared, replace }) {
    const op = scatterName(shared, replace);
    expectIndex(op, 'index', index);
    const m = shared ? numel(index.shape) : index.shape[dim];
    const expected = base.shape.length === 0 ? [] : withSize(base.shape, dim, m!);
    if (shared && base.shape.length === 0 && m !== 1) {
      throw new ShapeError(`${op}: expected one index for an input without dimensions, but got ${m}`);
    }
    if (!sameShape(src.shape, expected) || (!shared && !sameShape(index.shape, src.shape))) {
      throw new ShapeError(
        `${op}: expected a source of shape ${showShape(expected)} for input ${showShape(base.shape)} and index ${showShape(index.shape)}, but got ${showShape(src.shape)}`,
      );
    }
    expectSource(op, base, src);
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  lower(context) {
    const { dim, shared, replace } = context.attrs;
    const kind = replace ? 'last' : 'sum';
    return scatterKernel().scatters.scatterOnto(context, scatterName(shared, replace), {
      dim,
      shared,
      kind,
      includeSelf: true,
    });
  },
  vjp([dy], { inputs: [, index, src], attrs, needs }) {
    const { dim, shared, replace } = attrs;
    const kept = replace && needs[0] ? record(scatterOp, [dy!, index!, full(src!.shape, 0)], attrs) : dy!;
    return [kept, null, shared ? indexSelect(dy!, dim, index!) : gather(dy!, dim, index!)];
  },
};
const scatterOp: Op<ScatterAttrs> = { ...scatterAddOp, name: 'scatter' };

/**
 * base with src[i][j][k] added to element [index[i][j][k]][j][k] for dim 0; likewise for others. Index and src have one
 * shape.
 */
export const scatterAdd = (base: Value, dim: number, index: Value, src: Value): Value =>
  record(scatterAddOp, [base, index, src], {
    dim: resolveDim('scatterAdd', dim, base.shape.length),
    shared: false,
    replace: false,
  });

/**
 * base with element [index[i][j][k]][j][k] replaced by src[i][j][k] (or, without `replace`, increased by it) for dim 0;
 * likewise for other dimensions. The index may be smaller than src in every dimension, and smaller than base in the
 * other dimensions; elements outside its shape take no part. If several sources replace one element, the last wins.
 */
export function scatterInto(base: Value, dim: number, index: Value, src: Value, replace: boolean): Value {
  const op = replace ? scatterOp : scatterAddOp;
  return inRegion(op.name, { base, dim, index, src }, (parts, at) =>
    record(op, parts, { dim: at, shared: false, replace }),
  );
}

/**
 * Applies `place` to the parts of base and src that the index covers, and writes the result back into base. The index
 * may be smaller than src in every dimension, and smaller than base in all dimensions except `dim`.
 */
export function inRegion(
  op: string,
  given: { base: Value; dim: number; index: Value; src: Value },
  place: (parts: readonly [base: Value, index: Value, src: Value], dim: number) => Value,
): Value {
  const at = resolveDim(op, given.dim, given.base.shape.length);
  const whole = ofRankOf(given.base, given.index);
  const [base, index, src] = alike(
    given.base,
    whole,
    whole === given.index
      ? given.src
      : reshape(given.src, [numel(given.src.shape), ...whole.shape.slice(1).map(() => 1)]),
  ) as [Value, Value, Value];
  const within = (shape: Shape, along: boolean) =>
    shape.length === index.shape.length && index.shape.every((size, d) => (along && d === at) || size <= shape[d]!);
  if (!within(base.shape, true) || !within(src.shape, false)) {
    throw new ShapeError(
      `${op}: expected an index no larger than input ${showShape(base.shape)} apart from dimension ${at}, nor than source ${showShape(src.shape)}, but got ${showShape(index.shape)}`,
    );
  }
  const corner = (x: Value, shape: Shape) =>
    slice(
      x,
      shape.map((stop) => ({ start: 0, stop, step: 1 })),
    );
  const shape = base.shape.length === 0 ? [] : withSize(index.shape, at, base.shape[at]!);
  const region = place([corner(base, shape), index, corner(src, index.shape)], at);
  if (given.base.shape.length !== base.shape.length) return reshape(region, given.base.shape);
  return sameShape(shape, base.shape) ? region : stridedScatter(base, region, shape, contiguousStrides(base.shape), 0);
}

/**
 * Inputs: index, source. The adjoint of gather and indexSelect. It has no base, so no zeros are written and read first.
 */
const scatterSumOp: Op<DimAttrs & { readonly shared: boolean; readonly size: number }> = {
  name: 'scatterSum',
  saves: { inputs: [0] },
  infer: ([, src], { dim, size }) => [{ shape: withSize(src!.shape, dim, size), dtype: src!.dtype }],
  lower: (context) => scatterKernel().scatters.scatterSum(context),
  vjp: ([dy], { inputs: [index], attrs: { dim, shared } }) => [
    null,
    shared ? indexSelect(dy!, dim, index!) : gather(dy!, dim, index!),
  ],
  growth: 'scatterSum',
};

/** `scatterAdd` onto zeros of a shape, which must equal that of index and src except along `dim`. */
export const scatterAddIntoZeros = (shape: Shape, dim: number, index: Value, src: Value): Value =>
  record(scatterSumOp, [index, src], { dim, shared: false, size: shape[dim] ?? 1 });

/** `indexAdd` onto zeros of a shape. */
const indexAddIntoZeros = (shape: Shape, dim: number, index: Value, src: Value): Value =>
  record(scatterSumOp, [index, src], { dim, shared: true, size: shape[dim] ?? 1 });

// ── indexSelect and indexAdd: one list of indices for a whole dimension ──

const indexSelectOp: Op<SelectAttrs> = {
  name: 'indexSelect',
  saves: { inputs: [1] },
  infer([x, index], { dim }) {
    expectIndex('indexSelect', 'index', index);
    if (index.shape.length > 1) {
      throw new ShapeError(`indexSelect: expected an index of rank 0 or 1, but got shape ${showShape(index.shape)}`);
    }
    return [{ shape: withSize(x.shape, dim, numel(index.shape)), dtype: x.dtype }];
  },
  lower: (context) => kernel().indices.indexSelect(context),
  vjp: ([dy], { inputs: [x, index], attrs: { dim } }) => [indexAddIntoZeros(x.shape, dim, index, dy!), null],
  growth: 'selected',
};
const gatherRowsOp: Op<SelectAttrs> = { ...indexSelectOp, name: 'gatherRows', remakes: 'always' };

/** The slices of x along a dimension, picked by a list of indices. `asked` is the name of the operation in errors. */
export const indexSelect = (x: Value, dim: number, index: Value, asked = 'indexSelect'): Value =>
  record(indexSelectOp, [x, index], { dim: resolveDim(asked, dim, x.shape.length), asked });

/**
 * Rows of a data set on the device: `indexSelect` along dimension 0. The rows are picked again rather than kept in
 * memory.
 */
export const gatherRows = (source: Value, indices: Value): Value =>
  record(gatherRowsOp, [source, indices], { dim: 0, asked: 'getBatch' });

/** base with slice j of src added to slice index[j] along a dimension. */
export const indexAdd = (base: Value, dim: number, index: Value, src: Value): Value =>
  record(scatterAddOp, [base, index, src], {
    dim: resolveDim('indexAdd', dim, base.shape.length),
    shared: true,
    replace: false,
  });

/** base with slice index[j] replaced by slice j of src along a dimension. */
export const indexCopy = (base: Value, dim: number, index: Value, src: Value): Value =>
  record(scatterOp, [base, index, src], {
    dim: resolveDim('indexCopy', dim, base.shape.length),
    shared: true,
    replace: true,
  });

const wrapIndexOp: Op<{ readonly asked: string; readonly limit: number }> = {
  name: 'wrapIndex',
  infer([index], { asked }) {
    expectIndex(asked, 'index', index);
    return [{ shape: index.shape, dtype: 'int64' }];
  },
  lower: ({ inputs: [index], attrs: { asked, limit } }) =>
    kernel().indices.places(asked, index!, { limit: u32(limit), fromEnd: true }),
  growth: 'wrapped',
};

/**
 * Indices into a dimension of size `limit` with negative ones counted from the end. An index out of range is reported.
 */
export const wrapIndex = (asked: string, index: Value, limit: number): Value =>
  record(wrapIndexOp, [index], { asked, limit });

const withinOp: Op<{ readonly asked: string; readonly limit: number; readonly report: number }> = {
  name: 'within',
  infer([labels], { asked }) {
    expectIndex(asked, 'labels', labels);
    return [labels];
  },
  lower: ({ inputs: [labels], attrs: { asked, limit, report } }) =>
    kernel().indices.places(asked, labels!, { limit: u32(limit), report }),
  growth: 'indices',
};

/** Class labels, checked to be from 0 to below `limit`. A label out of range is reported in the name of `asked`. */
export const labelsWithin = (asked: string, labels: Value, limit: number): Value =>
  record(withinOp, [labels], { asked, limit, report: FaultCode.labelOutOfRange });

/** The numbers x, where a NaN is reported in the name of `asked`. `isNan` is true at each NaN. */
export function numbersWithout(asked: string, x: Value, isNan: Value): Value {
  const marks = record(withinOp, [cast(isNan, 'int32')], { asked, limit: 1, report: FaultCode.nanFound });
  return add(x, cast(marks, 'float32'));
}

const withinRangeOp: Op<RangeAttrs> = {
  name: 'withinRange',
  infer: ([x]) => [x],
  lower: (context) => kernel().indices.range(context),
  vjp: ([dy], { inputs: [, other] }) => [dy!, ...(other ? [null] : [])],
  growth: 'indices',
};

/**
 * Floats x, checked to be from 0 to `highest`. A number out of range, or NaN, is reported in the words of `asked` (see
 * `faultOp`) and becomes NaN. `other`, of x's shape, is checked as well.
 */
export function numbersWithin(asked: string, highest: number, x: Value, other?: Value): Value {
  const [bits] = new Int32Array(Float32Array.of(highest).buffer);
  return record(withinRangeOp, other ? [x, other] : [x], { asked, highest: bits! });
}

// ── Batches of bytes ──

const gatherBytesOp: Op<BytesAttrs> = {
  name: 'gatherBytes',
  remakes: 'always',
  infer([words, indices], { rowShape, dtype }) {
    expectIndex('gatherBytes', 'indices', indices);
    if (words.dtype !== 'uint32' || words.shape.length !== 2 || words.shape[1]! * 4 < numel(rowShape)) {
      throw new ShapeError(
        `gatherBytes: expected uint32 words of shape [rows, ≥ ${Math.ceil(numel(rowShape) / 4)}], but got ${words.dtype} ${showShape(words.shape)}`,
      );
    }
    return [{ shape: [numel(indices.shape), ...rowShape], dtype }];
  },
  lower: (context) => kernel().indices.gatherBytes(context),
};

/**
 * How a byte of a channel becomes a float: (byte / divisor - mean) / std, rounded after each step like separate
 * operations.
 */
export interface ByteScale {
  readonly divisor: number;
  /** A number for each channel, or one for all channels; so is `std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Picks pictures [H, W, C] of bytes and puts their channels first; the result is float32, or uint8 without a scale.
 * `words` [rows, wordsPerRow] holds four bytes in each uint32, the lowest first, and each row is a picture. Shape: [n,
 * C, H, W] for n indices, C ≤ 4.
 */
export function gatherBytes(words: Value, indices: Value, rowShape: Shape, scale: ByteScale | null): Value {
  const dtype = scale ? 'float32' : 'uint8';
  const { divisor, mean, std } = scale ?? { divisor: 1, mean: [0], std: [1] };
  const each = (values: readonly number[]) =>
    Array.from({ length: MAX_BYTE_CHANNELS }, (_, c) => values[c] ?? values.at(-1)!);
  return record(gatherBytesOp, [words, indices], { rowShape, dtype }, [divisor, ...each(mean), ...each(std)]);
}

// ── One-hot codes ──

const oneHotOp: Op<{ readonly classes: number }> = {
  name: 'oneHot',
  infer([labels], { classes }) {
    expectIndex('oneHot', 'labels', labels);
    if (!Number.isInteger(classes) || classes < 1) {
      throw new ArgumentError(`oneHot: expected a positive number of classes, but got ${classes}`);
    }
    return [{ shape: [...labels.shape, classes], dtype: 'int64' }];
  },
  lower: (context) => kernel().indices.oneHot(context),
  growth: 'indices',
};

/** Adds a last dimension of size `classes` that is 1 at the index of the label and 0 elsewhere (int64). */
export const oneHot = (labels: Value, classes: number): Value => record(oneHotOp, [labels], { classes });
