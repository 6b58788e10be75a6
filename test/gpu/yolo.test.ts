// YOLO v1: its loss beside the paper's, written out cell by cell, what it decodes, and what it refuses.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { detection } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';

interface Case {
  readonly name: string;
  readonly grid: number;
  readonly boxes: number;
  readonly classes: number;
  /** Objects in each picture. */
  readonly objects: readonly number[];
  readonly terms: Readonly<Record<string, number>>;
}

const fixture = await loadFixture<Case>('yolo');

/** Answers with the same numbers, whatever it sees. */
class Fixed extends nn.Module {
  readonly outChannels = 1;
  constructor(private readonly size: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return torch.zeros(x.shape[0]!, 1, this.size, this.size);
  }
}

describe('YOLO v1', () => {
  test.each(fixture.cases)('$name: the five terms and their gradient are the paper’s', async (item) => {
    const { name, grid, boxes, classes, objects, terms } = item;
    const { data, shape } = fixture.tensor(`${name}/predictions`);
    const predictions = torch
      .tensor(data)
      .view(...shape)
      .requiresGrad_();
    const targets = objects.map((count, i) => ({
      boxes: Float32Array.from(count ? fixture.tensor(`${name}/boxes${i}`).data : []),
      labels: Int32Array.from(count ? fixture.tensor(`${name}/labels${i}`).data : []),
    }));
    const criterion = new detection.YOLOv1Loss({ gridSize: grid, numBoxes: boxes, numClasses: classes });
    const found = criterion(
      predictions,
      criterion.encode(
        targets,
        objects.map(() => [1, 1] as const),
      ),
    );
    const names = Object.keys(found);
    expect(names).toEqual(Object.keys(terms));
    const values = await torch.stack(names.map((key) => found[key]!)).tolist();
    expect(values).toEqual(names.map((key) => expect.closeTo(terms[key]!, 4)));
    Object.values(found)
      .reduce((sum, term) => sum.add(term))
      .backward();
    const gradient = [...fixture.tensor(`${name}/gradient`).data];
    expect(await predictions.grad!.flatten().tolist()).toEqual(gradient.map((value) => expect.closeTo(value, 4)));
  });

  test('what cells tell becomes boxes in pixels, of which none overlaps a better one of its class', async () => {
    const yolo = new detection.YOLOv1({
      gridSize: 2,
      numBoxes: 1,
      numClasses: 2,
      backbone: new Fixed(2),
      hiddenFeatures: 1,
    });
    const last = yolo.head[4] as nn.Linear;
    const cell = (x: number, y: number, w: number, h: number, confidence: number, ...p: number[]) => [
      ...[x, y, Math.sqrt(w), Math.sqrt(h), confidence],
      ...p,
    ];
    torch.noGrad(() => {
      last.weight.zero_();
      // The first two tell of one object, whose centre lies between their cells; the last is doubtful.
      last.bias!.copy_(
        torch.tensor([
          ...cell(1, 0.5, 0.5, 0.25, 0.9, 1, 0),
          ...cell(0, 0.5, 0.5, 0.25, 0.8, 1, 0.5),
          ...cell(0.5, 0.5, 1, 1, 0.5, 0.1, 0.8),
          ...cell(0.5, 0.5, 0.5, 0.5, 0.1, 1, 1),
        ]),
      );
    });
    yolo.eval();
    const [found] = await torch.noGrad(() => yolo(torch.zeros(1, 3, 8, 16)));
    expect(await found!.boxes.tolist()).toEqual([
      [4, 1, 12, 3].map((x) => expect.closeTo(x, 4)),
      [4, 1, 12, 3].map((x) => expect.closeTo(x, 4)),
      [0, 2, 12, 8].map((x) => expect.closeTo(x, 4)),
    ]);
    expect(await found!.labels.tolist()).toEqual([0, 1, 1]);
    expect(await found!.scores.tolist()).toEqual([0.9, 0.4, 0.4].map((x) => expect.closeTo(x, 5)));
  });

  test('training gives the terms of the loss, with gradients of all parameters', async () => {
    torch.manualSeed(0);
    class Small extends nn.Module {
      readonly outChannels = 4;
      conv = new nn.Conv2d(3, 4, 3, { stride: 4, padding: 1 });
      override forward(x: Tensor): Tensor {
        return this.conv(x);
      }
    }
    const yolo = new detection.YOLOv1({ gridSize: 4, numClasses: 2, backbone: new Small(), hiddenFeatures: 8 });
    const targets = [
      { boxes: torch.tensor([[0, 0, 8, 8]], { dtype: 'float32' }), labels: torch.tensor([1]) },
      { boxes: torch.zeros(0, 4), labels: torch.zeros(0, { dtype: 'int64' }) },
    ];
    const terms = await yolo([torch.rand(3, 16, 16), torch.rand(3, 16, 16)], targets);
    expect(Object.keys(terms)).toEqual(['lossCenter', 'lossSize', 'lossObject', 'lossNoObject', 'lossClass']);
    Object.values(terms)
      .reduce((sum, term) => sum.add(term))
      .backward();
    for (const [name, p] of yolo.namedParameters()) expect(p.grad, name).not.toBeNull();
    await expect(yolo(torch.rand(1, 3, 16, 16))).rejects.toThrow('expected targets in training mode');
    const label = { boxes: targets[0]!.boxes, labels: torch.tensor([2]) };
    await expect(yolo(torch.rand(1, 3, 16, 16), [label])).rejects.toThrow('expected labels of 0 to 1, but got 2');
    await expect(yolo.eval()(torch.rand(1, 3, 32, 32))).rejects.toThrow('maps to be 4 × 4, but got [1, 4, 8, 8]');
    for (const [images, message] of [
      [[], 'YOLOv1: expected a list of pictures [C, H, W], but got an empty list'],
      [null, 'YOLOv1: expected a list of pictures [C, H, W], but got null'],
      [[torch.rand(16, 16)], 'YOLOv1: expected a list of pictures [C, H, W], but got shape [16, 16]'],
      [torch.zeros(1, 3, 16, 16, { dtype: 'uint8' }), 'YOLOv1: expected pictures of a float dtype'],
      [[torch.rand(3, 16, 16), torch.rand(3, 8, 8)], 'YOLOv1: expected pictures of one size, but got shapes'],
    ] as const) {
      await expect(yolo(images as unknown as Tensor[])).rejects.toThrow(message);
    }
  });

  test('the paper’s network has its parameters', () => {
    const yolo = new detection.YOLOv1();
    const count = yolo.parameters().reduce((sum, p) => sum + p.numel(), 0);
    expect(count).toBe(271_703_550);
    expect(yolo.backbone.modules().filter((module) => module instanceof nn.Conv2d)).toHaveLength(24);
  });

  test('shapes that do not fit are named', () => {
    const criterion = new detection.YOLOv1Loss({ gridSize: 2, numClasses: 3 });
    expect(() => criterion(torch.zeros(1, 2, 2, 12), torch.zeros(1, 2, 2, 8))).toThrow(
      'expected predictions of shape [1, 2, 2, 13], but got [1, 2, 2, 12]',
    );
  });
});
