// Standing between modules and their calls for a while, as those do who explain a network: hooks that nothing is left of.

/** Is called in the place of a module; `run` is the module itself. The caller gets its result. */
export type Interceptor = (args: readonly unknown[], run: (args: readonly unknown[]) => unknown) => unknown;

/** By module, who stands before it now; null mostly. */
const interceptors: { now: ReadonlyMap<object, Interceptor> | null } = { now: null };

/** Calls a module, or who stands before it. */
export function called(module: object, args: unknown[], run: (args: unknown[]) => unknown): unknown {
  const interceptor = interceptors.now?.get(module);
  return interceptor ? interceptor(args, (given) => run([...given])) : run(args);
}

/** Runs `fn` with interceptors of modules. Those of an `intercepted` outside of it see a call first. */
export function intercepted<T>(by: ReadonlyMap<object, Interceptor>, fn: () => T): T {
  const before = interceptors.now;
  const all = new Map(before);
  for (const [module, inner] of by) {
    const outer = before?.get(module);
    all.set(module, outer ? (args, run) => outer(args, (given) => inner(given, run)) : inner);
  }
  interceptors.now = all;
  try {
    return fn();
  } finally {
    interceptors.now = before;
  }
}
