// Warnings: a call that is allowed, but most likely a mistake, is reported once on the console, or to a listener.

const said = new Set<string>();

/** A listener for a language, such as Python, that decides by itself which warnings to show. */
export interface WarningListener {
  /** Whether the current call came from this language. */
  isCalling(): boolean;
  tell(message: string): void;
}

const listeners: WarningListener[] = [];

/**
 * Writes a warning to the console, unless it has been written before. If there are listeners, the warning goes to the
 * listener whose language made the call instead, every time. After an `await` no listener is calling, so the warning
 * goes to the newest listener.
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

/** Reports warnings to a listener instead of the console, until the returned function is called. */
export function hearWarnings(listener: WarningListener): () => void {
  listeners.push(listener);
  return () => {
    const at = listeners.indexOf(listener);
    if (at >= 0) listeners.splice(at, 1);
  };
}

/**
 * Forgets which warnings have been shown. For tests: test files that share a process must see warnings as in a fresh
 * process.
 */
export function forgetWarnings(): void {
  said.clear();
}
