// Zip archives: read entry by entry, relying on the central directory, and written with aligned contents. Source:
// PKWARE's APPNOTE 6.3.10. Nothing in the file is trusted: every size and position is checked before memory is
// allocated.
import { ArgumentError, FileFormatError } from '../../../engine/core/errors';
import { shown } from '../../../engine/core/options';
import { inflate } from '../bytes';
import type { Reader } from '../reader';
import { crc32 } from './crc32';

export interface ZipEntry {
  readonly name: string;
  /** In bytes, once decompressed. */
  readonly size: number;
  /** In bytes, in the archive. */
  readonly compressedSize: number;
  /** The offset of its header in the archive. */
  readonly offset: number;
}

export interface Zip {
  /** The names of all files, in the order of the directory, without folders. */
  readonly names: readonly string[];
  /** @throws FileFormatError if there is no such file */
  entry(name: string): ZipEntry;
  has(name: string): boolean;
  /**
   * The contents of a file.
   *
   * @throws FileFormatError if they are damaged, or more than `bound` bytes
   */
  read(name: string, options?: { bound?: number }): Promise<Uint8Array>;
  /**
   * The contents of a file in pieces of `PIECE` bytes (the last may be shorter), so that little of a large file is in
   * memory. A compressed file is one piece. A wrong checksum is reported at the end.
   */
  pieces(name: string): AsyncIterable<Uint8Array>;
}

/** The size of a piece in bytes: a multiple of every element's size. */
export const PIECE = 2 ** 22;

export interface ZipOptions {
  /**
   * The maximum total number of bytes of all contents read; default: four times the size of the archive, at least 256
   * MiB.
   */
  maxBytes?: number;
}

interface Entry extends ZipEntry {
  readonly method: number;
  readonly crc: number;
  /** The start of the next part of the archive, before which the entry must end. */
  limit: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const END_64_LENGTH = 56;
const LOCATOR_LENGTH = 20;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
/** In a field of 32 or 16 bits, this means that the number is in the zip64 extension. */
const IN_64 = 0xffffffff;
const IN_64_SHORT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** The maximum number of bytes that one byte of deflate can expand to: 258 bytes for two bits. */
const MOST_INFLATED = 1032;
/**
 * The number of bytes at the end of the archive to read first: they hold the end of the directory, and often all of it.
 */
const TAIL = 4096;
const UTF_8 = 0x800;

/** The default limit for the contents of a file: four times its size, or 256 MiB if that is more. */
export const defaultMaxBytes = (size: number): number => Math.max(2 ** 28, 4 * size);

/**
 * Opens an archive: reads its directory, and refuses an unsound one.
 *
 * @throws FileFormatError if the directory is damaged, entries overlap, or a name leads out of the archive
 */
export async function openZip(
  reader: Reader,
  { maxBytes = defaultMaxBytes(reader.size) }: ZipOptions = {},
): Promise<Zip> {
  const fail: Fail = (message) => {
    throw new FileFormatError(`${reader.name}: ${message}`);
  };
  const entries = await readDirectory(reader, maxBytes, fail);
  const counted = new Set<string>();
  let total = 0;
  const entry = (name: string): Entry =>
    entries.get(name) ?? fail(`expected an entry ${shown(name)} in the archive, but there is none`);
  /** Returns an entry whose contents are about to be read, and counts its size. */
  const counting = (name: string): Entry => {
    const found = entry(name);
    if (!counted.has(name)) total += found.size;
    counted.add(name);
    if (total > maxBytes) {
      fail(`its contents have more than ${maxBytes} bytes; if they are to be trusted, allow more with maxBytes`);
    }
    return found;
  };
  return {
    names: [...entries.keys()].filter((name) => !name.endsWith('/')),
    entry,
    has: (name) => entries.has(name),
    read: async (name, { bound = Number.POSITIVE_INFINITY } = {}) => {
      const found = entry(name);
      if (found.size > bound) fail(`entry ${shown(name)} has ${found.size} bytes, expected at most ${bound}`);
      return readEntry(reader, counting(name), fail);
    },
    pieces: (name) => entryPieces(reader, counting(name), fail),
  };
}

type Fail = (message: string) => never;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number. A number too large to be exact is larger than any file anyway. */
const long = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly size: number;
  /** The offset of the records at the end of the archive. */
  readonly end: number;
}

async function readDirectory(reader: Reader, maxBytes: number, fail: Fail): Promise<Map<string, Entry>> {
  const { count, offset, size, end } = await findDirectory(reader, fail);
  if (offset + size > end) {
    fail(
      `the directory of the archive takes bytes ${offset} to ${offset + size}, but it ends at byte ${end}: it is damaged`,
    );
  }
  if (count * CENTRAL_LENGTH > size)
    fail(`the directory has ${size} bytes, too few for ${count} entries: it is damaged`);
  if (size > maxBytes) fail(`the directory has ${size} bytes, more than ${maxBytes}`);
  const bytes = await reader.read(offset, offset + size);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, length } = readCentral(bytes, at, fail);
    if (entries.has(entry.name)) fail(`entry ${shown(entry.name)} is there twice`);
    entries.set(entry.name, entry);
    at += length;
  }
  checkPlaces([...entries.values()], offset, fail);
  return entries;
}

async function findDirectory(reader: Reader, fail: Fail): Promise<Directory> {
  const truncated = 'expected a complete zip archive, but its directory is missing: the file is truncated or damaged';
  // A comment of up to 65,535 bytes may follow the end of the directory.
  for (const length of [TAIL, END_LENGTH + 0xffff]) {
    const start = Math.max(0, reader.size - length);
    const tail = await reader.read(start, reader.size);
    const view = viewOf(tail);
    const ends = (fits: (end: number) => boolean): number => {
      for (let at = tail.length - END_LENGTH; at >= 0; at--) {
        if (view.getUint32(at, true) === END && fits(at + END_LENGTH + view.getUint16(at + 20, true))) return at;
      }
      return -1;
    };
    const isWhole = start === 0 || length > TAIL;
    let at = ends((end) => end === tail.length);
    // Bytes appended to the archive are ignored, as in Python.
    if (at < 0 && isWhole) at = ends((end) => end < tail.length);
    if (at >= 0) return directoryAt(reader, view, at, start, fail);
    if (isWhole) break;
  }
  return fail(truncated);
}

async function directoryAt(reader: Reader, view: DataView, at: number, start: number, fail: Fail): Promise<Directory> {
  const count = view.getUint16(at + 10, true);
  const size = view.getUint32(at + 12, true);
  const offset = view.getUint32(at + 16, true);
  const disks = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  if (count !== IN_64_SHORT && size !== IN_64 && offset !== IN_64) {
    if (disks !== 0 || view.getUint16(at + 8, true) !== count)
      fail('archives in several parts are not read; join them');
    return { count, offset, size, end: start + at };
  }
  const locatorAt = start + at - LOCATOR_LENGTH;
  const locator = locatorAt < 0 ? null : viewOf(await reader.read(locatorAt, locatorAt + LOCATOR_LENGTH));
  // Without a zip64 locator, these fields hold the actual numbers.
  if (!locator || locator.getUint32(0, true) !== LOCATOR_64) return { count, offset, size, end: start + at };
  const endAt = long(locator, 8);
  if (endAt + END_64_LENGTH > locatorAt)
    fail('the end of the zip64 directory lies outside of the archive: it is damaged');
  const end = viewOf(await reader.read(endAt, endAt + END_64_LENGTH));
  if (end.getUint32(0, true) !== END_64)
    fail('the end of the zip64 directory is not where the archive says: it is damaged');
  return { count: long(end, 32), size: long(end, 40), offset: long(end, 48), end: endAt };
}

function readCentral(bytes: Uint8Array, at: number, fail: Fail): { entry: Entry; length: number } {
  const view = viewOf(bytes);
  if (at + CENTRAL_LENGTH > bytes.length || view.getUint32(at, true) !== CENTRAL) {
    fail('the directory of the archive is damaged');
  }
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const length = CENTRAL_LENGTH + nameLength + extraLength + view.getUint16(at + 32, true);
  if (at + length > bytes.length) fail('the directory of the archive is damaged');
  const extraAt = at + CENTRAL_LENGTH + nameLength;
  const name = nameIn(bytes.subarray(at + CENTRAL_LENGTH, extraAt), fail);
  const sizes = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  widen(sizes, viewOf(bytes.subarray(extraAt, extraAt + extraLength)), name, fail);
  const [size, compressedSize, offset] = sizes as [number, number, number];
  if (flags & 1) fail(`entry ${shown(name)} is encrypted; save it without a password`);
  if (method !== STORED && method !== DEFLATED) {
    fail(`entry ${shown(name)} is compressed by method ${method}; expected stored (0) or deflated (8) entries`);
  }
  if (method === STORED && size !== compressedSize) {
    fail(`entry ${shown(name)} is stored, but its sizes differ: ${compressedSize} and ${size}`);
  }
  if (size > compressedSize * MOST_INFLATED) {
    fail(`entry ${shown(name)} cannot have ${size} bytes, as ${compressedSize} compressed ones hold less`);
  }
  return { entry: { name, size, compressedSize, offset, method, crc, limit: 0 }, length };
}

/** Replaces sizes that do not fit by those in the zip64 extension. */
function widen(sizes: number[], extra: DataView, name: string, fail: Fail): void {
  if (!sizes.includes(IN_64)) return;
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const id = extra.getUint16(at, true);
    const length = extra.getUint16(at + 2, true);
    if (id === 1 && at + 4 + length <= extra.byteLength) {
      let next = at + 4;
      sizes.forEach((size, i) => {
        if (size !== IN_64) return;
        if (next + 8 > at + 4 + length) fail(`entry ${shown(name)} lacks a size of 64 bits: the directory is damaged`);
        sizes[i] = long(extra, next);
        next += 8;
      });
      return;
    }
    at += 4 + length;
  }
}

/** The name of an entry, which must not lead out of the archive when it is unpacked. */
function nameIn(bytes: Uint8Array, fail: Fail): string {
  let name = '';
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A name that is not UTF-8 is read as one character per byte, as older programs wrote names.
    name = String.fromCharCode(...bytes);
  }
  const leadsOut = /^[/\\]|^[a-z]:|\0|(^|[/\\])\.\.([/\\]|$)/i.test(name);
  if (name === '' || leadsOut) fail(`expected names that stay inside of the archive, but got ${shown(name)}`);
  return name;
}

/** Checks that the entries do not overlap and all precede the directory. */
function checkPlaces(entries: readonly Entry[], directory: number, fail: Fail): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  sorted.forEach((entry, i) => {
    const next = sorted[i + 1];
    entry.limit = next ? next.offset : directory;
    if (entry.offset + LOCAL_LENGTH + entry.compressedSize <= entry.limit) return;
    if (next) fail(`entries ${shown(entry.name)} and ${shown(next.name)} overlap`);
    fail(`entry ${shown(entry.name)} reaches into the directory of the archive: it is truncated or damaged`);
  });
}

async function* entryPieces(reader: Reader, entry: Entry, fail: Fail): AsyncGenerator<Uint8Array> {
  const { name, offset, size, limit, method, crc } = entry;
  if (method !== STORED || size <= PIECE) {
    yield await readEntry(reader, entry, fail);
    return;
  }
  const start = offset + localLength(await reader.read(offset, offset + LOCAL_LENGTH), name, fail);
  if (start + size > limit) fail(`entry ${shown(name)} overlaps what follows it: the archive is damaged`);
  let sum = 0;
  for (let at = 0; at < size; at += PIECE) {
    const piece = await reader.read(start + at, start + Math.min(at + PIECE, size));
    sum = crc32(piece, sum);
    yield piece;
  }
  if (crc !== 0 && sum !== crc) fail(`entry ${shown(name)} is damaged: its check sum is wrong`);
}

/** The number of bytes that precede the contents of an entry, according to its local header. */
function localLength(bytes: Uint8Array, name: string, fail: Fail): number {
  const header = viewOf(bytes);
  if (header.getUint32(0, true) !== LOCAL)
    fail(`entry ${shown(name)} is not where the directory says: the archive is damaged`);
  return LOCAL_LENGTH + header.getUint16(26, true) + header.getUint16(28, true);
}

async function readEntry(reader: Reader, entry: Entry, fail: Fail): Promise<Uint8Array> {
  const { name, offset, compressedSize, size, limit, method, crc } = entry;
  // Only the header gives the length of its name and padding, so read their usual length and the contents at once.
  const guess = Math.min(limit, offset + LOCAL_LENGTH + 2 * name.length + 128 + compressedSize);
  let bytes = await reader.read(offset, guess);
  const start = localLength(bytes, name, fail);
  const end = offset + start + compressedSize;
  if (end > limit) fail(`entry ${shown(name)} overlaps what follows it: the archive is damaged`);
  if (end > guess) bytes = await reader.read(offset + start, end);
  else bytes = bytes.subarray(start, start + compressedSize);
  const contents =
    method === STORED ? bytes : await inflate(bytes, 'deflate-raw', () => size, `${reader.name}: entry ${shown(name)}`);
  if (contents.length !== size)
    fail(
      `entry ${shown(name)} says that it has ${size} bytes, but has ${contents.length > size ? 'more' : contents.length}`,
    );
  // PyTorch can be told not to write checksums; then they are 0.
  if (crc !== 0 && crc32(contents) !== crc) fail(`entry ${shown(name)} is damaged: its check sum is wrong`);
  return contents;
}

/** A file to add to an archive. */
export interface ZipContent {
  readonly name: string;
  readonly data: Uint8Array;
  /** The same data, compressed with `deflate-raw`. If given, it is written instead. */
  readonly deflated?: Uint8Array;
}

/** PyTorch's alignment of contents, so that they can be mapped into memory. */
const ALIGNMENT = 64;
/** The tag of the extra field that PyTorch uses for padding. */
const PADDING = 0x4246;
/** 1 January 1980: a fixed date, so that the same contents always give the same archive. */
const DATE = 0x21;

/** The pieces of an archive, whose contents begin at multiples of 64 bytes; zip64 is used only if needed. */
export function* writeZip(contents: Iterable<ZipContent>): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  const names = new Set<string>();
  let at = 0;
  for (const { name, data, deflated } of contents) {
    if (names.has(name)) throw new ArgumentError(`writeZip: expected different names, but got ${shown(name)} twice`);
    names.add(name);
    const text = new TextEncoder().encode(name);
    const body = deflated ?? data;
    const sizes: Sizes = {
      size: data.length,
      written: body.length,
      method: deflated ? DEFLATED : STORED,
      crc: crc32(data),
    };
    const header = localHeader(text, sizes, at);
    directory.push(centralHeader(text, sizes, at));
    yield header;
    yield body;
    at += header.length + body.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  yield* directory;
  yield endOfDirectory(directory.length, size, at);
}

const isLong = (...numbers: number[]): boolean => numbers.some((number) => number >= IN_64);

/**
 * The fields of a header that describe the contents: their size, the size as written, the method, and their checksum.
 */
interface Sizes {
  readonly size: number;
  readonly written: number;
  readonly method: number;
  readonly crc: number;
}

/**
 * Writes the fields that local and central headers share, from byte `at` on: version, flags, method, date, checksum and
 * sizes.
 */
function writeSharedFields(view: DataView, at: number, name: Uint8Array, { size, written, method, crc }: Sizes): void {
  view.setUint16(at, isLong(size, written) ? 45 : 20, true);
  view.setUint16(at + 2, UTF_8, true);
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  const inLong = isLong(size, written);
  view.setUint32(at + 14, inLong ? IN_64 : written, true);
  view.setUint32(at + 18, inLong ? IN_64 : size, true);
  view.setUint16(at + 22, name.length, true);
}

function localHeader(name: Uint8Array, sizes: Sizes, at: number): Uint8Array {
  const { size, written } = sizes;
  const long = isLong(size, written) ? 20 : 0;
  const begin = at + LOCAL_LENGTH + name.length + long + 4;
  const padding = (ALIGNMENT - (begin % ALIGNMENT)) % ALIGNMENT;
  const header = new Uint8Array(LOCAL_LENGTH + name.length + long + 4 + padding);
  const view = viewOf(header);
  view.setUint32(0, LOCAL, true);
  writeSharedFields(view, 4, name, sizes);
  view.setUint16(28, long + 4 + padding, true);
  header.set(name, LOCAL_LENGTH);
  let extra = LOCAL_LENGTH + name.length;
  if (long > 0) {
    view.setUint16(extra, 1, true);
    view.setUint16(extra + 2, 16, true);
    view.setBigUint64(extra + 4, BigInt(size), true);
    view.setBigUint64(extra + 12, BigInt(written), true);
    extra += long;
  }
  view.setUint16(extra, PADDING, true);
  view.setUint16(extra + 2, padding, true);
  header.fill(0x5a, extra + 4);
  return header;
}

function centralHeader(name: Uint8Array, sizes: Sizes, offset: number): Uint8Array {
  const { size, written } = sizes;
  const wide = [...(isLong(size, written) ? [size, written] : []), ...(isLong(offset) ? [offset] : [])];
  const extra = wide.length > 0 ? 4 + 8 * wide.length : 0;
  const header = new Uint8Array(CENTRAL_LENGTH + name.length + extra);
  const view = viewOf(header);
  view.setUint32(0, CENTRAL, true);
  view.setUint16(4, extra > 0 ? 45 : 20, true);
  writeSharedFields(view, 6, name, sizes);
  view.setUint16(30, extra, true);
  view.setUint32(42, Math.min(offset, IN_64), true);
  header.set(name, CENTRAL_LENGTH);
  if (extra > 0) {
    const at = CENTRAL_LENGTH + name.length;
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, extra - 4, true);
    wide.forEach((number, i) => {
      view.setBigUint64(at + 4 + 8 * i, BigInt(number), true);
    });
  }
  return header;
}

function endOfDirectory(count: number, size: number, offset: number): Uint8Array {
  const long = count >= IN_64_SHORT || isLong(size, offset) ? END_64_LENGTH + LOCATOR_LENGTH : 0;
  const bytes = new Uint8Array(long + END_LENGTH);
  const view = viewOf(bytes);
  if (long > 0) {
    view.setUint32(0, END_64, true);
    view.setBigUint64(4, BigInt(END_64_LENGTH - 12), true);
    view.setUint16(12, 45, true);
    view.setUint16(14, 45, true);
    view.setBigUint64(24, BigInt(count), true);
    view.setBigUint64(32, BigInt(count), true);
    view.setBigUint64(40, BigInt(size), true);
    view.setBigUint64(48, BigInt(offset), true);
    view.setUint32(END_64_LENGTH, LOCATOR_64, true);
    view.setBigUint64(END_64_LENGTH + 8, BigInt(offset + size), true);
    view.setUint32(END_64_LENGTH + 16, 1, true);
  }
  view.setUint32(long, END, true);
  view.setUint16(long + 8, Math.min(count, IN_64_SHORT), true);
  view.setUint16(long + 10, Math.min(count, IN_64_SHORT), true);
  view.setUint32(long + 12, Math.min(size, IN_64), true);
  view.setUint32(long + 16, Math.min(offset, IN_64), true);
  return bytes;
}
