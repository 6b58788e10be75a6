// The public exports of torch, without the doors distributions and vision, which src/index.ts adds.

export * from '../engine/core/errors';
export type { DType, Shape } from '../engine/core/meta';
export { type AutocastOptions, autocast, isAutocastEnabled } from './autograd/autocast';
export { checkpoint } from './autograd/checkpoint';
export * as func from './autograd/func';
export * as autograd from './autograd/index';
export { vmap } from './autograd/vmap';
export * as data from './data';
export {
  type ByteSource,
  CheckpointStore,
  type DownloadProgress,
  type FileHandle,
  hub,
  type LoadOptions,
  load,
  type PickledObject,
  type Saved,
  type SaveOptions,
  type StoredCheckpoint,
  safetensors,
  save,
  saveBytes,
  type Target,
  tuple,
} from './io';
export * as nn from './nn';
export { adaptiveAvgPool1d } from './nn/functional/adaptive-pooling';
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from './nn/functional/conv';
export { cosineSimilarity, pairwiseDistance, pdist } from './nn/functional/distance';
export { celu_, rrelu_, selu_, threshold_ } from './nn/functional/in-place';
export { bilinear } from './nn/functional/linear';
export { groupNorm, layerNorm, rmsNorm } from './nn/functional/normalization';
export { celu, hardshrink, prelu, rrelu, selu, threshold } from './nn/functional/piecewise';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './nn/functional/pixel-shuffle';
export { avgPool1d, maxPool1d, maxPool2d } from './nn/functional/pooling';
export { maxPool3d } from './nn/functional/pooling-3d';
export {
  adaptiveMaxPool1d,
  alphaDropout,
  alphaDropout_,
  batchNorm,
  dropout,
  dropout_,
  embedding,
  featureAlphaDropout,
  featureAlphaDropout_,
  featureDropout,
  featureDropout_,
  instanceNorm,
} from './nn/functional/top-level';
export {
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  ctcLoss,
  hingeEmbeddingLoss,
  klDiv,
  marginRankingLoss,
  poissonNllLoss,
  tripletMarginLoss,
} from './nn/functional/top-level-losses';
export { deepcopy } from './nn/module/deepcopy';
export { type SummaryOptions, summary } from './nn/summary';
export type { ColumnName, ModelStatistics, RowSetting } from './nn/summary/summary-table';
export * as optim from './optim';
export * as amp from './optim/amp';
export { GradScaler } from './optim/grad-scaler';
export { accelerator, backends, cuda } from './runtime/accelerator';
export { type CompileOptions, compile } from './runtime/compile';
export { type Display, type DisplayedBar, setDisplay } from './runtime/display';
export * as gpu from './runtime/gpu';
export { init, synchronize } from './runtime/gpu';
export { type WarmupOptions, type WarmupProgress, warmup } from './runtime/warmup';
export * from './tensor';
