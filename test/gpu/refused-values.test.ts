// Values that PyTorch refuses, which only the device knows: each is told at the next read-back, under the name that was called.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const floats = (data: Parameters<typeof torch.tensor>[0]) => torch.tensor(data, { dtype: 'float32' });
const scores = () =>
  floats([
    [0.1, 0.2, 0.7],
    [0.3, 0.3, 0.4],
  ]);
const logs = () => torch.zeros(4, 1, 3).logSoftmax(2);
const labels = torch.tensor;

const BCE =
  /^binaryCrossEntropy: expected inputs between 0 and 1, but got 1\.5\. .*; put a sigmoid before it, or use binaryCrossEntropyWithLogits$/;

const refused: Record<string, [call: () => Tensor, message: RegExp]> = {
  'binaryCrossEntropy above 1': [() => F.binaryCrossEntropy(floats([0.5, 1.5]), floats([1, 0])), BCE],
  'binaryCrossEntropy, no reduction': [
    () => F.binaryCrossEntropy(floats([1.5, 0.5]), floats([1, 0]), { reduction: 'none' }),
    BCE,
  ],
  'BCELoss with weights': [() => new nn.BCELoss({ weight: floats([2]) })(floats([1.5]), floats([1])), BCE],
  'binaryCrossEntropy below 0': [
    () => F.binaryCrossEntropy(floats([-1]), floats([1])),
    /between 0 and 1, but got -1\./,
  ],
  'binaryCrossEntropy just above 1': [
    () => F.binaryCrossEntropy(floats([1.0000001]), floats([1])),
    /between 0 and 1, but got 1\.0000001\./,
  ],
  'binaryCrossEntropy of NaN': [
    () => F.binaryCrossEntropy(floats([NaN]), floats([1])),
    /between 0 and 1, but got NaN\./,
  ],
  'binaryCrossEntropy, target': [
    () => F.binaryCrossEntropy(floats([0.5]), floats([5])),
    /^binaryCrossEntropy: expected targets between 0 and 1, but got 5\. .*; scale them, as in target\.div\(255\)/,
  ],
  'the gradient of binaryCrossEntropy': [
    () => {
      const x = floats([1.5, 0.5]).requiresGrad_();
      F.binaryCrossEntropy(x, floats([1, 0])).backward();
      return x.grad!;
    },
    BCE,
  ],
  'cov, fweights': [
    () => torch.cov(scores(), { fweights: labels([1, -2, 1]) }),
    /^cov: expected fweights of at least 0, but got -2/,
  ],
  'cov, aweights': [
    () => torch.cov(scores(), { aweights: floats([1, -0.5, 1]) }),
    /^cov: expected aweights of at least 0, but got -0\.5/,
  ],
  bernoulli: [() => torch.bernoulli(floats([1.5])), /^bernoulli: expected p in \[0, 1\], but got 1\.5/],
  'bernoulli of NaN': [() => torch.bernoulli(floats([NaN])), /^bernoulli: .*but got NaN/],
  bernoulli_: [() => torch.zeros(1).bernoulli_(floats([-1])), /^bernoulli_: expected p in \[0, 1\], but got -1/],
  normal: [() => torch.normal(floats([0]), floats([-1])), /^normal: expected std of at least 0, but got -1/],
  gaussianNllLoss: [
    () => F.gaussianNllLoss(scores(), scores(), scores().neg()),
    /^gaussianNllLoss: expected var of at least 0, but got -0\.\d/,
  ],
  multiMarginLoss: [
    () => F.multiMarginLoss(scores(), labels([3, 0])),
    /^multiMarginLoss: expected class labels from 0 to 2, but got 3/,
  ],
  multilabelMarginLoss: [
    () =>
      F.multilabelMarginLoss(
        scores(),
        labels([
          [-2, -1, 0],
          [0, -1, 0],
        ]),
      ),
    /^multilabelMarginLoss: expected class labels from 0 to 2, but got -2/,
  ],
  AdaptiveLogSoftmaxWithLoss: [
    () => new nn.AdaptiveLogSoftmaxWithLoss(3, 10, [5])(scores(), labels([12, 0])).loss,
    /^AdaptiveLogSoftmaxWithLoss: expected class labels from 0 to 9, but got 12/,
  ],
  'ctcLoss, inputs': [
    () => F.ctcLoss(logs(), labels([[1, 2]]), labels([9]), labels([2])),
    /^ctcLoss: expected inputLengths from 0 to 4, but got 9/,
  ],
  'ctcLoss, targets': [
    () => F.ctcLoss(logs(), labels([[1, 2]]), [4], [5]),
    /^ctcLoss: expected targetLengths from 0 to 2, but got 5/,
  ],
  'ctcLoss, labels': [
    () => F.ctcLoss(logs(), labels([[1, 7]]), [4], [2]),
    /^ctcLoss: expected class labels from 0 to 2, but got 7/,
  ],
  'embeddingBag beyond its rows': [
    () => F.embeddingBag(labels([0, 1]), scores(), labels([0, 5])),
    /^embeddingBag: expected offsets from 0 to 2, .*but got 5/,
  ],
  'embeddingBag that begins late': [
    () => F.embeddingBag(labels([0, 1]), scores(), labels([1])),
    /^embeddingBag: expected offsets that begin with 0, but got 1/,
  ],
  histc: [
    () => torch.histc(floats([NaN, 1]), { bins: 3 }),
    /^histc: expected finite elements, but got NaN.*; give min and max$/,
  ],
  quantile: [() => scores().quantile(floats([1.5])), /^quantile: expected q from 0 to 1, but got 1\.5/],
  nanquantile: [() => scores().nanquantile(floats([-0.5])), /^nanquantile: expected q from 0 to 1, but got -0\.5/],
  'maskedScatter of too few': [
    () => torch.zeros(2, 3).maskedScatter(torch.ones([2, 3], { dtype: 'bool' }), floats([1, 2])),
    /^maskedScatter: expected a mask of at most as many places as the source has elements/,
  ],
  'maskedScatter of one': [
    () => torch.zeros(2, 3).maskedScatter(torch.ones([2, 3], { dtype: 'bool' }), floats([1])),
    /^maskedScatter: expected a mask of at most as many places as the source has elements/,
  ],
};

test.each(Object.entries(refused))('%s', async (_, [call, message]) => {
  await expect(call().data()).rejects.toThrow(message);
});

test('what is within the bounds is as it was', async () => {
  const edge = F.binaryCrossEntropy(floats([0, -0, 1, 0.5]), floats([0, 0, 1, 1]), { reduction: 'none' });
  const bags = F.embeddingBag(labels([0, 1]), scores(), labels([0, 1, 2]), { includeLastOffset: true });
  const counts = torch.histc(scores(), { bins: 3 });
  const one = torch.zeros(2).maskedScatter(torch.tensor([false, true]), floats([3]));
  expect(await edge.tolist()).toEqual([0, 0, -0, expect.closeTo(Math.LN2, 6)]);
  expect(bags.shape).toEqual([2, 3]);
  expect(await counts.tolist()).toEqual([2, 3, 1]);
  expect(await one.tolist()).toEqual([0, 3]);
  const loss = F.ctcLoss(torch.zeros(4, 2, 3).logSoftmax(2), labels([1, 2, 1]), [4, 3], [2, 1]);
  expect(await loss.item()).toBeCloseTo(1.1736384630203247, 5);
});

describe('a step on what is no probability', () => {
  test('changes no weight, and the next good one does', async () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const step = (last: (x: Tensor) => Tensor) => {
      optimizer.zeroGrad();
      const loss = F.binaryCrossEntropy(
        last(
          model(
            floats([
              [3, 2],
              [5, 4],
            ]),
          ),
        ),
        floats([[1], [0]]),
      );
      loss.backward();
      optimizer.step();
      return loss;
    };
    const before = await model.weight.tolist();
    await expect(step((x) => x.abs().add(2)).item()).rejects.toThrow(
      /Updates of its optimizer .*; put a sigmoid before it/,
    );
    expect(await model.weight.tolist()).toEqual(before);
    expect(await step((x) => x.sigmoid()).item()).toBeGreaterThan(0);
    expect(await model.weight.tolist()).not.toEqual(before);
  });
});
