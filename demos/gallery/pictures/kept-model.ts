// The model that was saved last, kept in this browser for a second tab.
import { get, set } from 'idb-keyval';
import { browserStore } from 'lamplight-notebook/ui/browser-store';

const KEY = 'latest';
const withStore = browserStore('lamplight-pictures', 'models');

/** Whether the browser keeps it. */
export const keepModel = (bytes: Uint8Array): Promise<boolean> =>
  withStore((kept) => set(KEY, bytes, kept).then(() => true), false);

/** The model of an earlier tab or visit; null where there is none, or the browser keeps nothing. */
export const keptModel = (): Promise<Uint8Array<ArrayBuffer> | null> =>
  withStore(async (kept) => (await get<Uint8Array<ArrayBuffer>>(KEY, kept)) ?? null, null);
