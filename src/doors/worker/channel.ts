// Channels within one connection. Each served object has its own channel, and all messages of a connection arrive in
// order.
import type { Endpoint } from 'comlink';

type Listener = Parameters<Endpoint['addEventListener']>[1];

export class Channel implements Endpoint {
  readonly #listeners = new Set<Listener>();
  readonly #post: (data: unknown, transfer: readonly object[]) => void;
  readonly #closed: () => void;

  /** @param closed called when the channel is no longer used */
  constructor(post: (data: unknown, transfer: readonly object[]) => void, closed: () => void) {
    this.#post = post;
    this.#closed = closed;
  }

  postMessage(data: unknown, transfer: readonly object[] = []): void {
    this.#post(data, transfer);
    // This is the last message on a channel: comlink reports that the remote was released.
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
