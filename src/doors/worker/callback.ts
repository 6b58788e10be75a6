// A function that came with a call, as the called side has it: it is told what failed in it, sooner or later.
import type { Peer } from './remote';
import type { Reply } from './reply';

/**
 * Progress is reported by calls for which nobody waits. Where one of them fails, the next throws that error at once, so that the loop it is called in ends as it
 * would with a function of its own; where none follows, the call that brought the function fails.
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

  /** Throws the first error that no caller has seen. Calls still running are not awaited. */
  async settle(): Promise<void> {
    // An answer to this comes behind those to calls that have failed.
    if (this.#pending.size > 0) await this.#peer.ask('read', ['length']);
    this.#throwUnheard();
  }

  #throwUnheard(): void {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure.error;
  }
}
