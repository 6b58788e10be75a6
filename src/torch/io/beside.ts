// Finding the files that another file names, such as the shards of a safetensors index. They are in its folder.
import { FileFormatError } from '../../engine/core/errors';
import type { ByteSource } from './bytes';

/** Whether `file`, a name read from another file, is a path within that file's folder. */
export const isBeside = (file: unknown): file is string =>
  typeof file === 'string' && file.split('/').every((part) => part !== '..' && /^[^\\:?#%\0]+$/.test(part));

/**
 * The source of `file` in the folder of `source`.
 *
 * @throws FileFormatError with the text `refused` if `source` is neither an address nor a path, and with `outside` if
 * `file` is not within that folder
 */
export function beside(source: ByteSource, file: string, refused: string, outside = refused): string | URL {
  if (!isBeside(file)) throw new FileFormatError(outside);
  const isRequest = typeof Request !== 'undefined' && source instanceof Request;
  const address = isRequest ? source.url : source;
  if (typeof address !== 'string' && !(address instanceof URL)) throw new FileFormatError(refused);
  const text = String(address);
  if (/^[a-z][a-z\d+.-]+:/i.test(text)) return new URL(encodeURI(file), text);
  const folder = text.replace(/[?#].*$/, '').replace(/[^/\\]*$/, '');
  return folder + file;
}
