import { expect, test } from 'vitest';
import { dropUnused } from '../../src/engine/compiler/passes/drop-unused';
import { moveScales } from '../../src/engine/compiler/passes/move-scales';
import { aliasOp, described, kernelOp, type Line, lowered, pointwiseOp } from '../support/programs';

const pick = kernelOp('pick', { picks: true });
const spread = kernelOp('spread', { spreads: true });
const scale = pointwiseOp('scale', 'select(0.0, a0, a1 > 0.0)', true);
const other = pointwiseOp('other', 'a0 * a1');
const read = kernelOp('read');

/** Inputs: x and dy; 2 and 3: what is picked and where from; 4: dy spread. */
const base: Line[] = [
  [pick, [0], [2], [2]],
  [spread, [1, 3], [4]],
];
const moved = (lines: Line[], exports: number[]) =>
  described(dropUnused(moveScales(lowered([[4], [2]], [...base, ...lines], exports))));

test('a scaling of spread gradients moves before the spreading, onto what was picked', () => {
  expect(moved([[scale, [4, 0], [4]]], [5])).toEqual(['pick(0) -> 2,3', 'scale(1,2) -> 6', 'spread(6,3) -> 5']);
});

test('also where the deciding value goes by another name', () => {
  const lines: Line[] = [
    [aliasOp, [0], [4]],
    [scale, [4, 5], [4]],
  ];
  expect(moved(lines, [6]).slice(1)).toEqual(['scale(1,2) -> 7', 'spread(7,3) -> 6']);
});

test('it stays where somebody else reads the spread gradient', () => {
  const lines: Line[] = [
    [scale, [4, 0], [4]],
    [read, [4], [4]],
  ];
  expect(moved(lines, [5, 6])).toContain('scale(4,0) -> 5');
  expect(moved([[scale, [4, 0], [4]]], [4, 5])).toContain('scale(4,0) -> 5');
});

test('it stays where something else decides, or where it is no scaling', () => {
  expect(moved([[scale, [4, 4], [4]]], [5])).toContain('scale(4,4) -> 5');
  expect(moved([[other, [4, 0], [4]]], [5])).toContain('other(4,0) -> 5');
});
