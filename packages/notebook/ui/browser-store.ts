// A store of the browser that may refuse to keep anything.
import { createStore, type UseStore } from 'idb-keyval';

/** Asks a store of this name, which is opened once; gives `otherwise` where the browser refuses. */
export type AskStore = <T>(ask: (kept: UseStore) => Promise<T>, otherwise: T) => Promise<T>;

export function browserStore(database: string, name: string): AskStore {
  let opened: UseStore | undefined;
  return async (ask, otherwise) => {
    try {
      opened ??= createStore(database, name);
      return await ask(opened);
    } catch {
      return otherwise;
    }
  };
}
