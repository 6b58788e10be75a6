// Bytes from anywhere: addresses, files on disk, what a user dropped on a page, memory. Gzip is undone on the way.
import { ArgumentError, FetchError, FileFormatError } from '../errors';
import { fileSystem } from '../gpu/node';

/** Where bytes can come from: an address or (in Node) a path, a `File` or other `Blob`, a `Request`, or bytes in memory. */
export type ByteSource = string | URL | Request | Blob | ArrayBuffer | ArrayBufferView;

/**
 * How many bytes compressed contents may have, as far as their beginning tells: at most as many as `head` has where that is all
 * of them. It is asked again when that many have come and there are more.
 */
export type Bound = (head: Uint8Array) => number;

const hasScheme = /^[a-z][a-z\d+.-]+:/i;

/**
 * Reads all of `source`; gzip-compressed contents come out uncompressed, without what lies more than a byte beyond their bound: a
 * small file can grow a thousandfold.
 *
 * Strings are addresses in a page, relative ones included. In Node a string without a scheme, and a `file:` address, is a path on disk.
 *
 * @throws FetchError when the source cannot be read; its `status` is 404 when there is nothing there
 * @throws FileFormatError when the gzip stream is damaged
 * @throws ArgumentError when `source` is none of these
 */
export async function readBytes(source: ByteSource, bound: Bound): Promise<Uint8Array> {
  const bytes = await rawBytes(source);
  return isGzip(bytes) ? inflate(bytes, 'gzip', bound, describeSource(source)) : bytes;
}

/** How a source is called in messages: its address or file name. */
export function describeSource(source: ByteSource): string {
  if (typeof source === 'string') return source;
  if (source instanceof URL) return source.href;
  if (typeof Request !== 'undefined' && source instanceof Request) return source.url;
  if (typeof File !== 'undefined' && source instanceof File) return source.name;
  return source instanceof Blob ? 'the given Blob' : 'the given bytes';
}

/**
 * Undoes gzip, or zlib's `deflate`, up to one byte beyond the bound; throws a FileFormatError that names `what` when the stream is
 * damaged.
 */
export async function inflate(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate',
  bound: Bound,
  what: string,
): Promise<Uint8Array> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const reader = blob.stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  let most = bound(new Uint8Array());
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      length += next.value.length;
      while (length > most) {
        const head = joined(parts, most);
        const more = bound(head);
        if (more <= most) {
          await reader.cancel();
          return joined(parts, most + 1);
        }
        most = more;
      }
    }
  } catch (cause) {
    throw new FileFormatError(`${what}: expected a complete ${format} stream, but it is truncated or damaged`, {
      cause,
    });
  }
  return joined(parts, length);
}

/** The first `length` bytes of the parts, one after the other. */
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

async function rawBytes(source: ByteSource): Promise<Uint8Array> {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return blobBytes(source);
  if (typeof source === 'string' || source instanceof URL) {
    const fs = fileSystem();
    const address = String(source);
    const path = address.startsWith('file:') ? new URL(address) : hasScheme.test(address) ? null : address;
    return fs && path !== null ? diskBytes(fs, path) : fetchBytes(source);
  }
  if (typeof Request !== 'undefined' && source instanceof Request) return fetchBytes(source);
  throw new ArgumentError(
    `readBytes: expected an address, URL, Request, File, Blob, ArrayBuffer or typed array, but got ${source === null ? 'null' : typeof source}`,
  );
}

async function blobBytes(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new FetchError(
      `${describeSource(blob)}: the file could not be read; was it moved or changed since it was chosen?`,
      {
        cause,
      },
    );
  }
}

async function diskBytes(fs: NonNullable<ReturnType<typeof fileSystem>>, path: string | URL): Promise<Uint8Array> {
  try {
    const bytes = await fs.readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    const missing = (cause as { code?: string }).code === 'ENOENT';
    const reason = missing ? 'there is no such file' : `the file could not be read (${(cause as Error).message})`;
    throw new FetchError(`${String(path)}: ${reason}`, { cause, ...(missing && { status: 404 }) });
  }
}

async function fetchBytes(source: string | URL | Request): Promise<Uint8Array> {
  const name = describeSource(source);
  let response: Response;
  try {
    response = await fetch(source);
  } catch (cause) {
    throw new FetchError(
      `${name}: no answer (${(cause as Error).message}); check the address, the connection, and CORS`,
      { cause },
    );
  }
  if (!response.ok) {
    throw new FetchError(`${name}: the server answered ${response.status} ${response.statusText}`.trimEnd(), {
      status: response.status,
    });
  }
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new FetchError(`${name}: the connection broke while the file was read`, { cause, status: response.status });
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
