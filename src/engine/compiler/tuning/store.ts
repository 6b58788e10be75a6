// Stores measured choices between visits: in a file in Node, in IndexedDB in pages and workers. Ignores records that it
// cannot read.
import type { AdapterProfile } from '../../gpu/device';
import { cacheFolder, fileSystem, writeFileAtomically } from '../../gpu/node';
import type { MeasuredChoice } from './table';
import type { Candidate } from './tuning';

/** Choices of all adapters met so far, by `adapterKey`. */
export type TuningRecord = Readonly<Record<string, readonly MeasuredChoice[]>>;

/** Raise this when the format of measurements changes: records of another format are ignored, and measured again. */
const FORMAT = 1;

/** The facts about an adapter that must be the same for a measurement to hold. */
export const adapterKey = ({ kind, vendor, architecture, description, features }: AdapterProfile): string =>
  [kind, vendor, architecture, description, ...[...features].sort()].join(' | ');

export const writeRecord = (record: TuningRecord): string => JSON.stringify({ format: FORMAT, adapters: record });

/** Parses a record. Empty if the text is not a record of this format; entries that are malformed are left out. */
export function readRecord(text: string | null): TuningRecord {
  const parsed = parse(text);
  if (!isObject(parsed) || parsed.format !== FORMAT || !isObject(parsed.adapters)) return {};
  return Object.fromEntries(
    Object.entries(parsed.adapters).flatMap(([adapter, choices]) =>
      Array.isArray(choices) ? [[adapter, choices.filter(isChoice)]] : [],
    ),
  );
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isChoice(value: unknown): value is MeasuredChoice {
  if (!isObject(value)) return false;
  const { kernel, shape, best, among } = value;
  return (
    typeof kernel === 'string' &&
    Array.isArray(shape) &&
    shape.every(Number.isFinite) &&
    isCandidate(best) &&
    Number.isInteger(among)
  );
}

const isCandidate = (value: unknown): value is Candidate =>
  isObject(value) && Object.values(value).every((field) => ['number', 'string', 'boolean'].includes(typeof field));

/** Storage for one text, which is null before it is first written. Both methods throw if storage is refused. */
interface Keeper {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** Wait for storage at most this many milliseconds. */
const PATIENCE = 1000;

/** The choices of one place: a path in Node, the name of a database elsewhere. */
export class TuningStore {
  private readonly keeper: Keeper | null;

  /** Without `where`: `lamplight/tuning.json` in the user's cache folder, or a database called `lamplight`. */
  constructor(where?: string) {
    this.keeper = keeperFor(where);
  }

  /** The stored record; empty if there is no storage, or it cannot be read in time. */
  async load(): Promise<TuningRecord> {
    if (!this.keeper) return {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, null);
    });
    const text = await Promise.race([this.keeper.read().catch(() => null), late]);
    clearTimeout(timer);
    return readRecord(text);
  }

  /** Replaces the stored choices of an adapter. Returns whether that was possible. */
  async save(adapter: string, choices: readonly MeasuredChoice[]): Promise<boolean> {
    if (!this.keeper) return false;
    const { [adapter]: _, ...others } = await this.load();
    try {
      await this.keeper.write(writeRecord(choices.length > 0 ? { ...others, [adapter]: choices } : others));
      return true;
    } catch {
      return false;
    }
  }
}

function keeperFor(where: string | undefined): Keeper | null {
  if (fileSystem()) {
    const folder = cacheFolder();
    const path = where ?? (folder && `${folder}/lamplight/tuning.json`);
    return path ? fileKeeper(path) : null;
  }
  return typeof indexedDB === 'undefined' ? null : databaseKeeper(where ?? 'lamplight');
}

function fileKeeper(path: string): Keeper {
  const fs = fileSystem()!;
  const folder = path.replace(/[\\/][^\\/]*$/, '');
  return {
    read: async () => new TextDecoder().decode(await fs.readFile(path)),
    async write(text) {
      if (folder !== path && folder !== '') await fs.mkdir(folder, { recursive: true });
      await writeFileAtomically(fs, path, new TextEncoder().encode(text));
    },
  };
}

const OBJECTS = 'tuning';
const KEY = 'choices';

function databaseKeeper(name: string): Keeper {
  return {
    async read() {
      const database = await openDatabase(name, false);
      if (!database) return null;
      try {
        const text: unknown = await fulfilled(database.transaction(OBJECTS).objectStore(OBJECTS).get(KEY));
        return typeof text === 'string' ? text : null;
      } finally {
        database.close();
      }
    },
    async write(text) {
      const database = await openDatabase(name, true);
      try {
        await fulfilled(database!.transaction(OBJECTS, 'readwrite').objectStore(OBJECTS).put(text, KEY));
      } finally {
        database?.close();
      }
    },
  };
}

const fulfilled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens the database. If it does not exist, creates it with `create`, and otherwise returns null. */
function openDatabase(name: string, create: boolean): Promise<IDBDatabase | null> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      if (create) request.result.createObjectStore(OBJECTS);
      else request.transaction!.abort();
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      event.preventDefault();
      if (create) reject(request.error);
      else resolve(null);
    };
  });
}
