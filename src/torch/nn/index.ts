// The surface of `nn`: modules, parameters, and the namespaces functional, init and utils.

export * as attention from './attention';
export * as functional from './functional';
export * as init from './init';
export {
  ELU,
  GELU,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Softmin,
  Softplus,
  Tanh,
} from './layers/activation';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './layers/adaptive-pooling';
export { AdaptiveLogSoftmaxWithLoss } from './layers/adaptive-softmax';
export { type AttentionCall, type EncoderCall, MultiheadAttention, TransformerEncoderLayer } from './layers/attention';
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
} from './layers/batch-norm';
export { Bilinear } from './layers/bilinear';
export { Conv1d, Conv2d, Conv3d, LazyConv1d, LazyConv2d, LazyConv3d, type PaddingMode } from './layers/conv';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from './layers/conv-transpose';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './layers/dropout';
export { Embedding } from './layers/embedding';
export { EmbeddingBag } from './layers/embedding-bag';
export { Flatten, Unflatten } from './layers/flatten';
export { Fold, Unfold } from './layers/fold';
export { FractionalMaxPool2d, FractionalMaxPool3d } from './layers/fractional-pooling';
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from './layers/lazy-norm';
export { Identity, LazyLinear, Linear } from './layers/linear';
export { LPPool1d, LPPool2d, LPPool3d } from './layers/lp-pooling';
export { GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm } from './layers/normalization';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './layers/padding';
export {
  CELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Mish,
  PReLU,
  RReLU,
  SELU,
  Softmax2d,
  Softshrink,
  Softsign,
  Tanhshrink,
  Threshold,
} from './layers/piecewise';
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from './layers/pooling';
export {
  type DecoderCall,
  type EncoderStackCall,
  Transformer,
  type TransformerCall,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
} from './layers/transformer';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './layers/unpooling';
export {
  ChannelShuffle,
  PixelShuffle,
  PixelUnshuffle,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from './layers/upsample';
export { CTCLoss } from './losses/ctc-loss';
export {
  BCELoss,
  GaussianNLLLoss,
  HuberLoss,
  KLDivLoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  SoftMarginLoss,
} from './losses/elementwise-loss';
export { BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss } from './losses/loss';
export {
  CosineEmbeddingLoss,
  CosineSimilarity,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  PairwiseDistance,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './losses/margin-loss';
export { Module } from './module/base-class';
export {
  ModuleDict,
  type ModuleDictModule,
  ModuleList,
  ParameterList,
  Sequential,
  type SequentialModule,
  type SequentialOf,
} from './module/container';
export type {
  ForwardHook,
  FullBackwardHook,
  FullBackwardPreHook,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  PreHook,
  StateDictPostHook,
  StateDictPreHook,
} from './module/hook-types';
export type { RemovableHandle } from './module/hooks';
export { Buffer, Parameter, UninitializedBuffer, UninitializedParameter } from './module/parameter';
export { ParameterDict } from './module/parameter-dict';
export type { UnaryModule } from './module/placed';
export type { IncompatibleKeys, StateDict } from './module/state-dict';
export { GRU, LSTM, RNN } from './recurrent/rnn';
export { GRUCell, LSTMCell, RNNCell } from './recurrent/rnn-cells';
export * as utils from './utils';
