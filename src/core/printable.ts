// Owns how objects show themselves in the consoles of Node and Deno: by the text that String(x) gives.

/** Node's hook, which Bun and Deno know too. */
export const nodeInspect = Symbol.for('nodejs.util.inspect.custom');
export const denoInspect = Symbol.for('Deno.customInspect');

/** Base of what is printed as its `toString` says. That of the consoles stands here alone, so that unused classes can be left out of bundles. */
export abstract class Printable {
  [nodeInspect](): string {
    return String(this);
  }

  [denoInspect](): string {
    return String(this);
  }
}
