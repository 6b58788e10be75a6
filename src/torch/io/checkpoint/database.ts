// Checkpoints in IndexedDB: a transaction is stored as a whole or not at all, even if the page closes.
import { FetchError } from '../../../engine/core/errors';
import type { Shelf, StoredCheckpoint } from './store';

const PREFIX = 'lamplight-checkpoints/';
/** Facts about a checkpoint are stored separately from its contents, so that listing checkpoints reads no contents. */
const FACTS = 'facts';
const CONTENTS = 'contents';

/** @param name the name of the store */
export function databaseShelf(name: string): Shelf {
  /** Runs `work` in one transaction, and waits until the transaction is on disk. */
  async function within<T>(
    mode: IDBTransactionMode,
    work: (facts: IDBObjectStore, contents: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const database = await open(name);
    try {
      const transaction = database.transaction([FACTS, CONTENTS], mode, { durability: 'strict' });
      const ended = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      const request = work(transaction.objectStore(FACTS), transaction.objectStore(CONTENTS));
      await ended;
      return request.result;
    } catch (cause) {
      throw storeError(name, cause);
    } finally {
      database.close();
    }
  }
  return {
    put: async (key, bytes) => {
      const facts: StoredCheckpoint = { name: key, size: bytes.length, savedAt: new Date() };
      // A Blob can be read in parts when it is loaded.
      const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
      await within('readwrite', (store, contents) => {
        store.put(facts, key);
        return contents.put(blob, key);
      });
    },
    get: async (key) => (await within<Blob | undefined>('readonly', (_, contents) => contents.get(key))) ?? null,
    list: () => within<StoredCheckpoint[]>('readonly', (facts) => facts.getAll()),
    remove: async (key) => {
      const found = await within('readwrite', (facts, contents) => {
        const count = facts.count(key);
        facts.delete(key);
        contents.delete(key);
        return count;
      });
      return found > 0;
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') {
      reject(storeError(name, new Error('there is no IndexedDB here')));
      return;
    }
    const request = indexedDB.open(PREFIX + name, 1);
    request.onupgradeneeded = () => {
      for (const store of [FACTS, CONTENTS]) request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storeError(name, request.error));
  });
}

function storeError(name: string, cause: unknown): FetchError {
  const full = (cause as { name?: string } | null)?.name === 'QuotaExceededError';
  const reason = full
    ? 'there is no room left; remove checkpoints, or ask for more with navigator.storage.persist()'
    : `the page may not store it (${(cause as Error | null)?.message ?? 'no reason given'})`;
  return new FetchError(`CheckpointStore ${name}: ${reason}`, { cause });
}
