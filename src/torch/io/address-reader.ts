// Random access to a file at an address, of which only small parts are in memory: as long as reads proceed from front
// to back, it is read as one stream; after that, in windows. If the server gives no length, or turns out not to support
// ranges, the whole file is loaded.
import { FetchError, FileFormatError } from '../../engine/core/errors';
import { answerOf, bodyOf, describeSource, joined } from './bytes';
import { memoryReader, type Reader, reader } from './random-access';
import { firstRange, rangeOf, versionOf } from './ranges';

/** Bytes from the beginning that are kept, since formats are recognised by them. */
const KEPT = 2 ** 16;
/** A gap up to this length is read and dropped rather than skipped with another request. */
const GAP = 2 ** 18;
/** Bytes that a request asks for beyond the current read, since the next read usually follows it. */
const WINDOW = 2 ** 22;

/**
 * Opens an address; the server begins to send.
 * @throws FetchError if the server does not answer, or refuses
 */
export async function addressReader(address: string | URL | Request): Promise<Reader> {
  const name = describeSource(address);
  if (/^(data|blob):/i.test(name)) return memoryReader(await bodyOf(await answerOf(address), name), name);
  // If a range is requested, the server sends the file uncompressed, so its length is that of the bytes received.
  const first = await firstRange(address, 'bytes=0-');
  const size = first && lengthOf(first);
  const body = first?.body?.getReader();
  if (!first || !size || !body) return memoryReader(await bodyOf(first ?? (await answerOf(address)), name), name);
  const file = new AddressFile(address, first, size, body);
  return reader(
    name,
    size,
    (start, end) => file.read(start, end),
    () => file.close(),
  );
}

/** The length of the file, from the response to the first request; null if it cannot be known. */
function lengthOf({ headers, status, type }: Response): number | null {
  if (headers.has('content-encoding')) return null;
  const whole = /^bytes 0-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  if (whole !== undefined) return Number(whole);
  // A response from another origin may hide that it is compressed.
  const length = headers.get('content-length');
  return length !== null && (status === 206 || type !== 'cors') ? Number(length) : null;
}

class AddressFile {
  readonly #name: string;
  readonly #version: string;
  readonly #givesRanges: boolean;
  /** The stream, from the current position on; null once it is no longer used. */
  #body: ReadableStreamDefaultReader<Uint8Array> | null;
  /** The stream's position. */
  #at = 0;
  /** Bytes beyond the position that the stream has already delivered. */
  #ahead: Uint8Array = new Uint8Array();
  /** The beginning of the file, as far as it has been read. */
  #kept: Uint8Array = new Uint8Array();
  #window: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };
  #all: Uint8Array | null = null;
  /** Reads run one after another, however many callers ask at once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly address: string | URL | Request,
    first: Response,
    readonly size: number,
    body: ReadableStreamDefaultReader<Uint8Array>,
  ) {
    this.#name = describeSource(address);
    this.#version = versionOf(first);
    this.#givesRanges = first.status === 206;
    this.#body = body;
  }

  read(start: number, end: number): Promise<Uint8Array> {
    const mine = this.#turn.then(() => this.#read(start, end));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async close(): Promise<void> {
    await this.#leave();
  }

  async #read(start: number, end: number): Promise<Uint8Array> {
    if (this.#all) return this.#all.subarray(start, end);
    if (end <= this.#kept.length) return this.#kept.subarray(start, end);
    if (this.#body) {
      // All bytes streamed so far are kept, so the result consists of the kept bytes from `start` on and the next bytes
      // of the stream.
      if (start < this.#kept.length && this.#kept.length === this.#at) {
        const head = this.#kept.subarray(start);
        return joined([head, await this.#next(end - this.#at)], end - start);
      }
      if (start >= this.#at && start - this.#at <= GAP) {
        await this.#skip(start - this.#at);
        return this.#next(end - start);
      }
    }
    if (this.#givesRanges) return this.#readWindow(start, end);
    this.#all = await this.#readAll();
    return this.#all.subarray(start, end);
  }

  /** The next n bytes of the stream. */
  async #next(n: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(n);
    for (let filled = 0; filled < n; ) {
      if (this.#ahead.length === 0) this.#ahead = await this.#pull();
      const part = this.#ahead.subarray(0, n - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#ahead = this.#ahead.subarray(part.length);
    }
    this.#keep(bytes);
    this.#at += n;
    return bytes;
  }

  async #skip(n: number): Promise<void> {
    for (let left = n; left > 0; left -= GAP) await this.#next(Math.min(left, GAP));
  }

  #keep(bytes: Uint8Array): void {
    if (this.#kept.length !== this.#at || this.#at >= KEPT) return;
    const length = Math.min(KEPT, this.#at + bytes.length);
    this.#kept = joined([this.#kept, bytes], length);
  }

  async #pull(): Promise<Uint8Array> {
    const broke = (cause?: unknown) =>
      new FetchError(`${this.#name}: the connection broke while the file was read`, { cause });
    const next = await this.#body!.read().catch((cause: unknown) => Promise.reject(broke(cause)));
    if (next.done) throw broke();
    return next.value;
  }

  async #readWindow(start: number, end: number): Promise<Uint8Array> {
    await this.#leave();
    const within = start - this.#window.start;
    if (within >= 0 && end <= this.#window.start + this.#window.bytes.length) {
      return this.#window.bytes.subarray(within, within + end - start);
    }
    const until = Math.min(this.size, Math.max(end, start + WINDOW));
    // Release the old window before the new one arrives.
    this.#window = { start: 0, bytes: new Uint8Array() };
    const bytes = await rangeOf(this.address, this.#version, start, until);
    if (bytes.length < end - start) {
      throw new FetchError(
        `${this.#name}: expected ${until - start} bytes from byte ${start}, but got ${bytes.length}`,
      );
    }
    this.#window = { start, bytes };
    return bytes.subarray(0, end - start);
  }

  /**
   * The whole file: the kept beginning and the rest of the stream, if it continues there; otherwise from a new request.
   */
  async #readAll(): Promise<Uint8Array> {
    if (this.#body && this.#kept.length === this.#at) {
      const head = this.#kept;
      return joined([head, await this.#next(this.size - this.#at)], this.size);
    }
    await this.#leave();
    const bytes = await bodyOf(await answerOf(this.address), this.#name);
    if (bytes.length === this.size) return bytes;
    throw new FileFormatError(`${this.#name}: the file changed on the server while it was read; load it again`);
  }

  async #leave(): Promise<void> {
    const body = this.#body;
    this.#body = null;
    this.#ahead = new Uint8Array();
    await body?.cancel().catch(() => undefined);
  }
}
