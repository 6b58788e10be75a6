// Shows objects in the consoles of Node and Deno by the text that String(x) gives.

/** The key of Node's hook for printing objects, which Bun and Deno call, too. */
export const nodeInspect = Symbol.for('nodejs.util.inspect.custom');
export const denoInspect = Symbol.for('Deno.customInspect');

/**
 * Base of objects that print their `toString`. The consoles' hooks are here alone, so that bundlers can leave unused
 * classes out.
 */
export abstract class Printable {
  [nodeInspect](): string {
    return String(this);
  }

  [denoInspect](): string {
    return String(this);
  }
}
