// The surface of `nn`: modules, parameters, and the namespaces functional, init and utils.
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
} from './activation';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './adaptive-pooling';
export { AdaptiveLogSoftmaxWithLoss } from './adaptive-softmax';
export { type AttentionCall, type EncoderCall, MultiheadAttention, TransformerEncoderLayer } from './attention';
export { Module } from './base-class';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './batch-norm';
export { Bilinear } from './bilinear';
export {
  ModuleDict,
  type ModuleDictModule,
  ModuleList,
  ParameterList,
  Sequential,
  type SequentialModule,
  type SequentialOf,
} from './container';
export { Conv1d, Conv2d, Conv3d, LazyConv1d, LazyConv2d, LazyConv3d, type PaddingMode } from './conv';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from './conv-transpose';
export { CTCLoss } from './ctc-loss';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './dropout';
export {
  BCELoss,
  GaussianNLLLoss,
  HuberLoss,
  KLDivLoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  SoftMarginLoss,
} from './elementwise-loss';
export { Embedding } from './embedding';
export { EmbeddingBag } from './embedding-bag';
export { Flatten, Unflatten } from './flatten';
export { Fold, Unfold } from './fold';
export { FractionalMaxPool2d, FractionalMaxPool3d } from './fractional-pooling';
export * as functional from './functional';
export type {
  ForwardHook,
  FullBackwardHook,
  FullBackwardPreHook,
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  PreHook,
  StateDictPostHook,
  StateDictPreHook,
} from './hook-types';
export type { RemovableHandle } from './hooks';
export * as init from './init';
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from './lazy-norm';
export { Identity, LazyLinear, Linear } from './linear';
export { BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss } from './loss';
export { LPPool1d, LPPool2d, LPPool3d } from './lp-pooling';
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
} from './margin-loss';
export type { UnaryModule } from './module';
export { GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm } from './normalization';
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
} from './padding';
export { Buffer, Parameter, UninitializedBuffer, UninitializedParameter } from './parameter';
export { ParameterDict } from './parameter-dict';
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
} from './piecewise';
export { AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d } from './pooling';
export { GRU, LSTM, RNN } from './rnn';
export { GRUCell, LSTMCell, RNNCell } from './rnn-cells';
export type { IncompatibleKeys, StateDict } from './state-dict';
export {
  type DecoderCall,
  type EncoderStackCall,
  Transformer,
  type TransformerCall,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
} from './transformer';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './unpooling';
export {
  ChannelShuffle,
  PixelShuffle,
  PixelUnshuffle,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from './upsample';
export * as utils from './utils';
