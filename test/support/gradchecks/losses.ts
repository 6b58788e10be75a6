// Cases of gradcheck: losses.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, mask, positive, uniform } from './inputs';

const F = nn.functional;

const labels = torch.tensor([2, 0, 1, 2]);
const signs = torch.tensor([1, -1, 1]);

export const losses: Gradcheck[] = [
  ['crossEntropy', (x) => F.crossEntropy(x, labels), [any(4, 3)]],
  ['crossEntropy, sum', (x) => F.crossEntropy(x, labels, { reduction: 'sum' }), [any(4, 3)]],
  ['crossEntropy, none', (x) => F.crossEntropy(x, labels, { reduction: 'none' }), [any(4, 3)]],
  [
    'crossEntropy, weights',
    (x) => F.crossEntropy(x, labels, { weight: torch.tensor([0.5, 2, 1]), ignoreIndex: 0 }),
    [any(4, 3)],
  ],
  [
    'crossEntropy, all options',
    (x) =>
      F.crossEntropy(x, labels, {
        weight: torch.tensor([0.5, 2, 1]),
        ignoreIndex: 0,
        labelSmoothing: 0.2,
        reduction: 'none',
      }),
    [any(4, 3)],
  ],
  ['crossEntropy of probabilities', (x, p) => F.crossEntropy(x, p), [any(2, 3), positive(2, 3)]],
  ['nllLoss', (x) => F.nllLoss(F.logSoftmax(x, 1), labels), [any(4, 3)]],
  ['mseLoss', (x, y) => F.mseLoss(x, y), [any(2, 3), any(2, 3)]],
  ['l1Loss', (x, y) => F.l1Loss(x, y), [distinct(2, 3), uniform([2, 3], 2, 3)], 'once'],
  ['binaryCrossEntropyWithLogits', (x) => F.binaryCrossEntropyWithLogits(x, mask(2, 3).float()), [any(2, 3)]],
  [
    'binaryCrossEntropyWithLogits, weights',
    (x) =>
      F.binaryCrossEntropyWithLogits(x, mask(2, 3).float(), {
        weight: torch.tensor([1.5, 1, 2]),
        posWeight: torch.tensor([2, 0.5, 1]),
        reduction: 'sum',
      }),
    [any(2, 3)],
  ],
  [
    'nllLoss of images',
    (x) => F.nllLoss(x, torch.tensor([[[0, 1]], [[1, 1]]]), { weight: torch.tensor([0.5, 2]) }),
    [any(2, 2, 1, 2)],
  ],
  ['smoothL1Loss', (x, y) => F.smoothL1Loss(x, y, { beta: 0.5 }), [distinct(2, 3), uniform([2, 3], 2, 3)]],
  ['ctcLoss', (x) => F.ctcLoss(F.logSoftmax(x, 2), torch.tensor([[1, 1]]), [4], [2]), [any(4, 1, 3)], 'once'],
  ['huberLoss', (x, y) => F.huberLoss(x, y, { delta: 4 }), [any(2, 3), any(2, 3)]],
  ['binaryCrossEntropy', (x, y) => F.binaryCrossEntropy(x, y), [uniform([2, 3], 0.2, 0.8), uniform([2, 3], 0.1, 0.9)]],
  ['klDiv', (x, y) => F.klDiv(x, y, { reduction: 'sum' }), [any(2, 3), positive(2, 3)]],
  ['klDiv, logTarget', (x, y) => F.klDiv(x, y, { reduction: 'batchmean', logTarget: true }), [any(2, 3), any(2, 3)]],
  ['poissonNllLoss', (x, y) => F.poissonNllLoss(x, y), [any(4), positive(4)]],
  [
    'poissonNllLoss, full',
    (x) => F.poissonNllLoss(x, torch.tensor([2, 3, 0.5]), { logInput: false, full: true }),
    [positive(3)],
  ],
  ['gaussianNllLoss', (x, y, v) => F.gaussianNllLoss(x, y, v, { full: true }), [any(4), any(4), positive(4)]],
  ['hingeEmbeddingLoss', (x) => F.hingeEmbeddingLoss(x, signs), [awayFromZero(3)], 'once'],
  ['marginRankingLoss', (a, b) => F.marginRankingLoss(a, b, signs, { margin: 5 }), [any(3), any(3)], 'once'],
  ['softMarginLoss', (x) => F.softMarginLoss(x, signs), [any(3)]],
  ['multiMarginLoss', (x) => F.multiMarginLoss(x, torch.tensor([2, 0]), { p: 2 }), [uniform([2, 3], 0, 0.4)], 'once'],
  [
    'multilabelMarginLoss',
    (x) => F.multilabelMarginLoss(x, torch.tensor([[2, 0, -1]])),
    [uniform([1, 3], 0, 0.4)],
    'once',
  ],
  ['multilabelSoftMarginLoss', (x) => F.multilabelSoftMarginLoss(x, mask(2, 3).float()), [any(2, 3)]],
  [
    'cosineEmbeddingLoss',
    (a, b) => F.cosineEmbeddingLoss(a, b, torch.tensor([1, -1]), { margin: -0.9 }),
    [any(2, 3), positive(2, 3)],
  ],
  [
    'tripletMarginLoss',
    (a, b, c) => F.tripletMarginLoss(a, b, c, { margin: 9 }),
    [any(2, 2), uniform([2, 2], 2, 3), uniform([2, 2], 4, 5)],
  ],
  [
    'tripletMarginWithDistanceLoss',
    (a, b, c) => F.tripletMarginWithDistanceLoss(a, b, c, { margin: 9 }),
    [any(2, 2), uniform([2, 2], 2, 3), uniform([2, 2], 4, 5)],
  ],
];
