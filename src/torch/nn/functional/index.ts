// The surface of `nn.functional`.
export {
  elu,
  gelu,
  hardtanh,
  leakyRelu,
  logSoftmax,
  logsigmoid,
  relu,
  relu6,
  sigmoid,
  silu,
  softmax,
  softmin,
  softplus,
  softsign,
  tanh,
} from './activation';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
} from './adaptive-pooling';
export { type MultiHeadArguments, multiHeadAttentionForward, scaledDotProductAttention } from './attention';
export { batchNorm, instanceNorm } from './batch-norm';
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from './conv';
export { type CtcOptions, ctcLoss, type Lengths } from './ctc-loss';
export { cosineSimilarity, normalize, pairwiseDistance, pdist } from './distance';
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from './dropout';
export { dropoutMasks } from './dropout-masks';
export {
  binaryCrossEntropy,
  gaussianNllLoss,
  huberLoss,
  type KLReduction,
  klDiv,
  poissonNllLoss,
  smoothL1Loss,
  softMarginLoss,
} from './elementwise-loss';
export { embedding } from './embedding';
export { type BagMode, type BagOptions, embeddingBag } from './embedding-bag';
export { fold, unfold } from './fold';
export { type FractionalOptions, fractionalMaxPool2d, fractionalMaxPool3d } from './fractional-pooling';
export { affineGrid, gridSample } from './grid-sample';
export { celu_, elu_, hardtanh_, leakyRelu_, relu_, rrelu_, selu_, threshold_ } from './in-place';
export { type InterpolateMode, interpolate } from './interpolate';
export { bilinear, linear } from './linear';
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  l1Loss,
  mseLoss,
  nllLoss,
} from './loss';
export { lpPool1d, lpPool2d, lpPool3d } from './lp-pooling';
export {
  cosineEmbeddingLoss,
  type DistanceFunction,
  hingeEmbeddingLoss,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './margin-loss';
export { groupNorm, layerNorm, localResponseNorm, rmsNorm } from './normalization';
export { oneHot } from './one-hot';
export { type PadMode, pad } from './pad';
export {
  celu,
  glu,
  gumbelSoftmax,
  hardshrink,
  hardsigmoid,
  hardswish,
  mish,
  prelu,
  rrelu,
  selu,
  softshrink,
  tanhshrink,
  threshold,
} from './piecewise';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './pixel-shuffle';
export { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from './pooling';
export { type AdaptiveSize3d, adaptiveAvgPool3d, adaptiveMaxPool3d, avgPool3d, maxPool3d } from './pooling-3d';
export type { Reduction } from './reduction';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from './unpooling';
