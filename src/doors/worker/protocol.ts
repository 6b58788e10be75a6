// What a page and its worker say to each other.
import type { Packed } from './crossing';

/** Marks these messages among others that a program may send its worker. */
export const MARK = 'lamplight:worker';

export type Message =
  /** The worker listens; earlier requests may be lost. */
  | { readonly mark: typeof MARK; readonly kind: 'here' }
  /** Asks for `ready`. The worker is to hold the lock for as long as it lives. */
  | { readonly mark: typeof MARK; readonly kind: 'hello'; readonly lock: string | null }
  /** The worker serves, and holds its lock. */
  | { readonly mark: typeof MARK; readonly kind: 'ready' }
  /** Comlink's, of one channel. */
  | { readonly mark: typeof MARK; readonly kind: 'channel'; readonly channel: string; readonly data: unknown }
  | { readonly mark: typeof MARK; readonly kind: 'abort'; readonly id: string; readonly reason: Packed }
  /** A signal that is no more can never be aborted. */
  | { readonly mark: typeof MARK; readonly kind: 'forget'; readonly id: string };

export const isMessage = (data: unknown): data is Message =>
  typeof data === 'object' && data !== null && Reflect.get(data, 'mark') === MARK;

/** The channel of the exposed object. */
export const ROOT = 'root';
