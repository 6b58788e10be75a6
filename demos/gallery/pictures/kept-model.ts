// The model that was saved last, kept in this browser for a second tab.
import { createStore, get, set } from 'idb-keyval';

const KEY = 'latest';
const store = () => createStore('lamplight-pictures', 'models');

/** Whether the browser keeps it. */
export async function keepModel(bytes: Uint8Array): Promise<boolean> {
  try {
    await set(KEY, bytes, store());
    return true;
  } catch {
    return false;
  }
}

/** The model of an earlier tab or visit; null where there is none, or the browser keeps nothing. */
export async function keptModel(): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return (await get<Uint8Array<ArrayBuffer>>(KEY, store())) ?? null;
  } catch {
    return null;
  }
}
