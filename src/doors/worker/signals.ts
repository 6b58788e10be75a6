// AbortSignals across a connection: one that is aborted on its side is aborted on the other.

export interface SignalEvents {
  /** A signal of this side was aborted. */
  abort(id: string, reason: unknown): void;
  /** A signal of this side is no more, so that it cannot be aborted. */
  forget(id: string): void;
}

export class Signals {
  readonly #prefix: string;
  readonly #events: SignalEvents;
  /** Of signals of this side that have crossed. */
  readonly #ids = new WeakMap<AbortSignal, string>();
  /** Of signals of the other side. */
  readonly #controllers = new Map<string, AbortController>();
  readonly #gone: FinalizationRegistry<string>;
  #count = 0;

  /** @param prefix tells the names that this side gives from those of the other */
  constructor(prefix: string, events: SignalEvents) {
    this.#prefix = prefix;
    this.#events = events;
    this.#gone = new FinalizationRegistry((id) => events.forget(id));
  }

  /** The name under which a signal of this side crosses. */
  leaves(signal: AbortSignal): string {
    const known = this.#ids.get(signal);
    if (known !== undefined) return known;
    const id = `${this.#prefix} ${++this.#count}`;
    this.#ids.set(signal, id);
    if (signal.aborted) return id;
    signal.addEventListener('abort', () => this.#events.abort(id, signal.reason), { once: true });
    this.#gone.register(signal, id);
    return id;
  }

  /** The signal that stands for one of the other side. */
  arrived(id: string, aborted: boolean, reason: unknown): AbortSignal {
    if (!aborted) return this.#controller(id).signal;
    const controller = this.#controllers.get(id) ?? new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  /** An abort may arrive before its signal, which waits until the tensors sent with it are read. */
  aborted(id: string, reason: unknown): void {
    this.#controller(id).abort(reason);
  }

  forget(id: string): void {
    this.#controllers.delete(id);
  }

  #controller(id: string): AbortController {
    const known = this.#controllers.get(id);
    if (known) return known;
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    return controller;
  }
}
