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

/** Who watches; null mostly. */
export const calls: { watcher: CallWatcher | null } = { watcher: null };

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
