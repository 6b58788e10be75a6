// Lets a watcher follow the calls that a network makes, to learn its graph: calls of tensor functions and methods, and
// of modules.

/** Is notified of each call, runs it, and returns its result. */
export interface CallWatcher {
  /**
   * Called for each tensor function or method. For a method, `args` begins with the tensor. `isGetter` is set for
   * attributes such as `T`, and `isMethod` for methods and attributes.
   */
  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean, isMethod: boolean): unknown;
  /** Called for each call of a module. */
  module(module: object, run: () => unknown): unknown;
  /**
   * Notes plain arithmetic, for example on sizes. In JavaScript it calls no function of the library, but in Python it
   * is a node of the traced graph.
   */
  note(names: readonly string[]): void;
  /** Called when a parameter is read, before the operation that uses it is called. */
  read(parameter: object): void;
}

/** Calls a function with converted arguments instead of the given ones. */
export type Conversion = (args: readonly unknown[], run: (...args: unknown[]) => unknown) => unknown;

/** The current watcher, and the conversions of arguments by function name. Both are usually null. */
export const calls: { watcher: CallWatcher | null; conversions: ReadonlyMap<string, Conversion> | null } = {
  watcher: null,
  conversions: null,
};

function under<K extends keyof typeof calls, T>(part: K, value: (typeof calls)[K], fn: () => T): T {
  const before = calls[part];
  calls[part] = value;
  try {
    return fn();
  } finally {
    calls[part] = before;
  }
}

/** Runs `fn` with these conversions of arguments; with none if null. */
export const convertedBy = <T>(conversions: ReadonlyMap<string, Conversion> | null, fn: () => T): T =>
  under('conversions', conversions, fn);

/** Runs `fn` with this watcher; without a watcher if null. */
export const watchedBy = <T>(watcher: CallWatcher | null, fn: () => T): T => under('watcher', watcher, fn);

/**
 * Reports operations to the watcher, by their Python names: Python code would call them here, but this library does not
 * need them.
 */
export const noteCalls = (...names: readonly string[]): void => calls.watcher?.note(names);

/** Returns the parameter, and reports to the watcher that the parameter is read. */
export function readHere<T extends object>(parameter: T): T {
  calls.watcher?.read(parameter);
  return parameter;
}
