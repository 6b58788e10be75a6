// The temporary interception of modules' calls, for code that explains networks. Unlike hooks, it leaves nothing
// behind.

/** Is called instead of a module; `run` calls the module itself. The caller gets the interceptor's result. */
export type Interceptor = (args: readonly unknown[], run: (args: readonly unknown[]) => unknown) => unknown;

/** The current interceptor of each module; null most of the time. */
const interceptors: { now: ReadonlyMap<object, Interceptor> | null } = { now: null };

/** The interceptor of a module's calls, if it has one. */
export const interceptorOf = (module: object): Interceptor | undefined => interceptors.now?.get(module);

/** Runs `fn` with interceptors of modules. Interceptors of an outer `intercepted` see a call first. */
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
