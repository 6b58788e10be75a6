// The locks by which the end of a Web Worker is noticed. A worker that ends sends no message, but it releases the
// lock that it has held.

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** The name of a lock for one worker to hold; null if there are no locks. */
export const newLock = (): string | null => (locks() ? `lamplight:${crypto.randomUUID()}` : null);

/** Resolves when this worker holds the lock, which it keeps until it ends, however that happens. */
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
