// Writes a file to its target: a download of the page, a file on disk, a file handle or a stream. A file is written
// completely or not at all.
import { ArgumentError } from '../../engine/core/errors';
import { shown } from '../../engine/core/options';
import { fileSystem, writeFileAtomically } from '../../engine/gpu/node';

/**
 * The target of a file.
 *
 * - A name: in Node a path (or a `file:` address), written completely or not at all; in a page, the name of the file
 * that the browser downloads.
 * - A `FileSystemFileHandle`, as returned by `showSaveFilePicker()` and the origin private file system: written
 * completely or not at all.
 * - A `WritableStream` of bytes, which is closed at the end, or aborted if an error occurs.
 */
export type Target = string | URL | FileHandle | WritableStream<Uint8Array>;

/** The part of a `FileSystemFileHandle` that is used. */
export interface FileHandle {
  readonly kind: string;
  readonly name: string;
  createWritable(): Promise<WritableStream>;
}

/** A file in pieces, written one after another. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** The name of a target, whose extension determines the format; null for a stream, which has no name. */
export function targetName(target: Target): string | null {
  if (typeof target === 'string' || target instanceof URL) return String(target);
  return isHandle(target) ? target.name : null;
}

/**
 * Checks that the target can be written to, before any contents are made.
 *
 * @throws ArgumentError if the value is not a target, or if it is a name and there is neither a page nor a file system
 */
export function checkTarget(op: string, target: unknown): asserts target is Target {
  if (isHandle(target) || isStream(target)) return;
  const isName = (typeof target === 'string' && target !== '') || target instanceof URL;
  if (!isName) {
    throw new ArgumentError(
      `${op}: expected the name of a file, a file handle or a writable stream, but got ${shown(target)}`,
    );
  }
  if (target instanceof URL && target.protocol !== 'file:') {
    throw new ArgumentError(`${op}: expected a file: address to write to, but got ${target.href}`);
  }
  if (fileSystem() || typeof document !== 'undefined') return;
  throw new ArgumentError(
    `${op}: expected a page or a file system, but this is a worker; send the result of torch.saveBytes to the page, or pass a file handle`,
  );
}

/** Writes a file, piece by piece if the target takes pieces. If it fails, the old contents remain. */
export async function writeTo(op: string, target: Target, pieces: Pieces): Promise<void> {
  checkTarget(op, target);
  if (isHandle(target)) return pour(pieces, await target.createWritable());
  if (isStream(target)) return pour(pieces, target);
  const fs = fileSystem();
  if (fs) await writeFileAtomically(fs, pathOf(target), stream(pieces));
  else download(await gathered(pieces), nameOf(target));
}

const isHandle = (target: unknown): target is FileHandle =>
  typeof (target as FileHandle | null)?.createWritable === 'function';

const isStream = (target: unknown): target is WritableStream<Uint8Array> =>
  typeof WritableStream !== 'undefined' && target instanceof WritableStream;

/** Node's path for a `file:` address. */
function pathOf(target: string | URL): string {
  const address = String(target);
  if (!address.startsWith('file:')) return address;
  const path = decodeURIComponent(new URL(address).pathname);
  return /^\/[a-z]:\//i.test(path) ? path.slice(1) : path;
}

const nameOf = (target: string | URL): string => String(target).split('/').at(-1)!;

async function* stream(pieces: Pieces): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function pour(pieces: Pieces, to: WritableStream<Uint8Array>): Promise<void> {
  const writer = to.getWriter();
  try {
    for await (const piece of pieces) {
      await writer.ready;
      await writer.write(piece);
    }
    await writer.close();
  } catch (error) {
    // A stream that has already failed cannot be aborted.
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    writer.releaseLock();
  }
}

/** Collects the pieces into one Blob, without copying them. */
async function gathered(pieces: Pieces): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const piece of pieces) parts.push(piece as Uint8Array<ArrayBuffer>);
  return new Blob(parts, { type: 'application/octet-stream' });
}

/** Makes the browser save a file. */
function download(contents: Blob, name: string): void {
  const url = URL.createObjectURL(contents);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download starts when the click's task is over; a minute is ample even for slow devices.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
