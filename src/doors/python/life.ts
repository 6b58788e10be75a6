// Handles the end of an interpreter: rejects the promises of all callers that wait for it. Also limits its stack.
import { PythonEndedError } from './errors';
import type { Pyodide } from './types';

/**
 * The size of the interpreter's stack, in bytes, beyond which Python raises RecursionError. Python assumes 10 MB, but
 * its C code also uses the JavaScript engine's stack, which overflows much earlier. In Chromium's workers, printing
 * nested lists overflows at 160 kB, and nested JSON at 144 kB.
 */
const STACK = 128 * 1024;

/**
 * Makes deep recursion through C code, such as calling nested modules or printing nested lists, end in a RecursionError
 * instead of a crash.
 */
function boundStack({ _module: module }: Pyodide): void {
  const base = module?._emscripten_stack_get_base?.();
  const state = module?._PyThreadState_Get?.();
  if (base === undefined || state === undefined) return;
  // New Python threads read the first limit; the second call applies it to the existing thread.
  module?._emscripten_stack_set_limits?.(base, base - STACK);
  module?._PyUnstable_ThreadState_ResetStackProtection?.(state);
}

/**
 * The size while Python compiles a module's text, as a task of its own. In Chromium's pages and workers, compiling sums
 * of many terms did not overflow the engine's stack at 1 MB.
 */
const DEEP_STACK = 512 * 1024;

/** Returns a function that switches between the two sizes. */
export const setDeepStack =
  ({ _module: module }: Pyodide) =>
  (on: boolean): void => {
    const base = module?._emscripten_stack_get_base?.();
    const state = module?._PyThreadState_Get?.();
    if (base === undefined || state === undefined) return;
    const size = on ? DEEP_STACK : STACK;
    module?._PyUnstable_ThreadState_SetStackProtection?.(state, base - size, size);
  };

function why(cause: unknown): string {
  const { status, message } = Object(cause) as { readonly status?: unknown; readonly message?: unknown };
  const exit = typeof status === 'number' ? status : /exit\((-?\d+)\)/.exec(String(message))?.[1];
  if (exit !== undefined) return `the code ended it with exit code ${exit}`;
  if (cause instanceof RangeError) return 'its stack is used up';
  return String(message ?? cause);
}

/**
 * Pyodide also throws the fatal error where no code can catch it. That copy is suppressed, since all waiting callers
 * have received the error.
 */
function hush(): void {
  const hear = (event: Event): void => {
    if (Reflect.get(Object((event as PromiseRejectionEvent).reason), 'pyodide_fatal_error') !== true) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    globalThis.removeEventListener('unhandledrejection', hear, { capture: true });
  };
  globalThis.addEventListener?.('unhandledrejection', hear, { capture: true });
}

/** A promise that never resolves. */
const never = new Promise<never>(() => {});

export class Life {
  #error: PythonEndedError | null = null;
  readonly #waiting = new Set<(error: PythonEndedError) => void>();

  constructor(
    private readonly pyodide: Pyodide,
    /** Restores state that the interpreter can no longer restore by itself. */
    private readonly atEnd: () => void,
  ) {
    boundStack(pyodide);
    const { _api: api } = pyodide;
    if (!api) return;
    const others = api.on_fatal;
    api.on_fatal = (cause) => {
      this.#end(cause);
      others?.(cause);
    };
  }

  #end(cause: unknown): void {
    if (this.#error) return;
    this.#error = new PythonEndedError(
      `python: expected the interpreter to go on, but it has ended, since ${why(cause)}; start another one with loadPython`,
      { cause },
    );
    this.atEnd();
    this.#seal();
    if (this.#waiting.size > 0) hush();
    for (const tell of [...this.#waiting]) tell(this.#error);
    this.#waiting.clear();
  }

  /**
   * Blocks all calls into the ended interpreter. Timers of its event loop, and promises that its code awaited, still
   * fire, and Pyodide would start a task for each of them. Such a task would fail where no code can catch the error,
   * since the task in which the interpreter ended was never cleaned up.
   */
  #seal(): void {
    const { _module: module } = this.pyodide;
    if (!module) return;
    // Tasks that are already queued will still call these functions.
    module.promisingApply = () => never;
    module.callPyObjectMaybePromising = (object) => {
      // The caller will release the function next. The extra reference keeps Python's destructors from running then.
      module._Py_IncRef?.(object);
      return never;
    };
    module.callPyObject = () => this.check();
    // Objects that JavaScript drops from now on are not released in Python, since that would run destructors, too.
    module.finalizationRegistry = { register() {}, unregister: () => false };
  }

  get isOver(): boolean {
    return this.#error !== null;
  }

  /** @throws PythonEndedError once the interpreter has ended */
  check(): void {
    if (this.#error) throw this.#error;
  }

  /** Returns the result of `work`; rejects with PythonEndedError if the interpreter ends first. */
  async orEnd<T>(work: () => Promise<T>): Promise<T> {
    this.check();
    let tell: (error: PythonEndedError) => void = () => {};
    const end = new Promise<never>((_, reject) => {
      tell = reject;
      this.#waiting.add(reject);
    });
    try {
      return await Promise.race([work(), end]);
    } finally {
      this.#waiting.delete(tell);
    }
  }
}
