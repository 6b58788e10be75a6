// Operations that move elements: permute, slice, flip, strided views and their adjoints, pad.
import {
  gridFor,
  i32,
  input,
  type Lowering,
  type Operand,
  output,
  type Param,
  type Pass,
  type StridedView,
  scalar,
  u32,
} from '../../compiler/ir';
import { MAX_RANK, stridedPass, vec8 } from '../../compiler/strided';
import type { Text } from '../../compiler/texts';
import { ArgumentError, DTypeError, invariant, ShapeError } from '../../core/errors';
import {
  bytesPerElement,
  contiguousStrides,
  type Meta,
  numel,
  type Shape,
  sameShape,
  scalarOf,
  showShape,
} from '../../core/meta';
import { named, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add } from '../pointwise/arithmetic';
import { sum } from '../reduction/reduce';
import { storedNumber } from '../stored-number';
import { full, reshape } from './cast';
import { resolveDim } from './dims';

const scatterSource: Text = '#scatter/stridedScatter';

const WORKGROUP = 64;
/** The offset of a storage binding is a multiple of this. WebGPU allows no device to ask for more. */
const BINDING_ALIGNMENT = 256;

export interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** The view's dimensions without those of size 1. Neighbouring dimensions that one stride walks through are merged. */
export function axesOf({ shape, strides }: Omit<StridedView, 'offset'>): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, d) => {
    const stride = strides[d]!;
    const last = axes.at(-1);
    if (size === 1) return;
    if (last && last.stride === stride * size) axes[axes.length - 1] = { size: size * last.size, stride };
    else axes.push({ size, stride });
  });
  if (axes.length > MAX_RANK) {
    throw new ShapeError(
      `view: expected at most ${MAX_RANK} dimensions that do not merge, but got shape ${showShape(shape)}`,
    );
  }
  return axes;
}

/** Whether the elements are contiguous and in order. */
const isRun = (axes: readonly Axis[]): boolean => axes.length === 0 || (axes.length === 1 && axes[0]!.stride === 1);

/** A view. If it has no `offset`, the offset is the node's dynamic scalar 0. */
export type PlacedView = Omit<StridedView, 'offset'> & { readonly offset?: number };

/**
 * Lowers a view of x: to an alias if its elements are contiguous at a known, aligned offset, else to one copying pass.
 */
export function lowerView(x: Meta, placed: PlacedView): Lowering {
  const { offset } = placed;
  if (offset === undefined) return { kind: 'passes', passes: [viewPass(x, placed, scalar(0, 'i32'))], moves: true };
  const view = { ...placed, offset };
  const viewing = { view, lower: (other: StridedView) => lowerView(x, other) };
  const byteOffset = offset * bytesPerElement(x.dtype);
  if (isRun(axesOf(view)) && byteOffset % BINDING_ALIGNMENT === 0 && numel(x.shape) > 0)
    return { kind: 'alias', byteOffset, viewing };
  return { kind: 'passes', passes: [viewPass(x, view, i32(offset))], viewing, moves: true };
}

function viewPass(x: Meta, view: Omit<StridedView, 'offset'>, offset: Param): Pass {
  const room = numel(view.shape);
  const axes = axesOf(view).map(({ size, stride }) => ({ size: u32(size), stride: i32(stride) }));
  return stridedPass(x.dtype, { room, count: u32(room), offset, axes });
}

/** @throws ShapeError unless every element of the view lies within x */
function checkView(op: string, x: Meta, { shape, strides, offset }: StridedView): void {
  if (numel(shape) === 0) return;
  let low = offset;
  let high = offset;
  shape.forEach((size, d) => {
    const reach = (size - 1) * strides[d]!;
    if (reach < 0) low += reach;
    else high += reach;
  });
  if (strides.length !== shape.length || low < 0 || high >= numel(x.shape)) {
    throw new ShapeError(
      `${op}: expected a view within ${numel(x.shape)} elements, but got shape ${showShape(shape)}, strides ${showShape(strides)}, offset ${offset}`,
    );
  }
}

/** An op that reads a view at the offset in dynamic scalar 0. The ops made here differ only in name. */
const viewOp = (name: string): Op<PlacedView> => {
  const op: Op<PlacedView> = {
    name,
    takesHalf: true,
    views: true,
    saves: { inputs: [] },
    placed: true,
    remakes: true,
    run: ({ attrs, scalars: [offset] }) => (isRun(axesOf(attrs)) ? offset : undefined),
    shows: ({ attrs, scalars: [offset] }) => (isDistinct(attrs) ? { ...attrs, offset: offset! } : null),
    infer([x], view) {
      axesOf(view);
      return [{ shape: view.shape, dtype: x.dtype }];
    },
    lower: ({ inputs: [x], attrs }) => lowerView(x, attrs),
    vjp: ([dy], { inputs: [x], attrs: { shape, strides }, scalars: [offset] }) => [
      scatterIntoZeros(dy!, x.shape, { shape, strides, offset: offset! }),
    ],
    growth: 'viewed',
  };
  return op;
};

export function recordView(op: Op<PlacedView>, x: Value, { shape, strides, offset }: StridedView): Value {
  checkView(op.name, x, { shape, strides, offset });
  return record(op, [x], { shape, strides }, [offset]);
}

const stridedViewOp = viewOp('asStrided');
export const permuteOp: Op<{ readonly order: readonly number[] }> = {
  name: 'permute',
  takesHalf: true,
  remakes: true,
  views: true,
  saves: { inputs: [] },
  infer: ([x], { order }) => [{ shape: order.map((d) => x.shape[d]!), dtype: x.dtype }],
  lower({ inputs: [x], outputs: [{ shape }], attrs: { order } }) {
    const strides = contiguousStrides(x.shape);
    return lowerView(x, { shape, strides: order.map((d) => strides[d]!), offset: 0 });
  },
  vjp: ([dy], { attrs: { order } }) => [
    permute(
      dy!,
      order.map((_, d) => order.indexOf(d)),
    ),
  ],
  growth: 'again',
};
const sliceOp = viewOp('slice');
/** The offset of a flip follows from the shape, so it is an attribute and not a dynamic scalar. */
const flipOp: Op<StridedView> = {
  name: 'flip',
  takesHalf: true,
  remakes: true,
  saves: { inputs: [] },
  infer: ([{ dtype }], { shape }) => [{ shape, dtype }],
  lower: ({ inputs: [x], attrs }) => lowerView(x, attrs),
  vjp: ([dy], { attrs }) => [record(flipOp, [dy!], attrs)],
  growth: 'flipped',
};

/** A view of x's elements as a contiguous copy, or as an alias if they are contiguous in x. Strides may be 0. */
export const stridedView = (x: Value, shape: Shape, strides: readonly number[], offset: number): Value =>
  recordView(stridedViewOp, x, { shape, strides, offset });

/** x with its dimensions in another order: dimension d of the result is dimension `order[d]` of x. */
export function permute(x: Value, order: readonly number[]): Value {
  const rank = x.shape.length;
  const dims = order.map((dim) => resolveDim('permute', dim, rank));
  if (dims.length !== rank || new Set(dims).size !== rank) {
    throw new ShapeError(
      `permute: expected each of the ${rank} dimensions of ${showShape(x.shape)} once, but got [${order.join(', ')}]`,
    );
  }
  if (dims.every((dim, d) => dim === d)) return x;
  return record(permuteOp, [x], { order: dims });
}

/** A range of one dimension: `start ≤ index < stop` in steps of `step` ≥ 1. */
export interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** The elements within the given range of each dimension. Bounds must be resolved: 0 ≤ start ≤ stop ≤ size. */
export function slice(x: Value, ranges: readonly Range[]): Value {
  invariant(ranges.length === x.shape.length, 'slice: one range a dimension');
  const strides = contiguousStrides(x.shape);
  const shape = ranges.map(({ start, stop, step }) => Math.max(0, Math.ceil((stop - start) / step)));
  if (sameShape(shape, x.shape)) return x;
  const offset = ranges.reduce((sum, { start }, d) => sum + start * strides[d]!, 0);
  return recordView(sliceOp, x, { shape, strides: ranges.map(({ step }, d) => step * strides[d]!), offset });
}

/** x limited to `length` indices of one dimension, from `start` on. */
export function narrow(x: Value, dim: number, start: number, length: number): Value {
  const at = resolveDim('narrow', dim, x.shape.length);
  if (start < 0 || length < 0 || start + length > (x.shape[at] ?? 1)) {
    throw new ShapeError(
      `narrow: expected a range within dimension ${at} of ${showShape(x.shape)}, but got start ${start} and length ${length}`,
    );
  }
  return slice(
    x,
    x.shape.map((size, d) => (d === at ? { start, stop: start + length, step: 1 } : { start: 0, stop: size, step: 1 })),
  );
}

/** x with the order of the elements reversed in some dimensions. */
export function flip(x: Value, dims: readonly number[]): Value {
  const reversed = dims.map((dim) => resolveDim('flip', dim, x.shape.length));
  const strides = contiguousStrides(x.shape);
  const back = (d: number) => reversed.includes(d) && x.shape[d]! > 1;
  const offset = x.shape.reduce((sum, size, d) => (back(d) ? sum + (size - 1) * strides[d]! : sum), 0);
  if (numel(x.shape) === 0 || offset === 0) return x;
  return record(flipOp, [x], { shape: x.shape, strides: strides.map((s, d) => (back(d) ? -s : s)), offset });
}

// ── Writing into a window: the adjoint of a view ──

export interface ScatterAttrs {
  /** Shape of the result. */
  readonly shape: Shape;
  readonly window: Omit<StridedView, 'offset'>;
}

/**
 * Inputs: the source, and a base. Without a base, dynamic scalar 1 fills the rest. Dynamic scalar 0 is the offset of
 * the window.
 */
export const scatterOp: Op<ScatterAttrs> = {
  name: 'stridedScatter',
  remakes: true,
  saves: { inputs: [] },
  infer([x, base], { shape, window }) {
    windowAxes(window);
    if (!sameShape(x.shape, window.shape)) {
      throw new ShapeError(
        `stridedScatter: expected a source of shape ${showShape(window.shape)}, but got ${showShape(x.shape)}`,
      );
    }
    if (base && base.dtype !== x.dtype) {
      throw new DTypeError(
        `stridedScatter: expected a source of dtype ${base.dtype}, but got ${x.dtype}; convert it with .to('${base.dtype}')`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  lower({ inputs: [x, base], attrs: { shape, window } }): Lowering {
    const count = numel(shape);
    const axes = windowAxes(window);
    // The shader has a fixed number of bindings: without a base, the source is bound in its place and not read.
    const reads: Operand[] = [input(0), input(base ? 1 : 0)];
    const eight = (name: string, of: (axis: (typeof axes)[number]) => number, rest: number) =>
      vec8(name, axes.map(of), rest);
    const params = {
      count,
      offset: numel(window.shape) === 0 ? count : scalar(0, 'u32'),
      fill: base ? 0 : scalar(1, scalarOf(x.dtype)),
      padding: 0,
      ...eight('sizes', ({ size }) => size, 1),
      ...eight('strides', ({ stride }) => stride, 1),
      ...eight('xStrides', ({ from }) => from, 0),
    };
    const consts = { RANK: axes.length };
    const source = [scatterSource];
    const overrides = { HAS_BASE: base ? 1 : 0 };
    const grid = gridFor(count, WORKGROUP);
    return {
      kind: 'passes',
      passes: [{ source, label: 'stridedScatter', consts, overrides, reads, writes: [output()], params, grid }],
    };
  },
  vjp([dy], { inputs: [, base], attrs: { window }, scalars: [at], needs }) {
    const offset = at!;
    const dx = recordView(stridedViewOp, dy!, { ...window, offset });
    if (!base) return [dx];
    return [dx, needs[1] ? stridedScatter(dy!, full(window.shape, 0), window.shape, window.strides, offset) : null];
  },
  growth: 'scattered',
};

/**
 * `src` written into a window of `base`; if `base` is a number, of a value of shape `shape` filled with that number.
 */
function recordScatter(src: Value, base: Value | number, shape: Shape, { offset, ...window }: StridedView): Value {
  checkView('stridedScatter', { shape, dtype: src.dtype }, { offset, ...window });
  const attrs = { shape, window };
  return typeof base === 'number'
    ? record(scatterOp, [src], attrs, [offset, base])
    : record(scatterOp, [src, base], attrs, [offset]);
}

/** The view with its repeating dimensions (stride 0) cut to size 1. */
const withoutRepeats = ({ shape, strides, offset }: StridedView): StridedView => ({
  shape: shape.map((size, d) => (strides[d] === 0 ? Math.min(size, 1) : size)),
  strides,
  offset,
});

/** The shortest dimension of more than one element, among those that do not merely repeat. */
function shortest({ shape, strides }: StridedView): number {
  const dims = [...shape.keys()].filter((d) => shape[d]! > 1 && strides[d] !== 0);
  return dims.reduce((best, d) => (shape[d]! < shape[best]! ? d : best), dims[0]!);
}

/**
 * Whether no element occurs twice: each stride must be greater than the span of all dimensions with smaller strides.
 */
export function isDistinct({ shape, strides }: Pick<StridedView, 'shape' | 'strides'>): boolean {
  if (numel(shape) === 0) return true;
  let span = 0;
  for (const { size, stride } of axesByStride(shape, strides)) {
    if (stride <= span) return false;
    span += (size - 1) * stride;
  }
  return true;
}

const axesByStride = (shape: Shape, strides: readonly number[]) =>
  shape
    .map((size, d) => ({ size, stride: strides[d]! }))
    .filter(({ size }) => size !== 1)
    .sort((a, b) => a.stride - b.stride);

/**
 * A view that reaches the same elements as the given one, but each only once: repeated dimensions are dropped, and
 * overlapping windows become the range that they cover. Null if no view describes those elements.
 */
export function distinctView(view: StridedView): StridedView | null {
  if (numel(view.shape) === 0) return view;
  const axes = axesByStride(view.shape, view.strides).filter(({ stride }) => stride !== 0);
  for (let i = 0; i + 1 < axes.length; ) {
    const [inner, outer] = [axes[i]!, axes[i + 1]!];
    const times = outer.stride / inner.stride;
    if (outer.stride > (inner.size - 1) * inner.stride) i++;
    else if (!Number.isInteger(times)) return null;
    else axes.splice(i, 2, { size: (outer.size - 1) * times + inner.size, stride: inner.stride });
  }
  const shape = axes.map(({ size }) => size);
  const distinct = { shape, strides: axes.map(({ stride }) => stride), offset: view.offset };
  return isDistinct(distinct) ? distinct : null;
}

/** The window's dimensions, largest stride first, each with its stride in a contiguous source. */
function windowAxes({ shape, strides }: Omit<StridedView, 'offset'>): { size: number; stride: number; from: number }[] {
  if (numel(shape) === 0) return [];
  const from = contiguousStrides(shape);
  const axes = shape
    .map((size, d) => ({ size, stride: strides[d]!, from: from[d]! }))
    .filter(({ size }) => size !== 1)
    .sort((a, b) => b.stride - a.stride);
  if (!isDistinct({ shape, strides })) {
    throw new ArgumentError(
      `stridedScatter: expected a window whose elements are distinct, but got shape ${showShape(shape)} with strides ${showShape(strides)}`,
    );
  }
  if (axes.length > MAX_RANK)
    throw new ShapeError(`stridedScatter: expected at most ${MAX_RANK} dimensions, but got shape ${showShape(shape)}`);
  return axes;
}

/** base with src written into a window (shape, strides, offset) of its elements. Strides must be positive. */
export const stridedScatter = (
  base: Value,
  src: Value,
  shape: Shape,
  strides: readonly number[],
  offset: number,
): Value => recordScatter(src, base, base.shape, { shape, strides, offset });

/**
 * The gradient of a view: dy written into its window of zeros. Where the view reads an element several times, dy adds
 * up.
 */
export function scatterIntoZeros(dy: Value, shape: Shape, view: StridedView): Value {
  const d = isDistinct(withoutRepeats(view)) ? -1 : shortest(view);
  if (d >= 0) {
    const without = <T>(list: readonly T[]): T[] => list.filter((_, k) => k !== d);
    const sizes = without(view.shape);
    const parts = Array.from({ length: view.shape[d]! }, (_, i) => {
      const offset = view.offset + i * view.strides[d]!;
      const part = reshape(narrow(dy, d, i, 1), sizes);
      return scatterIntoZeros(part, shape, { shape: sizes, strides: without(view.strides), offset });
    });
    return parts.reduce((total, part) => add(total, part));
  }
  const repeated = view.shape.flatMap((size, d) => (view.strides[d] === 0 && size > 1 ? [d] : []));
  const src = repeated.length > 0 ? sum(dy, repeated, true) : dy;
  const strides = view.strides.map((stride, d) => (src.shape[d] === 1 ? 1 : stride));
  return recordScatter(src, 0, shape, { shape: src.shape, strides, offset: view.offset });
}

/**
 * x padded with `value`: `before[d]` elements before and `after[d]` after x along dimension d. Negative amounts crop.
 */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const room = x.shape.map((size, d) => size + Math.min(0, before[d]!) + Math.min(0, after[d]!));
  if (room.some((size) => size < 0)) {
    throw new ShapeError(
      `pad: expected to crop at most the sizes of shape ${showShape(x.shape)}, but got ${showShape(before)} before and ${showShape(after)} after`,
    );
  }
  const cropped = slice(
    x,
    x.shape.map((size, d) => ({ start: Math.max(0, -before[d]!), stop: size - Math.max(0, -after[d]!), step: 1 })),
  );
  const left = before.map((n) => Math.max(0, n));
  const shape = cropped.shape.map((size, d) => left[d]! + size + Math.max(0, after[d]!));
  if (sameShape(shape, cropped.shape)) return cropped;
  const strides = contiguousStrides(shape);
  const offset = left.reduce((sum, n, d) => sum + n * strides[d]!, 0);
  const framed = storedNumber('pad', value, x.dtype);
  const padded = recordScatter(cropped, framed, shape, { shape: cropped.shape, strides, offset });
  return named(padded, 'ConstantPadNdBackward0');
}
