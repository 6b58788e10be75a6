// Functions of float16 give float16, and so do their gradients, whatever they are made of; nothing here needs a device.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';

const F = nn.functional;
const dtype = torch.float16;

const leaf = (...shape: number[]): Tensor => torch.rand(shape, { dtype }).requiresGrad_();
const x = () => leaf(4, 6);
const image = () => leaf(2, 4, 6, 6);
const labels = torch.tensor([1, 2, 3, 0]);
const places = torch.tensor([
  [0, 1],
  [2, 3],
  [1, 0],
  [0, 0],
]);
const signs = () => torch.ones(4, 6, { dtype });

const functions: Record<string, () => Tensor> = {
  norm: () => x().norm(),
  normP: () => x().norm(3, 1),
  std: () => x().std(1),
  logsumexp: () => x().logsumexp(1),
  softmax: () => x().softmax(1),
  prod: () => x().prod(),
  cumprod: () => x().cumprod(1),
  gather: () => x().gather(1, places),
  scatterAdd: () => x().scatterAdd(1, places, leaf(4, 2)),
  scatterReduce: () => x().scatterReduce(1, places, leaf(4, 2), 'mean'),
  indexSelect: () => x().indexSelect(0, labels),
  indexWrite: () => x().indexAdd(0, labels, leaf(4, 6)),
  maskedFill: () => x().maskedFill(x().gt(0.5), 1),
  where: () => x().where(x().gt(0.5), 0.5),
  reflect: () => F.pad(image(), [1, 1, 1, 1], { mode: 'reflect' }),
  unfold: () => F.fold(F.unfold(image(), 3), [6, 6], 3),
  einsum: () => torch.einsum('ij,kj->ik', x(), x()),
  lerp: () => x().lerp(x(), 0.5),
  addcdiv: () => x().addcdiv(x(), x()),
  prelu: () => F.prelu(x(), leaf(1)),
  glu: () => F.glu(x()),
  dropout: () => F.dropout(x()),
  alphaDropout: () => F.alphaDropout(x(), { training: true }),
  rrelu: () => F.rrelu(x(), { training: true }),
  gumbelSoftmax: () => F.gumbelSoftmax(x()),
  bilinear: () => F.bilinear(x(), x(), leaf(2, 6, 6)),
  conv1d: () => F.conv1d(leaf(1, 4, 8), leaf(2, 4, 3)),
  conv3d: () => F.conv3d(leaf(1, 2, 4, 4, 4), leaf(2, 2, 2, 2, 2)),
  lpPool2d: () => F.lpPool2d(image(), 2, 2),
  adaptiveAvgPool2d: () => F.adaptiveAvgPool2d(image(), 4),
  adaptiveMaxPool2d: () => F.adaptiveMaxPool2d(image(), 3) as Tensor,
  batchNorm: () => F.batchNorm(image(), torch.zeros(4), torch.ones(4), torch.ones(4), torch.zeros(4)),
  instanceNorm: () => F.instanceNorm(image()),
  groupNorm: () => F.groupNorm(image(), 2, leaf(4), leaf(4)),
  rmsNorm: () => F.rmsNorm(x(), [6], leaf(6)),
  localResponseNorm: () => F.localResponseNorm(image(), 2),
  interpolate: () => F.interpolate(image(), { size: [5, 7], mode: 'bicubic' }),
  pixelShuffle: () => F.pixelShuffle(image(), 2),
  gridSample: () => F.gridSample(image(), leaf(2, 3, 3, 2)),
  affineGrid: () => F.affineGrid(leaf(2, 2, 3), [2, 4, 5, 5]),
  normalize: () => F.normalize(x()),
  cosineSimilarity: () => F.cosineSimilarity(x(), x()),
  pairwiseDistance: () => F.pairwiseDistance(x(), x()),
  attention: () => F.scaledDotProductAttention(leaf(2, 3, 4), leaf(2, 3, 4), leaf(2, 3, 4), { isCausal: true }),
  crossEntropy: () => F.crossEntropy(x(), labels, { weight: torch.ones(6, { dtype }), labelSmoothing: 0.1 }),
  nllLoss: () => F.nllLoss(x(), labels),
  huberLoss: () => F.huberLoss(x(), x()),
  gaussianNllLoss: () => F.gaussianNllLoss(x(), x(), x()),
  multiMarginLoss: () => F.multiMarginLoss(x(), labels),
  multilabelMarginLoss: () => F.multilabelMarginLoss(x(), torch.zeros(4, 6, { dtype: 'int64' })),
  tripletMarginLoss: () => F.tripletMarginLoss(x(), x(), x()),
  cosineEmbeddingLoss: () => F.cosineEmbeddingLoss(x(), x(), torch.ones(4)),
  softMarginLoss: () => F.softMarginLoss(x(), signs()),
  lstm: () => new nn.LSTM(6, 5).half()(leaf(3, 2, 6))[0],
  gru: () => new nn.GRU(6, 5).half()(leaf(3, 2, 6))[0],
  encoder: () => new nn.TransformerEncoderLayer(6, 2, 8).half()(leaf(3, 2, 6)),
  lazy: () => new nn.LazyLinear(3).half()(x()),
  weightNorm: () => nn.utils.weightNorm(new nn.Linear(6, 3)).half()(x()),
};

test.each(Object.keys(functions))('%s', (name) => {
  const y = functions[name]!();
  expect(y.dtype).toBe('float16');
  expect(y.requiresGrad).toBe(true);
  y.sum().backward();
});

test('what is drawn after float16 is float16', () => {
  const p = torch.rand(4, 6, { dtype });
  const drawn = [torch.randLike(p), torch.randnLike(p), torch.bernoulli(p), torch.normal(p), torch.zerosLike(p)];
  expect(drawn.map((one) => one.dtype)).toEqual(Array(5).fill('float16'));
  expect(torch.multinomial(p, 2).dtype).toBe('int64');
});

test('the gradient that a leaf gets is of its dtype', () => {
  const a = leaf(3);
  const b = torch.ones(3, { requiresGrad: true });
  a.mul(b).sum().backward();
  expect([a.grad!.dtype, b.grad!.dtype]).toEqual(['float16', 'float32']);
});
