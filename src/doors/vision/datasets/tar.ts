// Reads tar archives from a stream, one member after another, so that no more of an archive is in memory than the
// caller wants. Source: POSIX.1-2024, pax interchange format; GNU tar manual, "Basic Tar Format" (long names, sizes in
// base 256).
import { FileFormatError, LamplightError } from '../../../torch';
import { joined } from '../../../torch/inside';

/** A regular file of an archive. Unread bytes are skipped when the next member is requested. */
export interface TarMember {
  /** Its path in the archive, with `/` as separator and without a leading `./`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The whole contents. */
  bytes(): Promise<Uint8Array>;
}

export interface TarOptions {
  /** The archive's name in messages. */
  name: string;
  /** The maximum size in bytes of a member that `bytes` will read. Default: 1 GiB. */
  maxMember?: number;
}

const BLOCK = 512;
/** Long names and pax records are read whole; real ones are below 64 kB. */
const MAX_HEADER_BYTES = 2 ** 20;
const DEFAULT_MAX_MEMBER = 2 ** 30;
/** Bytes after the end are read, up to this many, because the checksum of the compressed stream follows them. */
const MAX_TRAILER = 2 ** 24;

/**
 * The regular files of a tar archive, in its order; folders, links and devices are left out.
 *
 * @throws FileFormatError if it is not a tar archive, is truncated or damaged, contains a name that leads out of the
 * archive, or if a member above the limit is read
 */
export async function* readTar(
  stream: ReadableStream<Uint8Array>,
  { name, maxMember = DEFAULT_MAX_MEMBER }: TarOptions,
): AsyncGenerator<TarMember, void, undefined> {
  const fail = (message: string): never => {
    throw new FileFormatError(`${name}: ${message}`);
  };
  const input = new ByteQueue(stream, fail);
  try {
    let wide: ReadonlyMap<string, string> = new Map();
    let next: ReadonlyMap<string, string> = new Map();
    for (let first = true; ; first = false) {
      const block = await input.takeUpTo(BLOCK);
      // Writers end an archive with two blocks of zeros; some forget them.
      if (block.length === 0 && !first) return;
      if (block.length < BLOCK) fail(first ? notTar(block.length) : 'the archive is truncated');
      if (block.every((byte) => byte === 0)) {
        await input.drain(MAX_TRAILER);
        return;
      }
      if (!hasGoodSum(block))
        fail(first ? 'expected a tar archive, but it does not begin as one' : 'a header is damaged');
      const kind = String.fromCharCode(block[156]!);
      const own = new Map([...wide, ...next]);
      const size = sizeOf(block, own.get('size'), fail);
      const padding = (BLOCK - (size % BLOCK)) % BLOCK;
      if ('xgLK'.includes(kind)) {
        if (size > MAX_HEADER_BYTES) fail(`a header of ${size} bytes is too long to be read`);
        const contents = await input.take(size);
        await input.skip(padding);
        if (kind === 'x') next = new Map([...next, ...paxRecords(contents, fail)]);
        else if (kind === 'g') wide = new Map([...wide, ...paxRecords(contents, fail)]);
        else if (kind === 'L') next = new Map([...next, ['path', text(contents)]]);
        continue;
      }
      next = new Map();
      const path = own.get('path') ?? pathOf(block);
      // Old writers mark a folder only by a trailing slash.
      const regular = (kind === '0' || kind === '\0' || kind === '7') && !path.endsWith('/');
      let left = size;
      if (regular) {
        yield {
          name: safeName(path, fail),
          size,
          async bytes() {
            if (size > maxMember) fail(`${path} has ${size} bytes, more than the ${maxMember} that are read`);
            if (left !== size) return fail(`${path} was read already`);
            left = 0;
            return input.take(size);
          },
        };
      }
      await input.skip(left + padding);
    }
  } finally {
    await input.close();
  }
}

const notTar = (length: number): string =>
  length === 0 ? 'expected a tar archive, but it is empty' : `expected a tar archive, but it has only ${length} bytes`;

/**
 * Verifies a header's checksum: the sum of all its bytes, with blanks in place of the sum itself. Some old writers
 * summed signed bytes.
 */
function hasGoodSum(block: Uint8Array): boolean {
  const told = Number.parseInt(text(block.subarray(148, 156)).trim(), 8);
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 32 : block[i]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return told === unsigned || told === signed;
}

function sizeOf(block: Uint8Array, pax: string | undefined, fail: (message: string) => never): number {
  const field = block.subarray(124, 136);
  let size: number;
  if (pax !== undefined) size = /^\d+$/.test(pax) ? Number(pax) : Number.NaN;
  else if (field[0]! & 0x80) size = field.reduce((sum, byte, i) => sum * 256 + (i === 0 ? byte & 0x7f : byte), 0);
  else {
    const digits = text(field).trim();
    size = /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  }
  return Number.isSafeInteger(size) ? size : fail('the size of a member cannot be read');
}

/** The name, preceded by its prefix if the header has one. */
function pathOf(block: Uint8Array): string {
  const own = text(block.subarray(0, 100));
  // In GNU's own format, the field of the prefix holds times.
  const prefix = text(block.subarray(257, 263)) === 'ustar' ? text(block.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${own}` : own;
}

function safeName(path: string, fail: (message: string) => never): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || parts.length === 0) fail(`the name '${path}' leads out of the archive`);
  return parts.join('/');
}

/** Records `length key=value\n`, where the length counts itself. */
function paxRecords(bytes: Uint8Array, fail: (message: string) => never): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(32, at);
    const length = blank < 0 ? Number.NaN : Number(text(bytes.subarray(at, blank)));
    if (!(length > blank - at + 1) || at + length > bytes.length) fail('an extended header is damaged');
    const record = text(bytes.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals < 0) fail('an extended header is damaged');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** UTF-8 up to the first zero. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Takes any number of bytes from a stream, whatever the length of its chunks. */
class ByteQueue {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #fail: (message: string) => never;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>, fail: (message: string) => never) {
    this.#reader = stream.getReader();
    this.#fail = fail;
  }

  /** The next `length` bytes, or fewer if the stream ends. Allocates memory only for bytes that have arrived. */
  async takeUpTo(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < length && (await this.#fill())) {
      const part = this.#rest.subarray(0, length - have);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      have += part.length;
    }
    return joined(parts, have);
  }

  async take(length: number): Promise<Uint8Array> {
    const bytes = await this.takeUpTo(length);
    return bytes.length === length ? bytes : this.#fail('the archive is truncated');
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (!(await this.#fill())) this.#fail('the archive is truncated');
      const skipped = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(skipped);
      left -= skipped;
    }
  }

  /** Reads and drops the rest, up to `most` bytes. */
  async drain(most: number): Promise<void> {
    for (let left = most; left > 0 && (await this.#fill()); this.#rest = new Uint8Array()) left -= this.#rest.length;
  }

  /** Cancels the stream, so that its producer need not produce the rest. */
  async close(): Promise<void> {
    this.#rest = new Uint8Array();
    await this.#reader.cancel().catch(() => {});
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read().catch((cause: unknown): never => {
        if (cause instanceof LamplightError) throw cause;
        return this.#fail('expected a complete gzip stream, but it is truncated or damaged');
      });
      if (done) return false;
      this.#rest = value;
    }
    return true;
  }
}
