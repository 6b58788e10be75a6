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
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from './nn/functional/conv';
export { groupNorm, layerNorm, rmsNorm } from './nn/functional/normalization';
export { batchNorm, dropout, embedding } from './nn/functional/top-level';
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
