// A function passed to the other side as an argument, as seen there. Errors in it are reported to the calling side,
// sooner or later.
import type { Peer } from './remote';
import type { Reply } from './reply';

/**
 * Nobody awaits calls that report progress. If one of them fails, the next call throws that error at once, so that the
 * loop it is called in ends as it would with a local function. If there is no next call, the call that the
 * function was passed to fails.
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

  /** Throws the first error that no caller has seen. It does not wait for calls that are still running. */
  async settle(): Promise<void> {
    // Answers keep their order: once this request is answered, earlier failures have arrived.
    if (this.#pending.size > 0) await this.#peer.ask('read', ['length']);
    this.#throwUnheard();
  }

  #throwUnheard(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure.error;
  }
}
