// Differences between neighbours (diff), derivatives estimated from samples (gradient), and integrals (trapezoid).

import { either, number, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError, DTypeError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, kindOf, parseArgs } from '../../../engine/core/options';
import { expectNumber } from '../../../engine/graph/record';
import { promoteTypes } from '../../../engine/ops/promotion';
import { cast } from '../../../engine/ops/shape/cast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { cat } from '../../../engine/ops/shape/join';
import { callable, isTensor } from '../calling/callable';
import { tensor } from '../calling/tensor-kinds';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

interface DiffOptions {
  /** How many times to take differences. Default: 1. */
  n?: number;
  dim?: number;
  /** Joined to the start of the input (`append`: to its end) before the first difference. */
  prepend?: Tensor | null;
  /** Appended before it begins. */
  append?: Tensor | null;
}

/** The arguments of `diff` after its input, by position or by name. */
export type DiffArgs = Arguments<DiffOptions, ['n', 'dim', 'prepend', 'append']>;

/** The greatest n of `diff`. */
const MOST_TIMES = 2 ** 16;

/** x_{i+1} - x_i along a dimension (by default the last), n times; of bools, whether they differ. */
export const diff = op('diff(input, ...)', (input: Tensor, ...args: DiffArgs): Tensor => {
  const none = null as Tensor | null;
  const { n, dim, prepend, append } = parseArgs<DiffOptions>(
    'diff',
    [],
    { n: 1, dim: -1, prepend: none, append: none },
    args,
    { n: whole(0, MOST_TIMES), prepend: orNull(tensor), append: orNull(tensor) },
  );
  if (input.shape.length === 0) throw new ShapeError('diff: expected at least one dimension, but got shape []');
  const d = resolveDim('diff', dim, input.shape.length);
  if (n === 0) return input.clone();
  let x = joined([prepend, input, append], d);
  // Once no elements are left, further rounds change nothing.
  for (let i = 0; i < n && (i === 0 || x.shape[d]! > 0); i++) {
    const size = Math.max(x.shape[d]! - 1, 0);
    const [later, earlier] = [x.narrow(d, x.shape[d]! - size, size), x.narrow(d, 0, size)];
    x = x.dtype === 'bool' ? later.logicalXor(earlier) : later.sub(earlier);
  }
  return x;
});

/** Joins the tensors that are not null along a dimension. */
function joined(parts: readonly (Tensor | null)[], dim: number): Tensor {
  const tensors = parts.filter((x) => x !== null);
  if (tensors.length === 1) return tensors[0]!;
  const dtype = promoteTypes(...tensors.map((x) => ({ dtype: x.dtype })));
  return tensors[0]!.picked(
    cat(
      tensors.map((x) => cast(x.value, dtype)),
      dim,
    ),
  );
}

interface GradientOptions {
  /**
   * The distance between points, for all dimensions or for each; or the coordinates of the points of each dimension.
   * Default: 1.
   */
  spacing?: number | readonly (number | Tensor)[] | null;
  dim?: number | readonly number[] | null;
  /** The order of accuracy of the estimates at the ends: 1 or 2. Default: 1. */
  edgeOrder?: number;
}

/**
 * Estimates the derivative of samples along dimensions (by default all), and returns a tensor for each: by central
 * differences, and one-sided ones at the ends.
 */
export const gradient = callable('gradient(input, ...)', (input: Tensor, options: GradientOptions = {}): Tensor[] => {
  const { spacing, dim, edgeOrder } = parseArgs<GradientOptions>(
    'gradient',
    [],
    {
      spacing: null as number | readonly (number | Tensor)[] | null,
      dim: null as number | readonly number[] | null,
      edgeOrder: 1,
    },
    [options],
    { spacing: orNull(either(number, { words: 'a list of numbers or tensors', fits: Array.isArray })) },
  );
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new ArgumentError(`gradient: expected edgeOrder 1 or 2, but got ${edgeOrder}`);
  }
  expectNumber('gradient', 'input', input);
  if (input.dtype === 'uint8') {
    throw new DTypeError("gradient: expected numbers with a sign, but got dtype uint8; convert it with .to('float32')");
  }
  const dims = dim === null ? input.shape.map((_, d) => d) : ([dim].flat() as number[]);
  const steps = typeof spacing === 'number' || spacing === null ? dims.map(() => spacing ?? 1) : spacing;
  if (!Array.isArray(steps) || !steps.every((step) => typeof step === 'number' || isTensor(step))) {
    throw new ArgumentError(
      `gradient: expected spacing to be a number, or a list of numbers or tensors, but got ${kindOf(spacing)}`,
    );
  }
  if (steps.length !== dims.length) {
    throw new ArgumentError(`gradient: expected ${dims.length} spacings, one a dimension, but got ${steps.length}`);
  }
  const x = input.isFloatingPoint() ? input : input.float();
  const places = dims.map((each) => resolveDim('gradient', each, input.shape.length));
  if (new Set(places).size < places.length) {
    throw new ArgumentError(`gradient: expected distinct dimensions, but got [${dims.join(', ')}]`);
  }
  return places.map((place, i) => slope(x, place, steps[i]!, edgeOrder));
});

function slope(x: Tensor, d: number, step: number | Tensor, edgeOrder: number): Tensor {
  const size = x.shape[d]!;
  if (size < edgeOrder + 1) {
    throw new ShapeError(
      `gradient: expected at least ${edgeOrder + 1} points, but got ${size} in dimension ${d} of ${showShape(x.shape)}`,
    );
  }
  if (typeof step !== 'number' && (step.shape.length !== 1 || step.shape[0] !== size)) {
    throw new ShapeError(
      `gradient: expected ${size} coordinates for dimension ${d} of ${showShape(x.shape)}, but got shape ${showShape(step.shape)}`,
    );
  }
  const along = x.shape.map((_, k) => (k === d ? -1 : 1));
  const widths = typeof step === 'number' ? null : diff(step.float()).reshape(along);
  // `rises`: differences between neighbouring points; `widths`: distances between their coordinates.
  const rises = diff(x, { dim: d });
  const rise = (start: number, length: number) => rises.narrow(d, start, length);
  const width = (start: number, length: number) => widths?.narrow(d, start, length) ?? (step as number);
  const slopes = widths ? rises.div(widths) : rises.div(step);
  const at = (start: number, length: number) => slopes.narrow(d, start, length);
  // At an inner point, the slope of each side is weighted by the width of the other side.
  const middle = (start: number, length: number) => {
    const [left, right] = [width(start, length), width(start + 1, length)];
    if (typeof left === 'number' || typeof right === 'number') {
      return rise(start, length)
        .add(rise(start + 1, length))
        .div((step as number) * 2);
    }
    return at(start, length)
      .mul(right)
      .add(at(start + 1, length).mul(left))
      .div(left.add(right));
  };
  // Second order: the slope, at its end, of the parabola through three points. That is the slope of the outer side,
  // extrapolated by its change from the inner side (by half of it, if both are equally wide).
  const end = (side: number, other: number) => {
    if (edgeOrder === 1) return at(side, 1);
    const [own, far] = [width(side, 1), width(other, 1)];
    const change = at(side, 1).sub(at(other, 1));
    if (typeof own === 'number' || typeof far === 'number') return at(side, 1).add(change.mul(0.5));
    return at(side, 1).add(change.mul(own).div(own.add(far)));
  };
  return joined([end(0, 1), middle(0, size - 2), end(size - 2, size - 3)], d);
}

interface TrapezoidOptions {
  /** The coordinates of the points: a vector, or a tensor with one for each point. */
  x?: Tensor | null;
  /** The distance between points, if there are no coordinates. Default: 1. */
  dx?: number;
  dim?: number;
}

/** The arguments of `trapezoid` after its input, by position or by name. */
export type TrapezoidArgs = [options?: TrapezoidOptions] | [x: Tensor, options?: { dim?: number }];

/** Integers as float32; floats as they are. */
const floats = (x: Tensor): Tensor => (x.isFloatingPoint() ? x : x.float());

/**
 * The areas of the trapezia between neighbouring points along a dimension; and dx, or null if there are coordinates.
 */
function areas(name: string, y: Tensor, args: TrapezoidArgs): readonly [areas: Tensor, dim: number, dx: number | null] {
  const { x, dx, dim } = parseArgs<TrapezoidOptions>(name, [], { x: null as Tensor | null, dx: 1, dim: -1 }, args);
  const d = resolveDim(name, dim, y.shape.length);
  if (y.shape.length === 0) throw new ShapeError(`${name}: expected at least one dimension, but got shape []`);
  expectNumber(name, 'y', y);
  const length = Math.max(y.shape[d]! - 1, 0);
  const heights = y.narrow(d, 0, length).add(y.narrow(d, y.shape[d]! - length, length));
  if (!x) return [floats(heights).mul(dx / 2), d, dx];
  const lead = y.shape.length - x.shape.length;
  if (x.shape.length === 1 && x.shape[0] !== y.shape[d]) {
    throw new ShapeError(
      `${name}: expected ${y.shape[d]} coordinates for dimension ${d} of ${showShape(y.shape)}, but got ${x.shape[0]}`,
    );
  }
  const placed =
    x.shape.length === 1
      ? x.reshape(y.shape.map((_, k) => (k === d ? -1 : 1)))
      : x.reshape([...new Array<number>(Math.max(lead, 0)).fill(1), ...x.shape]);
  return [heights.mul(diff(placed, { dim: d })).div(2), d, null];
}

/**
 * The integral of points along a dimension (by default the last), by the trapezoid rule: Σ (y_i + y_{i+1}) / 2 ·
 * (x_{i+1} - x_i).
 */
export const trapezoid = callable('trapezoid(y, x?, ...)', (y: Tensor, ...args: TrapezoidArgs): Tensor => {
  const [pieces, d, dx] = areas('trapezoid', y, args);
  const size = y.shape[d]!;
  if (dx === null || size === 0 || y.isFloatingPoint()) return pieces.sum(d);
  // As PyTorch does, sum integers in int64, but add the two ends in their own dtype, in which uint8 wraps.
  const ends = y.select(d, 0).add(y.select(d, size - 1));
  return y.sum(d).sub(ends.mul(0.5)).mul(dx);
});

/** The integrals from the first point to each later point. */
export const cumulativeTrapezoid = callable(
  'cumulativeTrapezoid(y, x?, ...)',
  (y: Tensor, ...args: TrapezoidArgs): Tensor => {
    const [pieces, d] = areas('cumulativeTrapezoid', y, args);
    return pieces.cumsum(d);
  },
);

export { trapezoid as trapz };
