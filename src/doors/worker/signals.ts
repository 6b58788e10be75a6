// AbortSignals across a connection: when a signal is aborted on its side, so is its counterpart on the other.

export interface SignalEvents {
  /** A signal of this side was aborted. */
  abort(id: string, reason: unknown): void;
  /** A signal of this side was garbage-collected, so it cannot be aborted any more. */
  forget(id: string): void;
}

export class Signals {
  readonly #prefix: string;
  readonly #events: SignalEvents;
  /** The ids of this side's signals that have crossed. */
  readonly #ids = new WeakMap<AbortSignal, string>();
  /** The controllers of signals from the other side, by id. */
  readonly #controllers = new Map<string, AbortController>();
  readonly #gone: FinalizationRegistry<string>;
  #count = 0;

  /** @param prefix keeps the ids that the two sides give apart */
  constructor(prefix: string, events: SignalEvents) {
    this.#prefix = prefix;
    this.#events = events;
    this.#gone = new FinalizationRegistry((id) => events.forget(id));
  }

  /** The id under which a signal of this side crosses. */
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

  /** The counterpart of a signal of the other side. */
  arrived(id: string, aborted: boolean, reason: unknown): AbortSignal {
    if (!aborted) return this.#controller(id).signal;
    const controller = this.#controllers.get(id) ?? new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  /**
   * The abort may arrive before the signal itself, if that waits for tensors to be read. The controller is then made
   * here.
   */
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
