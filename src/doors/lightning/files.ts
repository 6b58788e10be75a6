// Where checkpoints and logs are: files in Node, checkpoint stores in a page, whose names are those of folders.
import { CheckpointStore, load, saveBytes } from '../../torch';
import { disk, fileSystem, normalized, splitPath, writeFileAtomically } from '../../torch/inside';

/** One store a folder, so that its writes come one after another. */
const stores = new Map<string, CheckpointStore>();

const storeOf = (folder: string): CheckpointStore => {
  const name = folder === '' ? '.' : folder;
  const store = stores.get(name) ?? new CheckpointStore(name);
  stores.set(name, store);
  return store;
};

/** The folder that relative names are in: that of the program, or none in a page. */
export function workingFolder(): string {
  const { process } = globalThis as { process?: { cwd?(): string; versions?: { node?: string } } };
  return (process?.versions?.node && process.cwd?.()) || '';
}

/** Writes all of a checkpoint or nothing. */
export async function saveFile(path: string, object: Record<string, unknown>): Promise<void> {
  const [folder, name] = splitPath(path);
  const fs = disk();
  if (!fs) return storeOf(folder).save(name, object, { format: 'pt' });
  // The values of this moment are saved, so nothing is awaited before they are read.
  const bytes = saveBytes(object, name, { format: 'pt' });
  bytes.catch(() => undefined);
  if (folder !== '') await fs.mkdir(folder, { recursive: true });
  await writeFileAtomically(fileSystem()!, path, await bytes);
}

/** The object saved at a path; in a page a checkpoint of a store or, where there is none, the file at the address. */
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

/** The names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const fs = disk();
  if (fs) return fs.readdir(folder === '' ? '.' : folder).catch(() => []);
  return (await storeOf(folder).list()).map(({ name }) => name);
}
