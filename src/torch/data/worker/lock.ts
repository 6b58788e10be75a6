// How it is known that a Web Worker has ended, which says nothing of it: it holds a lock that is free then.

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** The name of a lock for one worker to hold; null where there are no locks. */
export const newLock = (): string | null => (locks() ? `lamplight:${crypto.randomUUID()}` : null);

/** Resolves when this worker holds the lock: until it is no more, however it ends. */
export function holdLock(name: string): Promise<void> {
  return new Promise((held) => {
    void locks()!.request(name, () => {
      held();
      return new Promise<void>(() => undefined);
    });
  });
}

/** Calls `ended` when the worker that holds the lock is no more, unless the signal has been aborted before. */
export function watchLock(name: string, signal: AbortSignal, ended: () => void): void {
  locks()!
    .request(name, { signal }, ended)
    .catch(() => undefined);
}
