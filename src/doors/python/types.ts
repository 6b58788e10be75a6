// The public types of `lamplight/python`: options of `loadPython`, and the interpreter that it starts.

/** Callbacks for messages about packages as they load. */
export interface PackageCallbacks {
  /** Called with each progress message. Default: the console. */
  messageCallback?: (message: string) => void;
  /** Called with each warning and error. Default: the console. */
  errorCallback?: (message: string) => void;
}

/** The part of Pyodide that is used here. `loadPyodide` of the package `pyodide` returns such an object. */
export interface Pyodide {
  /** Runs code that does not wait (synchronous). */
  runPython(code: string, options?: { filename?: string; globals?: unknown }): unknown;
  /** Converts a JavaScript object to a Python object. */
  toPy(value: object): unknown;
  /** Runs code that may wait (asynchronous). */
  runPythonAsync(code: string, options?: { filename?: string }): Promise<unknown>;
  /** Makes an object importable from Python as a module. */
  registerJsModule(name: string, module: object): void;
  /** Imports a Python module. */
  pyimport(name: string): unknown;
  /** Loads packages of Pyodide's distribution. */
  loadPackage(names: readonly string[]): Promise<unknown>;
  /** Loads the packages of Pyodide's distribution that the code imports. */
  loadPackagesFromImports(code: string, options?: PackageCallbacks): Promise<unknown>;
  /** Sets the receiver of what Python prints. */
  setStdout(options: { batched: (line: string) => void }): void;
  /** Sets the receiver of Python's warnings and errors. */
  setStderr(options: { batched: (line: string) => void }): void;
  /** Sets the buffer that Python checks for interrupts. */
  setInterruptBuffer(buffer: Uint8Array): void;
  /** Removes a module that `registerJsModule` made importable. */
  unregisterJsModule(name: string): void;
  /** Python's global variables. */
  readonly globals: { get(name: string): unknown; set(name: string, value: unknown): void };
  /** The interpreter's file system. */
  readonly FS: { mkdirTree(path: string): void; writeFile(path: string, data: string | Uint8Array): void };
  /**
   * Pyodide's internals. Only they know the current interrupt buffer, and whether Python code can be suspended. All
   * calls of Python functions go through them.
   */
  readonly _module?: {
    readonly Py_EmscriptenSignalBuffer?: Uint8Array;
    readonly jspiSupported?: boolean;
    _emscripten_stack_get_base?(): number;
    _emscripten_stack_set_limits?(base: number, end: number): void;
    _PyThreadState_Get?(): number;
    _PyUnstable_ThreadState_ResetStackProtection?(state: number): void;
    _Py_IncRef?(object: number): void;
    /** Starts a Python task, which may wait. */
    promisingApply?: (...call: unknown[]) => Promise<unknown>;
    /** Calls a Python function in such a task, for the event loop and for promises. */
    callPyObjectMaybePromising?: (object: number, args: unknown[]) => Promise<unknown>;
    /** Calls a Python function for JavaScript code. */
    callPyObject?: (object: number, args: unknown[]) => unknown;
    finalizationRegistry?: Pick<FinalizationRegistry<unknown>, 'register' | 'unregister'>;
  };
  /** Pyodide's internals, notified when the interpreter fails fatally. */
  readonly _api?: { on_fatal?: (cause: unknown) => void };
}

/** Options of `loadPython`. */
export interface LoadPythonOptions {
  /** The folder with Pyodide's files, relative to the page. Default: `pyodide/`. */
  indexURL?: string;
  /** Packages of Pyodide's distribution to load at the start, such as `numpy`. Default: none. */
  packages?: readonly string[];
  /**
   * The folder from which package wheels are fetched. Default: `indexURL`. Pyodide's npm package contains no wheels;
   * its content delivery network does.
   */
  packageBaseUrl?: string | null;
  /** Called with what Python prints. Default: the console; with `pyodide`, its present receiver. */
  onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** A running Pyodide to use instead of loading one from `indexURL`. */
  pyodide?: Pyodide;
}

/** Options for running code. */
export interface RunOptions {
  /** The name of the code in tracebacks. Default: `<python>`. */
  filename?: string;
}

/** Python's global variables. */
export interface Globals {
  /** The value of a variable. Tensors and modules become the library's own; undefined if there is no such variable. */
  get(name: string): unknown;
  /** Sets a variable. Tensors become Python tensors. */
  set(name: string, value: unknown): void;
}

/** CPython in this page or worker. */
export interface Python {
  /**
   * Runs code, and returns the value of its last expression, converted as by `globals.get`.
   * @throws PythonError if the code raises an exception
   * @throws PythonEndedError if the interpreter ends meanwhile, or has ended
   */
  run(code: string, options?: RunOptions): Promise<unknown>;
  /** Python's global variables. */
  readonly globals: Globals;
  /**
   * Raises KeyboardInterrupt in the running code. A loop without tensor operations can only be interrupted from another
   * thread: run Python in a worker, and let the page set the first byte of its `interruptBuffer` to 2.
   */
  interrupt(): void;
  /**
   * The result of `work`, which calls objects of the interpreter, for example a Python function from `globals.get`.
   *
   * @param work starts the calls; not called if the interpreter has already ended
   * @throws PythonEndedError if the interpreter ends meanwhile, since such a call would never return
   */
  orEnd<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The buffer that Python checks for interrupts. It is shared between threads if the page is isolated
   * (`crossOriginIsolated`).
   */
  readonly interruptBuffer: Uint8Array;
  /** The underlying Pyodide, for everything else. */
  readonly pyodide: Pyodide;
  /** Removes Lamplight from the interpreter. */
  dispose(): void;
}
