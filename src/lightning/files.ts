// Where checkpoints and logs are: files in Node, checkpoint stores in a page, whose names are those of folders.
import { FetchError } from '../errors';
import { fileSystem, writeFileAtomically } from '../gpu/node';
import { saveBytes } from '../io/checkpoint';
import { CheckpointStore } from '../io/checkpoint-store';
import { load } from '../io/load';

/** Of Node's `fs/promises` what is used here. */
interface Disk {
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  rm(path: string, options: { force: boolean; recursive?: boolean }): Promise<void>;
  stat(path: string): Promise<{ isFile(): boolean }>;
  writeFile(path: string, data: string | Uint8Array, options?: { flag?: string }): Promise<void>;
}

const disk = (): Disk | null => fileSystem() as unknown as Disk | null;

/** One store a folder, so that its writes come one after another. */
const stores = new Map<string, CheckpointStore>();

const storeOf = (folder: string): CheckpointStore => {
  const name = folder === '' ? '.' : folder;
  const store = stores.get(name) ?? new CheckpointStore(name);
  stores.set(name, store);
  return store;
};

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

/** Folder and name. */
function split(path: string): [string, string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

/** The folder that relative names are in: that of the program, or none in a page. */
export function workingFolder(): string {
  const { process } = globalThis as { process?: { cwd?(): string; versions?: { node?: string } } };
  return (process?.versions?.node && process.cwd?.()) || '';
}

/** Writes all of a checkpoint or nothing. */
export async function saveFile(path: string, object: Record<string, unknown>): Promise<void> {
  const [folder, name] = split(path);
  const fs = disk();
  if (!fs) return storeOf(folder).save(name, object, { format: 'pt' });
  // What is saved are the values of this moment, so nothing is awaited before they are read.
  const bytes = saveBytes(object, name, { format: 'pt' });
  bytes.catch(() => undefined);
  if (folder !== '') await fs.mkdir(folder, { recursive: true });
  await writeFileAtomically(fileSystem()!, path, await bytes);
}

/** What was saved at a path; in a page a checkpoint of a store or, where there is none, what lies at the address. */
export async function loadFile(source: unknown): Promise<Record<string, unknown>> {
  if (typeof source === 'string' && !disk() && !/^[a-z]+:/i.test(source)) {
    const [folder, name] = split(normalized(source));
    if (await storeOf(folder).has(name)) return storeOf(folder).load(name);
  }
  return load<Record<string, unknown>>(source as string);
}

export async function exists(path: string): Promise<boolean> {
  const fs = disk();
  if (fs) return (await fs.stat(path).catch(() => null))?.isFile() ?? false;
  const [folder, name] = split(path);
  return storeOf(folder).has(name);
}

export async function remove(path: string): Promise<void> {
  const [folder, name] = split(path);
  const fs = disk();
  if (fs) await fs.rm(path, { force: true });
  else await storeOf(folder).remove(name);
}

/** The names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const fs = disk();
  if (fs) return fs.readdir(folder === '' ? '.' : folder).catch(() => []);
  return (await storeOf(folder).list()).map(({ name }) => name);
}

/** Writes a text or bytes in Node, or adds them to a file's end; in a page there are no such files. */
export async function writeText(path: string, data: string | Uint8Array, append = false): Promise<void> {
  const fs = disk();
  if (!fs) return;
  const [folder] = split(path);
  try {
    if (folder !== '') await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path, data, append ? { flag: 'a' } : {});
  } catch (cause) {
    throw new FetchError(`${path} could not be written (${(cause as Error).message})`, { cause });
  }
}

/** Whether logs can be written as files. */
export const hasFiles = (): boolean => disk() !== null;
