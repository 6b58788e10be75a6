// Views of padded values: splits the offset and the strides of an unpadded view by dimension, so that the same elements
// can be found in the padded value. Pure functions.
import type { StridedView } from '../compiler/ir';
import { contiguousStrides, type Shape } from '../core/meta';

/** A view, described in terms of the dimensions of its base. */
export interface Steps {
  /** The index of the view's first element along each dimension of the base. */
  readonly first: readonly number[];
  /**
   * For each dimension of the view, its step along each dimension of the base. The steps of one dimension have the same
   * sign.
   */
  readonly steps: readonly (readonly number[])[];
}

/**
 * Splits a view of a value of shape `of` by dimension. Null if the view crosses the end of a dimension into the next
 * row.
 */
export function stepsOf({ shape, strides, offset }: StridedView, of: Shape): Steps | null {
  const digits = (elements: number): number[] => {
    const sign = elements < 0 ? -1 : 1;
    const whole = contiguousStrides(of);
    return of.map((size, d) => sign * (Math.floor(Math.abs(elements) / whole[d]!) % size) || 0);
  };
  const first = digits(offset);
  const steps = shape.map((size, k) => (size === 1 ? of.map(() => 0) : digits(strides[k]!)));
  const isWithin = of.every((size, d) => {
    const reach = steps.map((step, k) => step[d]! * (shape[k]! - 1));
    const low = reach.reduce((sum, by) => sum + Math.min(by, 0), first[d]!);
    const high = reach.reduce((sum, by) => sum + Math.max(by, 0), first[d]!);
    return low >= 0 && high < size;
  });
  return isWithin ? { first, steps } : null;
}

/**
 * The number of elements to add before and after a value along each dimension, so that a padded view stays in bounds
 * wherever it begins.
 */
export function marginsOf({ first, steps }: Steps, shape: Shape, long: Shape): { before: number[]; after: number[] } {
  const beyond = (sign: 1 | -1) =>
    first.map((_, d) =>
      steps.reduce((sum, step, k) => (shape[k] === long[k] ? sum : sum + Math.max(sign * step[d]!, 0) * long[k]!), 0),
    );
  return { before: beyond(-1), after: beyond(1) };
}

/** Whether a padded view stays within the bounds of a value of shape `of` without any margin. */
export const staysWithin = ({ first, steps }: Steps, long: Shape, of: Shape): boolean =>
  of.every((size, d) => {
    const reach = steps.map((step, k) => step[d]! * (long[k]! - 1));
    const low = reach.reduce((sum, by) => sum + Math.min(by, 0), first[d]!);
    return low >= 0 && reach.reduce((sum, by) => sum + Math.max(by, 0), first[d]!) < size;
  });

/** The strides and the offset of a view in a value of shape `of`, which has a margin before the real elements. */
export function placedIn({ first, steps }: Steps, of: Shape, before: readonly number[]) {
  const whole = contiguousStrides(of);
  const elements = (places: readonly number[]) => places.reduce((sum, at, d) => sum + at * whole[d]!, 0);
  return { strides: steps.map(elements), offset: elements(first.map((at, d) => at + before[d]!)) };
}
