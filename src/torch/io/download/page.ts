// Downloads in a page: kept as pieces in the Cache API, so that an interruption loses at most one piece; in memory if
// there is no cache.
import { warnOnce } from '../../../engine/core/warnings';
import { type Begun, type FileFacts, inTurn, type Kept, type Slot } from './slot';

const CACHE = 'lamplight-downloads';
/** The size of a piece in bytes, which is the most that an interruption can lose. */
const PIECE = 8 * 2 ** 20;
/** The query parameter in the addresses of pieces, which no server sees. */
const NUMBER = 'lamplight-piece';

/** The entry under the file's own address, which exists once all its pieces are here. */
interface Inventory {
  readonly pieces: number;
  readonly size: number;
}

/** @param key an address: the file's own, or one made from a name */
export async function pageSlot(key: string): Promise<Slot> {
  return new PageSlot(key, await openCache(key));
}

/** Pages without https have no cache, and the Cache API accepts only http and https addresses. */
async function openCache(key: string): Promise<Cache | null> {
  if (typeof caches === 'undefined' || !/^https?:/.test(key)) return null;
  // In sandboxed frames the object `caches` exists, but may not be used.
  return caches.open(CACHE).catch(() => null);
}

class PageSlot implements Slot {
  #pieces: Blob[] = [];
  #facts: FileFacts | null = null;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;

  constructor(
    readonly key: string,
    private cache: Cache | null,
  ) {}

  alone<T>(work: () => Promise<T>, signal: AbortSignal | null = null): Promise<T> {
    const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
    if (!locks || !this.cache) return inTurn(this.key, work, signal);
    return locks.request(`${CACHE} ${this.key}`, signal ? { signal } : {}, work) as Promise<T>;
  }

  async found(): Promise<Kept | null> {
    const entry = await this.cache?.match(this.key);
    if (!entry) return null;
    const { pieces, size } = (await entry.json()) as Inventory;
    await this.#readPieces();
    const whole = new Blob(this.#pieces);
    return this.#pieces.length === pieces && whole.size === size ? whole : null;
  }

  async begun(): Promise<Begun | null> {
    if (this.#pieces.length === 0) await this.#readPieces();
    const length = new Blob(this.#pieces).size;
    return this.#facts && length > 0 ? { ...this.#facts, length } : null;
  }

  async begin(facts: FileFacts): Promise<void> {
    await this.discard();
    this.#facts = facts;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingLength += bytes.length;
    if (this.#waitingLength >= PIECE) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#waitingLength === 0) return;
    const piece = new Blob(this.#waiting as Uint8Array<ArrayBuffer>[]);
    this.#waiting = [];
    this.#waitingLength = 0;
    const headers = { 'x-facts': JSON.stringify(this.#facts) };
    await this.#put(this.#address(this.#pieces.length), new Response(piece, { headers }));
    this.#pieces.push(piece);
  }

  async *contents(): AsyncIterable<Uint8Array> {
    await this.flush();
    const reader = new Blob(this.#pieces).stream().getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  }

  async keep(): Promise<Kept> {
    await this.flush();
    const whole = new Blob(this.#pieces);
    const inventory: Inventory = { pieces: this.#pieces.length, size: whole.size };
    await this.#put(this.key, new Response(JSON.stringify(inventory)));
    return whole;
  }

  async discard(): Promise<void> {
    this.#pieces = [];
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#facts = null;
    if (!this.cache) return;
    // First delete the entry that says the file is complete, so that, if the page is closed halfway, the file is found
    // incomplete.
    await this.cache.delete(this.key);
    for (let i = 0; await this.cache.delete(this.#address(i)); i++);
  }

  async #readPieces(): Promise<void> {
    this.#pieces = [];
    for (let i = 0; ; i++) {
      const entry = await this.cache?.match(this.#address(i));
      if (!entry) return;
      this.#facts = JSON.parse(entry.headers.get('x-facts') ?? 'null') as FileFacts | null;
      this.#pieces.push(await entry.blob());
    }
  }

  /** If the cache is full, the file can still be used. */
  async #put(address: string, response: Response): Promise<void> {
    try {
      await this.cache?.put(address, response);
    } catch (error) {
      warnOnce(`download: ${this.key} is not kept for the next visit (${(error as Error).message})`);
      await this.cache?.delete(this.key).catch(() => false);
      this.cache = null;
    }
  }

  #address(piece: number): string {
    const url = new URL(this.key);
    url.searchParams.set(NUMBER, String(piece));
    return url.href;
  }
}
