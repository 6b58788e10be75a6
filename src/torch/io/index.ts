// The public surface of reading and writing files.
export type { ByteSource } from './bytes';
export { type Saved, type SaveOptions, save, saveBytes } from './checkpoint/checkpoint';
export { CheckpointStore, type StoredCheckpoint } from './checkpoint/store';
export type { DownloadProgress } from './download/download';
export * as hub from './download/hub';
export { type LoadOptions, load } from './load';
export { tuple } from './pickle/origins';
export type { PickledObject } from './pickle/pickled-object';
export * as safetensors from './safetensors/door';
export type { FileHandle, Target } from './target';
