// Non-maximum suppression: of overlapping boxes, keeps the ones with the highest scores.

import { grid, gridFor, input, output, type Pass, scalar, scratch } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { BYTES_PER_ELEMENT } from '../../core/meta';
import { record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const overlapLib: Text = '#regions/libBoxOverlap';
const exactLib: Text = '#regions/libExact';
const blockSource: Text = '#regions/nmsBlock';
const laterSource: Text = '#regions/nmsLater';
const overlapsSource: Text = '#regions/nmsOverlaps';

const WORKGROUP = 64;
/** Boxes in a block: one bit for each, in one word for each of a workgroup's 32 lanes. */
const BLOCK = 1024;

/**
 * Inputs: boxes [rows, n, 4], which of them take part [rows, n], and with `grouped` their groups [rows, n]. The boxes
 * are taken in blocks: a block is decided by itself, then the later boxes that its kept boxes overlap are removed. So
 * memory grows linearly with n, and no dispatch takes long.
 */
const nmsOp: Op<{ readonly grouped: boolean }> = {
  name: 'nms',
  infer: ([, candidates]) => [{ shape: candidates!.shape, dtype: 'bool' }],
  lower({ inputs: [boxes], attrs: { grouped } }) {
    const [rows, n] = boxes!.shape as readonly [number, number];
    const source = [exactLib, overlapLib];
    const groups = grouped ? input(2) : input(0);
    const [overlaps, block] = [scratch(0), scratch(1)];
    const overrides = { GROUPED: grouped ? 1 : 0 };
    const passes: Pass[] = [];
    for (let first = 0; first < n; first += BLOCK) {
      const size = Math.min(BLOCK, n - first);
      const words = Math.ceil(size / 32);
      const behind = n - first - size;
      const FIRST = first === 0 ? 1 : 0;
      passes.push(
        {
          source: [...source, overlapsSource],
          label: 'nms overlaps',
          overrides,
          reads: [input(0), groups],
          writes: [overlaps],
          params: { count: rows * size * words, n, first, size, words, threshold: scalar(0) },
          grid: gridFor(rows * size * words, WORKGROUP),
        },
        {
          source: [blockSource],
          label: 'nms block',
          overrides: { FIRST },
          reads: [input(1), overlaps],
          writes: [output(), block],
          params: { rows, n, first, size, words },
          grid: grid(rows),
        },
        {
          source: [...source, laterSource],
          label: 'nms later',
          overrides: { ...overrides, FIRST },
          reads: [input(0), groups, input(1), block],
          writes: [output()],
          params: { count: rows * behind, n, first, words, behind, threshold: scalar(0) },
          grid: gridFor(rows * behind, WORKGROUP),
        },
      );
    }
    const size = Math.min(BLOCK, n);
    const words = Math.ceil(size / 32);
    return { kind: 'passes', passes, scratch: [rows * size * words, rows * words].map((k) => k * BYTES_PER_ELEMENT) };
  },
};

/** The greatest float32 ≤ x. A float32 exceeds it if and only if it exceeds x. */
function floatBelow(x: number): number {
  const near = new Float32Array([x]);
  if (near[0]! <= x || Number.isNaN(x)) return near[0]!;
  const bits = new Int32Array(near.buffer);
  if (near[0] === 0) bits[0] = -0x7fffffff;
  else bits[0]! += near[0]! > 0 ? -1 : 1;
  return near[0]!;
}

/**
 * Which boxes are kept (bool [rows, n]). In order, each candidate that is still kept removes the later boxes of its row
 * whose IoU with it exceeds the threshold; with groups [rows, n], only boxes of its own group.
 */
export function suppressed(boxes: Value, candidates: Value, groups: Value | null, threshold: number): Value {
  const [rows, n] = candidates.shape;
  invariant(boxes.shape.join() === [rows, n, 4].join(), 'there are four coordinates a candidate');
  const inputs = groups ? [boxes, candidates, groups] : [boxes, candidates];
  return record(nmsOp, inputs, { grouped: groups !== null }, [floatBelow(threshold)]);
}
