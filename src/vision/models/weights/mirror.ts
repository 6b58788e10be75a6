// Owns from where torchvision's files are read: its own server, or a folder of copies with the table of their sums.

import { ArgumentError, FetchError, FileFormatError } from '../../../core/errors';
import { isPlainObject, shown } from '../../../core/options';
import { type HubOptions, loadStateDictFromUrl } from '../../../io/download/hub';
import { unreachable } from '../../../io/download/unreachable';
import type { StateDict } from '../../../nn/state-dict';
import { callable } from '../../../tensor/callable';

/** What the table says of a file, by the name that it has at torchvision. */
interface Copy {
  /** Its name in the folder. */
  readonly file: string;
  readonly sha256: string;
}

type Table = ReadonlyMap<string, Copy>;

/** The name of the table in the folder. */
const TABLE = 'weights.json';

let mirror: URL | null = null;
let table: Promise<Table> | null = null;

/**
 * Has trained weights that are asked for by name read from a folder of copies on a server of your own, from now on; null goes back to torchvision's server.
 *
 * The folder is what `npm run convert-weights` writes, with `weights.json`: each file's sum is checked. Without that table it holds
 * torchvision's files under their own names.
 *
 *     models.setWeightsMirror('https://your.site/weights/');
 *     const model = await models.resnet18({ weights: 'IMAGENET1K_V1' });
 *
 * @throws ArgumentError for what is no address of a server
 */
export const setWeightsMirror = callable('setWeightsMirror(url: value)', (url: string | URL | null): void => {
  const text = url === null ? null : String(url);
  if (text === '' || (url !== null && typeof url !== 'string' && !(url instanceof URL))) throw misplaced(url);
  mirror = text === null ? null : folderAt(text);
  table = null;
});

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

/** Loads the file of an address of torchvision's, or its copy. */
export async function loadTrained(url: string, options: HubOptions): Promise<StateDict> {
  if (mirror === null) return loadStateDictFromUrl<StateDict>(url, options);
  const name = url.slice(url.lastIndexOf('/') + 1);
  const copy = (await tableOf(mirror)).get(name);
  if (!copy) return loadStateDictFromUrl<StateDict>(new URL(name, mirror), options);
  const address = new URL(copy.file, mirror);
  return loadStateDictFromUrl<StateDict>(address, { ...options, checkHash: false, sha256: copy.sha256 });
}

/** The folder's table, asked for once; what could not be read is asked for again. */
function tableOf(folder: URL): Promise<Table> {
  if (table !== null) return table;
  const asked = readTable(new URL(TABLE, folder).href);
  table = asked;
  asked.catch(() => {
    if (table === asked) table = null;
  });
  return asked;
}

async function readTable(url: string): Promise<Table> {
  const response = await fetch(url).catch(async (cause: unknown) => {
    throw new FetchError(await unreachable(url, cause), { cause });
  });
  if (response.status === 404) return new Map();
  if (!response.ok) {
    const text = `${url}: the server answered ${response.status} ${response.statusText}`.trimEnd();
    throw new FetchError(text, { status: response.status });
  }
  const read: unknown = await response.json().catch(() => null);
  const entries = isPlainObject(read) ? Object.entries(read) : null;
  if (!entries?.every((entry): entry is [string, Copy] => isCopy(entry[1]))) {
    throw new FileFormatError(`${url}: expected the table of weights that npm run convert-weights writes`);
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
