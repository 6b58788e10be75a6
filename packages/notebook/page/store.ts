// What the visitor has typed, kept in this browser: changed courses, notebooks of one's own, and the playground.
import { del, entries, get, set } from 'idb-keyval';
import { browserStore } from '../ui/browser-store';

/** A notebook as it is kept. */
export interface Kept {
  readonly title: string;
  /** The notebook's file. */
  readonly markdown: string;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
  /** Whether its cells may use what the browser keeps for this site: false for what has come by a link or out of a file. */
  readonly trusted: boolean;
}

/** Browsers may refuse to keep anything; notebooks then last as long as the page. */
const withStore = browserStore('lamplight-notebooks', 'notebooks');

/** The keys: `course/s1-mnist`, `own/<id>`, `playground`. */
export const keptAt = (key: string): Promise<Kept | undefined> => withStore((kept) => get<Kept>(key, kept), undefined);

/** Whether it could be kept. */
export const keep = (key: string, notebook: Kept): Promise<boolean> =>
  withStore((kept) => set(key, notebook, kept).then(() => true), false);

export const forget = (key: string): Promise<void> => withStore((kept) => del(key, kept), undefined);

/** Notebooks of one's own, the latest first. */
export async function ownNotebooks(): Promise<readonly (Kept & { readonly id: string })[]> {
  const all = await withStore((kept) => entries<string, Kept>(kept), []);
  return all
    .filter(([key]) => key.startsWith('own/'))
    .map(([key, notebook]) => ({ ...notebook, id: key.slice('own/'.length) }))
    .sort((a, b) => b.changed - a.changed);
}

export const newId = (): string => crypto.randomUUID().slice(0, 8);
