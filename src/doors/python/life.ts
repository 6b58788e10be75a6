// Owns the end of an interpreter: tells everyone who waits for it, and bounds its stack.
import { PythonEndedError } from './errors';
import type { Pyodide } from './types';

/**
 * Bytes of the interpreter's own stack after which Python raises RecursionError. It believes that it has 10 MB; the engine's stack, on which its
 * C code runs as well, ends long before: in Chromium's workers the text of nested lists has used it up at 160 kB, JSON in JSON at 144.
 */
const STACK = 128 * 1024;

/** Has recursion through C code, such as calls of modules in modules or the text of nested lists, end in a RecursionError and not with the interpreter. */
function boundStack({ _module: module }: Pyodide): void {
  const base = module?._emscripten_stack_get_base?.();
  const state = module?._PyThreadState_Get?.();
  if (base === undefined || state === undefined) return;
  // Threads of Python's that begin later read the first, and the one that is there takes it by the second.
  module?._emscripten_stack_set_limits?.(base, base - STACK);
  module?._PyUnstable_ThreadState_ResetStackProtection?.(state);
}

function why(cause: unknown): string {
  const { status, message } = Object(cause) as { readonly status?: unknown; readonly message?: unknown };
  const exit = typeof status === 'number' ? status : /exit\((-?\d+)\)/.exec(String(message))?.[1];
  if (exit !== undefined) return `the code ended it with exit code ${exit}`;
  if (cause instanceof RangeError) return 'its stack is used up';
  return String(message ?? cause);
}

/** Pyodide also throws the fatal error where nobody can catch it; everyone who waits has been told already. */
function hush(): void {
  const hear = (event: Event): void => {
    if (Reflect.get(Object((event as PromiseRejectionEvent).reason), 'pyodide_fatal_error') !== true) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    globalThis.removeEventListener('unhandledrejection', hear, { capture: true });
  };
  globalThis.addEventListener?.('unhandledrejection', hear, { capture: true });
}

/** What never comes. */
const never = new Promise<never>(() => {});

export class Life {
  #error: PythonEndedError | null = null;
  readonly #waiting = new Set<(error: PythonEndedError) => void>();

  constructor(
    private readonly pyodide: Pyodide,
    /** Sets right what the interpreter can no longer. */
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
   * Lets nothing enter the interpreter any more. Timers of its event loop and promises that its code waited for still come, and Pyodide would begin
   * a task for each: that fails where nobody can catch it, since the task in which the interpreter ended never gave its place back.
   */
  #seal(): void {
    const { _module: module } = this.pyodide;
    if (!module) return;
    // Those that wait for their turn already.
    module.promisingApply = () => never;
    module.callPyObjectMaybePromising = (object) => {
      // The caller lets go of the function next, which is not to run what Python does at the end of an object.
      module._Py_IncRef?.(object);
      return never;
    };
    module.callPyObject = () => this.check();
    // Nor is what JavaScript code drops from now on.
    module.finalizationRegistry = { register() {}, unregister: () => false };
  }

  get isOver(): boolean {
    return this.#error !== null;
  }

  /** @throws PythonEndedError once the interpreter has ended */
  check(): void {
    if (this.#error) throw this.#error;
  }

  /** The result of `work`; rejects with PythonEndedError if the interpreter ends first. */
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
