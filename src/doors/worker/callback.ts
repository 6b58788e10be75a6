// A function that the other side passed as an argument. If it throws, the error reaches this side's code, even if
// nothing awaits the call.
import type { Peer } from './remote';
import type { Reply } from './reply';

/**
 * Calls that report progress are usually not awaited. If such a call fails, the next call throws its error immediately,
 * so that the loop that makes the calls ends as it would with a local function. If there is no next call, the call that
 * the function was passed to fails.
 */
export class Callback {
  readonly #peer: Peer;
  readonly #pending = new Set<Reply<unknown>>();
  #failure: { readonly error: unknown } | null = null;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  call(args: readonly unknown[]): Reply<unknown> {
    this.#throwUnheard();
    const reply = this.#peer.ask('call', [], args);
    this.#pending.add(reply);
    reply.watch(
      () => this.#pending.delete(reply),
      (error) => {
        this.#pending.delete(reply);
        if (!reply.isHeard) this.#failure ??= { error };
      },
    );
    return reply;
  }

  /** Throws the first error that no caller has seen. Does not wait for calls that are still running. */
  async settle(): Promise<void> {
    // Answers arrive in order: once this request is answered, earlier failures have arrived.
    if (this.#pending.size > 0) await this.#peer.ask('read', ['length']);
    this.#throwUnheard();
  }

  #throwUnheard(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure.error;
  }
}
