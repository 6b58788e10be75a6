// Stores checkpoints and logs: in Node, in files; in a page, in checkpoint stores that have the folder as their name.
import { CheckpointStore, load, saveBytes } from '../../torch';
import { fileSystem, writeFileAtomically } from '../../torch/inside';
import { disk, normalized, splitPath } from '../tensorboard/local-files';

/** One store per folder, so that writes to it are queued. */
const stores = new Map<string, CheckpointStore>();

const storeOf = (folder: string): CheckpointStore => {
  const name = folder === '' ? '.' : folder;
  const store = stores.get(name) ?? new CheckpointStore(name);
  stores.set(name, store);
  return store;
};

/** The folder from which relative paths start: the working directory; in a page, none. */
export function workingFolder(): string {
  const { process } = globalThis as { process?: { cwd?(): string; versions?: { node?: string } } };
  return (process?.versions?.node && process.cwd?.()) || '';
}

/** Writes a checkpoint atomically. */
export async function saveFile(path: string, object: Record<string, unknown>): Promise<void> {
  const [folder, name] = splitPath(path);
  const fs = disk();
  if (!fs) return storeOf(folder).save(name, object, { format: 'pt' });
  // The current values must be saved, so nothing may be awaited before they are read.
  const bytes = saveBytes(object, name, { format: 'pt' });
  bytes.catch(() => undefined);
  if (folder !== '') await fs.mkdir(folder, { recursive: true });
  // Not `writeTo`: its code for downloads of pages would load with every trainer.
  await writeFileAtomically(fileSystem()!, path, await bytes);
}

/** The object saved at a path. In a page: a checkpoint from a store, or if there is none, the file at that address. */
export async function loadFile(source: unknown): Promise<Record<string, unknown>> {
  if (typeof source === 'string' && !disk() && !/^[a-z]+:/i.test(source)) {
    const [folder, name] = splitPath(normalized(source));
    if (await storeOf(folder).has(name)) return storeOf(folder).load(name);
  }
  return load<Record<string, unknown>>(source as string);
}

export async function exists(path: string): Promise<boolean> {
  const fs = disk();
  if (fs) return (await fs.stat(path).catch(() => null))?.isFile() ?? false;
  const [folder, name] = splitPath(path);
  return storeOf(folder).has(name);
}

export async function remove(path: string): Promise<void> {
  const [folder, name] = splitPath(path);
  const fs = disk();
  if (fs) await fs.rm(path, { force: true });
  else await storeOf(folder).remove(name);
}

/** The names in a folder; empty if the folder does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  const fs = disk();
  if (fs) return fs.readdir(folder === '' ? '.' : folder).catch(() => []);
  return (await storeOf(folder).list()).map(({ name }) => name);
}
