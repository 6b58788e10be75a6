// Owns functions whose results are far smaller than their inputs of 1 MB.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { ops } from 'lamplight/vision';

const F = nn.functional;

type Call = (x: Tensor) => unknown;

const names = [
  ...['sum', 'mean', 'prod', 'std', 'var', 'amax', 'amin', 'max', 'min', 'median', 'argmax', 'argmin', 'norm'],
  ...['nansum', 'nanmean', 'nanmedian', 'countNonzero', 'any', 'all'],
];

/** Of every element, and of each row. */
const reductions = names.flatMap((name): [string, Call][] => {
  const call = (x: Tensor, ...dims: number[]) =>
    (x as unknown as Record<string, (...dims: number[]) => unknown>)[name]!(...dims);
  return [
    [name, (x) => call(x)],
    [`${name} of rows`, (x) => call(x, 1)],
  ];
});

const target = () => torch.full([512, 512], 0.25);
const signs = () => torch.ones(512, 512);
const labels = () => torch.arange(512);

type Loss = (x: Tensor, options: { reduction: 'mean' | 'sum' }) => Tensor;
const losses: Readonly<Record<string, Loss>> = {
  crossEntropy: (x, o) => F.crossEntropy(x, labels(), o),
  'crossEntropy, smoothed': (x, o) => F.crossEntropy(x, labels(), { ...o, labelSmoothing: 0.1 }),
  'crossEntropy of probabilities': (x, o) => F.crossEntropy(x, target(), o),
  'crossEntropy of pictures': (x, o) =>
    F.crossEntropy(x.reshape(4, 16, 64, 64), torch.zeros([4, 64, 64], { dtype: 'int64' }), o),
  nllLoss: (x, o) => F.nllLoss(F.logSoftmax(x, 1), labels(), o),
  mseLoss: (x, o) => F.mseLoss(x, target(), o),
  l1Loss: (x, o) => F.l1Loss(x, target(), o),
  smoothL1Loss: (x, o) => F.smoothL1Loss(x, target(), o),
  huberLoss: (x, o) => F.huberLoss(x, target(), o),
  binaryCrossEntropy: (x, o) => F.binaryCrossEntropy(x.sigmoid(), target(), o),
  binaryCrossEntropyWithLogits: (x, o) => F.binaryCrossEntropyWithLogits(x, target(), o),
  klDiv: (x, o) => F.klDiv(F.logSoftmax(x, 1), target(), o),
  poissonNllLoss: (x, o) => F.poissonNllLoss(x, target(), o),
  gaussianNllLoss: (x, o) => F.gaussianNllLoss(x, target(), signs(), o),
  hingeEmbeddingLoss: (x, o) => F.hingeEmbeddingLoss(x, signs(), o),
  softMarginLoss: (x, o) => F.softMarginLoss(x, signs(), o),
  multiMarginLoss: (x, o) => F.multiMarginLoss(x, labels(), o),
  multilabelSoftMarginLoss: (x, o) => F.multilabelSoftMarginLoss(x, signs(), o),
  cosineEmbeddingLoss: (x, o) => F.cosineEmbeddingLoss(x, target(), torch.ones(512), o),
  tripletMarginLoss: (x, o) => F.tripletMarginLoss(x, target(), signs(), o),
  marginRankingLoss: (x, o) => F.marginRankingLoss(x.sum(1), target().sum(1), torch.ones(512), o),
  ctcLoss: (x, o) =>
    F.ctcLoss(
      F.logSoftmax(x.reshape(32, 16, 512), 2),
      torch.ones([16, 5], { dtype: 'int64' }),
      Array(16).fill(32),
      Array(16).fill(5),
      o,
    ),
  sigmoidFocalLoss: (x, o) => ops.sigmoidFocalLoss(x, target(), o),
};

const picked: Readonly<Record<string, Call>> = {
  topk: (x) => x.topk(3),
  'indices of topk': (x) => x.topk(1)[1],
  'a part of sort': (x) => x.sort()[0].narrow(1, 0, 3).clone(),
  'a part of argsort': (x) => x.argsort(1).narrow(1, 0, 2).clone(),
  kthvalue: (x) => x.kthvalue(3),
  histc: (x) => torch.histc(x, { bins: 10 }),
  gather: (x) => x.gather(1, labels().reshape(512, 1)),
  indexSelect: (x) => x.indexSelect(0, torch.tensor([1, 5, 9])),
  take: (x) => x.take(torch.tensor([1, 5, 9])),
  'clone of a row': (x) => x.at(3).clone(),
  'clone of a part': (x) => x.narrow(0, 0, 2).clone(),
  embedding: (x) => F.embedding(torch.tensor([1, 5, 9]), x),
  embeddingBag: (x) => F.embeddingBag(torch.tensor([[1, 5, 9]]), x),
  'greatest of softmax': (x) => F.softmax(x, 1).max(1),
  'softmax of labels': (x) => F.softmax(x, 1).gather(1, labels().reshape(512, 1)).mean(),
  accuracy: (x) => x.argmax(1).eq(labels()).float().mean(),
  multinomial: (x) => F.softmax(x, 1).multinomial(1),
};

const products: Readonly<Record<string, Call>> = {
  linear: (x) => F.linear(x, torch.ones(4, 512)),
  matmul: (x) => x.matmul(torch.ones(512, 4)),
  mv: (x) => x.mv(torch.ones(512)),
  einsum: (x) => torch.einsum('ij,ik->k', x, torch.ones(512, 4)),
  trace: (x) => x.trace(),
  'clone of the diagonal': (x) => x.diagonal().clone(),
  cosineSimilarity: (x) => F.cosineSimilarity(x, target()),
  pairwiseDistance: (x) => F.pairwiseDistance(x, target()),
  'distances of few': (x) => torch.cdist(x, torch.ones(2, 512)),
  vectorNorm: (x) => torch.linalg.vectorNorm(x),
  slogdet: (x) => torch.linalg.slogdet(x.narrow(0, 0, 32).narrow(1, 0, 32)),
  'singular values': (x) => torch.linalg.svd(x.narrow(0, 0, 32).narrow(1, 0, 32)).S,
  'the last of cumsum': (x) => x.cumsum(0).at(-1).clone(),
  'mean of layerNorm': (x) => F.layerNorm(x, [512]).mean(),
};

const written: Readonly<Record<string, Call>> = {
  'a sum that is divided in place': (x) => x.sum().div_(5),
  'means that are changed in place': (x) => x.mean(0).add_(1).mul_(2),
  copy_: (x) => torch.zeros(512).copy_(x.sum(0)),
  'a copy to an element': (x) => {
    const y = torch.zeros(10);
    y.at(3).copy_(x.sum());
    return y;
  },
  indexAdd: (x) => torch.zeros(8).indexAdd(0, labels().remainder(8), x.sum(1)),
  data: (x) => x.sum().data,
  detach_: (x) => x.sum().detach_(),
  'detached, before a change in place': (x) => {
    const y = x.sum(1);
    const [all, one] = [y.detach(), y.detach().at(3)];
    y.mul_(2);
    return [all, one];
  },
  'loss and what is made of it': (x) => {
    const loss = F.crossEntropy(x, labels());
    return [loss.detach(), loss.exp().detach(), x.argmax(1)];
  },
};

const image = (x: Tensor): Tensor => x.reshape(4, 16, 64, 64);
const boxes = () => torch.tensor([[0, 0, 0, 9, 9]]).float();
const pictures: Readonly<Record<string, Call>> = {
  adaptiveAvgPool2d: (x) => F.adaptiveAvgPool2d(image(x), 1),
  adaptiveMaxPool2d: (x) => F.adaptiveMaxPool2d(image(x), 1),
  maxPool2d: (x) => F.maxPool2d(image(x), 16),
  avgPool2d: (x) => F.avgPool2d(image(x), 16),
  lpPool2d: (x) => F.lpPool2d(image(x), 2, 16),
  'interpolate, bilinear': (x) => F.interpolate(image(x), { size: [4, 4], mode: 'bilinear' }),
  'interpolate, nearest': (x) => F.interpolate(image(x), { scaleFactor: 1 / 16 }),
  conv2d: (x) => F.conv2d(image(x), torch.ones(1, 16, 8, 8), { stride: 8 }),
  gridSample: (x) => F.gridSample(image(x), torch.zeros(4, 4, 4, 2)),
  'mean of batchNorm': (x) => F.batchNorm(image(x), torch.zeros(16), torch.ones(16), null, null, true).mean(),
  'mean of groupNorm': (x) => F.groupNorm(image(x), 4).mean([2, 3]),
  'mean of attention': (x) => F.scaledDotProductAttention(image(x), image(x), image(x)).mean(),
  roiAlign: (x) => ops.roiAlign(image(x), boxes(), 2),
  roiPool: (x) => ops.roiPool(image(x), boxes(), 2),
};

/** Each takes a tensor of 512 × 512 floats. */
export const smallResults: readonly (readonly [name: string, call: Call])[] = [
  ...reductions,
  ...Object.entries(losses).flatMap(([name, loss]): [string, Call][] =>
    (['mean', 'sum'] as const).map((reduction) => [`${name}, ${reduction}`, (x) => loss(x, { reduction })]),
  ),
  ...Object.entries({ ...picked, ...products, ...written, ...pictures }),
];
