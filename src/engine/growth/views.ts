// Views and windows of values with room.
import type { View } from '../compiler/ir';
import { contiguousStrides, numel, type Shape } from '../core/meta';
import type { Op, Value } from '../graph/value';
import { lib } from './lib';
import { marginsOf, placedIn, staysWithin, stepsOf } from './steps';

/** Whether a view of a value with room shows all rows that count, of each the same part, so that it may show those behind them, too. */
export function isWithinRows({ shape, strides, offset }: View, of: Shape, along: number, rows: number): boolean {
  const row = numel(of.slice(along + 1));
  const d = shape.findIndex((size) => size !== 1);
  const within = (k: number) => k === d || strides[k]! >= 0;
  const last = shape.reduce((sum, size, k) => (k === d ? sum : sum + (size - 1) * strides[k]!), offset);
  return shape[d] === rows && strides[d] === row && shape.every((_, k) => within(k)) && offset >= 0 && last < row;
}

/** A view whose offset is dynamic scalar 0. */
const shiftedOp: Op<Omit<View, 'offset'>> = {
  name: 'slice',
  infer: ([{ dtype }], { shape }) => [{ shape, dtype }],
  lower: ({ inputs: [x], attrs }) => lib.lowerView(x, attrs),
};

/** A view of a value with room, which may have room itself; its offset may be another each time. Null where no view shows it. */
export function viewInRoom(x: Value, counts: Shape, view: View, long: Shape): Value | null {
  const steps = stepsOf(view, counts);
  if (!steps) return null;
  const none = counts.map(() => 0);
  // With as much around them, there is something to read wherever the first of them is.
  const { before, after } = staysWithin(steps, long, x.shape)
    ? { before: none, after: none }
    : marginsOf(steps, view.shape, long);
  const framed = lib.pad(x, before, after);
  const { strides, offset } = placedIn(steps, framed.shape, before);
  return lib.record(shiftedOp, [framed], { shape: long, strides }, [offset]);
}

/** The first `rows` of x along a dimension from the last to the first, and anything behind them. */
export function rowsBack(x: Value, d: number, rows: number): Value {
  const room = x.shape[d]!;
  // With as much before them, there is something to read wherever the first of them is.
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
 * A value of a shape with room, whose first `of` count: x, which has room too, in a window of it, and `fill` around the window and in the
 * room of x. Null where no window holds x.
 */
export function scatterInRoom(
  x: Value,
  view: View,
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
