// External interrupts: Ctrl-C, a stop button, an AbortSignal. They take effect between batches.
import { LamplightError } from '../../torch';

/** Training was interrupted by the user or a signal. The weights trained so far and the last checkpoint remain. */
export class InterruptedError extends LamplightError {}

interface Signals {
  on?(signal: 'SIGINT', listener: () => void): unknown;
  off?(signal: 'SIGINT', listener: () => void): unknown;
  readonly versions?: { readonly node?: string };
}

const hostProcess = (): Signals | null => {
  const { process } = globalThis as { process?: Signals };
  return process?.versions?.node && process.on ? process : null;
};

export class Interrupts {
  reason: string | null = null;

  /** Listens for interrupts until the returned function is called. A second Ctrl-C ends the program as usual. */
  listen(signals: readonly (AbortSignal | null)[]): () => void {
    this.reason = null;
    const abort = () => {
      this.reason ??= 'the signal was aborted';
    };
    for (const signal of signals) {
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort);
    }
    const host = hostProcess();
    const stop = () => {
      this.reason ??= 'Ctrl-C was pressed';
      host?.off?.('SIGINT', stop);
    };
    host?.on?.('SIGINT', stop);
    return () => {
      for (const signal of signals) signal?.removeEventListener('abort', abort);
      host?.off?.('SIGINT', stop);
    };
  }

  throwIfDue(): void {
    if (this.reason !== null) throw new InterruptedError(`Trainer: interrupted, as ${this.reason}`);
  }
}
