// Where torchvision's files are read from: torchvision's server, or a folder of copies with a table of checksums.

import { ArgumentError, FetchError, FileFormatError, hub, type nn } from '../../../../torch';
import { callable, fileSystem, isPlainObject, loadDownloads, readBytes, shown } from '../../../../torch/inside';

/** The table's entry for a file; its key is torchvision's file name. */
interface Copy {
  /** Its name in the folder. */
  readonly file: string;
  readonly sha256: string;
}

type Table = ReadonlyMap<string, Copy>;

/** The name of the table in the folder. */
const TABLE = 'weights.json';

/** Upper limit of the table's bytes; real tables are much smaller. */
const MAX_TABLE = 2 ** 24;

let mirror: URL | null = null;

/**
 * From now on, reads trained weights that are requested by name from a folder of copies on your own server; null
 * returns to torchvision's server.
 *
 * The folder is the result of `npm run check -- convert-weights`, with `weights.json`: each file's checksum is verified. Without
 * that table, the folder must hold torchvision's files under their own names. Table and files are kept, so the next
 * visit asks no server.
 *
 *     models.setWeightsMirror('https://your.site/weights/');
 *     const model = await models.resnet18({ weights: 'IMAGENET1K_V1' });
 *
 * @throws ArgumentError if the value is not the address of a server
 */
export const setWeightsMirror = callable(
  'setWeightsMirror(url: value)',
  (/** The address. */ url: string | URL | null): void => {
    const text = url === null ? null : String(url);
    if (text === '' || (url !== null && typeof url !== 'string' && !(url instanceof URL))) throw misplaced(url);
    mirror = text === null ? null : folderAt(text);
  },
);

const misplaced = (url: unknown) =>
  new ArgumentError(
    `setWeightsMirror: expected the address of a folder on a server, or null, but got ${url instanceof URL ? url.href : shown(url)}`,
  );

function folderAt(text: string): URL {
  const base = globalThis.location?.href;
  const address = text.endsWith('/') ? text : `${text}/`;
  if (!URL.canParse(address, base)) throw misplaced(text);
  const found = new URL(address, base);
  if (!/^https?:$/.test(found.protocol)) throw misplaced(text);
  return found;
}

/** Loads the file at one of torchvision's addresses, or its copy. */
export async function loadTrained(url: string, options: hub.HubOptions): Promise<nn.StateDict> {
  const folder = mirror;
  if (folder === null) return published(url, options);
  const name = url.slice(url.lastIndexOf('/') + 1);
  const table = await tableOf(folder, options);
  const load = ({ file, sha256 }: Copy) =>
    hub.loadStateDictFromUrl<nn.StateDict>(new URL(file, folder), { ...options, checkHash: false, sha256 });
  const known = (await table.kept()).get(name);
  if (known) {
    try {
      return await load(known);
    } catch (error) {
      // The kept table may be outdated, so ask the server for the current one.
      if (!(error instanceof FileFormatError) && !isMissing(error)) throw error;
    }
  }
  const copy = (await table.asked()).get(name);
  return copy ? load(copy) : original(new URL(name, folder), options);
}

/** Loads torchvision's own file from its server. */
async function published(url: string, options: hub.HubOptions): Promise<nn.StateDict> {
  try {
    return await hub.loadStateDictFromUrl<nn.StateDict>(url, options);
  } catch (error) {
    const isRefused = error instanceof FetchError && error.status === null && globalThis.location !== undefined;
    if (!isRefused) throw error;
    throw new FetchError(
      `${error.message}; with copies of your own, models.setWeightsMirror(address) keeps the names`,
      {
        cause: error,
      },
    );
  }
}

/** Loads torchvision's own file from a folder without a table. */
async function original(url: URL, options: hub.HubOptions): Promise<nn.StateDict> {
  try {
    return await hub.loadStateDictFromUrl<nn.StateDict>(url, options);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new FetchError(
      `${url}: expected this file in the folder of setWeightsMirror, or a copy in its ${TABLE}, but neither is there; npm run check -- convert-weights makes copies`,
      { cause: error, status: 404 },
    );
  }
}

const isMissing = (error: unknown): error is FetchError => error instanceof FetchError && error.status === 404;

/**
 * The table of a folder: `kept` as an earlier visit stored it; `asked` as the server has it now, which is then stored.
 */
async function tableOf(folder: URL, { modelDir, signal }: hub.HubOptions) {
  const { download, findDownload, forgetDownload } = await loadDownloads();
  const url = new URL(TABLE, folder).href;
  const place = { folder: fileSystem() ? (modelDir ?? `${hub.getDir()}/checkpoints`) : null };
  return {
    async kept(): Promise<Table> {
      const file = await findDownload(url, place);
      return file === null ? new Map() : parsed(url, await readBytes(file, () => MAX_TABLE)).catch(() => new Map());
    },
    /**
     * Empty if the folder has no table, or if no server answers: files that are kept under torchvision's names need no
     * table.
     */
    async asked(): Promise<Table> {
      const response = await fetch(url, { cache: 'no-cache', signal: signal ?? null }).catch(() => null);
      signal?.throwIfAborted();
      if (response === null || response.status === 404) return new Map();
      if (!response.ok) {
        const text = `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd();
        throw new FetchError(text, { status: response.status });
      }
      const table = await parsed(url, new Uint8Array(await response.arrayBuffer()));
      await forgetDownload(url, place);
      await download(url, place).catch(() => undefined);
      return table;
    },
  };
}

/** @throws FileFormatError if the bytes are not a table */
async function parsed(url: string, bytes: Uint8Array): Promise<Table> {
  const read = await new Response(bytes as Uint8Array<ArrayBuffer>).json().catch(() => null);
  const entries = isPlainObject(read) ? Object.entries(read) : null;
  if (!entries?.every((entry): entry is [string, Copy] => isCopy(entry[1]))) {
    throw new FileFormatError(`${url}: expected the table of weights that npm run check -- convert-weights writes`);
  }
  return new Map(entries);
}

const isCopy = (value: unknown): value is Copy =>
  isPlainObject(value) &&
  'file' in value &&
  typeof value.file === 'string' &&
  /^[\w.-]+$/.test(value.file) &&
  'sha256' in value &&
  typeof value.sha256 === 'string' &&
  /^[\da-f]{64}$/.test(value.sha256);
