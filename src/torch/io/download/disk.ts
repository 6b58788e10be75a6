// Downloads in Node. Each is a file in a folder; until it is complete, it has the extension .part.
import { FetchError } from '../../../engine/core/errors';
import { fileSystem } from '../../../engine/gpu/node';
import { takeLock } from './disk-lock';
import { type Begun, type FileFacts, inTurn, type Kept, type Slot } from './slot';

interface Handle {
  readonly read: (into: Uint8Array) => Promise<{ readonly bytesRead: number }>;
  readonly write: (bytes: Uint8Array) => Promise<unknown>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The part of Node's `fs/promises` that is used here. */
interface Disk {
  open(path: string, flags: string): Promise<Handle>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
  mkdir(path: string, options: { recursive: boolean }): Promise<unknown>;
  stat(path: string): Promise<{ readonly size: number; isFile(): boolean }>;
}

/** Number of bytes to read at a time for a checksum. */
const READ = 2 ** 20;

const disk = (): Disk => fileSystem() as unknown as Disk;

/** @param path the path under which the file is kept; its folder is created on demand */
export const diskSlot = (path: string, url: string): Slot => new DiskSlot(path, url);

/** The bytes of a file in pieces. */
export async function* filePieces(path: string): AsyncIterable<Uint8Array> {
  const file = await disk().open(path, 'r');
  try {
    for (;;) {
      const piece = new Uint8Array(READ);
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

class DiskSlot implements Slot {
  readonly #part: string;
  readonly #factsFile: string;
  #open: Handle | null = null;

  constructor(
    readonly path: string,
    readonly url: string,
  ) {
    this.#part = `${path}.part`;
    this.#factsFile = `${path}.part.json`;
  }

  /** Processes and threads exclude each other with a lock file that only one of them can create. */
  alone<T>(work: () => Promise<T>, signal: AbortSignal | null = null): Promise<T> {
    const inside = async () => {
      const lock = `${this.path}.lock`;
      await this.#orFetchError(disk().mkdir(folderOf(this.path), { recursive: true }));
      const taken = await this.#orFetchError(takeLock(lock, signal));
      if (!taken) throw signal!.reason;
      try {
        return await work();
      } finally {
        // Release the lock even if the disk refuses the last bytes.
        await this.#close().finally(taken.release);
      }
    };
    return inTurn(this.path, inside, signal);
  }

  async found(): Promise<Kept | null> {
    const isThere = await disk()
      .stat(this.path)
      .then((entry) => entry.isFile())
      .catch(() => false);
    return isThere ? this.path : null;
  }

  async begun(): Promise<Begun | null> {
    await this.#close();
    try {
      const facts = JSON.parse(await disk().readFile(this.#factsFile, 'utf8')) as FileFacts & { url: string };
      const { size: length } = await disk().stat(this.#part);
      return facts.url === this.url && length > 0 ? { total: facts.total, version: facts.version, length } : null;
    } catch {
      return null;
    }
  }

  async begin(facts: FileFacts): Promise<void> {
    await this.#close();
    await disk().rm(this.#part, { force: true });
    await this.#orFetchError(disk().writeFile(this.#factsFile, JSON.stringify({ url: this.url, ...facts })));
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#open ??= await this.#orFetchError(disk().open(this.#part, 'a'));
    await this.#orFetchError(this.#open.write(bytes));
  }

  async flush(): Promise<void> {
    await this.#close();
  }

  async *contents(): AsyncIterable<Uint8Array> {
    await this.#close();
    yield* filePieces((await this.found()) === null ? this.#part : this.path);
  }

  async keep(): Promise<Kept> {
    const file = this.#open ?? (await this.#orFetchError(disk().open(this.#part, 'a')));
    this.#open = file;
    // Rename the file only once its bytes are on the disk, so that a power failure leaves no file of zeros.
    await this.#orFetchError(file.sync());
    await this.#close();
    await this.#orFetchError(disk().rename(this.#part, this.path));
    await disk().rm(this.#factsFile, { force: true });
    return this.path;
  }

  async discard(): Promise<void> {
    await this.#close();
    for (const path of [this.path, this.#part, this.#factsFile]) await disk().rm(path, { force: true });
  }

  async #close(): Promise<void> {
    const file = this.#open;
    this.#open = null;
    await file?.close();
  }

  async #orFetchError<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      throw new FetchError(`${this.url}: the file could not be kept as ${this.path} (${(cause as Error).message})`, {
        cause,
      });
    }
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '.';
