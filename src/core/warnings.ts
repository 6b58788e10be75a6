// Owns warnings: a call that is allowed but most likely a mistake is reported on the console, once.

const said = new Set<string>();

/** Writes a warning to the console unless the same one stands there already. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}

/** Forgets which warnings were given, for tests: files that share a process see warnings as a fresh one would. */
export function forgetWarnings(): void {
  said.clear();
}
