// Owns warnings: what is allowed but most likely a mistake is said on the console, once.

const said = new Set<string>();

/** Writes a warning to the console unless the same one stands there already. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(message);
}

/** Says again what was said, for tests: files that share a process see warnings as a fresh one would. */
export function forgetWarnings(): void {
  said.clear();
}
