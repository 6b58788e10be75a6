// Detects the end of a Web Worker by a lock. A worker that ends sends no message, but it releases the lock that it
// held.

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** The name of a lock for one worker to hold; null if the platform has no locks. */
export const newLock = (): string | null => (locks() ? `lamplight:${crypto.randomUUID()}` : null);

/** Resolves when this worker holds the lock. The worker keeps the lock until it ends, for whatever reason. */
export function holdLock(name: string): Promise<void> {
  return new Promise((resolve) => {
    void locks()!.request(name, () => {
      resolve();
      return new Promise<void>(() => undefined);
    });
  });
}

/** Calls `ended` when the worker that holds the lock has ended, unless the signal is aborted first. */
export function watchLock(name: string, signal: AbortSignal, ended: () => void): void {
  locks()!
    .request(name, { signal }, ended)
    .catch(() => undefined);
}
