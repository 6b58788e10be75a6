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
  softplus,
  softsign,
  tanh,
} from './activation';
export { batchNorm, instanceNorm } from './batch-norm';
export { conv2d, convTranspose2d } from './conv';
export { alphaDropout, dropout, dropout1d, dropout2d } from './dropout';
export { linear } from './linear';
export {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  l1Loss,
  mseLoss,
  nllLoss,
  type Reduction,
} from './loss';
export { groupNorm, layerNorm, localResponseNorm, rmsNorm } from './normalization';
export { oneHot } from './one-hot';
export { type PadMode, pad } from './pad';
export { avgPool2d, maxPool2d } from './pooling';
