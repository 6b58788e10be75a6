// How values of cells are written.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';

// Node's own texts, before lists get one.
const options = { depth: 3, breakLength: 100 };
const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i);
const values: readonly unknown[] = [
  bytes,
  new Float32Array(2000),
  { train: bytes, count: 3 },
  [[bytes.slice(0, 5)], 'text'],
  Array.from({ length: 5000 }, (_, i) => i),
  Array.from({ length: 1500 }, (_, i) => ({ i })),
  bytes.slice(0, 1000),
];
const expected = values.map((value) => inspect(value, options));
const { shortText, valueText } = await import('lamplight-notebook/worker/texts');

test.each(values.map((value, i) => [i, value] as const))(
  'long lists are written as Node writes them, %i',
  async (i, value) => {
    expect(await valueText(value)).toBe(expected[i]);
  },
);

test('a line for a list of millions takes no time', () => {
  const large = new Uint8Array(20_000_000);
  const many = new Array<number>(3_000_000).fill(1);
  const began = process.cpuUsage();
  expect(shortText(large)).toBe('Uint8Array(20000000) [ 0, 0, 0, 0, 0, 0, 0, 0, ... 19999992 more items ]');
  expect(shortText({ images: large })).toBe('{ images: [Uint8Array] }');
  expect(shortText(many)).toBe('[ 1, 1, 1, 1, 1, 1, 1, 1, ... 2999992 more items ]');
  // Of this process alone: the clock would count what others do.
  expect(process.cpuUsage(began).user / 1000, 'milliseconds').toBeLessThan(500);
});
