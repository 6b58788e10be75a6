// vision.ops.nms at the sizes of detectors: what it costs, and rows that are suppressed side by side without reading back.
import * as torch from 'lamplight';
import { ops } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { nmsMask, nmsPadded } from '../../src/doors/vision/ops/nms';
import { isLong } from '../support/sample';

/** Boxes of a crowd, and what suppression on the host makes of them. */
function crowd(count: number, size: number): { boxes: Float32Array; scores: Float32Array } {
  const next = (i: number): number => ((i * 2654435761) % 2 ** 32) / 2 ** 32;
  const boxes = new Float32Array(4 * count);
  const scores = Float32Array.from({ length: count }, (_, i) => next(7 * i + 3));
  for (let i = 0; i < count; i++) {
    const [x, y] = [next(3 * i + 1) * size, next(5 * i + 2) * size];
    boxes.set([x, y, x + 10 + 20 * next(i + 11), y + 10 + 20 * next(2 * i + 5)], 4 * i);
  }
  return { boxes, scores };
}

function suppressedOnHost(
  boxes: Float32Array,
  scores: Float32Array,
  threshold: number,
  classes?: readonly number[],
): number[] {
  const f = Math.fround;
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  const area = (i: number) => f(f(boxes[4 * i + 2]! - boxes[4 * i]!) * f(boxes[4 * i + 3]! - boxes[4 * i + 1]!));
  const kept: number[] = [];
  for (const j of order) {
    const out = kept.some((i) => {
      if (classes && classes[i] !== classes[j]) return false;
      const side = (k: number) =>
        Math.max(
          0,
          f(Math.min(boxes[4 * i + k + 2]!, boxes[4 * j + k + 2]!) - Math.max(boxes[4 * i + k]!, boxes[4 * j + k]!)),
        );
      const inter = f(side(0) * side(1));
      return f(inter / f(f(area(i) + area(j)) - inter)) > threshold;
    });
    if (!out) kept.push(j);
  }
  return kept;
}

/** 20,000 where every case is taken. */
const COUNT = isLong() ? 20_000 : 1500;

test(`${COUNT} boxes take one run and memory by their number`, async () => {
  const { boxes, scores } = crowd(COUNT, 20 * Math.sqrt(COUNT));
  const [x, s] = [torch.tensor(boxes).reshape(-1, 4), torch.tensor(scores)];
  await torch.synchronize();
  torch.gpu.resetPeak();
  const before = torch.gpu.stats();
  const keep = await ops.nms(x, s, 0.3);
  const after = torch.gpu.stats();
  expect(after.runs - before.runs).toBe(1);
  expect(after.peakBytes - before.peakBytes).toBeLessThan(200 * COUNT + 2 ** 20);
  expect(await keep.tolist()).toEqual(suppressedOnHost(boxes, scores, 0.3));
});

test('rows are suppressed side by side, by classes, without what is not there', async () => {
  const count = 70;
  const rows = [crowd(count, 60), crowd(count, 90)];
  const boxes = torch.stack(rows.map((row) => torch.tensor(row.boxes).reshape(-1, 4)));
  const scores = torch.stack(rows.map((row) => torch.tensor(row.scores)));
  const classes = Array.from({ length: count }, (_, i) => i % 3);
  const valid = scores.gt(0.25);
  const options = { classes: torch.tensor([classes, classes]), valid };
  const { order, keep } = nmsMask(boxes, scores, 0.3, options);
  const padded = nmsPadded(boxes, scores, 0.3, 40, options);
  const [places, flags] = [await order.tolist(), await keep.tolist()] as [number[][], number[][]];
  const [indices, known] = [await padded.indices.tolist(), await padded.valid.tolist()] as [number[][], number[][]];
  rows.forEach((row, r) => {
    const there = [...row.scores.keys()].filter((i) => row.scores[i]! > 0.25);
    const picked = {
      boxes: Float32Array.from(there.flatMap((i) => [...row.boxes.subarray(4 * i, 4 * i + 4)])),
      scores: Float32Array.from(there, (i) => row.scores[i]!),
    };
    const kept = suppressedOnHost(
      picked.boxes,
      picked.scores,
      0.3,
      there.map((i) => classes[i]!),
    ).map((i) => there[i]!);
    expect(places[r]!.filter((_, i) => flags[r]![i])).toEqual(kept);
    const first = kept.slice(0, 40);
    expect(indices[r]).toEqual([...first, ...new Array<number>(40 - first.length).fill(0)]);
    expect(known[r]!.filter(Boolean)).toHaveLength(first.length);
  });
});

test('a threshold counts as it is written, and not as float32 rounds it', async () => {
  // 3 / 10 rounds to a float32 above .3, 7 / 10 to one below .7.
  for (const [shared, threshold, kept] of [
    [3, 0.3, [0]],
    [7, 0.7, [0, 1]],
    [5, 0.5, [0, 1]],
  ] as const) {
    const boxes = torch.tensor([
      [0, 0, 10, 1],
      [0, 0, shared, 1],
    ]);
    expect(await (await ops.nms(boxes, torch.tensor([0.9, 0.8]), threshold)).tolist()).toEqual(kept);
  }
});

test('errors name what is wrong', async () => {
  const [boxes, scores] = [torch.zeros(3, 4), torch.zeros(3)];
  await expect(ops.nms(boxes.narrow(1, 0, 3), scores, 0.5)).rejects.toThrow(
    /^nms: expected boxes \[N, 4\], but got shape \[3, 3\]/,
  );
  await expect(ops.nms(boxes, torch.zeros(2), 0.5)).rejects.toThrow(torch.ShapeError);
  await expect(ops.nms(boxes.to('bool'), scores, 0.5)).rejects.toThrow(torch.DTypeError);
  await expect(ops.batchedNms(boxes, scores, torch.zeros(2), 0.5)).rejects.toThrow(/^batchedNms: expected idxs \[3\]/);
  expect(() => ops.nms(boxes, null as never, 0.5)).toThrow(torch.ArgumentError);
  expect(() => ops.boxIou(boxes, torch.zeros(2, 5))).toThrow(
    /^boxIou: expected boxes2 \[\.\.\., 4\], but got shape \[2, 5\]/,
  );
  expect(() => ops.boxIou(boxes, boxes, { fmt: 'yxyx' as 'xyxy' })).toThrow(torch.ArgumentError);
  expect(() => ops.boxConvert(boxes, 'xyxy', 'xywhr')).toThrow(/both have a rotation/);
  expect(() => ops.clipBoxesToImage(boxes, [3])).toThrow(torch.ArgumentError);
  expect(() => ops.masksToBoxes(torch.zeros(3, 3))).toThrow(torch.ShapeError);
});
