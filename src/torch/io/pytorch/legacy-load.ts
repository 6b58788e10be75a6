// `torch.load` for the files that PyTorch wrote before 1.6, and still writes on request: several pickles, then the
// storages.
import { FileFormatError } from '../../../engine/core/errors';
import { hostArray } from '../../../engine/storage/host-data';
import { joined } from '../bytes';
import type { LoadedFile } from '../load';
import { PickleEndError, type Unpickled, unpickle } from '../pickle/unpickle';
import { Container, Opaque, type Py } from '../pickle/values';
import type { Reader } from '../reader';
import { PIECE } from '../zip/zip';
import { contentsOf } from './contents';
import { decodeInto, type FileDType, fileDTypes } from './dtypes';
import {
  foreignStorage,
  keepsForeign,
  moduleIn,
  otherStorageRef,
  pytorchGlobals,
  remedyFor,
  storageRef,
} from './globals';
import type { StorageRef } from './specs';

/** The number with which such a file begins. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Number of bytes to read first; the pickles of most files end within them. */
const BEGINNING = 2 ** 20;
/** The length of the field before each storage: its number of elements. */
const COUNT = 8;

interface Place {
  readonly begin: number;
  readonly end: number;
}

/** The contents of the pickles that come before the storages. */
interface Head {
  readonly root: Py;
  /** The keys of the storages, in their order in the file. */
  readonly keys: readonly string[];
  readonly refs: ReadonlyMap<string, StorageRef>;
  /** Whether the file says that a big-endian machine wrote it. */
  readonly isBig: boolean;
  /** The offset at which the pickles end. */
  readonly end: number;
}

type Fail = (problem: string) => never;

export async function load(file: LoadedFile): Promise<unknown> {
  const { reader, maxBytes } = file;
  const { name } = reader;
  const fail: Fail = (problem) => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  const begun = await readHead(reader, maxBytes, keepsForeign(file), fail);
  const { root, refs, isBig } = begun.head;
  // The beginning of the storages may have been read with the pickles.
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const { bytes } = begun;
    if (end <= bytes.length) return bytes.subarray(start, end);
    if (start >= bytes.length) return reader.read(start, end);
    return joined([bytes.subarray(start), await reader.read(bytes.length, end)], end - start);
  };
  const places = storagePlaces(reader.size, begun.head, fail);
  const placeOf = (key: string): Place =>
    places.get(key) ?? fail(`storage ${key} is not in the file: it is truncated or damaged`);
  return contentsOf(root, file, {
    name,
    little: !isBig || !(await isBigEndian(read, places, refs)),
    place: (key) => placeOf(key).begin,
    size: (key) => placeOf(key).end - placeOf(key).begin,
    async *pieces(key) {
      const { begin, end } = placeOf(key);
      await checkCount(read, begin, refs.get(key)!, isBig, fail);
      for (let at = begin; at < end; at += PIECE) yield await read(at, Math.min(at + PIECE, end));
    },
  });
}

/**
 * Reads the pickles at the beginning of the file; as long as they do not end within the bytes read, reads twice as
 * many.
 */
async function readHead(
  reader: Reader,
  maxBytes: number,
  foreign: boolean,
  fail: Fail,
): Promise<{ head: Head; bytes: Uint8Array }> {
  let bytes: Uint8Array = new Uint8Array();
  for (let length = Math.min(BEGINNING, reader.size); ; length = Math.min(2 * length, reader.size)) {
    bytes = joined([bytes, await reader.read(bytes.length, length)], length);
    try {
      return { head: parseHead(bytes, reader.name, maxBytes, foreign, fail), bytes };
    } catch (error) {
      if (length === reader.size || !(error instanceof PickleEndError)) throw error;
    }
  }
}

function parseHead(bytes: Uint8Array, name: string, maxBytes: number, foreign: boolean, fail: Fail): Head {
  const find = pytorchGlobals(name, maxBytes);
  const refs = new Map<string, StorageRef>();
  const persistent = (id: Py): Py => {
    const cls = foreign ? moduleIn(id) : null;
    if (cls) return cls;
    const other = foreign ? foreignStorage(id) : null;
    const ref = other ? otherStorageRef(name, id) : storageRef(name, id);
    const known = refs.get(ref.key);
    if (known && (known.dtype !== ref.dtype || known.numel !== ref.numel)) fail(`storage ${ref.key} is of two kinds`);
    refs.set(ref.key, ref);
    return other ?? new Opaque(ref);
  };
  let at = 0;
  // The pickles that describe the file itself hold no objects.
  const next = (keepsForeign = false): Py => {
    const { value, end }: Unpickled = unpickle(bytes, { name, find, remedy: remedyFor, persistent, keepsForeign }, at);
    at = end;
    return value;
  };
  if (next() !== MAGIC) {
    fail(
      'expected what torch.save wrote, but this is another Python pickle; in Python, torch.save(pickle.load(file), …)',
    );
  }
  if (next() !== PROTOCOL) fail(`expected protocol ${PROTOCOL} of PyTorch's legacy files`);
  const system = next();
  const isBig = system instanceof Container && system.get('little_endian') === false;
  const root = next(foreign);
  const keys = next();
  return { root, keys: keys instanceof Container ? keys.items.map(String) : [], refs, isBig, end: at };
}

type Read = (start: number, end: number) => Promise<Uint8Array>;

/**
 * The positions of the storages: one after another, in the order of their keys, each preceded by its number of
 * elements.
 */
function storagePlaces(size: number, { keys, refs, end: start }: Head, fail: Fail): Map<string, Place> {
  const places = new Map<string, Place>();
  let at = start;
  for (const key of keys) {
    const ref = refs.get(key) ?? fail(`storage ${key} belongs to no tensor: the file is damaged`);
    if (at + COUNT > size) fail(`storage ${key} is missing: the file is truncated`);
    const begin = at + COUNT;
    const end = begin + ref.numel * widthOf(ref);
    if (end > size) fail(`storage ${key} ends at byte ${end}, but the file has ${size}: it is truncated`);
    if (places.has(key)) fail(`storage ${key} is there twice`);
    places.set(key, { begin, end });
    at = end;
  }
  return places;
}

/** Checks the number of elements before a storage. */
async function checkCount(read: Read, begin: number, { key, numel }: StorageRef, isBig: boolean, fail: Fail) {
  const bytes = await read(begin - COUNT, begin);
  const view = new DataView(bytes.buffer, bytes.byteOffset, COUNT);
  const counts = [view.getBigInt64(0, true), ...(isBig ? [view.getBigInt64(0, false)] : [])];
  if (!counts.includes(BigInt(numel))) fail(`storage ${key} has ${counts[0]} elements, expected ${numel}`);
}

const widthOf = ({ dtype }: StorageRef): number => (dtype === null ? 1 : fileDTypes.get(dtype)!.bytes);

/** How many elements of each storage are sampled, and the maximum distance of a number from 1, in powers of 2. */
const SAMPLE = 64;
const FARTHEST = 2000;

/**
 * Whether the storages of a file from a big-endian machine are big-endian. PyTorch itself reversed their bytes when it
 * wrote them, but still wrote `little_endian: False`; files from other programs are as they say. The numbers decide:
 * read in the wrong byte order, they are absurdly large or small.
 */
async function isBigEndian(
  read: Read,
  places: ReadonlyMap<string, Place>,
  refs: ReadonlyMap<string, StorageRef>,
): Promise<boolean> {
  let littleSize = 0;
  let bigSize = 0;
  for (const [key, { begin, end }] of places) {
    const { dtype } = refs.get(key)!;
    const type = dtype === null ? undefined : fileDTypes.get(dtype);
    if (!type?.element || type.bytes === 1) continue;
    const sample = await read(begin, Math.min(end, begin + SAMPLE * type.bytes));
    littleSize += magnitude(sample, type, true);
    bigSize += magnitude(sample, type, false);
  }
  return bigSize <= littleSize;
}

/**
 * The sum of |log₂|x|| over the numbers: their total distance from 1. NaN, and integers that do not fit, count as the
 * maximum distance.
 */
function magnitude(bytes: Uint8Array, type: FileDType, little: boolean): number {
  const n = bytes.length / type.bytes;
  const numbers = hostArray(type.dtype, n);
  let fits = true;
  const refuse = (): never => {
    fits = false;
    throw new FileFormatError('an integer does not fit');
  };
  try {
    decodeInto(numbers, bytes, type, little, refuse);
  } catch (error) {
    if (fits) throw error;
    return n * FARTHEST;
  }
  let sum = 0;
  for (const value of numbers) {
    if (value !== 0) sum += Number.isFinite(value) ? Math.abs(Math.log2(Math.abs(value))) : FARTHEST;
  }
  return sum;
}
