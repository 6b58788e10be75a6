// Which windows share elements, beside a list of the elements of each.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layersOf, meet, type Span } from '../../src/engine/ops/pooling/window-layers';

/** The elements of a window. */
function elements({ rows, cols, offset }: Omit<Span<unknown>, 'of'>): number[] {
  let starts = [offset];
  for (const { size, stride } of rows)
    starts = starts.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * stride));
  return starts.flatMap((at) => Array.from({ length: cols }, (_, i) => at + i));
}

type Window = Omit<Span<unknown>, 'of'>;

const isDistinct = (window: Window): boolean => new Set(elements(window)).size === elements(window).length;

const axis = fc.record({ size: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 12 }) });
const rows = fc.array(axis, { maxLength: 2 }).filter((list) => isDistinct({ rows: list, cols: 1, offset: 0 }));

/** Windows of distinct elements with equal rows. */
const family = rows.chain((list) => {
  const places = fc.record({ offset: fc.integer({ min: 0, max: 30 }), cols: fc.integer({ min: 1, max: 4 }) });
  const windows = places.map((place): Window => ({ ...place, rows: list })).filter(isDistinct);
  return fc.array(windows, { minLength: 1, maxLength: 8 });
});

test('two windows meet where they share an element', () => {
  fc.assert(
    fc.property(family, ([a, b = a]) => {
      const own = new Set(elements(a!));
      expect(meet(a!, b!)).toBe(elements(b!).some((at) => own.has(at)));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('layers hold every window once, and no element twice', () => {
  fc.assert(
    fc.property(fc.array(family, { minLength: 1, maxLength: 3 }), (families) => {
      const spans = families.flat().map((window, i) => ({ ...window, of: i }));
      const layers = layersOf(spans);
      expect(new Set(layers.flat())).toEqual(new Set(spans));
      expect(layers.flat()).toHaveLength(spans.length);
      for (const layer of layers) {
        const all = layer.flatMap(elements);
        expect(new Set(all).size).toBe(all.length);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('slices that lie side by side are one layer, in time that is linear in them', () => {
  const count = 20_000;
  const spans = Array.from({ length: count }, (_, i) => ({
    rows: [{ size: 20, stride: count * 4 }],
    cols: 4,
    offset: (i * 7919 * 4) % (count * 4),
    of: i,
  }));
  expect(layersOf(spans)).toHaveLength(1);
});

test('windows that slide by a third of their length are three layers', () => {
  const spans = Array.from({ length: 30 }, (_, i) => ({ rows: [], cols: 3, offset: i, of: i }));
  expect(layersOf(spans).map((layer) => layer.length)).toEqual([10, 10, 10]);
});
