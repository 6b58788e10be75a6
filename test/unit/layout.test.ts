import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOut, leastBytes, type Tenant, totalBytes } from '../../src/engine/compiler/layout';

const tenant = (
  bytes: number,
  first: number,
  last: number,
  writes: readonly number[] = [first],
  reads: readonly number[] = [last],
): Tenant => ({ bytes, first, last, writes: new Set(writes), reads: new Set(reads) });

const KB = 1024;

describe('layOut', () => {
  test('what lives one after the other shares memory', () => {
    const { buffers, places } = layOut([tenant(4 * KB, 0, 1), tenant(3 * KB, 2, 3), tenant(KB, 4, 5)]);
    expect(buffers).toEqual([4 * KB]);
    expect(places.map(({ offset }) => offset)).toEqual([0, 0, 0]);
  });

  test('small ones lie side by side where a large one was', () => {
    const layout = layOut([tenant(4 * KB, 0, 1), tenant(2 * KB, 2, 5, [2], [5]), tenant(2 * KB, 3, 5, [3], [5])]);
    expect(layout.buffers).toEqual([4 * KB]);
    expect(layout.places.map(({ offset }) => offset).sort()).toEqual([0, 0, 2 * KB]);
  });

  test('what one step reads and what it writes lie in separate buffers', () => {
    const { places } = layOut([tenant(4 * KB, 0, 1), tenant(KB, 1, 2), tenant(KB, 2, 3), tenant(4 * KB, 5, 6)]);
    expect(places[0]!.buffer).not.toBe(places[1]!.buffer);
    expect(places[1]!.buffer).not.toBe(places[2]!.buffer);
  });

  const tenants = fc.array(
    fc
      .record({ bytes: fc.integer({ min: 0, max: 40 * KB }), first: fc.nat(20), length: fc.nat(8), read: fc.nat(8) })
      .map(({ bytes, first, length, read }) =>
        tenant(
          bytes,
          first,
          first + length,
          [first],
          [first + Math.min(read, length), first + length].slice(length ? 0 : 2),
        ),
      ),
    { minLength: 1, maxLength: 30 },
  );

  test('nothing that lives at the same time overlaps, and no step reads and writes one buffer', () => {
    fc.assert(
      fc.property(tenants, (all) => {
        const { buffers, places } = layOut(all);
        all.forEach((a, i) => {
          const at = places[i]!;
          expect(at.offset % 256).toBe(0);
          expect(at.offset + a.bytes).toBeLessThanOrEqual(buffers[at.buffer]!);
          all.slice(0, i).forEach((b, j) => {
            const other = places[j]!;
            if (other.buffer !== at.buffer || a.first > b.last || b.first > a.last) return;
            expect(at.offset + a.bytes <= other.offset || other.offset + b.bytes <= at.offset).toBe(true);
            for (const step of a.reads) expect(b.writes.has(step)).toBe(false);
            for (const step of a.writes) expect(b.reads.has(step)).toBe(false);
          });
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('on average little more than what lives at once is needed', () => {
    const ratios: number[] = [];
    fc.assert(
      fc.property(tenants, (all) => {
        ratios.push(totalBytes(layOut(all)) / Math.max(KB, leastBytes(all)));
      }),
      { seed: 2, numRuns: 200 },
    );
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(1.35);
  });
});
