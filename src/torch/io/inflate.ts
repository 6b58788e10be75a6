// Decompresses deflate, zlib and gzip if the platform's own decoder refuses a stream: Node and Python read gzip files
// with several members, zeros after the last member, and streams followed by other bytes; the decoders of browsers do
// not. Sources: RFC 1950 (zlib), RFC 1951 (deflate), RFC 1952 (gzip).
import type { Format } from './bytes';
import { crc32 } from './zip/crc32';

/**
 * A decoder. It yields null to ask for input, and is then given bytes, or undefined at the end. Otherwise it yields
 * pieces of output.
 */
type Flow<T> = Generator<Uint8Array | null, T, Uint8Array | undefined>;

/** The maximum distance of a repetition. */
const WINDOW = 2 ** 15;
/** Bytes of output to collect before a piece is yielded. */
const PIECE = 2 ** 16;
/** The longest repetition. */
const MOST_REPEATED = 258;
const MOST_BITS = 15;
const END_OF_BLOCK = 256;
/** The order in which a block gives the lengths of the codes of code lengths (§3.2.7). */
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/**
 * The lengths and distances of repetitions: the smallest number of each symbol, and the number of its extra bits
 * (§3.2.5).
 */
const [LENGTHS, LENGTH_BITS] = steps(28, 4, 3);
LENGTHS.push(MOST_REPEATED);
LENGTH_BITS.push(0);
const [DISTANCES, DISTANCE_BITS] = steps(30, 2, 1);

function steps(count: number, each: number, from: number): [number[], number[]] {
  const [bases, bits]: [number[], number[]] = [[], []];
  for (let i = 0, base = from; i < count; i++) {
    bits.push(Math.max(0, Math.floor(i / each) - 1));
    bases.push(base);
    base += 2 ** bits[i]!;
  }
  return [bases, bits];
}

/** The stream ends too early. */
export class CutShort extends Error {}

const damaged = (): never => {
  throw new Error('the stream is damaged');
};

/** The source of bits and bytes. */
class Input {
  chunk: Uint8Array = new Uint8Array();
  at = 0;
  hold = 0;
  bits = 0;
  ended = false;

  /** Adds bytes until `count` bits are available, or the input ends. */
  *fill(count: number): Flow<void> {
    while (this.bits < count) {
      if (this.at === this.chunk.length) {
        const next: Uint8Array | undefined = this.ended ? undefined : yield null;
        if (!next) {
          this.ended = true;
          return;
        }
        this.chunk = next;
        this.at = 0;
        continue;
      }
      this.hold |= this.chunk[this.at++]! << this.bits;
      this.bits += 8;
    }
  }

  /** Takes at most 16 bits. */
  *take(count: number): Flow<number> {
    if (this.bits < count) yield* this.fill(count);
    return this.drop(count);
  }

  drop(count: number): number {
    if (this.bits < count) throw new CutShort('the stream is cut short');
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.bits -= count;
    return value;
  }

  /** A 32-bit number, which starts at the next byte boundary. */
  *word(): Flow<number> {
    this.drop(this.bits & 7);
    const low = yield* this.take(16);
    return (low | ((yield* this.take(16)) << 16)) >>> 0;
  }

  /** The next byte; −1 at the end. */
  *byte(): Flow<number> {
    yield* this.fill(8);
    return this.bits < 8 ? -1 : this.drop(8);
  }
}

/**
 * A table of symbols, indexed by the next bits of input. Each entry is the symbol times 16, plus the number of bits
 * that it uses.
 */
interface Codes {
  readonly table: Uint16Array;
  readonly mask: number;
}

function codesOf(lengths: readonly number[]): Codes {
  const counts = new Array<number>(MOST_BITS + 1).fill(0);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let longest = MOST_BITS;
  while (longest > 1 && counts[longest] === 0) longest--;
  const next = [0, 0];
  for (let bits = 1; bits <= MOST_BITS; bits++) next[bits + 1] = (next[bits]! + counts[bits]!) << 1;
  const table = new Uint16Array(1 << longest);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    let code = next[length]!++;
    if (code >= 1 << length) damaged();
    let reversed = 0;
    for (let i = 0; i < length; i++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = symbol * 16 + length;
  }
  return { table, mask: table.length - 1 };
}

const repeated = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const fixed: { codes?: readonly [Codes, Codes] } = {};
const fixedCodes = (): readonly [Codes, Codes] => {
  fixed.codes ??= [
    codesOf([...repeated(144, 8), ...repeated(112, 9), ...repeated(24, 7), ...repeated(8, 8)]),
    codesOf(repeated(30, 5)),
  ];
  return fixed.codes;
};

function* symbol(input: Input, { table, mask }: Codes): Flow<number> {
  if (input.bits < MOST_BITS) yield* input.fill(MOST_BITS);
  const found = table[input.hold & mask]!;
  if ((found & 15) === 0) damaged();
  input.drop(found & 15);
  return found >> 4;
}

/** The codes that a block defines (§3.2.7). */
function* ownCodes(input: Input): Flow<readonly [Codes, Codes]> {
  const literals = (yield* input.take(5)) + 257;
  const distances = (yield* input.take(5)) + 1;
  const given = (yield* input.take(4)) + 4;
  const first = repeated(19, 0);
  for (let i = 0; i < given; i++) first[LENGTHS_ORDER[i]!] = yield* input.take(3);
  const codes = codesOf(first);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const found = yield* symbol(input, codes);
    if (found < 16) lengths.push(found);
    else if (found === 16) {
      const last = lengths.at(-1) ?? damaged();
      lengths.push(...repeated(3 + (yield* input.take(2)), last));
    } else lengths.push(...repeated(found === 17 ? 3 + (yield* input.take(3)) : 11 + (yield* input.take(7)), 0));
  }
  if (lengths.length > literals + distances) damaged();
  return [codesOf(lengths.slice(0, literals)), codesOf(lengths.slice(literals))];
}

/** A deflate stream, up to the end of its last block. */
function* deflated(input: Input, take: (piece: Uint8Array) => void): Flow<void> {
  const out = new Uint8Array(WINDOW + PIECE + MOST_REPEATED);
  /** The end of the output, and the start of the output that has not been yielded yet. */
  let end = 0;
  let given = 0;
  const piece = (): Uint8Array => {
    const made = out.slice(given, end);
    take(made);
    const kept = Math.min(end, WINDOW);
    out.copyWithin(0, end - kept, end);
    given = kept;
    end = kept;
    return made;
  };
  try {
    for (let isLast = false; !isLast; ) {
      isLast = (yield* input.take(1)) === 1;
      const kind = yield* input.take(2);
      if (kind === 3) damaged();
      if (kind === 0) {
        input.drop(input.bits & 7);
        const length = yield* input.take(16);
        if ((yield* input.take(16)) !== (length ^ 0xffff)) damaged();
        for (let left = length; left > 0; left--) {
          const byte = yield* input.take(8);
          out[end++] = byte;
          if (end >= WINDOW + PIECE) yield piece();
        }
        continue;
      }
      const [literals, distances] = kind === 1 ? fixedCodes() : yield* ownCodes(input);
      for (;;) {
        // `symbol` is inlined here, since this runs for each byte.
        if (input.bits < MOST_BITS) yield* input.fill(MOST_BITS);
        const found = literals.table[input.hold & literals.mask]!;
        if ((found & 15) === 0) damaged();
        input.drop(found & 15);
        const what = found >> 4;
        if (what < END_OF_BLOCK) out[end++] = what;
        else if (what === END_OF_BLOCK) break;
        else {
          const step = what - END_OF_BLOCK - 1;
          if (step >= LENGTHS.length) damaged();
          const length = LENGTHS[step]! + (yield* input.take(LENGTH_BITS[step]!));
          const far = yield* symbol(input, distances);
          if (far >= DISTANCES.length) damaged();
          const distance = DISTANCES[far]! + (yield* input.take(DISTANCE_BITS[far]!));
          if (distance > end) damaged();
          for (let i = 0; i < length; i++, end++) out[end] = out[end - distance]!;
        }
        if (end >= WINDOW + PIECE) yield piece();
      }
    }
  } catch (error) {
    // Output from before the error is valid.
    if (end > given) yield piece();
    throw error;
  }
  if (end > given) yield piece();
}

/** zlib's checksum (RFC 1950, §9). */
function adler32(bytes: Uint8Array, sum: number): number {
  let [low, high] = [sum & 0xffff, sum >>> 16];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

function* zlib(input: Input): Flow<void> {
  const [method, flags] = [yield* input.byte(), yield* input.byte()];
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0 || flags & 32) damaged();
  let sum = 1;
  yield* deflated(input, (piece) => {
    sum = adler32(piece, sum);
  });
  const told = yield* input.word();
  const swapped = ((told & 0xff) << 24) | ((told & 0xff00) << 8) | ((told >>> 8) & 0xff00) | (told >>> 24);
  if (swapped >>> 0 !== sum) damaged();
}

/** Decodes all members, one after another, and skips zeros after the last. */
function* gzip(input: Input): Flow<void> {
  for (let first = yield* input.byte(); ; ) {
    if (first !== 0x1f || (yield* input.byte()) !== 0x8b || (yield* input.byte()) !== 8) damaged();
    yield* skipHeader(input, yield* input.byte());
    let sum = 0;
    let length = 0;
    yield* deflated(input, (piece) => {
      sum = crc32(piece, sum);
      length += piece.length;
    });
    if ((yield* input.word()) !== sum || (yield* input.word()) !== length % 2 ** 32) damaged();
    do first = yield* input.byte();
    while (first === 0);
    if (first < 0) return;
  }
}

/**
 * Skips the rest of a header: time and operating system, then the extra field, name, comment and checksum, if the flags
 * say that they are present (§2.3).
 */
function* skipHeader(input: Input, flags: number): Flow<void> {
  if (flags < 0 || flags > 31) damaged();
  for (let i = 0; i < 6; i++) yield* input.byte();
  if (flags & 4) for (let left = yield* input.take(16); left > 0; left--) yield* input.byte();
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    let byte: number;
    do byte = yield* input.byte();
    while (byte > 0);
    if (byte < 0) damaged();
  }
  if (flags & 2) yield* input.take(16);
}

const formats: Readonly<Record<Format, (input: Input) => Flow<void>>> = {
  gzip,
  deflate: zlib,
  'deflate-raw': (input) => deflated(input, () => {}),
};

/**
 * The contents of a stream, piece by piece. Bytes after the end of zlib and deflate streams are ignored.
 * @throws CutShort if it is truncated, Error if it is damaged
 */
export async function* inflated(
  pieces: AsyncIterable<Uint8Array>,
  format: Format,
): AsyncGenerator<Uint8Array, void, void> {
  const flow = formats[format](new Input());
  const source = pieces[Symbol.asyncIterator]();
  for (let next = flow.next(); !next.done; ) {
    if (next.value) {
      yield next.value;
      next = flow.next();
    } else {
      const { done, value } = await source.next();
      next = flow.next(done ? undefined : value);
    }
  }
}
