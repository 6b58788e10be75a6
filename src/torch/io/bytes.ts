// Reads bytes from anywhere: addresses, files on disk, files dropped on a page, memory. Gzip is decompressed along the
// way.

import type { Kind } from '../../engine/core/argument-kinds';
import { ArgumentError, FetchError, FileFormatError } from '../../engine/core/errors';
import { keepPace } from '../../engine/gpu/file-pace';
import { fileSystem } from '../../engine/gpu/node';
import { unreachable } from './download/unreachable';
import { loadInflate } from './late-inflate';

/** Where bytes can come from: an address or (in Node) a path, a `File` or other `Blob`, a `Request`, or bytes in memory. */
export type ByteSource = string | URL | Request | Blob | ArrayBuffer | ArrayBufferView;

const isRequest = (value: unknown): value is Request => typeof Request !== 'undefined' && value instanceof Request;

const sources = 'an address, URL, Request, File, Blob, ArrayBuffer or typed array';

/** The kind of parameters that take a source. */
export const byteSource: Kind = {
  words: sources,
  fits: (value) =>
    typeof value === 'string' ||
    [URL, Blob, ArrayBuffer].some((type) => value instanceof type) ||
    ArrayBuffer.isView(value) ||
    isRequest(value),
};

/**
 * The maximum size of the decompressed contents in bytes, judging by their beginning, `head`. If more bytes arrive, the
 * bound is called again with all bytes so far as `head`. Unless it returns a larger number, the contents are too long.
 */
export type Bound = (head: Uint8Array) => number;

const hasScheme = /^[a-z][a-z\d+.-]+:/i;

/**
 * Reads all of `source`. Gzip-compressed contents are decompressed, up to one byte beyond their bound, since a small
 * file can grow a thousandfold.
 *
 * In a page, strings are addresses, which may be relative. In Node, strings without a scheme, and `file:` addresses,
 * are paths on disk.
 *
 * @throws FetchError if the source cannot be read; its `status` is 404 if there is nothing there
 * @throws FileFormatError if the gzip stream is damaged
 * @throws ArgumentError if `source` is not a source of bytes
 */
export async function readBytes(source: ByteSource, bound: Bound): Promise<Uint8Array> {
  const [bytes] = await Promise.all([rawBytes(source), keepPace()]);
  return isGzip(bytes) ? inflate(bytes, 'gzip', bound, describeSource(source)) : bytes;
}

/** The name of a source in messages: its address or file name. */
export function describeSource(source: ByteSource): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.href;
  if (isRequest(source)) return source.url;
  if (typeof File !== 'undefined' && source instanceof File) return source.name;
  return source instanceof Blob ? 'the given Blob' : 'the given bytes';
}

export type Format = 'gzip' | 'deflate' | 'deflate-raw';

/**
 * Decompresses gzip, zlib's `deflate`, or a zip's `deflate-raw`, up to one byte beyond the bound; throws a
 * FileFormatError that names `what` if the stream is damaged. A gzip file may have several members, and zeros after
 * them. In the other formats, bytes after the end are ignored. A missing end is ignored, too, if there are already as
 * many bytes as the bound, because Pillow reads such pictures.
 */
export async function inflate(bytes: Uint8Array, format: Format, bound: Bound, what: string): Promise<Uint8Array> {
  try {
    return await upTo(bound, inflatedHere(bytes, format));
  } catch {
    const { CutShort, inflated } = await loadInflate();
    const isEnough = (cause: unknown): boolean => format !== 'gzip' && cause instanceof CutShort;
    try {
      return await upTo(bound, inflated(one(bytes), format), isEnough);
    } catch (cause) {
      throw new FileFormatError(`${what}: expected a complete ${format} stream, but it is truncated or damaged`, {
        cause,
      });
    }
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

/** Decompresses with the platform's own decoder. */
async function* inflatedHere(bytes: Uint8Array, format: Format): AsyncGenerator<Uint8Array, void, void> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const reader = blob.stream().pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Joins the pieces, up to one byte beyond the bound; `isEnough` decides which errors to ignore once there are as many
 * bytes as the bound.
 */
async function upTo(
  bound: Bound,
  pieces: AsyncGenerator<Uint8Array, void, void>,
  isEnough: (cause: unknown) => boolean = () => false,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let most = bound(new Uint8Array());
  try {
    for await (const part of pieces) {
      parts.push(part);
      length += part.length;
      while (length > most) {
        const head = joined(parts, most);
        const more = bound(head);
        if (more <= most) return joined(parts, most + 1);
        most = more;
      }
    }
  } catch (cause) {
    if (length < most || !isEnough(cause)) throw cause;
  }
  return joined(parts, length);
}

/** The first `length` bytes of the concatenated parts. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (at >= length) break;
    out.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  return out;
}

/** Where a source's bytes are: in memory, in a blob, on disk, or at an address. */
export type Place =
  | { readonly bytes: Uint8Array }
  | { readonly blob: Blob }
  | { readonly path: string | URL; readonly fs: NonNullable<ReturnType<typeof fileSystem>> }
  | { readonly address: string | URL | Request };

/** @throws ArgumentError if `source` is not a source of bytes */
export function placeOf(source: ByteSource): Place {
  if (ArrayBuffer.isView(source)) return { bytes: new Uint8Array(source.buffer, source.byteOffset, source.byteLength) };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source) };
  if (source instanceof Blob) return { blob: source };
  if (typeof source === 'string' || source instanceof URL) {
    const fs = fileSystem();
    const address = String(source);
    const path = address.startsWith('file:') ? new URL(address) : hasScheme.test(address) ? null : address;
    return fs && path !== null ? { path, fs } : { address: source };
  }
  if (isRequest(source)) return { address: source };
  throw new ArgumentError(`readBytes: expected ${sources}, but got ${source === null ? 'null' : typeof source}`);
}

async function rawBytes(source: ByteSource): Promise<Uint8Array> {
  const place = placeOf(source);
  if ('bytes' in place) return place.bytes;
  if ('blob' in place) return blobBytes(place.blob);
  return 'path' in place ? diskBytes(place.fs, place.path) : fetchBytes(place.address);
}

/** The bytes of a blob, or of a slice of the blob called `name`. */
export async function blobBytes(blob: Blob, name = describeSource(blob)): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new FetchError(`${name}: the file could not be read; was it moved or changed since it was chosen?`, {
      cause,
    });
  }
}

async function diskBytes(fs: NonNullable<ReturnType<typeof fileSystem>>, path: string | URL): Promise<Uint8Array> {
  try {
    const bytes = await fs.readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    throw diskError(path, cause);
  }
}

/** The error for a failure of the file system. */
export function diskError(path: string | URL, cause: unknown): FetchError {
  const missing = (cause as { code?: string }).code === 'ENOENT';
  const reason = missing ? 'there is no such file' : `the file could not be read (${(cause as Error).message})`;
  return new FetchError(`${String(path)}: ${reason}`, { cause, ...(missing && { status: 404 }) });
}

const fetchBytes = async (source: string | URL | Request): Promise<Uint8Array> =>
  bodyOf(await answerOf(source), describeSource(source));

/** The response of a server, if it is successful; `range` requests a part. */
export async function answerOf(source: string | URL | Request, range?: string): Promise<Response> {
  const name = describeSource(source);
  let response: Response;
  try {
    response = await (range === undefined ? fetch(source) : fetch(source, { headers: ranged(source, range) }));
  } catch (cause) {
    throw new FetchError(await unreachable(name, cause), { cause });
  }
  if (!response.ok) {
    throw new FetchError(`${name}: the server answered ${response.status} ${response.statusText}`.trimEnd(), {
      status: response.status,
    });
  }
  return response;
}

/** The headers of a request for a range, in addition to the request's own headers. */
function ranged(source: string | URL | Request, range: string): Headers {
  const headers = new Headers(typeof Request !== 'undefined' && source instanceof Request ? source.headers : undefined);
  headers.set('Range', range);
  return headers;
}

/** The whole body of a response. */
export async function bodyOf(response: Response, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FetchError(`${name}: the connection broke while the file was read`, { cause, status: response.status });
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
