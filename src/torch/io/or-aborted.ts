// Makes an abort end a wait immediately, whatever it waits for.

/**
 * The result of `work`, or the signal's reason as soon as the signal is aborted. A wait for a server, or for another
 * caller's turn, may be long; and in Node, once a `fetch` is aborted, a read beyond the last piece of its body never
 * settles.
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
  });
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
