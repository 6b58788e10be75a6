// Views of padded values: takes the offset and the strides of an unpadded view apart by dimension, so that the same
// elements can be found in the padded value. Pure.
import type { StridedView } from '../compiler/ir';
import { contiguousStrides, type Shape } from '../core/meta';

/** A view, described by the dimensions of its base. */
export interface Steps {
  /** For each dimension of the base, the index of the first element. */
  readonly first: readonly number[];
  /** For each dimension of the view, its step along each dimension of the base; all of one sign. */
  readonly steps: readonly (readonly number[])[];
}

/**
 * Takes a view of a value of shape `of` apart by dimension. Null if the view runs over the end of a dimension into the
 * next row.
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
 * How many elements are needed before and after a value along each dimension, so that a padded view stays in bounds
 * wherever it begins.
 */
export function marginsOf({ first, steps }: Steps, shape: Shape, long: Shape): { before: number[]; after: number[] } {
  const beyond = (sign: 1 | -1) =>
    first.map((_, d) =>
      steps.reduce((sum, step, k) => (shape[k] === long[k] ? sum : sum + Math.max(sign * step[d]!, 0) * long[k]!), 0),
    );
  return { before: beyond(-1), after: beyond(1) };
}

/** Whether a padded view stays in bounds of a value of a shape without any margin. */
export const staysWithin = ({ first, steps }: Steps, long: Shape, of: Shape): boolean =>
  of.every((size, d) => {
    const reach = steps.map((step, k) => step[d]! * (long[k]! - 1));
    const low = reach.reduce((sum, by) => sum + Math.min(by, 0), first[d]!);
    return low >= 0 && reach.reduce((sum, by) => sum + Math.max(by, 0), first[d]!) < size;
  });

/** The strides and the offset of a view in a value of another shape, which has a margin before the real elements. */
export function placedIn({ first, steps }: Steps, of: Shape, before: readonly number[]) {
  const whole = contiguousStrides(of);
  const elements = (places: readonly number[]) => places.reduce((sum, at, d) => sum + at * whole[d]!, 0);
  return { strides: steps.map(elements), offset: elements(first.map((at, d) => at + before[d]!)) };
}
