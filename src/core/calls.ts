// Watching what a network calls: functions and methods of tensors, and modules, by those who want to know its graph.

/** Is told of calls while it watches; it runs them, and gives back what they give. */
export interface CallWatcher {
  /** A function or a method of tensors, with what it is called on before its arguments; `isGetter` for an attribute such as `T`. */
  operation(name: string, args: readonly unknown[], run: () => unknown, isGetter: boolean): unknown;
  /** A module. */
  module(module: object, run: () => unknown): unknown;
  /** Plain arithmetic, such as of sizes, that is part of the graph in Python. */
  note(names: readonly string[]): void;
  /** A parameter is read before the operation that uses it. */
  read(parameter: object): void;
}

/** Calls a function with other arguments in the place of those that it was given. */
export type Conversion = (args: readonly unknown[], run: (...args: unknown[]) => unknown) => unknown;

/** Who watches, and how functions get other arguments by their names, if they do; null mostly. */
export const calls: { watcher: CallWatcher | null; conversions: ReadonlyMap<string, Conversion> | null } = {
  watcher: null,
  conversions: null,
};

/** Runs `fn` with other conversions of arguments, or with none. */
export function convertedBy<T>(conversions: ReadonlyMap<string, Conversion> | null, fn: () => T): T {
  const before = calls.conversions;
  calls.conversions = conversions;
  try {
    return fn();
  } finally {
    calls.conversions = before;
  }
}

/** Runs `fn` with another watcher, or with none. */
export function watchedBy<T>(watcher: CallWatcher | null, fn: () => T): T {
  const before = calls.watcher;
  calls.watcher = watcher;
  try {
    return fn();
  } finally {
    calls.watcher = before;
  }
}

/** Tells a watcher of operations of Python's that are nothing here, under their names there. */
export const noteCalls = (...names: readonly string[]): void => calls.watcher?.note(names);

/** The parameter, of which a watcher is told that it is read here. */
export function readHere<T extends object>(parameter: T): T {
  calls.watcher?.read(parameter);
  return parameter;
}
