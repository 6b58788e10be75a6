// Views of padded values, and windows in them.
import type { StridedView } from '../compiler/ir';
import { contiguousStrides, numel, type Shape } from '../core/meta';
import type { Op, Value } from '../graph/value';
import { lib } from './lib';
import { marginsOf, placedIn, staysWithin, stepsOf } from './steps';

/**
 * Whether a view of a padded value shows all of its real rows, and the same part of each row. Such a view may show the
 * padding rows as well.
 */
export function isWithinRows({ shape, strides, offset }: StridedView, of: Shape, along: number, rows: number): boolean {
  const row = numel(of.slice(along + 1));
  const d = shape.findIndex((size) => size !== 1);
  const within = (k: number) => k === d || strides[k]! >= 0;
  const last = shape.reduce((sum, size, k) => (k === d ? sum : sum + (size - 1) * strides[k]!), offset);
  return shape[d] === rows && strides[d] === row && shape.every((_, k) => within(k)) && offset >= 0 && last < row;
}

/** A view whose offset is dynamic scalar 0. */
const shiftedOp: Op<Omit<StridedView, 'offset'>> = {
  name: 'slice',
  infer: ([{ dtype }], { shape }) => [{ shape, dtype }],
  lower: ({ inputs: [x], attrs }) => lib.lowerView(x, attrs),
};

/**
 * A view of a padded value. The view may be padded, too, and its offset is a dynamic scalar. Null if the view crosses
 * the end of a dimension.
 */
export function viewInRoom(x: Value, counts: Shape, view: StridedView, long: Shape): Value | null {
  const steps = stepsOf(view, counts);
  if (!steps) return null;
  const none = counts.map(() => 0);
  // Pad as far as the view reaches on each side, so that every start offset is in bounds.
  const { before, after } = staysWithin(steps, long, x.shape)
    ? { before: none, after: none }
    : marginsOf(steps, view.shape, long);
  const framed = lib.pad(x, before, after);
  const { strides, offset } = placedIn(steps, framed.shape, before);
  return lib.record(shiftedOp, [framed], { shape: long, strides }, [offset]);
}

/** The first `rows` rows of x along a dimension in reverse order, followed by arbitrary rows. */
export function rowsBack(x: Value, d: number, rows: number): Value {
  const room = x.shape[d]!;
  // The view runs backwards, and the padded result has as many rows as x, so its last rows would be read from before
  // the start of x. Pad x at the front to make room for them.
  const framed = lib.pad(
    x,
    x.shape.map((_, k) => (k === d ? room : 0)),
    x.shape.map(() => 0),
  );
  const strides = contiguousStrides(framed.shape);
  const turned = strides.map((stride, k) => (k === d ? -stride : stride));
  return lib.record(shiftedOp, [framed], { shape: x.shape, strides: turned }, [(room + rows - 1) * strides[d]!]);
}

/**
 * A padded value of `shape`, whose real elements have shape `of`. It holds x, which is padded too, in the window that
 * `view` describes, and `fill` in all other elements. Null if x cannot be written into such a window.
 */
export function scatterInRoom(
  x: Value,
  view: StridedView,
  { shape, of, fill = 0 }: { readonly shape: Shape; readonly of: Shape; readonly fill?: number },
): Value | null {
  const steps = stepsOf(view, of);
  if (!steps) return null;
  const { after } = marginsOf(steps, view.shape, x.shape);
  const frame = staysWithin(steps, x.shape, shape) ? shape : shape.map((size, d) => size + after[d]!);
  const none = shape.map(() => 0);
  const { strides, offset } = placedIn(steps, frame, none);
  const window = { shape: x.shape, strides: strides.map((stride, k) => (x.shape[k] === 1 ? 1 : stride)) };
  if (!lib.isDistinct(window)) return null;
  const whole = lib.record(lib.scatterOp, [x], { shape: frame, window }, [offset, fill]);
  return frame === shape ? whole : lib.stridedView(whole, shape, contiguousStrides(frame), 0);
}
