// Metrics of detectors beside torchmetrics, on drawn detections: mean average precision, and how far boxes overlap.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as metrics from 'lamplight/metrics';
import {
  type DetectedObjects,
  IntersectionOverUnion,
  MeanAveragePrecision,
  type MeanAveragePrecisionArguments,
  MetricCollection,
  MetricTracker,
  type TrueObjects,
} from 'lamplight/metrics';
import { describe, expect, test, vi } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface Case {
  readonly name: string;
  readonly options: MeanAveragePrecisionArguments;
  readonly expected: Readonly<Record<string, unknown>>;
  /** Pictures in each batch. */
  readonly batches: readonly number[];
}

const fixture = await loadFixture<Case>('mean_average_precision');

const boxes = (...rows: number[][]): Tensor => torch.tensor(rows, { dtype: 'float32' });
const none = torch.zeros(0);
const noLabels = torch.zeros(0, { dtype: 'int64' });

/** Corners as masks of a picture of 120 × 120. */
function masksOf(corners: Tensor): Tensor {
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((i) => corners.at(':', i).view(-1, 1, 1)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const [x, y] = [torch.arange(120).view(1, 1, 120), torch.arange(120).view(1, 120, 1)];
  return x.ge(x1).logicalAnd(x.lt(x2)).logicalAnd(y.ge(y1)).logicalAnd(y.lt(y2));
}

/** An entry of a list, as the fixture has it; what it has not is empty. */
function entry(where: string): DetectedObjects {
  const read = (key: string, empty: Tensor): Tensor => {
    if (!fixture.has(`${where}/${key}`)) return empty;
    const { data, shape, dtype } = fixture.tensor(`${where}/${key}`);
    return torch.tensor(data, { dtype: dtype as 'float32' }).view(...shape);
  };
  const optional = Object.fromEntries(
    ['iscrowd', 'area'].flatMap((key) => (fixture.has(`${where}/${key}`) ? [[key, read(key, none)]] : [])),
  );
  const masks = fixture.has(`${where}/corners`) ? { masks: masksOf(read('corners', none)) } : {};
  return {
    boxes: read('boxes', torch.zeros(0, 4)),
    scores: read('scores', none),
    labels: read('labels', noLabels),
    ...optional,
    ...masks,
  };
}

const batchesOf = ({ name, batches }: Case) =>
  batches.map((pictures, b) =>
    (['preds', 'target'] as const).map((kind) =>
      Array.from({ length: pictures }, (_, i) => entry(`${name}/${b}/${kind}/${i}`)),
    ),
  ) as [DetectedObjects[], DetectedObjects[]][];

const close = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(close) : typeof value === 'number' ? expect.closeTo(value, 5) : value;

describe('MeanAveragePrecision', () => {
  test.each(sampled(fixture.cases, 2))('$name: as torchmetrics', async (item) => {
    const metric = new MeanAveragePrecision(item.options);
    for (const [preds, target] of batchesOf(item)) metric.update(preds, target);
    const result = await metric.compute();
    const found: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(result)) {
      if (!(value instanceof torch.Tensor)) continue;
      const whole = `${item.name}/expected/${key}`;
      if (fixture.has(whole)) {
        const { data, shape } = fixture.tensor(whole);
        expect(value.shape).toEqual(shape);
        expect(await value.flatten().tolist()).toEqual(close([...data]));
      } else found[key] = await value.tolist();
    }
    for (const [key, value] of Object.entries(item.expected)) expect(found[key], key).toEqual(close(value));
    expect(Object.keys(found)).toEqual(Object.keys(item.expected));
  });

  test('overlaps are given by picture and class', async () => {
    const metric = new MeanAveragePrecision({ extendedSummary: true });
    const found = { boxes: boxes([0, 0, 10, 10]), scores: torch.tensor([0.9]), labels: torch.tensor([1]) };
    const result = await metric(
      [found],
      [{ boxes: boxes([0, 0, 10, 20], [20, 20, 30, 30]), labels: torch.tensor([1, 1]) }],
    );
    const ious = result.ious as ReadonlyMap<string, Tensor>;
    expect([...ious.keys()]).toEqual(['0,1']);
    expect(await ious.get('0,1')!.tolist()).toEqual([[0.5, 0]]);
    expect(result.precision!).toMatchObject({ shape: [10, 101, 1, 4, 3] });
  });

  test('a call gives the figures of its batch and adds it; reset forgets', async () => {
    const metric = new MeanAveragePrecision();
    const truth = { boxes: boxes([0, 0, 10, 10]), labels: torch.tensor([0]) };
    const right = { boxes: boxes([0, 0, 10, 10]), scores: torch.tensor([0.5]), labels: torch.tensor([0]) };
    const wrong = { ...right, boxes: boxes([50, 50, 60, 60]), scores: torch.tensor([0.9]) };
    expect(await (await metric([right], [truth])).map.item()).toBe(1);
    expect(await (await metric([wrong], [truth])).map.item()).toBe(0);
    expect(await (await metric.compute()).mar100.item()).toBe(0.5);
    metric.reset();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const empty = await metric.compute();
    expect(await empty.map.item()).toBe(-1);
    expect(empty.classes.shape).toEqual([0]);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('before update()'));
    warn.mockRestore();
    expect(`${metric}`).toBe('MeanAveragePrecision()');
  });

  test('what is written to a tensor after the update does not count', async () => {
    const metric = new MeanAveragePrecision();
    const found = { boxes: boxes([0, 0, 10, 10]), scores: torch.tensor([0.5]), labels: torch.tensor([0]) };
    metric.update([found], [{ boxes: boxes([0, 0, 10, 10]), labels: torch.tensor([0]) }]);
    found.boxes.zero_();
    expect(await (await metric.compute()).map.item()).toBe(1);
  });

  test('entries that do not fit are named', () => {
    const metric = new MeanAveragePrecision();
    const truth = { boxes: boxes([0, 0, 10, 10]), labels: torch.tensor([0]) };
    const found = { ...truth, scores: torch.tensor([0.5]) };
    const update = (preds: unknown, target: unknown) => () => metric.update(preds as [], target as []);
    expect(update([found], [])).toThrow('expected as many entries in preds as in target, but got 1 and 0');
    expect(update(found, [truth])).toThrow('expected preds to be a list with one entry per picture');
    expect(update([truth], [truth])).toThrow('expected preds[0].scores to be a tensor, but got undefined');
    expect(update([found], [{ labels: truth.labels }])).toThrow('expected target[0].boxes to be a tensor');
    expect(update([{ ...found, scores: torch.ones(2) }], [truth])).toThrow(
      'expected preds[0].scores of shape [N] for 1 labels, but got [2]',
    );
    expect(update([{ ...found, boxes: torch.ones(1, 3) }], [truth])).toThrow('preds[0].boxes of shape [N, 4]');
    expect(update([{ ...found, labels: torch.ones(1) }], [truth])).toThrow(torch.DTypeError);
    expect(() => new MeanAveragePrecision({ boxFormat: 'yxyx' as 'xyxy' })).toThrow("'xyxy', 'xywh' or 'cxcywh'");
    expect(() => new MeanAveragePrecision({ maxDetectionThresholds: [1, 2] })).toThrow('three whole numbers');
    expect(() => new MeanAveragePrecision({ iouThresholds: 0.5 as unknown as number[] })).toThrow('list of numbers');
  });
});

describe('a MeanAveragePrecision as other metrics', () => {
  const truth = { boxes: boxes([0, 0, 10, 10]), labels: torch.tensor([1]) };
  const right = { ...truth, scores: torch.tensor([0.5]) };
  const wrong = { ...right, boxes: boxes([50, 50, 60, 60]) };

  const itemOf = async (metric: MeanAveragePrecision, name: string) =>
    ((await metric.compute())[name] as Tensor).item();

  test('goes into a collection and a tracker', async () => {
    const collection = new MetricCollection([new MeanAveragePrecision(), new IntersectionOverUnion()], {
      prefix: 'val_',
    });
    collection.update([right], [truth]);
    const figures = (await collection.compute()) as Record<string, Tensor>;
    expect([await figures.val_map50!.item(), await figures.val_iou!.item()]).toEqual([1, 1]);
    const tracker = new MetricTracker(new MeanAveragePrecision(), true);
    for (const found of [wrong, right]) {
      tracker.increment();
      tracker.update([found], [truth]);
    }
    const all = (await tracker.computeAll()) as Record<string, Tensor>;
    expect(await all.map!.tolist()).toEqual([0, 1]);
  });

  test('is saved with its pictures, is copied, and joins another', async () => {
    const metric = new MeanAveragePrecision({ iouType: ['bbox', 'segm'] });
    const masked = <T extends { boxes: Tensor }>(entry: T) => ({ ...entry, masks: masksOf(entry.boxes) });
    metric.persistent(true);
    metric.update([masked(right), masked(wrong)], [masked(truth), masked(truth)]);
    metric.update([masked(right)], [{ ...masked(truth), iscrowd: torch.tensor([0]) }]);
    const expected = await itemOf(metric, 'segmMar100');
    const saved = metric.stateDict();
    expect(Object.keys(saved)).toContain('detection_box');
    const other = new MeanAveragePrecision({ iouType: ['bbox', 'segm'] });
    other.loadStateDict(saved);
    other.update([], []);
    expect(await itemOf(other, 'segmMar100')).toBe(expected);
    const copy = metric.clone();
    metric.reset();
    metric.mergeState(copy);
    expect(metric.updateCount).toBe(2);
    expect(await itemOf(metric, 'bboxMar100')).toBe(expected);
    expect(expected).toBeCloseTo(2 / 3, 6);
  });
});

interface Boxes {
  readonly boxes: readonly number[][];
  readonly labels: readonly number[];
}

interface Overlaps {
  readonly name: string;
  readonly metric?: string;
  readonly function?: 'intersectionOverUnion';
  readonly options: metrics.OverlapArguments;
  readonly batches: readonly (readonly [preds: readonly Boxes[], target: readonly Boxes[]])[];
  readonly forward: readonly Record<string, number>[];
  readonly compute: Record<string, number>;
  readonly preds: number[][];
  readonly target: number[][];
  readonly value: number | number[][];
}

describe('overlaps of boxes as torchmetrics', async () => {
  const kinds = metrics as unknown as Readonly<Record<string, typeof IntersectionOverUnion>>;
  const { cases } = await loadFixture<Overlaps>('box_overlaps');
  const entries = (list: readonly Boxes[]): TrueObjects[] =>
    list.map((one) => ({
      boxes: torch.tensor(one.boxes.flat(), { dtype: 'float32' }).view(-1, 4),
      labels: torch.tensor([...one.labels], { dtype: 'int64' }),
    }));
  const read = async (figures: metrics.OverlapFigures) =>
    Object.fromEntries(
      await Promise.all(Object.entries(figures).map(async ([key, value]) => [key, await value.item()])),
    );
  const closeTo = (figures: Record<string, number>) =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, expect.closeTo(value, 5)]));

  test.each(
    sampled(
      cases.filter(({ metric }) => metric),
      2,
    ),
  )('$name', async ({ metric, options, batches, forward, compute }) => {
    const made = new kinds[metric!](options);
    for (const [i, [preds, target]] of batches.entries()) {
      expect(await read(await made(entries(preds), entries(target)))).toEqual(closeTo(forward[i]!));
    }
    expect(await read(await made.compute())).toEqual(closeTo(compute));
  });

  test('as functions', async () => {
    const box = (list: number[][]) => torch.tensor(list);
    const values = cases
      .filter((one) => one.function)
      .map((one) => metrics.functional[one.function!](box(one.preds), box(one.target), one.options).tolist());
    const expected = cases.filter((one) => one.function).map(({ value }) => close(value));
    expect(await Promise.all(values)).toEqual(expected);
    const none = torch.zeros(0, 4);
    expect(await metrics.functional.intersectionOverUnion(none, none).item()).toBe(0);
    expect(() => metrics.functional.intersectionOverUnion(torch.zeros(2), none)).toThrow('expected preds [N, 4]');
  });

  test('arguments that do not fit are named', () => {
    const wrong = (options: object) => () => new IntersectionOverUnion(options);
    expect(wrong({ boxFormat: 'yxyx' })).toThrow("'xyxy', 'xywh' or 'cxcywh'");
    expect(wrong({ iouThreshold: 'high' })).toThrow('expected iouThreshold to be a number or null');
    expect(() => new IntersectionOverUnion().update([], [{ labels: noLabels }])).toThrow('as many entries');
  });
});
