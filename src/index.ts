// The public surface of Lamplight.

export * as distributions from './doors/distributions';
export * as vision from './doors/vision';
export { type Display, type DisplayedBar, setDisplay } from './engine/core/display';
export * from './engine/core/errors';
export type { DType, Shape } from './engine/core/meta';
export { type AutocastOptions, autocast, isAutocastEnabled } from './torch/autograd/autocast';
export { checkpoint } from './torch/autograd/checkpoint';
export * as func from './torch/autograd/func';
export * as autograd from './torch/autograd/index';
export { vmap } from './torch/autograd/vmap';
export * as data from './torch/data';
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
} from './torch/io';
export * as nn from './torch/nn';
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from './torch/nn/functional/conv';
export { groupNorm, layerNorm, rmsNorm } from './torch/nn/functional/normalization';
export { batchNorm, dropout, embedding } from './torch/nn/functional/top-level';
export { deepcopy } from './torch/nn/module/deepcopy';
export { type SummaryOptions, summary } from './torch/nn/summary';
export type { ColumnName, ModelStatistics, RowSetting } from './torch/nn/summary/summary-table';
export * as optim from './torch/optim';
export * as amp from './torch/optim/amp';
export { GradScaler } from './torch/optim/grad-scaler';
export { accelerator, backends, cuda } from './torch/runtime/accelerator';
export { type CompileOptions, compile } from './torch/runtime/compile';
export * as gpu from './torch/runtime/gpu';
export { init, synchronize } from './torch/runtime/gpu';
export { type WarmupOptions, type WarmupProgress, warmup } from './torch/runtime/warmup';
export * from './torch/tensor';
