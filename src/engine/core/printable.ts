// Owns how objects show themselves in the consoles of Node and Deno: by the text that String(x) gives.

/** Node's hook, which Bun and Deno know too. */
export const nodeInspect = Symbol.for('nodejs.util.inspect.custom');
export const denoInspect = Symbol.for('Deno.customInspect');

/** Base of objects that print their `toString`. The consoles' hook stands here alone, so that bundles can leave unused classes out. */
export abstract class Printable {
  [nodeInspect](): string {
    return String(this);
  }

  [denoInspect](): string {
    return String(this);
  }
}
