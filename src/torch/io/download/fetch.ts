// Fetches the bytes of a download: with one request, and after an interruption another one for the rest.
import { FetchError } from '../../../engine/core/errors';
import { orAborted } from '../or-aborted';
import type { Begun, FileFacts, Slot } from './slot';
import { unreachable } from './unreachable';

/** The progress of a download. */
export interface DownloadProgress {
  readonly url: string;
  /** Bytes received, including those of an earlier attempt. */
  readonly loaded: number;
  /** Total number of bytes; null if the server does not say. */
  readonly total: number | null;
}

interface Manner {
  readonly onProgress?: ((progress: DownloadProgress) => void) | null;
  readonly signal?: AbortSignal | null;
}

/**
 * The pauses, in ms, before a broken download is tried again: after the first, second and third attempt in a row that
 * received no bytes.
 */
const PAUSES = [300, 1000, 3000];

/** The connection broke, so another attempt is worthwhile. */
class Broken {
  constructor(readonly error: FetchError) {}
}

/**
 * Fetches the missing bytes of a file into its slot.
 * @throws FetchError if the server does not answer or refuses, or if the connection keeps breaking
 */
export async function fetchInto(slot: Slot, url: string, begun: Begun | null, manner: Manner): Promise<void> {
  let here = begun;
  let attempts = 0;
  for (let first = true; ; first = false) {
    try {
      return await attempt(slot, url, here, first, manner);
    } catch (error) {
      await slot.flush();
      manner.signal?.throwIfAborted();
      if (!(error instanceof Broken)) throw error;
      const before = here?.length ?? 0;
      here = await slot.begun();
      attempts = (here?.length ?? 0) > before ? 0 : attempts + 1;
      if (attempts >= PAUSES.length) throw error.error;
      await pause(PAUSES[attempts]!, manner.signal ?? null);
    }
  }
}

async function attempt(slot: Slot, url: string, here: Begun | null, first: boolean, manner: Manner): Promise<void> {
  const response = await request(url, here, first, manner.signal ?? null);
  const total = totalOf(response, here);
  const facts: FileFacts = { total, version: response.headers.get('etag') ?? response.headers.get('last-modified') };
  // The file is already complete, so the rest that was requested does not exist.
  if (response.status === 416 && here !== null && here.length === here.total) return;
  const goesOn = here !== null && response.status === 206 && continues(response, facts, here);
  if (here !== null && !goesOn && response.status !== 200) {
    leave(response.body);
    await slot.discard();
    return attempt(slot, url, null, first, manner);
  }
  if (!response.ok) {
    leave(response.body);
    const error = new FetchError(`${url}: the server answered ${response.status} ${response.statusText}`.trimEnd(), {
      status: response.status,
    });
    throw response.status >= 500 && !first ? new Broken(error) : error;
  }
  if (!goesOn) await slot.begin(facts);
  let loaded = goesOn ? here.length : 0;
  const broke = (cause?: unknown): Broken =>
    new Broken(
      new FetchError(`${url}: the connection broke after ${loaded} bytes`, { cause, status: response.status }),
    );
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const next = await orAborted(reader.read(), manner.signal).catch((cause: unknown) =>
        Promise.reject(broke(cause)),
      );
      if (next.done) break;
      await slot.append(next.value);
      loaded += next.value.length;
      manner.onProgress?.({ url, loaded, total: total !== null && loaded <= total ? total : null });
    }
  } finally {
    if (reader) leave(reader);
  }
  if (total !== null && loaded < total && isPlain(response)) throw broke();
}

/** Cancels the rest of a response, which would otherwise keep its connection open. */
function leave(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => undefined);
}

async function request(url: string, here: Begun | null, first: boolean, signal: AbortSignal | null): Promise<Response> {
  // Browsers let a page send this header to another origin without a preflight request.
  const headers: Record<string, string> = here === null ? {} : { Range: `bytes=${here.length}-` };
  try {
    return await fetch(url, { headers, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const error = new FetchError(await unreachable(url, cause), { cause });
    throw first ? error : new Broken(error);
  }
}

/** Whether the response continues the bytes in the slot and comes from the same version of the file. */
function continues(response: Response, facts: FileFacts, here: Begun): boolean {
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (start !== undefined && Number(start) !== here.length) return false;
  const bothSay = here.version !== null && facts.version !== null;
  if (bothSay && here.version !== facts.version) return false;
  const sameLength = here.total !== null && here.total === facts.total;
  return sameLength || (bothSay && (here.total === null || facts.total === null));
}

/** The length of the whole file, from a response that contains all of it or its end. */
function totalOf(response: Response, here: Begun | null): number | null {
  const [, whole] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (whole !== undefined) return Number(whole);
  const length = response.headers.get('content-length');
  if (length === null || response.headers.has('content-encoding')) return null;
  // A response from another origin may hide its range. Assume the one that was requested; if it is another, the lengths
  // will not match.
  if (response.status === 206) return (here?.length ?? 0) + Number(length);
  return response.status === 200 ? Number(length) : null;
}

/** Whether Content-Length counts the bytes that arrive: a response from another origin may hide its encoding. */
const isPlain = (response: Response): boolean => response.type !== 'cors' && !response.headers.has('content-encoding');

function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', stop, { once: true });
    function done() {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}
