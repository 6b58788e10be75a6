// Downloads and keeps files: each address is fetched once, with progress reports; the contents are checked, and a
// download resumes after an interruption.
import { ArgumentError, FetchError, FileFormatError } from '../../../engine/core/errors';
import { kindOf, parseArgs, shown } from '../../../engine/core/options';
import { cacheFolder, fileSystem } from '../../../engine/gpu/node';
import { type DigestKind, digest, digitsOf } from '../digest';
import { diskSlot, filePieces } from './disk';
import { type DownloadProgress, fetchInto } from './fetch';
import { pageSlot } from './page';
import type { Kept, Slot } from './slot';

export type { DownloadProgress } from './fetch';
export type { Kept } from './slot';

export interface DownloadOptions {
  /** The SHA-256 of the file in hexadecimal digits, or their beginning. Default: not checked. */
  sha256?: string | null;
  /** The MD5 of the file in hexadecimal digits. Default: not checked. */
  md5?: string | null;
  /** Called for every piece that arrives; not called if the file has been kept before. */
  onProgress?: ((progress: DownloadProgress) => void) | null;
  /**
   * The name under which the file is kept, instead of one made from its address; it may contain folders, as in
   * `a/b.pth`.
   */
  cacheName?: string | null;
  /** In Node: the folder where files are kept. Default: `lamplight/downloads` in the user's cache. */
  folder?: string | null;
  /**
   * If the signal is aborted, the download stops; the bytes received are kept, and the next call resumes from there.
   */
  signal?: AbortSignal | null;
}

/** Turns names into addresses, since the Cache API accepts nothing else. */
const NAMED = 'https://lamplight.invalid/';

/**
 * Downloads a file once: a file already kept is returned without a request.
 *
 * In a page, the file is kept in the Cache API, or only in memory if there is none (a page without https); in Node, in
 * a folder. It is kept completely or not at all. An interrupted download resumes where it stopped if the server
 * supports ranges. In Node, a path or a `file:` address is returned unchanged.
 *
 * @returns a `Blob` in a page, the file's path in Node: either can be passed wherever a source of bytes is expected
 * @throws FetchError if the server does not answer, or refuses
 * @throws FileFormatError if the checksum differs; the file is then not kept
 */
export async function download(address: string | URL, options: DownloadOptions = {}): Promise<Kept> {
  const defaults = { sha256: null, md5: null, onProgress: null, cacheName: null, folder: null, signal: null };
  const o = parseArgs<DownloadOptions>('download', [], defaults, [options]);
  const checks = checksOf(o);
  o.signal?.throwIfAborted();
  const url = webAddress(address);
  if (url === null) return onDisk(address, checks);
  const slot = await openSlot(url, o);
  const found = await slot.found();
  if (found !== null && (await differs(slot, checks)) === null) return found;
  const work = async () => {
    o.signal?.throwIfAborted();
    // Another caller may have downloaded the file in the meantime.
    const now = await slot.found();
    if (now !== null && (await differs(slot, checks)) === null) return now;
    if (now !== null) await slot.discard();
    const begun = await slot.begun();
    await fetchInto(slot, url, begun, o);
    let wrong = await differs(slot, checks);
    if (wrong !== null && begun !== null) {
      // The bytes left by an earlier attempt belong to a different version, so start again.
      await slot.discard();
      await fetchInto(slot, url, null, o);
      wrong = await differs(slot, checks);
    }
    if (wrong === null) return slot.keep();
    await slot.discard();
    throw new FileFormatError(`${url}: ${wrong}; it is not what was asked for, or was changed on the way`);
  };
  return slot.alone(work, o.signal);
}

/**
 * The file that `download` has kept for an address, if its checksums are right; otherwise null. No server is contacted.
 */
export async function findDownload(
  address: string | URL,
  options: Pick<DownloadOptions, DigestKind | 'cacheName' | 'folder'> = {},
): Promise<Kept | null> {
  const defaults = { sha256: null, md5: null, cacheName: null, folder: null };
  const o = parseArgs<typeof options>('findDownload', [], defaults, [options]);
  const checks = checksOf(o);
  const url = webAddress(address);
  if (url === null) return null;
  const slot = await openSlot(url, o);
  const found = await slot.found();
  return found !== null && (await differs(slot, checks)) === null ? found : null;
}

/** Deletes the file, complete or partial, that `download` has kept for an address. */
export async function forgetDownload(
  address: string | URL,
  options: Pick<DownloadOptions, 'cacheName' | 'folder'> = {},
): Promise<void> {
  const o = parseArgs<typeof options>('forgetDownload', [], { cacheName: null, folder: null }, [options]);
  const url = webAddress(address);
  if (url === null) return;
  const slot = await openSlot(url, o);
  await slot.alone(() => slot.discard());
}

type Checks = readonly (readonly [kind: DigestKind, digits: string])[];

function checksOf(given: Pick<DownloadOptions, DigestKind>): Checks {
  return (['sha256', 'md5'] as const).flatMap((kind) => {
    const digits = given[kind]?.toLowerCase();
    if (digits === undefined) return [];
    const isWhole = digits.length === digitsOf[kind];
    if (/^[\da-f]+$/.test(digits) && (isWhole || (kind === 'sha256' && digits.length < digitsOf[kind]))) {
      return [[kind, digits] as const];
    }
    throw new ArgumentError(
      `download: expected ${kind} of ${digitsOf[kind]} hexadecimal digits, but got ${shown(given[kind])}`,
    );
  });
}

/** The problem with the contents of a slot, such as a different checksum; null if there is none. */
async function differs(slot: Pick<Slot, 'contents'>, checks: Checks): Promise<string | null> {
  for (const [kind, digits] of checks) {
    const actual = await digest(kind, slot.contents());
    if (!actual.startsWith(digits)) return `expected ${kind} ${digits}, but got ${actual.slice(0, digits.length)}`;
  }
  return null;
}

async function onDisk(address: string | URL, checks: Checks): Promise<string> {
  const path = pathOf(address);
  try {
    const wrong = await differs({ contents: () => filePieces(path) }, checks);
    if (wrong !== null) throw new FileFormatError(`${path}: ${wrong}; it is not what was asked for`);
  } catch (cause) {
    if (cause instanceof FileFormatError) throw cause;
    throw new FetchError(`${path}: the file could not be read (${(cause as Error).message})`, { cause });
  }
  return path;
}

/** The absolute address without its fragment, which servers do not see; null for files on this machine. */
function webAddress(address: string | URL): string | null {
  if (typeof address !== 'string' && !(address instanceof URL)) {
    throw new ArgumentError(`download: expected an address, but got ${kindOf(address)}`);
  }
  const isLocal = !/^(?!file:)[a-z][a-z\d+.-]+:/i.test(String(address));
  if (fileSystem() && isLocal) return null;
  try {
    const url = new URL(address, globalThis.location?.href);
    url.hash = '';
    return url.href;
  } catch (cause) {
    throw new ArgumentError(`download: expected an address, but got ${shown(String(address))}`, { cause });
  }
}

/** The path of a `file:` address; any other text is unchanged. */
function pathOf(address: string | URL): string {
  const text = String(address);
  if (!/^file:/i.test(text)) return text;
  const path = decodeURIComponent(new URL(text).pathname);
  // On Windows the path of file:///C:/a is C:/a.
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

async function openSlot(url: string, { cacheName = null, folder = null }: DownloadOptions): Promise<Slot> {
  if (cacheName !== null) expectInside(cacheName);
  if (!fileSystem()) return pageSlot(cacheName === null ? url : NAMED + encodeURI(cacheName));
  const root = folder ?? `${cacheFolder() ?? '.'}/lamplight/downloads`;
  return diskSlot(`${root}/${cacheName ?? (await nameOf(url))}`, url);
}

function expectInside(name: string): void {
  const isSound = name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:?#\0]/.test(part));
  if (!isSound) {
    throw new ArgumentError(
      `download: expected a cacheName such as 'weights/a.pth', but got ${shown(name)}, which leads out of the folder or is not a file name`,
    );
  }
}

/** The file's own name, within a folder named after its address, since other addresses may end in the same name. */
async function nameOf(url: string): Promise<string> {
  async function* address() {
    yield new TextEncoder().encode(url);
  }
  const { host, pathname } = new URL(url);
  const own = pathname.slice(pathname.lastIndexOf('/') + 1).replace(/[^\w.%+=@-]/g, '_') || 'index';
  const folder = `${host.replace(/[^\w.-]/g, '_')}-${(await digest('sha256', address())).slice(0, 8)}`;
  return `${folder}/${own}`;
}
