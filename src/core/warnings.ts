// Owns warnings: a call that is allowed but most likely a mistake is reported on the console, once, or to a listener.

const said = new Set<string>();
let listener: ((message: string) => void) | null = null;

/** Writes a warning to the console unless the same one stands there already. A listener is told each time. */
export function warnOnce(message: string): void {
  if (listener) {
    listener(message);
    return;
  }
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}

/** Has warnings told to a language that decides by itself which of them to show; to the console again where it is null. */
export function tellWarnings(told: ((message: string) => void) | null): void {
  listener = told;
}

/** Forgets which warnings were given, for tests: files that share a process see warnings as a fresh one would. */
export function forgetWarnings(): void {
  said.clear();
}
