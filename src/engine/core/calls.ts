// Lets a watcher follow the calls of a network, to learn its graph: functions and methods of tensors, and modules.

/** Hears of each call, runs it, and returns its result. */
export interface CallWatcher {
  /**
   * A call of a function or a method of tensors. A method's tensor comes before its arguments. `isGetter` marks an
   * attribute such as `T`; `isMethod` marks methods and attributes.
   */
  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean, isMethod: boolean): unknown;
  /** A call of a module. */
  module(module: object, run: () => unknown): unknown;
  /**
   * Notes plain arithmetic, such as that on sizes. It is no call of the library here, but a node of the traced graph in
   * Python.
   */
  note(names: readonly string[]): void;
  /** Called when a parameter is read, which happens before the operation that uses it. */
  read(parameter: object): void;
}

/** Calls a function with converted arguments instead of those it was given. */
export type Conversion = (args: readonly unknown[], run: (...args: unknown[]) => unknown) => unknown;

/** The present watcher, and the conversions of arguments by function name. Both are usually null. */
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

/** Runs `fn` with other conversions of arguments, or with none. */
export const convertedBy = <T>(conversions: ReadonlyMap<string, Conversion> | null, fn: () => T): T =>
  under('conversions', conversions, fn);

/** Runs `fn` with another watcher, or with none. */
export const watchedBy = <T>(watcher: CallWatcher | null, fn: () => T): T => under('watcher', watcher, fn);

/**
 * Tells the watcher of operations that Python code would call here and this library does without, by their Python
 * names.
 */
export const noteCalls = (...names: readonly string[]): void => calls.watcher?.note(names);

/** Returns the parameter, and tells the watcher that it is read here. */
export function readHere<T extends object>(parameter: T): T {
  calls.watcher?.read(parameter);
  return parameter;
}
