// Random access to bytes in memory, in a Blob, in a file on disk, or on a server that supports ranges.
import { keepPace } from '../../engine/gpu/file-pace';
import { addressReader } from './address-reader';
import { type ByteSource, blobBytes, bodyOf, describeSource, diskError, type Place, placeOf } from './bytes';
import { memoryReader, type Reader, reader } from './random-access';
import { firstRange, rangeOf, versionOf } from './ranges';

export { memoryReader, type Reader } from './random-access';

export interface ReaderOptions {
  /**
   * Whether to request only those parts of a server's file that are read. Default: false, so that the server sends the
   * whole file as it is read. Files and blobs are always read in parts.
   */
  ranges?: boolean;
}

/**
 * Opens a source for random access. Close it when done.
 *
 * @throws FetchError if the source cannot be read, ArgumentError if it is not a source of bytes
 */
export async function openReader(source: ByteSource, { ranges = false }: ReaderOptions = {}): Promise<Reader> {
  const place = placeOf(source);
  const name = describeSource(source);
  await keepPace();
  if ('bytes' in place) return memoryReader(place.bytes, name);
  if ('blob' in place) return blobReader(place.blob, name);
  if ('path' in place) return diskReader(place, name);
  return (ranges && (await rangeReader(place.address, name))) || addressReader(place.address);
}

const blobReader = (blob: Blob, name: string): Reader =>
  reader(name, blob.size, (start, end) => blobBytes(blob.slice(start, end), name));

async function diskReader({ path, fs }: Extract<Place, { path: unknown }>, name: string): Promise<Reader> {
  try {
    const file = await fs.open(path, 'r');
    const { size } = await file.stat();
    return reader(
      name,
      size,
      async (start, end) => {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        try {
          while (filled < bytes.length) {
            const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
        } catch (cause) {
          throw diskError(path, cause);
        }
        return bytes.subarray(0, filled);
      },
      () => file.close(),
    );
  } catch (cause) {
    throw diskError(path, cause);
  }
}

/** The size in bytes of the first request, which fetches the beginning of the file and learns its length. */
const HEAD = 4096;

/**
 * A reader that uses ranges; null if the server does not support them, or does not let the page see the length of the
 * file.
 */
async function rangeReader(address: string | URL | Request, name: string): Promise<Reader | null> {
  if (/^(data|blob):/i.test(describeSource(address))) return null;
  const first = await firstRange(address, `bytes=0-${HEAD - 1}`);
  if (first?.status === 200 && !first.headers.get('content-encoding'))
    return memoryReader(await bodyOf(first, name), name);
  const size = Number(/\/(\d+)$/.exec(first?.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
  if (first?.status !== 206 || Number.isNaN(size) || first.headers.get('content-encoding')) {
    await first?.body?.cancel();
    return null;
  }
  const head = await bodyOf(first, name);
  const version = versionOf(first);
  return reader(name, size, async (start, end) =>
    end <= head.length ? head.subarray(start, end) : rangeOf(address, version, start, end),
  );
}
