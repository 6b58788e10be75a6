// Handles paths and writes files to disk; a page has no disk.
import { FetchError } from '../../torch';
import { fileSystem } from '../../torch/inside';

/** The part of Node's `fs/promises` that is used here. */
interface Disk {
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  rm(path: string, options: { force: boolean; recursive?: boolean }): Promise<void>;
  stat(path: string): Promise<{ isFile(): boolean }>;
  writeFile(path: string, data: string | Uint8Array, options?: { flag?: string }): Promise<void>;
}

/** Node's file functions; null if there are none. */
export const disk = (): Disk | null => fileSystem() as unknown as Disk | null;

/** A path without `.`, `..` and doubled separators. */
export function normalized(path: string): string {
  const absolute = /^[/\\]/.test(path);
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return `${absolute ? '/' : ''}${parts.join('/')}`;
}

export const join = (...parts: readonly string[]): string => normalized(parts.filter((part) => part !== '').join('/'));

/** The folder and the name of a path. */
export function splitPath(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

/** Writes a text or bytes in Node, or appends them to a file; in a page it does nothing. */
export async function writeText(path: string, data: string | Uint8Array, append = false): Promise<void> {
  const fs = disk();
  if (!fs) return;
  const [folder] = splitPath(path);
  try {
    if (folder !== '') await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path, data, append ? { flag: 'a' } : {});
  } catch (cause) {
    throw new FetchError(`${path} could not be written (${(cause as Error).message})`, { cause });
  }
}

/** Whether logs can be written as files. */
export const hasFiles = (): boolean => disk() !== null;
