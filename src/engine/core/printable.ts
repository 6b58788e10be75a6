// Makes the consoles of Node and Deno show objects as their String(x) text.

/** The key of Node's hook for printing objects, which Bun and Deno also call. */
export const nodeInspect = Symbol.for('nodejs.util.inspect.custom');
export const denoInspect = Symbol.for('Deno.customInspect');

/**
 * The base class of objects that consoles print as their `toString()`. The consoles' hooks are defined only here, so
 * that bundlers can drop unused classes.
 */
export abstract class Printable {
  [nodeInspect](): string {
    return String(this);
  }

  [denoInspect](): string {
    return String(this);
  }
}
