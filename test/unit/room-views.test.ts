// Views in values with room show what they show without.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contiguousStrides, numel } from '../../src/engine/core/meta';
import { marginsOf, placedIn, staysWithin, stepsOf } from '../../src/engine/growth/steps';

/** The elements of a view, in order. */
function elementsOf(shape: readonly number[], strides: readonly number[], offset: number): number[] {
  let found = [offset];
  shape.forEach((size, k) => {
    found = found.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[k]!));
  });
  return found;
}

/** The place of an element of a value of a shape along each dimension. */
const placeOf = (element: number, shape: readonly number[]): number[] =>
  contiguousStrides(shape).map((stride, d) => Math.floor(element / stride) % shape[d]!);

const dimension = fc.record({ size: fc.integer({ min: 1, max: 5 }), room: fc.nat(4) });
const step = fc.record({ along: fc.nat(2), start: fc.nat(4), step: fc.integer({ min: -2, max: 2 }), room: fc.nat(3) });

test('a view shows the same places in a value with room, and stays within it or its margins', () => {
  const views = fc.tuple(fc.array(dimension, { minLength: 1, maxLength: 3 }), fc.array(step, { maxLength: 3 }));
  fc.assert(
    fc.property(views, ([dims, steps]) => {
      const counts = dims.map(({ size }) => size);
      const strides = contiguousStrides(counts);
      const at = (k: number) => steps[k]!.along % counts.length;
      // No two dimensions of the view go along one of the value, nor past its end.
      fc.pre(new Set(steps.map((_, k) => at(k))).size === steps.length);
      const starts = steps.map(({ start }, k) => start % counts[at(k)]!);
      const shape = steps.map(({ step: by }, k) => {
        const left = by > 0 ? counts[at(k)]! - 1 - starts[k]! : starts[k]!;
        return by === 0 ? 2 : Math.floor(left / Math.abs(by)) + 1;
      });
      const view = {
        shape,
        strides: steps.map(({ step: by }, k) => by * strides[at(k)]!),
        offset: starts.reduce((sum, start, k) => sum + start * strides[at(k)]!, 0),
      };
      // A step along a dimension of one element is none along that.
      fc.pre(steps.every((_, k) => counts[at(k)]! > 1));
      const found = stepsOf(view, counts)!;
      const long = shape.map((size, k) => size + steps[k]!.room);
      const roomy = dims.map(({ size, room }) => size + room);
      const { before, after } = marginsOf(found, shape, long);
      const framed = roomy.map((size, d) => before[d]! + size + after[d]!);
      const placed = placedIn(found, framed, before);
      const shown = elementsOf(shape, placed.strides, placed.offset).map((element) =>
        placeOf(element, framed).map((place, d) => place - before[d]!),
      );
      expect(shown).toEqual(
        elementsOf(view.shape, view.strides, view.offset).map((element) => placeOf(element, counts)),
      );
      expect(staysWithin({ ...found, first: found.first.map((one, d) => one + before[d]!) }, long, framed)).toBe(true);
      const all = elementsOf(long, placed.strides, placed.offset);
      expect(all.every((element) => element >= 0 && element < numel(framed))).toBe(true);
    }),
  );
});

test('a view that goes from the end of one row to the start of the next has no place in a value with room', () => {
  expect(stepsOf({ shape: [3], strides: [2], offset: 1 }, [3, 3])).toBeNull();
  expect(stepsOf({ shape: [3], strides: [4], offset: 0 }, [3, 3])).toEqual({ first: [0, 0], steps: [[1, 1]] });
});
