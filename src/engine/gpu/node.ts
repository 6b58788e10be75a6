// Access to Node's built-in modules. They are looked up at run time, so that bundles for pages do not contain them.
import { FetchError } from '../core/errors';

interface OpenFile {
  stat(): Promise<{ readonly size: number; isFile(): boolean }>;
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

interface FileSystem {
  readFile(path: string | URL): Promise<Uint8Array>;
  open(path: string | URL, flags: 'r'): Promise<OpenFile>;
  writeFile(path: string | URL, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  stat(path: string | URL): Promise<FileKind & { readonly size: number }>;
  readdir(path: string | URL): Promise<string[]>;
  realpath(path: string | URL): Promise<string>;
}

interface FileKind {
  isFile(): boolean;
  isDirectory(): boolean;
}

interface NodeProcess {
  readonly pid: number;
  readonly platform?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly versions?: { readonly node?: string };
  getBuiltinModule?(name: string): unknown;
}

const host = globalThis as { readonly process?: NodeProcess; readonly document?: unknown };

/** Node's (or Deno's) promise-based file system; null in pages and in workers of pages. */
export function fileSystem(): FileSystem | null {
  const process = host.process;
  if (!process?.versions?.node) return null;
  return (process.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined) ?? null;
}

/** The user's cache folder; null outside of Node. */
export function cacheFolder(): string | null {
  const { process } = host;
  if (!process?.versions?.node) return null;
  const { platform, env = {} } = process;
  const home = env.HOME ?? env.USERPROFILE;
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  if (!home) return null;
  return platform === 'darwin' ? `${home}/Library/Caches` : `${home}/.cache`;
}

/** Numbers the temporary files, since one process may write several at the same time. */
let writes = 0;

/** Writes a file completely or not at all: writes a temporary file in the same folder, and renames it. */
export async function writeFileAtomically(
  fs: FileSystem,
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const neighbour = `${path}.${host.process?.pid ?? 0}.${writes++}.part`;
  try {
    await fs.writeFile(neighbour, bytes);
    await fs.rename(neighbour, path);
  } catch (error) {
    await fs.rm(neighbour, { force: true });
    throw isOfSystem(error)
      ? new FetchError(`${path}: the file could not be written (${error.message})`, { cause: error })
      : error;
  }
}

/** Whether an error comes from the file system, whose errors have codes such as EISDIR. */
const isOfSystem = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);
