// AbortSignals across a connection: when a signal is aborted on one side, its counterpart on the other side is aborted,
// too.

export interface SignalEvents {
  /** A signal that belongs to this side was aborted. */
  abort(id: string, reason: unknown): void;
  /** A signal that belongs to this side was garbage-collected, so it can no longer be aborted. */
  forget(id: string): void;
}

export class Signals {
  readonly #prefix: string;
  readonly #events: SignalEvents;
  /** The ids of this side's signals that have been sent to the other side. */
  readonly #ids = new WeakMap<AbortSignal, string>();
  /** The controllers of signals from the other side, by id. */
  readonly #controllers = new Map<string, AbortController>();
  readonly #gone: FinalizationRegistry<string>;
  #count = 0;

  /** @param prefix makes the ids of the two sides distinct */
  constructor(prefix: string, events: SignalEvents) {
    this.#prefix = prefix;
    this.#events = events;
    this.#gone = new FinalizationRegistry((id) => events.forget(id));
  }

  /** The id that represents a signal of this side when it is sent to the other side. */
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

  /** The counterpart of a signal from the other side. */
  arrived(id: string, aborted: boolean, reason: unknown): AbortSignal {
    if (!aborted) return this.#controller(id).signal;
    const controller = this.#controllers.get(id) ?? new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  /**
   * Aborts the counterpart of a signal. If the signal waits for tensors to be read, its abort may arrive before the
   * signal. The controller is then created here.
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
