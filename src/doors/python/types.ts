// The public types of `lamplight/python`: options of `loadPython`, and the interpreter that it starts.

/** Callbacks for messages while packages load. */
export interface PackageCallbacks {
  /** Called with each progress message. Default: the console. */
  messageCallback?: (/** The text of the message. */ message: string) => void;
  /** Called with each warning and error. Default: the console. */
  errorCallback?: (/** The text of the message. */ message: string) => void;
}

/** The part of Pyodide that is used here. `loadPyodide` of the package `pyodide` returns such an object. */
export interface Pyodide {
  /** Runs synchronous code. */
  runPython(
    /** The code of Python. */ code: string,
    options?: {
      filename?: string;
      /** The names that the code reads and sets. */
      globals?: unknown;
    },
  ): unknown;
  /** Converts a JavaScript object to a Python object. */
  toPy(value: object): unknown;
  /** Runs code that may wait. */
  runPythonAsync(/** The code of Python. */ code: string, options?: { filename?: string }): Promise<unknown>;
  /** Makes an object importable from Python as a module. */
  registerJsModule(name: string, module: object): void;
  /** Imports a Python module. */
  pyimport(name: string): unknown;
  /** Loads packages from Pyodide's distribution. */
  loadPackage(/** The names, in their order. */ names: readonly string[]): Promise<unknown>;
  /** Loads the packages that the code imports from Pyodide's distribution. */
  loadPackagesFromImports(/** The code of Python. */ code: string, options?: PackageCallbacks): Promise<unknown>;
  /** Sets the function that receives Python's standard output. */
  setStdout(options: {
    /** Gets each line that is written. */
    batched: (line: string) => void;
  }): void;
  /** Sets the function that receives Python's standard error output. */
  setStderr(options: {
    /** Gets each line that is written. */
    batched: (line: string) => void;
  }): void;
  /** Sets the buffer that Python checks for interrupts. */
  setInterruptBuffer(/** The byte that Python looks at, an array of one. */ buffer: Uint8Array): void;
  /** Removes a module that was registered with `registerJsModule`. */
  unregisterJsModule(name: string): void;
  /** Python's global variables. */
  readonly globals: { get(name: string): unknown; set(name: string, value: unknown): void };
  /** The interpreter's file system. */
  readonly FS: { mkdirTree(path: string): void; writeFile(path: string, data: string | Uint8Array): void };
  /**
   * Pyodide's internals. They hold the current interrupt buffer, and say whether Python code can be suspended. All
   * calls of Python functions go through them.
   */
  readonly _module?: {
    readonly Py_EmscriptenSignalBuffer?: Uint8Array;
    readonly jspiSupported?: boolean;
    _emscripten_stack_get_base?(): number;
    _emscripten_stack_set_limits?(base: number, end: number): void;
    _PyThreadState_Get?(): number;
    _PyUnstable_ThreadState_ResetStackProtection?(state: number): void;
    _PyUnstable_ThreadState_SetStackProtection?(state: number, start: number, size: number): void;
    _Py_IncRef?(object: number): void;
    /** Starts a Python task, which may wait. */
    promisingApply?: (...call: unknown[]) => Promise<unknown>;
    /** Calls a Python function in a task that may wait, for the event loop and for promises. */
    callPyObjectMaybePromising?: (object: number, args: unknown[]) => Promise<unknown>;
    /** Calls a Python function for JavaScript code. */
    callPyObject?: (object: number, args: unknown[]) => unknown;
    finalizationRegistry?: Pick<FinalizationRegistry<unknown>, 'register' | 'unregister'>;
  };
  /** More of Pyodide's internals. `on_fatal` is called when the interpreter fails fatally. */
  readonly _api?: { on_fatal?: (cause: unknown) => void };
}

/** Options of `loadPython`. */
export interface LoadPythonOptions {
  /** The folder that contains Pyodide's files, relative to the page. Default: `pyodide/`. */
  indexURL?: string;
  /** Packages from Pyodide's distribution to load at the start, such as `numpy`. Default: none. */
  packages?: readonly string[];
  /**
   * The folder from which package wheels are fetched. Default: `indexURL`. Pyodide's npm package contains no wheels;
   * its content delivery network does.
   */
  packageBaseUrl?: string | null;
  /**
   * Called with Python's output. Default: the output goes to the console or, if `pyodide` is given, to the receiver
   * that is already set there.
   */
  onOutput?: (/** The text. */ text: string, /** Where the text was written to. */ stream: 'stdout' | 'stderr') => void;
  /** A running Pyodide to use instead of loading one from `indexURL`. */
  pyodide?: Pyodide;
}

/** Options of `run`. */
export interface RunOptions {
  /** The name of the code in tracebacks. Default: `<python>`. */
  filename?: string;
}

/** Python's global variables. */
export interface Globals {
  /**
   * The value of a variable; undefined if there is no such variable. Python tensors and modules are converted to the
   * library's.
   */
  get(name: string): unknown;
  /** Sets a variable. Tensors are converted to Python tensors. */
  set(name: string, value: unknown): void;
}

/** CPython in this page or worker. */
export interface Python {
  /**
   * Runs code, and returns the value of its last expression, converted as by `globals.get`.
   * @throws PythonError if the code raises an exception
   * @throws PythonEndedError if the interpreter ends during the run, or has already ended
   * @param code The code of Python.
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
   * Returns the result of `work`, which calls objects of the interpreter, for example a Python function from
   * `globals.get`.
   *
   * @param work starts the calls; not called if the interpreter has already ended
   * @throws PythonEndedError if the interpreter ends during the call, since such a call would never return
   */
  orEnd<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The buffer that Python checks for interrupts. It can be shared between threads if the page is isolated
   * (`crossOriginIsolated`).
   */
  readonly interruptBuffer: Uint8Array;
  /** The underlying Pyodide, for everything that this interface does not cover. */
  readonly pyodide: Pyodide;
  /** Removes Lamplight from the interpreter. */
  dispose(): void;
}
