// The parts of detectors beside torchvision's: anchors, codes of boxes, matches, samples, and what pictures go through.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { detection } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { smallMaskRCNN } from '../support/small-detectors';

interface Case extends FixtureCase {
  readonly kind: string;
  readonly [attribute: string]: unknown;
}

const fixture = await loadFixture<Case>('detection');
const casesOf = (kind: string) => fixture.cases.filter((one) => one.kind === kind);
const arrayOf = (name: string, key: string) => fixture.tensor(`${name}/${key}`);
const inputOf = (name: string, key: string) => fromFixture(arrayOf(name, key));

const generators: Record<string, () => detection.AnchorGenerator | detection.DefaultBoxGenerator> = {
  'anchors one map': () => new detection.AnchorGenerator([[32, 64]], [[0.5, 1, 2]]),
  'anchors two maps': () =>
    new detection.AnchorGenerator({
      sizes: [[11], [23, 40]],
      aspectRatios: [
        [0.5, 1],
        [0.3, 2.5],
      ],
    }),
  'default boxes': () => new detection.DefaultBoxGenerator([[2], [2, 3]], { minRatio: 0.2, maxRatio: 0.8 }),
  'default boxes by steps': () =>
    new detection.DefaultBoxGenerator([[2, 3], [2]], { scales: [0.07, 0.15, 1.33], steps: [8, 16], clip: false }),
  'default boxes of one map': () => new detection.DefaultBoxGenerator([[2]], 0.3, 0.7),
};

test.each(casesOf('anchors'))('$name', async ({ name, size, grids, each, text }) => {
  const generator = generators[name]!();
  const maps = (grids as number[][]).map((grid) => torch.zeros(2, 1, ...grid));
  const at = size as [number, number];
  const boxes = generator(new detection.ImageList(torch.zeros(2, 3, ...at), [at, at]), maps);
  expect(boxes).toHaveLength(2);
  expect(generator.numAnchorsPerLocation()).toEqual(each);
  expect(`${generator}`).toBe(text);
  await expectClose(boxes[1]!, arrayOf(name, 'boxes'), { rtol: 1e-6, atol: 0 });
});

test.each(casesOf('coder'))('$name', async ({ name, weights }) => {
  const coder = new detection.BoxCoder(weights as [number, number, number, number]);
  const halves = (key: string): Tensor[] => {
    const all = inputOf(name, key);
    return [all.narrow(0, 0, 2), all.narrow(0, 2, 3)];
  };
  const encoded = torch.cat(coder.encode(halves('truths'), halves('proposals')), 0);
  await expectClose(encoded, arrayOf(name, 'encoded'), { rtol: 2e-5, atol: 2e-5 });
  const decoded = coder.decode(inputOf(name, 'codes'), halves('proposals'));
  await expectClose(decoded, arrayOf(name, 'decoded'), { rtol: 2e-5, atol: 1e-4 });
});

test.each(casesOf('matcher'))('$name', async ({ name }) => {
  const matchers: Record<string, detection.Matcher> = {
    high: new detection.Matcher(0.5, 0.5),
    'low quality': new detection.Matcher({ highThreshold: 0.7, lowThreshold: 0.3, allowLowQualityMatches: true }),
    between: new detection.Matcher(0.55, 0.25),
    ssd: new detection.SSDMatcher(0.5),
  };
  const quality = arrayOf(name, 'quality');
  const [truths, boxes] = quality.shape as [number, number];
  for (const [key, matcher] of Object.entries(matchers)) {
    const expected = arrayOf(name, key);
    await expectClose(matcher(fromFixture(quality)), expected);
    const onHost = matcher.matchOnHost({ quality: quality.data as Float32Array, truths, boxes });
    expectNumbers(onHost, expected.data, { rtol: 0, atol: 0 });
  }
});

test.each(casesOf('sampler'))('$name', async ({ name, size, fraction }) => {
  torch.manualSeed(5);
  const sampler = new detection.BalancedPositiveNegativeSampler(size as number, fraction as number);
  const [positive, negative] = await sampler([0, 1, 2].map((i) => inputOf(name, `labels${i}`)));
  expectNumbers(await torch.rand(1).data(), arrayOf(name, 'after').data);
  for (const i of [0, 1, 2]) {
    await expectClose(positive[i]!, arrayOf(name, `positive${i}`));
    await expectClose(negative[i]!, arrayOf(name, `negative${i}`));
  }
});

test.each(casesOf('transform'))('$name', async ({ name, options, training, sizes, text }) => {
  const o = options as Record<string, number | number[]>;
  const transform = new detection.GeneralizedRCNNTransform({
    minSize: o.min_size!,
    maxSize: o.max_size as number,
    imageMean: [0.4, 0.5, 0.6],
    imageStd: [0.2, 0.25, 0.3],
    sizeDivisible: (o.size_divisible as number | undefined) ?? 32,
    fixedSize: (o.fixed_size as [number, number] | undefined) ?? null,
  }).train(training as boolean);
  expect(`${transform}`).toBe(text);
  torch.manualSeed(7);
  const targets = [0, 1].map((i) => {
    const boxes = inputOf(name, `boxes${i}`);
    return { boxes, labels: torch.zeros(boxes.shape[0]!, { dtype: torch.int64 }) };
  });
  const [images, resized] = transform([inputOf(name, 'image0'), inputOf(name, 'image1')], targets);
  expect(images.imageSizes).toEqual(sizes);
  await expectClose(images.tensors, arrayOf(name, 'batch'), { rtol: 1e-5, atol: 1e-5 });
  await expectClose(resized![0]!.boxes, arrayOf(name, 'resized0'));
  await expectClose(resized![1]!.boxes, arrayOf(name, 'resized1'));
});

test('parts refuse what does not fit', () => {
  const { AnchorGenerator, BoxCoder, DefaultBoxGenerator, Matcher } = detection;
  const list = new detection.ImageList(torch.zeros(1, 3, 8, 8), [[8, 8]]);
  const anchors = new AnchorGenerator([[4], [8]], [1]);
  expect(() => anchors(list, [torch.zeros(1, 1, 2, 2)])).toThrow(
    'AnchorGenerator: expected 2 feature maps, as many as there are lists of sizes and of aspectRatios, but got 1',
  );
  expect(() => new DefaultBoxGenerator([[2], [2]], { steps: [8] })).toThrow(
    'DefaultBoxGenerator: expected aspectRatios and steps of the same length, but got 2 and 1',
  );
  expect(() => new Matcher(0.3, 0.7)).toThrow('Matcher: expected lowThreshold of at most highThreshold');
  expect(() => new Matcher(0.7, 0.3)(torch.zeros(0, 4))).toThrow('Matcher: expected ground-truth boxes');
  expect(() => new BoxCoder([1, 1, 1, 1]).decode(torch.zeros(2, 4), torch.zeros(2, 4) as never)).toThrow(
    'BoxCoder.decode: expected boxes to be a list of boxes',
  );
});

test.each(casesOf('masks'))('$name of truths and of what was found', async ({ name, size }) => {
  const [boxes, masks, matches, logits, labels] = ['boxes', 'masks', 'matches', 'logits', 'labels'].map((key) =>
    inputOf(name, key),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const of = (x: Tensor) => [x.narrow(0, 0, 4), x.narrow(0, 4, 2)];
  await expectClose(detection.projectMasksOnBoxes(masks, boxes, matches, 7), arrayOf(name, 'projected'));
  const loss = detection.maskrcnnLoss(logits, of(boxes), [masks, masks], [labels, labels], of(matches));
  await expectClose(loss, arrayOf(name, 'loss'));
  const found = logits.narrow(1, 0, 1).sigmoid();
  await expectClose(await detection.pasteMasksInImage(found, boxes, size as number[]), arrayOf(name, 'pasted'));
  const far = await detection.pasteMasksInImage(found, boxes, size as number[], { padding: 2 });
  await expectClose(far, arrayOf(name, 'pastedFar'));
  expect((await detection.pasteMasksInImage(torch.zeros(0, 1, 7, 7), torch.zeros(0, 4), [5, 6])).shape).toEqual([
    ...[0, 1, 5, 6],
  ]);
  await expect(detection.pasteMasksInImage(masks, boxes, [5, 6])).rejects.toThrow('expected masks [N, 1, M, M]');
});

test('a Mask R-CNN refuses targets without masks, and predictors beside numClasses', async () => {
  const model = smallMaskRCNN();
  const target = { boxes: torch.tensor([[4, 5, 30, 40]], { dtype: torch.float32 }), labels: torch.tensor([1]) };
  const refused = (masks: unknown) => expect(model([torch.rand(3, 48, 64)], [{ ...target, masks } as never])).rejects;
  await refused(undefined).toThrow('expected masks of target 0 to be a tensor [N, H, W]');
  await refused(torch.zeros(1, 48, 60)).toThrow('of shape [1, 48, 64], one mask a box and as large as the picture');
  expect(() => smallMaskRCNN({ numClasses: 3, boxPredictor: null })).toThrow(
    'expected either numClasses or maskPredictor',
  );
});
