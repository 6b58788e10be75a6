// The public surface of Lamplight.

export { type AutocastOptions, autocast, isAutocastEnabled } from './autograd/autocast';
export { checkpoint } from './autograd/checkpoint';
export * as func from './autograd/func';
export * as autograd from './autograd/index';
export { vmap } from './autograd/vmap';
export { type Display, type DisplayedBar, setDisplay } from './core/display';
export * from './core/errors';
export type { DType, Shape } from './core/meta';
export * as data from './data';
export * as distributions from './distributions';
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
export { deepcopy } from './nn/deepcopy';
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from './nn/functional/conv';
export { groupNorm, layerNorm, rmsNorm } from './nn/functional/normalization';
export { batchNorm, dropout, embedding } from './nn/functional/top-level';
export { type SummaryOptions, summary } from './nn/summary';
export type { ColumnName, ModelStatistics, RowSetting } from './nn/summary-table';
export * as optim from './optim';
export * as amp from './optim/amp';
export { GradScaler } from './optim/grad-scaler';
export { accelerator, backends, cuda } from './runtime/accelerator';
export { type CompileOptions, compile } from './runtime/compile';
export * as gpu from './runtime/gpu';
export { init, synchronize } from './runtime/gpu';
export { type WarmupOptions, type WarmupProgress, warmup } from './runtime/warmup';
export * from './tensor';
export * as vision from './vision';
