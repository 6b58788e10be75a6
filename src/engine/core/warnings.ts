// Owns warnings: a call that is allowed but most likely a mistake is reported on the console, once, or to a listener.

const said = new Set<string>();

/** A language that decides by itself which warnings to show. */
export interface WarningListener {
  /** Whether the call that is under way came from it. */
  isCalling(): boolean;
  tell(message: string): void;
}

const listeners: WarningListener[] = [];

/**
 * Writes a warning to the console unless the same one stands there already. Where there are listeners, the one that made the call is told, each
 * time; after a wait nobody is calling, and the newest is told.
 */
export function warnOnce(message: string): void {
  const listener = listeners.findLast((each) => each.isCalling()) ?? listeners.at(-1);
  if (listener) {
    listener.tell(message);
    return;
  }
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}

/** Has warnings told to a listener in place of the console, until the function that is returned is called. */
export function hearWarnings(listener: WarningListener): () => void {
  listeners.push(listener);
  return () => {
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
  };
}

/** Forgets which warnings were given, for tests: files that share a process see warnings as a fresh one would. */
export function forgetWarnings(): void {
  said.clear();
}
