// torch.load of the files that PyTorch wrote before 1.6, and still writes on request: pickles one after another, then the storages.
import { FileFormatError } from '../../errors';
import { hostArray } from '../../tensor/host-data';
import { readElements, swapBytes } from '../elements';
import type { LoadedFile } from '../load';
import { type Unpickled, unpickle } from '../pickle/unpickle';
import { Container, Opaque, type Py } from '../pickle/values';
import { contentsOf } from './contents';
import { type FileDType, fileDTypes } from './dtypes';
import { pytorchGlobals, remedyFor, storageRef } from './globals';
import type { StorageRef } from './specs';

/** With which such a file begins. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Length of the field in front of each storage: how many elements it has. */
const COUNT = 8;

interface Place {
  readonly begin: number;
  readonly end: number;
}

export async function load(file: LoadedFile): Promise<unknown> {
  const { reader, maxBytes } = file;
  const { name } = reader;
  const bytes = await reader.read(0, reader.size);
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: ${problem}`);
  };
  const find = pytorchGlobals(name, maxBytes);
  const refs = new Map<string, StorageRef>();
  const persistent = (id: Py): Py => {
    const ref = storageRef(name, id);
    const known = refs.get(ref.key);
    if (known && (known.dtype !== ref.dtype || known.numel !== ref.numel)) fail(`storage ${ref.key} is of two kinds`);
    refs.set(ref.key, ref);
    return new Opaque(ref);
  };
  let at = 0;
  const next = (): Py => {
    const { value, end }: Unpickled = unpickle(bytes, { name, find, remedy: remedyFor, persistent }, at);
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
  const root = next();
  const keys = next();
  const places = storagePlaces(bytes, at, keys instanceof Container ? keys.items.map(String) : [], refs, isBig, fail);
  return contentsOf(root, file, {
    name,
    little: !isBig || !isBigEndian(bytes, places, refs),
    size: (key) => {
      const place = places.get(key) ?? fail(`storage ${key} is not in the file: it is truncated or damaged`);
      return place.end - place.begin;
    },
    read: async (key) => {
      const { begin, end } = places.get(key)!;
      return bytes.subarray(begin, end);
    },
  });
}

/** Where the storages lie: one after another, in the order of their keys, each behind its number of elements. */
function storagePlaces(
  bytes: Uint8Array,
  start: number,
  keys: readonly string[],
  refs: ReadonlyMap<string, StorageRef>,
  isBig: boolean,
  fail: (problem: string) => never,
): Map<string, Place> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Place>();
  let at = start;
  for (const key of keys) {
    const ref = refs.get(key) ?? fail(`storage ${key} belongs to no tensor: the file is damaged`);
    if (at + COUNT > bytes.length) fail(`storage ${key} is missing: the file is truncated`);
    const counts = [view.getBigInt64(at, true), ...(isBig ? [view.getBigInt64(at, false)] : [])];
    if (!counts.includes(BigInt(ref.numel))) fail(`storage ${key} has ${counts[0]} elements, expected ${ref.numel}`);
    const begin = at + COUNT;
    const end = begin + ref.numel * widthOf(ref);
    if (end > bytes.length)
      fail(`storage ${key} ends at byte ${end}, but the file has ${bytes.length}: it is truncated`);
    if (places.has(key)) fail(`storage ${key} is there twice`);
    places.set(key, { begin, end });
    at = end;
  }
  return places;
}

const widthOf = ({ dtype }: StorageRef): number => (dtype === null ? 1 : fileDTypes.get(dtype)!.bytes);

/** How many elements of each storage are looked at. */
const SAMPLE = 64;
const FARTHEST = 2000;

/**
 * Whether the storages of a file of a big-endian machine are big-endian. PyTorch itself turned them round when it wrote them, and
 * still said `little_endian: False`; what other programs write is as the file says. Numbers tell: those that are read in the wrong
 * order are absurdly large or small.
 */
function isBigEndian(
  bytes: Uint8Array,
  places: ReadonlyMap<string, Place>,
  refs: ReadonlyMap<string, StorageRef>,
): boolean {
  let littleSize = 0;
  let bigSize = 0;
  for (const [key, { begin, end }] of places) {
    const { dtype } = refs.get(key)!;
    const type = dtype === null ? undefined : fileDTypes.get(dtype);
    if (!type?.element || type.bytes === 1) continue;
    const sample = bytes.subarray(begin, Math.min(end, begin + SAMPLE * type.bytes));
    littleSize += magnitude(sample, type);
    bigSize += magnitude(swapBytes(type.element, sample), type);
  }
  return bigSize <= littleSize;
}

/** How many binary digits the numbers are away from 1, all together; what is no number, or does not fit, is farthest. */
function magnitude(bytes: Uint8Array, { element, dtype, bytes: width }: FileDType): number {
  const n = bytes.length / width;
  const numbers = hostArray(dtype, n);
  let fits = true;
  const refuse = (): never => {
    fits = false;
    throw new FileFormatError('an integer does not fit');
  };
  try {
    readElements(element!, bytes, numbers, refuse);
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
