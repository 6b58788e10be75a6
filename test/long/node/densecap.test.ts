// DenseCap: bilinear sampling and its gradients, the captioner, what a step looks at, and three captions of drawn pictures, learned.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { detection, ops } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../../support/close';

const captions = ['red square', 'green disc', 'wide blue bar'];
const SIDE = 32;

/** Width and height in pixels, colour, and which pixels of the box are drawn. */
const shapes = [
  { size: [10, 10], color: [1, 0.1, 0.1], isIn: () => true },
  { size: [12, 12], color: [0.1, 0.9, 0.1], isIn: (x: number, y: number) => x ** 2 + y ** 2 <= 1 },
  { size: [18, 8], color: [0.1, 0.2, 1], isIn: () => true },
] as const;

/** Repeatable numbers from 0 to 1 (mulberry32). */
function draws(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A picture, about from −1 to 1, of some of the shapes, apart from each other: one in the upper half, another in the lower. */
function drawn(seed: number) {
  const random = draws(seed);
  const pixels = Float32Array.from({ length: 3 * SIDE * SIDE }, () => 0.1 * random());
  const first = Math.floor(random() * 3);
  const kinds = random() < 0.7 ? [first, (first + 1 + Math.floor(random() * 2)) % 3] : [first];
  const boxes = kinds.map((kind, half) => {
    const { size, color, isIn } = shapes[kind]!;
    const [w, h] = size;
    const x1 = Math.floor(random() * (SIDE - w));
    const y1 = half * (SIDE / 2) + Math.floor(random() * (SIDE / 2 - h));
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        if (!isIn((2 * x + 1) / w - 1, (2 * y + 1) / h - 1)) continue;
        for (let c = 0; c < 3; c++) pixels[(c * SIDE + y1 + y) * SIDE + x1 + x] = color[c]!;
      }
    }
    return [x1, y1, x1 + w, y1 + h];
  });
  const centred = pixels.map((value) => 2 * value - 0.6);
  return { image: torch.tensor(centred).view(3, SIDE, SIDE), boxes, texts: kinds.map((kind) => captions[kind]!) };
}

class Backbone extends nn.Module {
  readonly outChannels = 24;
  layers = new nn.Sequential(
    new nn.Conv2d(3, 12, 3, { stride: 2, padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(12, 24, 3, { stride: 2, padding: 1 }),
    new nn.ReLU(),
  );
  override forward(x: Tensor): Tensor {
    return this.layers(x);
  }
}

const vocabulary = new detection.CaptionVocabulary(captions);

const make = () =>
  new detection.DenseCap(new Backbone(), {
    vocabSize: vocabulary.size,
    anchors: [
      [11, 11],
      [18, 8],
    ],
    numFilters: 24,
    outputSize: 4,
    representationSize: 48,
    dropout: 0,
    embeddingSize: 32,
    hiddenSize: 32,
    maxLength: 4,
    batchSizePerImage: 16,
    numProposals: 20,
    fgIouThresh: 0.6,
  });

test('the localization layer samples as ops.roiAlign with one sample a bin, with gradients of boxes by finite differences', async () => {
  torch.manualSeed(0);
  const layer = new detection.DenseCapLocalization(2, { outputSize: 3 });
  expect(layer.anchors).toHaveLength(12);
  const map = torch.rand(1, 2, 5, 6);
  const boxes = torch.tensor([
    [
      [3.1, 4.2, 17.3, 15.4],
      [2.6, 6.3, 21.2, 12.7],
    ],
  ]);
  const read = layer.extract(map, boxes, [20, 24]);
  const aligned = ops.roiAlign(map, [boxes.squeeze(0)], 3, { spatialScale: 0.25, samplingRatio: 1, aligned: true });
  expect(read.shape).toEqual([1, 2, 2, 3, 3]);
  expectNumbers(await read.flatten().data(), [...(await aligned.flatten().data())], { atol: 1e-5 });
  const weights = torch.rand(1, 2, 2, 3, 3);
  const of = (where: Tensor) => layer.extract(map, where, [20, 24]).mul(weights).sum();
  const leaf = boxes.clone().requiresGrad_();
  of(leaf).backward();
  const step = 0.01;
  const differences: number[] = [];
  for (let i = 0; i < 8; i++) {
    const moved = (by: number) =>
      boxes.add(
        torch
          .zeros(8)
          .indexFill(0, torch.tensor([i]), by)
          .view(1, 2, 4),
      );
    differences.push(
      (await of(moved(step))
        .sub(of(moved(-step)))
        .item()) /
        (2 * step),
    );
  }
  expectNumbers(await leaf.grad!.flatten().data(), differences, { atol: 2e-3, rtol: 2e-2 });
});

test('predictions begin at the anchors, and a sample is half positive at most', async () => {
  torch.manualSeed(1);
  const layer = new detection.DenseCapLocalization({
    ...{ inChannels: 2, anchors: [[8, 8]], batchSizePerImage: 6, numProposals: 5 },
  });
  nn.init.zeros_(layer.predictor.weight);
  const { boxes, scores } = layer(torch.rand(1, 2, 4, 4), [16, 16]);
  expect([boxes.shape, scores.shape]).toEqual([
    [1, 16, 4],
    [1, 16],
  ]);
  expect(await boxes.at(0, 5).tolist()).toEqual([2, 2, 10, 10]);
  const sample = layer.sample(await boxes.data(), [Float32Array.of(2, 2, 10, 10, 6, 6, 14, 13)]);
  expect([...sample.matches[0]!]).toEqual(expect.arrayContaining([0, 1, -1]));
  expect(await sample.isPositive.sum().item()).toBe(2);
  expect(sample.regions).toBe(6);
  // A truth that no box overlaps has none, even where boxes have no width.
  const apart = layer.sample([0, 0, 0, 8, 2, 2, 8, 8], [Float32Array.of(20, 20, 28, 28)]);
  expect(await apart.isPositive.sum().item()).toBe(0);
  const none = layer.sample(await boxes.data(), [new Float32Array(0)]);
  expect(await none.isPositive.sum().item()).toBe(0);
  expect(await none.counts.sum().item()).toBe(6);
});

describe('the captioner', () => {
  test('its loss is the cross entropy of every word and of the end', async () => {
    torch.manualSeed(2);
    const captioner = new detection.LSTMCaptioner(3, 4, { embeddingSize: 5, hiddenSize: 6, maxLength: 3 });
    const codes = torch.rand(3, 3);
    const words = torch.tensor([
      [2, 1, 0],
      [4, 3, 1],
      [1, 0, 0],
    ]);
    const logits = captioner(codes, words);
    expect(logits.shape).toEqual([3, 4, 5]);
    const table = (await logits.logSoftmax(-1).tolist()) as number[][][];
    // What is said after START and each word, until the end.
    const said = [
      [2, 1, 0],
      [4, 3, 1, 0],
    ];
    const terms = said.flatMap((row, k) => row.map((word, t) => -table[k]![t]![word]!));
    const loss = captioner.loss(codes, words, torch.tensor([1, 1, 0]));
    expect(await loss.item()).toBeCloseTo(terms.reduce((a, b) => a + b) / terms.length, 5);
    expect(await captioner.loss(codes, words, torch.zeros(3)).item()).toBe(0);
    // Greedy decoding says at each step what the logits of what it has said say.
    const generated = (await captioner.generate(codes).tolist()) as number[][];
    const again = (await captioner(codes, torch.tensor(generated)).argmax(-1).tolist()) as number[][];
    for (const [k, row] of generated.entries()) {
      const end = row.indexOf(0);
      const length = end < 0 ? row.length : end + 1;
      expect(row.slice(0, length)).toEqual(again[k]!.slice(0, length));
      expect(row.slice(length).every((word) => word === 0)).toBe(true);
    }
  });

  test('words have numbers', async () => {
    expect(await vocabulary.encode(['Red bar!', 'disc']).tolist()).toEqual([
      [1, 7],
      [4, 0],
    ]);
    const numbers = [
      [1, 7],
      [4, 0],
    ];
    expect(vocabulary.decode(numbers)).toEqual(['red bar', 'disc']);
    expect(() => vocabulary.encode(['red cat'])).toThrow('expected words of the vocabulary, but got "cat"');
    expect(() => new detection.CaptionVocabulary(null as never)).toThrow(torch.ArgumentError);
  });
});

test('wrong pictures and targets', async () => {
  const densecap = make();
  const image = torch.zeros(3, SIDE, SIDE);
  const boxes = torch.tensor([[1, 1, 9, 9]], { dtype: 'float32' });
  const fine = { boxes, captions: vocabulary.encode(['red square']) };
  await expect(densecap([])).rejects.toThrow('expected a list of pictures [C, H, W], but got an empty list');
  await expect(densecap([image, torch.zeros(3, 8, 8)], [fine, fine])).rejects.toThrow('expected pictures of one size');
  await expect(densecap([image])).rejects.toThrow('DenseCap: expected targets in training mode');
  await expect(densecap([image], [{ boxes } as never])).rejects.toThrow('captions of target 0 to be a tensor');
  await expect(densecap([image], [{ boxes, captions: torch.zeros(1, 3) }])).rejects.toThrow(torch.DTypeError);
  await expect(densecap([image], [{ boxes, captions: torch.zeros(2, 3, { dtype: 'int64' }) }])).rejects.toThrow(
    'of shape [1, at most 4], one a box, but got [2, 3]',
  );
  await expect(densecap([image], [{ boxes, captions: torch.full([1, 3], 9, { dtype: 'int64' }) }])).rejects.toThrow(
    'expected words from 0 to 7, but got 9 in target 0',
  );
  await expect(densecap([image], [{ boxes: boxes.neg(), captions: fine.captions }])).rejects.toThrow('positive height');
  expect(() => new detection.DenseCap(new nn.Identity() as never, { vocabSize: 3 })).toThrow('a field outChannels');
});

test('it learns three captions, and a steady step compiles nothing', async () => {
  torch.manualSeed(0);
  const densecap = make();
  for (const layer of [
    ...densecap.backbone.modules(),
    ...densecap.recognition.modules(),
    densecap.captioner.image_encoder,
  ]) {
    if (!(layer instanceof nn.Conv2d || layer instanceof nn.Linear)) continue;
    nn.init.kaimingNormal_(layer.weight, { nonlinearity: 'relu' });
    nn.init.zeros_(layer.bias!);
  }
  const optimizer = new torch.optim.Adam(densecap.parameters(), { lr: 4e-3 });
  const pictures = Array.from({ length: 48 }, (_, i) => drawn(i));
  const targets = pictures.map(({ boxes, texts }) => ({
    boxes: torch.tensor(boxes, { dtype: 'float32' }),
    captions: vocabulary.encode(texts),
  }));
  const counted = () => {
    const { bindGroupsCreated, pipelinesCreated, plansCompiled } = torch.gpu.stats();
    return { bindGroupsCreated, pipelinesCreated, plansCompiled };
  };
  let steady = counted();
  for (let step = 0; step < 80; step++) {
    if (step === 30) steady = counted();
    const chosen = [0, 1, 2, 3].map((i) => (4 * step + i) % pictures.length);
    const terms = await densecap(
      chosen.map((i) => pictures[i]!.image),
      chosen.map((i) => targets[i]!),
    );
    optimizer.zeroGrad();
    Object.values(terms)
      .reduce((sum, term) => sum.add(term))
      .backward();
    optimizer.step();
  }
  await torch.synchronize();
  expect(counted()).toEqual(steady);
  densecap.eval();
  // Of new pictures: the objects that a sure box covers and names, and the sure boxes beside them.
  const said = new Set<string>();
  let right = 0;
  let objects = 0;
  let others = 0;
  for (let first = 100; first < 112; first += 4) {
    const fresh = [0, 1, 2, 3].map((k) => drawn(first + k));
    const found = await torch.noGrad(() => densecap(fresh.map(({ image }) => image)));
    for (const [k, { boxes, texts }] of fresh.entries()) {
      const { boxes: places, scores, captions: words } = found[k]!;
      const sure = [...(await scores.data())].filter((score) => score > 0.5).length;
      const sentences = vocabulary.decode((await words.tolist()) as number[][]).slice(0, sure);
      const overlaps = (await ops.boxIou(torch.tensor(boxes, { dtype: 'float32' }), places).tolist()) as number[][];
      const named = texts.filter((text, b) => sentences.some((words, d) => words === text && overlaps[b]![d]! > 0.5));
      for (const text of named) said.add(text);
      right += named.length;
      objects += texts.length;
      others += sure - named.length;
    }
  }
  expect([...said].sort()).toEqual([...captions].sort());
  expect(right / objects, `${right} of ${objects}, ${others} others`).toBeGreaterThanOrEqual(0.85);
  expect(others / objects, `${right} of ${objects}, ${others} others`).toBeLessThanOrEqual(0.35);
});
