// Checks the losses of probabilities, distributions, margins and distances against PyTorch, as functions and as modules.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

const fixture = await loadFixture<Call>('losses');

type Function = (...args: unknown[]) => Tensor;

test.each(sampled(fixture.cases, 48))('$name', async (item) => {
  const call = (F as unknown as Record<string, Function>)[item.op]!;
  await checkCall(fixture, item, (xs, options) => call(...xs, options));
});

describe('modules call their functions', () => {
  const x = () => torch.linspace(-2, 2, 12).reshape([3, 4]);
  const y = torch.linspace(1, -0.5, 12).reshape([3, 4]);
  const chances = torch.linspace(0.1, 0.9, 12).reshape([3, 4]);
  const signs = torch.tensor([1, -1, 1], { dtype: 'float32' });
  const labels = torch.tensor([1, 0, 3]);
  const weight = torch.tensor([0.5, 1, 2, 3]);
  test.each<[string, () => Tensor, () => Tensor]>([
    ['SmoothL1Loss', () => new nn.SmoothL1Loss('sum', 0.3)(x(), y), () => F.smoothL1Loss(x(), y, 'sum', 0.3)],
    ['HuberLoss', () => new nn.HuberLoss({ delta: 0.3 })(x(), y), () => F.huberLoss(x(), y, { delta: 0.3 })],
    [
      'BCELoss',
      () => new nn.BCELoss(weight)(chances, chances),
      () => F.binaryCrossEntropy(chances, chances, { weight }),
    ],
    [
      'KLDivLoss',
      () => new nn.KLDivLoss('batchmean')(x(), chances),
      () => F.klDiv(x(), chances, { reduction: 'batchmean' }),
    ],
    ['PoissonNLLLoss', () => new nn.PoissonNLLLoss(false)(chances, y), () => F.poissonNllLoss(chances, y, false)],
    ['GaussianNLLLoss', () => new nn.GaussianNLLLoss()(x(), y, chances), () => F.gaussianNllLoss(x(), y, chances)],
    ['SoftMarginLoss', () => new nn.SoftMarginLoss()(x(), y), () => F.softMarginLoss(x(), y)],
    [
      'HingeEmbeddingLoss',
      () => new nn.HingeEmbeddingLoss(2)(signs, signs),
      () => F.hingeEmbeddingLoss(signs, signs, 2),
    ],
    [
      'MarginRankingLoss',
      () => new nn.MarginRankingLoss({ margin: 1 })(signs, weight.at(':3'), signs),
      () => F.marginRankingLoss(signs, weight.at(':3'), signs, 1),
    ],
    [
      'CosineEmbeddingLoss',
      () => new nn.CosineEmbeddingLoss({ reduction: 'sum' })(x(), y, signs),
      () => F.cosineEmbeddingLoss(x(), y, signs, { reduction: 'sum' }),
    ],
    [
      'MultiMarginLoss',
      () => new nn.MultiMarginLoss({ p: 2, weight })(x(), labels),
      () => F.multiMarginLoss(x(), labels, { p: 2, weight }),
    ],
    [
      'MultiLabelSoftMarginLoss',
      () => new nn.MultiLabelSoftMarginLoss({ weight })(x(), chances),
      () => F.multilabelSoftMarginLoss(x(), chances, weight),
    ],
    [
      'TripletMarginLoss',
      () => new nn.TripletMarginLoss({ swap: true })(x(), y, chances),
      () => F.tripletMarginLoss(x(), y, chances, { swap: true }),
    ],
    [
      'TripletMarginWithDistanceLoss',
      () =>
        new nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) => a.sub(b).abs().sum(1) })(x(), y, chances),
      () => F.tripletMarginLoss(x(), y, chances, { p: 1, eps: 0 }),
    ],
    ['CosineSimilarity', () => new nn.CosineSimilarity(0)(x(), y), () => F.cosineSimilarity(x(), y, { dim: 0 })],
    ['PairwiseDistance', () => new nn.PairwiseDistance(1)(x(), y), () => F.pairwiseDistance(x(), y, { p: 1 })],
  ])('%s', async (_, module, call) => {
    expectNumbers(await module().data(), await call().data());
  });

  test('MultiLabelMarginLoss', async () => {
    const scores = torch.tensor([[0.1, 0.2, 0.4, 0.8]]);
    const loss = new nn.MultiLabelMarginLoss()(scores, torch.tensor([[3, 0, -1, 1]]));
    expect(await loss.item()).toBeCloseTo(0.85, 6);
  });

  test('print as PyTorch prints them', () => {
    expect(String(new nn.HuberLoss())).toBe('HuberLoss()');
    expect(String(new nn.CosineSimilarity())).toBe('CosineSimilarity()');
  });
});

describe('errors', () => {
  test('name what is wrong', () => {
    const x = torch.zeros(2, 3);
    expect(() => F.huberLoss(x, x, { delta: 0 })).toThrow(/huberLoss: expected delta greater than 0, but got 0/);
    expect(() => F.multiMarginLoss(x, torch.tensor([0, 1, 2]))).toThrow(
      /multiMarginLoss: expected input of shape \[N, C\]/,
    );
    expect(() => F.gaussianNllLoss(x, x, torch.ones(3))).toThrow(
      /gaussianNllLoss: expected a variance of shape \[2, 3\]/,
    );
    expect(() => F.binaryCrossEntropy(x, torch.zeros(2))).toThrow(/binaryCrossEntropy: .*\[2, 3\], but got \[2\]/);
    expect(() => F.softMarginLoss(x, x, { reduction: 'max' as 'mean' })).toThrow(/'mean', 'sum' or 'none'/);
  });
});
