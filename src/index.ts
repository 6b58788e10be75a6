// The public surface of Lamplight.

export type { DType, Shape } from './compiler/meta';
export * as data from './data';
export * as distributions from './distributions';
export * from './errors';
export {
  type ByteSource,
  CheckpointStore,
  type DownloadProgress,
  type FileHandle,
  hub,
  type LoadOptions,
  load,
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
export { type SummaryOptions, summary } from './nn/summary';
export type { ColumnName, ModelStatistics, RowSetting } from './nn/summary-table';
export * as optim from './optim';
export * as amp from './optim/amp';
export { GradScaler } from './optim/grad-scaler';
export * from './tensor';
export { accelerator, backends, cuda } from './tensor/accelerator';
export { type AutocastOptions, autocast, isAutocastEnabled } from './tensor/autocast';
export * as autograd from './tensor/autograd';
export { checkpoint } from './tensor/checkpoint';
export { type CompileOptions, compile } from './tensor/compile';
export * as func from './tensor/func';
export * as gpu from './tensor/gpu';
export { init, synchronize } from './tensor/gpu';
export { vmap } from './tensor/vmap';
export { type WarmupOptions, type WarmupProgress, warmup } from './tensor/warmup';
export * as vision from './vision';
