// The public surface of reading and writing files.
export type { ByteSource } from './bytes';
export { load, save, saveBytes } from './checkpoint';
