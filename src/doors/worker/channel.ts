// Channels within one connection: each object served has one, and all messages of a connection keep their order.
import type { Endpoint } from 'comlink';

type Listener = Parameters<Endpoint['addEventListener']>[1];

export class Channel implements Endpoint {
  readonly #listeners = new Set<Listener>();
  readonly #post: (data: unknown, transfer: readonly object[]) => void;
  readonly #closed: () => void;

  /** @param closed called when neither side has a use for it */
  constructor(post: (data: unknown, transfer: readonly object[]) => void, closed: () => void) {
    this.#post = post;
    this.#closed = closed;
  }

  postMessage(data: unknown, transfer: readonly object[] = []): void {
    this.#post(data, transfer);
    // The last that is said at a channel: comlink's word that the remote is let go.
    if ((data as { readonly type?: unknown }).type === 'RELEASE') this.#closed();
  }

  addEventListener(_: string, listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_: string, listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#closed();
  }

  hear(data: unknown): void {
    for (const listener of [...this.#listeners]) listener({ data });
  }
}
