// The messages between a page and its worker.
import type { Contents } from './crossing';

/** Distinguishes these messages from others that a program may send to its worker. */
export const MARK = 'lamplight:worker';

export type Message =
  /** The worker is listening from now on; earlier messages may have been lost. */
  | { readonly mark: typeof MARK; readonly kind: 'here' }
  /** Asks for `ready`. The worker must hold the lock as long as it lives. */
  | { readonly mark: typeof MARK; readonly kind: 'hello'; readonly lock: string | null }
  /** The worker serves its object, and holds its lock. */
  | { readonly mark: typeof MARK; readonly kind: 'ready' }
  /** A message from comlink on a channel. */
  | { readonly mark: typeof MARK; readonly kind: 'channel'; readonly channel: string; readonly data: unknown }
  | { readonly mark: typeof MARK; readonly kind: 'abort'; readonly id: string; readonly reason: Contents }
  /** The signal was garbage-collected, so it can never be aborted. */
  | { readonly mark: typeof MARK; readonly kind: 'forget'; readonly id: string };

export const isMessage = (data: unknown): data is Message =>
  typeof data === 'object' && data !== null && Reflect.get(data, 'mark') === MARK;

/** The channel of the exposed object. */
export const ROOT = 'root';
