// The steps of R-CNN and of Fast R-CNN beside torch's crops, NumPy's ridge regression and torchvision's loss.
import * as torch from 'lamplight';
import { detection } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture } from '../../support/close';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly boxes: readonly (readonly number[])[];
  readonly ridge: number;
  readonly losses: readonly number[];
  readonly plain: number;
}

const fixture = await loadFixture<Case>('rcnn');
const ofKind = (kind: string) => fixture.cases.filter((item) => item.kind === kind);
const arrayOf = (name: string, key: string, requiresGrad = false) =>
  fromFixture(fixture.tensor(`${name}/${key}`), requiresGrad);
const near = { rtol: 1e-4, atol: 1e-5 };

describe('warpRegions', () => {
  const [crops] = ofKind('crops');
  const image = arrayOf('crops', 'image');

  test('gives torch’s crops, resized', async () => {
    const boxes = torch.tensor(crops!.boxes as number[][], { dtype: 'float32' });
    await expectClose(detection.warpRegions(image, boxes, [8, 6]), fixture.tensor('crops/crops'), near);
    // Of 6 × 12 pixels and a pixel of context in 8 × 8 comes what a box of 8 × 16 gives, which torch crops.
    const box = torch.tensor([[8, 4, 14, 16]], { dtype: 'float32' });
    const padded = detection.warpRegions(image, box, 8, { padding: 1 });
    await expectClose(padded.squeeze(0), fixture.tensor('crops/padded'), near);
  });

  test('fills what lies outside of the picture, and beside the box', async () => {
    const ones = torch.ones(1, 4, 4);
    const box = torch.tensor([[-2, 0, 2, 4]], { dtype: 'float32' });
    expect(await detection.warpRegions(ones, box, [1, 4], 0, 'warp', 7).tolist()).toEqual([[[[7, 7, 1, 1]]]]);
    const tall = torch.tensor([[1, 0, 3, 4]], { dtype: 'float32' });
    expect(await detection.warpRegions(ones, tall, [1, 4], { mode: 'square', fill: 7 }).tolist()).toEqual([
      [[[1, 1, 1, 1]]],
    ]);
    expect(await detection.warpRegions(ones, tall, [1, 4], { mode: 'bareSquare', fill: [7] }).tolist()).toEqual([
      [[[7, 1, 1, 7]]],
    ]);
    expect(detection.warpRegions(ones, torch.zeros(0, 4), 3).shape).toEqual([0, 1, 3, 3]);
  });

  test('has the gradient of the picture', async () => {
    const x = torch.ones(1, 2, 2).requiresGrad_();
    detection
      .warpRegions(x, torch.tensor([[0, 0, 2, 1]], { dtype: 'float32' }), [1, 2])
      .sum()
      .backward();
    expect(await x.grad!.tolist()).toEqual([
      [
        [1, 1],
        [0, 0],
      ],
    ]);
  });
});

describe('box regression', () => {
  test.each(ofKind('ridge'))('$name: weights and boxes are NumPy’s', async ({ name, ridge }) => {
    const [features, proposals, truths] = ['features', 'proposals', 'truths'].map((key) => arrayOf(name, key));
    const weight = await detection.fitBoxRegression(features!, proposals!, truths!, { ridge });
    await expectClose(weight, fixture.tensor(`${name}/weight`), near);
    const boxes = detection.applyBoxRegression(features!, proposals!, weight);
    await expectClose(boxes, fixture.tensor(`${name}/boxes`), { rtol: 1e-5, atol: 1e-3 });
  });

  test('features that do not determine the weights', async () => {
    const box = torch.tensor([[0, 0, 1, 1]], { dtype: 'float32' });
    await expect(detection.fitBoxRegression(torch.zeros(1, 3), box, box, 0)).rejects.toThrow(
      'give a ridge greater than 0',
    );
    await expect(detection.fitBoxRegression(torch.zeros(2, 3), box, box)).rejects.toThrow(
      'expected features of 1 rows, one a box, but got shape [2, 3]',
    );
  });
});

test('regions are matched with the truths that they overlap most', async () => {
  const boxes = torch.tensor(
    [
      [0, 0, 4, 4],
      [0, 0, 4, 6],
      [0, 0, 4, 16],
      [20, 20, 24, 24],
    ],
    { dtype: 'float32' },
  );
  const target = [torch.tensor([[0, 0, 4, 4]], { dtype: 'float32' }), torch.tensor([3])] as const;
  const found = await detection.matchRegions(boxes, ...target, { fgIouThresh: 0.6, bgIouThresh: 0.3 });
  expect(await found.labels.tolist()).toEqual([3, 3, 0, 0]);
  expect(await (await detection.matchRegions(boxes, ...target, 0.7, 0.3)).labels.tolist()).toEqual([3, -1, 0, 0]);
  expectNumbers(await found.ious.data(), [1, 2 / 3, 0.25, 0]);
  const empty = await detection.matchRegions(boxes, torch.zeros(0, 4), torch.zeros(0, { dtype: 'int64' }));
  expect(await empty.labels.tolist()).toEqual([0, 0, 0, 0]);
  expect(await empty.truths.tolist()).toEqual(await boxes.tolist());
});

test('SVMs: one against the rest, of those that count', async () => {
  const scores = torch.tensor([
    [2, -0.5],
    [0.5, 1],
    [0, 0],
  ]);
  // Of region 0 (class 1): 0 and 0.5; of region 1 (background): 1.5 and 2; region 2 does not count.
  const loss = detection.svmLoss(scores, torch.tensor([1, 0, -1]));
  expect(await loss.item()).toBeCloseTo(4 / 2, 6);
});

test('class by class, regions that overlap a better one go', async () => {
  const boxes = torch.tensor(
    [
      [0, 0, 10, 10],
      [1, 0, 10, 10],
      [30, 0, 40, 10],
    ],
    { dtype: 'float32' },
  );
  const scores = torch.tensor([
    [0.9, -1],
    [0.95, 0.5],
    [0.2, -0.1],
  ]);
  const found = await detection.detectRegions(boxes, scores);
  expect(await found.labels.tolist()).toEqual([0, 1, 0]);
  expectNumbers(await found.scores.data(), [0.95, 0.5, 0.2]);
  expect(await found.boxes.at(2).tolist()).toEqual([30, 0, 40, 10]);
  const each = torch.cat([boxes, boxes.add(100)], 1);
  const fast = await detection.detectRegions(each, scores, { scoreThresh: 0.3, firstClass: 1 });
  expect(await fast.boxes.tolist()).toEqual([[101, 100, 110, 110]]);
  expect(await fast.labels.tolist()).toEqual([1]);
});

describe('Fast R-CNN', () => {
  test('the multi-task loss and its gradients are torchvision’s', async () => {
    const [{ losses, plain }] = ofKind('loss') as [Case];
    const [logits, corrections] = ['logits', 'corrections'].map((key) => arrayOf('loss', key, true));
    const labels = [0, 1].map((i) => arrayOf('loss', `labels${i}`));
    const targets = [0, 1].map((i) => arrayOf('loss', `targets${i}`));
    const [classifier, boxes] = detection.fastrcnnLoss(logits!, corrections!, labels, targets);
    expectNumbers(await torch.stack([classifier, boxes]).data(), losses, near);
    classifier.add(boxes).backward();
    await expectClose(logits!.grad!, fixture.tensor('loss/logitsGrad'), near);
    await expectClose(corrections!.grad!, fixture.tensor('loss/correctionsGrad'), near);
    const together = torch.cat(targets);
    const [, paper] = detection.fastrcnnLoss(logits!, corrections!, torch.cat(labels), together, {
      beta: 1,
      lambda: 2,
    });
    expect(await paper.item()).toBeCloseTo(2 * plain, 4);
    // Rows that do not count change nothing, whatever stands in them.
    const more = (x: torch.Tensor, value: number) =>
      torch.cat([x, torch.full([1, ...x.shape.slice(1)], value, { dtype: x.dtype })]);
    const [again, same] = detection.fastrcnnLoss(
      more(logits!, 3),
      more(corrections!, 5),
      more(torch.cat(labels), -100),
      more(together, Number.NaN),
    );
    expectNumbers(await torch.stack([again, same]).data(), losses, near);
    expect(() => detection.fastrcnnLoss(logits!, corrections!, labels[0]!, targets)).toThrow(
      'expected labels of shape [7]',
    );
  });

  test('a step looks at a fixed number of regions', async () => {
    torch.manualSeed(0);
    const truth = [4, 4, 12, 12];
    const near = [
      [4, 4, 12, 13],
      [5, 4, 12, 12],
      [4, 5, 12, 12],
    ];
    const beside = [
      [0, 0, 9, 9],
      [8, 8, 16, 16],
      [2, 2, 8, 14],
      [4, 8, 20, 12],
      [9, 4, 15, 12],
    ];
    const far = [[40, 40, 50, 50]];
    const proposals = torch.tensor([...near, ...beside, ...far], { dtype: 'float32' });
    const target = { boxes: torch.tensor([truth], { dtype: 'float32' }), labels: torch.tensor([2]) };
    const { rois, labels, regressionTargets } = await detection.sampleRois([proposals, proposals], [target, target], {
      batchSizePerImage: 8,
      fgIouThresh: 0.5,
    });
    expect([rois.shape, labels.shape, regressionTargets.shape]).toEqual([[16, 5], [16], [16, 4]]);
    const classes = [...(await labels.data())];
    const places = [...(await rois.data())];
    for (const [i, label] of classes.entries()) {
      const [picture, ...box] = places.slice(5 * i, 5 * i + 5);
      expect(picture).toBe(i < 8 ? 0 : 1);
      const expected = label === 2 ? [...near, truth] : beside;
      if (label !== -100) expect(expected).toContainEqual(box);
    }
    expect(classes.filter((label) => label === 2)).toHaveLength(4);
    expect(classes.filter((label) => label === 0)).toHaveLength(beside.length * 2);
    const codes = new detection.BoxCoder([10, 10, 5, 5]).encodeSingle(
      torch.tensor([truth, truth], { dtype: 'float32' }),
      rois.narrow(0, 0, 2).narrow(1, 1, 4),
    );
    expectNumbers(await regressionTargets.narrow(0, 0, 2).flatten().data(), [...(await codes.flatten().data())]);
  });

  test('the head pools regions, and answers for each', () => {
    const head = new detection.FastRCNNHead(3, 5, 0.5, { outputSize: 2, representationSize: 6 });
    const [logits, corrections] = head(torch.zeros(2, 3, 8, 8), torch.zeros(4, 5));
    expect([logits.shape, corrections.shape]).toEqual([
      [4, 5],
      [4, 20],
    ]);
    expect(Object.keys(head.stateDict())).toEqual([
      ...['box_head.fc6.weight', 'box_head.fc6.bias', 'box_head.fc7.weight', 'box_head.fc7.bias'],
      ...['cls_score', 'bbox_pred'].flatMap((layer) => [
        `box_predictor.${layer}.weight`,
        `box_predictor.${layer}.bias`,
      ]),
    ]);
  });
});
