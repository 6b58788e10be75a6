// The types of the door: options of `loadPython`, and the interpreter that it starts.

/** Callbacks for messages about packages as they load. */
export interface PackageCallbacks {
  /** Called with each message of progress; default: the console. */
  messageCallback?: (message: string) => void;
  /** Called with each warning and error; default: the console. */
  errorCallback?: (message: string) => void;
}

/** The part of Pyodide that is used here; `loadPyodide` of the package `pyodide` gives one. */
export interface Pyodide {
  /** Runs code that does not wait. */
  runPython(code: string, options?: { filename?: string; globals?: unknown }): unknown;
  /** An object of JavaScript as Python's. */
  toPy(value: object): unknown;
  /** Runs code that may wait. */
  runPythonAsync(code: string, options?: { filename?: string }): Promise<unknown>;
  /** Makes an object importable from Python. */
  registerJsModule(name: string, module: object): void;
  /** Imports a module of Python. */
  pyimport(name: string): unknown;
  /** Loads packages of Pyodide's distribution. */
  loadPackage(names: readonly string[]): Promise<unknown>;
  /** Loads those packages of Pyodide's distribution that code imports. */
  loadPackagesFromImports(code: string, options?: PackageCallbacks): Promise<unknown>;
  /** Says who gets what Python prints. */
  setStdout(options: { batched: (line: string) => void }): void;
  /** Says who gets Python's warnings and errors. */
  setStderr(options: { batched: (line: string) => void }): void;
  /** Says where Python looks whether it is interrupted. */
  setInterruptBuffer(buffer: Uint8Array): void;
  /** Takes it away again. */
  unregisterJsModule(name: string): void;
  /** Python's globals. */
  readonly globals: { get(name: string): unknown; set(name: string, value: unknown): void };
  /** The interpreter's files. */
  readonly FS: { mkdirTree(path: string): void; writeFile(path: string, data: string | Uint8Array): void };
  /** Pyodide's own part, which alone knows the interrupt buffer that is set, and whether code of Python's can be suspended. All calls of Python's functions pass it. */
  readonly _module?: {
    readonly Py_EmscriptenSignalBuffer?: Uint8Array;
    readonly jspiSupported?: boolean;
    _emscripten_stack_get_base?(): number;
    _emscripten_stack_set_limits?(base: number, end: number): void;
    _PyThreadState_Get?(): number;
    _PyUnstable_ThreadState_ResetStackProtection?(state: number): void;
    _Py_IncRef?(object: number): void;
    /** Begins a task of Python's, which may wait. */
    promisingApply?: (...call: unknown[]) => Promise<unknown>;
    /** Calls a function of Python's in such a task: for the event loop, and for promises. */
    callPyObjectMaybePromising?: (object: number, args: unknown[]) => Promise<unknown>;
    /** Calls a function of Python's for JavaScript code. */
    callPyObject?: (object: number, args: unknown[]) => unknown;
    finalizationRegistry?: Pick<FinalizationRegistry<unknown>, 'register' | 'unregister'>;
  };
  /** Pyodide's own part, which is told when the interpreter ends for good. */
  readonly _api?: { on_fatal?: (cause: unknown) => void };
}

/** Options of `loadPython`. */
export interface LoadPythonOptions {
  /** The folder that Pyodide's files are served from, relative to the page; default `pyodide/`. */
  indexURL?: string;
  /** Packages of Pyodide's distribution to load at once, such as `numpy`; default none. */
  packages?: readonly string[];
  /** The folder that wheels of packages are fetched from; default the same as `indexURL`. The npm package of Pyodide has none: its content delivery network does. */
  packageBaseUrl?: string | null;
  /** Gets what Python prints, as it comes; default: the console, or for `pyodide` what gets it already. */
  onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Pyodide that runs already, instead of `indexURL`. */
  pyodide?: Pyodide;
}

/** How code is run. */
export interface RunOptions {
  /** What tracebacks call the code; default `<python>`. */
  filename?: string;
}

/** Python's global variables. */
export interface Globals {
  /** The value of a variable: tensors and modules as the library's own, undefined where there is none of this name. */
  get(name: string): unknown;
  /** Sets a variable; tensors are Python's tensors there. */
  set(name: string, value: unknown): void;
}

/** CPython in this page or worker. */
export interface Python {
  /**
   * Runs code; the value of its last expression comes back, as `globals.get` gives it.
   * @throws PythonError for an exception of the code
   * @throws PythonEndedError where the interpreter ends meanwhile, or has ended
   */
  run(code: string, options?: RunOptions): Promise<unknown>;
  /** Python's global variables. */
  readonly globals: Globals;
  /**
   * Raises KeyboardInterrupt in the code that runs. A loop without tensors is reached from another thread alone: a page has a worker run Python,
   * and sets the first byte of its `interruptBuffer` to 2.
   */
  interrupt(): void;
  /**
   * What `work` gives, which calls objects of the interpreter: a function of Python's that it had by `globals.get`, for example.
   *
   * @param work begins the calls; is not called where the interpreter has ended before
   * @throws PythonEndedError where the interpreter ends meanwhile, since such a call has no end then
   */
  orEnd<T>(work: () => Promise<T>): Promise<T>;
  /** Where Python looks whether it is interrupted: shared between threads where the page is isolated (`crossOriginIsolated`). */
  readonly interruptBuffer: Uint8Array;
  /** The interpreter, for everything else. */
  readonly pyodide: Pyodide;
  /** Takes Lamplight out of the interpreter again. */
  dispose(): void;
}
