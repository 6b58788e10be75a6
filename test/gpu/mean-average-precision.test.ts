// Mean average precision beside torchmetrics, on drawn detections.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { type DetectedObjects, MeanAveragePrecision, type MeanAveragePrecisionArguments } from 'lamplight/metrics';
import { describe, expect, test, vi } from 'vitest';
import { loadFixture } from '../support/fixtures';

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
  test.each(fixture.cases)('$name: as torchmetrics', async (item) => {
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
    expect(update(found, [truth])).toThrow('expected preds to be a list with an entry a picture');
    expect(update([truth], [truth])).toThrow('expected preds[0].scores to be a tensor, but got undefined');
    expect(update([found], [{ labels: truth.labels }])).toThrow('expected target[0].boxes to be a tensor');
    expect(update([{ ...found, scores: torch.ones(2) }], [truth])).toThrow(
      'expected preds[0].scores of shape [N] for 1 labels, but got [2]',
    );
    expect(update([{ ...found, boxes: torch.ones(1, 3) }], [truth])).toThrow('preds[0].boxes of shape [N, 4]');
    expect(update([{ ...found, labels: torch.ones(1) }], [truth])).toThrow(torch.DTypeError);
    expect(() => new MeanAveragePrecision({ boxFormat: 'yxyx' as 'xyxy' })).toThrow("'xyxy', 'xywh', 'cxcywh'");
    expect(() => new MeanAveragePrecision({ maxDetectionThresholds: [1, 2] })).toThrow('expected three numbers');
    expect(() => new MeanAveragePrecision({ iouThresholds: 0.5 as unknown as number[] })).toThrow('list of numbers');
  });
});
