// The public surface of reading and writing files.
export type { ByteSource } from './bytes';
export { type Saved, type SaveOptions, save, saveBytes } from './checkpoint';
export { CheckpointStore, type StoredCheckpoint } from './checkpoint-store';
export type { DownloadProgress } from './download';
export * as hub from './hub';
export { type LoadOptions, load } from './load';
export { tuple } from './origins';
export * as safetensors from './safetensors-door';
export type { FileHandle, Target } from './target';
