// Loads CPython through Pyodide, and installs Lamplight as the package `torch`.
import { FetchError } from '../../torch';
import { type Arguments, calls, hearWarnings, parseArgs, kinds as torchKinds } from '../../torch/inside';
import { bridge, openSpace } from './bridge';
import { doorsBridge, openDoors } from './doors';
import { PythonError } from './errors';
import { filesBridge } from './files';
import { Life, setDeepStack } from './life';
import { modulesBridge } from './modules';
import { optimBridge } from './optimizers';
import type { Globals, LoadPythonOptions, Pyodide, Python, RunOptions } from './types';

/**
 * Loads the parts of the library that Python modules use. The library's other modules are loaded when Python first
 * imports their packages.
 */
async function openSpaces(): Promise<void> {
  const torch = await import('./library');
  openSpace('torch', torch);
  openSpace('torch.nn.functional', torch.nn.functional);
  openSpace('torch.nn.init', torch.nn.init);
  openSpace('torch.nn.utils', torch.nn.utils);
  for (const name of ['rnn', 'parametrize', 'parametrizations'] as const) {
    openSpace(`torch.nn.utils.${name}`, torch.nn.utils[name]);
  }
  openSpace('torch.signal.windows', torch.signal.windows);
  openSpace('torch.optim.swa_utils', torch.optim.swaUtils);
  openSpace('torch.distributions.constraints', torch.distributions.constraints);
  openSpace('torch.distributions.transforms', torch.distributions.transforms);
  for (const name of [
    'fft',
    'linalg',
    'special',
    'autograd',
    'func',
    'data',
    'distributions',
    'nn',
    'optim',
    'amp',
  ] as const) {
    openSpace(`torch.${name}`, torch[name]);
  }
}

/** What `importlib.metadata` knows of the packages: names, and the sources that say their versions. */
const versioned = {
  torch: 'torch/version.py',
  torchvision: 'torchvision/__init__.py',
  torchmetrics: 'torchmetrics/__init__.py',
  captum: 'captum/__init__.py',
  lightning: 'lightning/pytorch/__init__.py',
  'pytorch-lightning': 'lightning/pytorch/__init__.py',
};

/** The files of sources and versions, by path. */
async function sourceFiles(): Promise<Map<string, string>> {
  const { sources } = await import('./sources');
  const files = new Map(sources);
  for (const [name, source] of Object.entries(versioned)) {
    const version = /__version__ = "(.+)"/.exec(files.get(source)!)![1]!;
    const folder = `${name.replace('-', '_')}-${version}.dist-info`;
    files.set(`${folder}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
    files.set(`${folder}/INSTALLER`, 'lamplight\n');
  }
  return files;
}

/** Writes the Python sources to a folder where the interpreter looks for packages. */
async function writeSources(pyodide: Pyodide): Promise<void> {
  const files = await sourceFiles();
  const home = String(pyodide.runPython('import sysconfig; sysconfig.get_paths()["purelib"]'));
  for (const [path, text] of files) {
    const file = `${home}/${path}`;
    pyodide.FS.mkdirTree(file.slice(0, file.lastIndexOf('/')));
    pyodide.FS.writeFile(file, text);
  }
  // Stand-ins for other packages go last in the search path, so that the real packages are preferred if they are
  // installed.
  pyodide.runPython(`import sys; sys.path.append("${home}/torchvision/_stand_ins")`);
  defined(pyodide, files.get('torch/_imports.py')!);
}

type Order = ['indexURL', 'packages', 'onOutput', 'pyodide', 'packageBaseUrl'];

const kinds = {
  indexURL: torchKinds.text,
  packages: torchKinds.listOf(torchKinds.text),
  packageBaseUrl: torchKinds.orNull(torchKinds.text),
  onOutput: torchKinds.orNull(torchKinds.callback),
  pyodide: torchKinds.orNull({
    words: 'an interpreter of Pyodide',
    fits: (value) => typeof (value as Partial<Pyodide> | null)?.runPythonAsync === 'function',
  }),
};
const noOptions = {
  indexURL: 'pyodide/',
  packages: [] as readonly string[],
  packageBaseUrl: null,
  onOutput: null as never,
  pyodide: null as never,
};

interface Output {
  stdout(line: string): void;
  stderr(line: string): void;
}

interface Loader {
  loadPyodide(config: object): Promise<Pyodide>;
}

async function pyodideFrom(folder: string): Promise<Loader> {
  try {
    return (await import(/* @vite-ignore */ `${folder}pyodide.mjs`)) as Loader;
  } catch (cause) {
    throw new FetchError(
      `loadPython: expected Pyodide's files in ${folder}, but could not load pyodide.mjs from there; serve those of the package pyodide, and give their folder as indexURL`,
      { cause },
    );
  }
}

/** The absolute URL of a folder, which may be given relative to the page. */
function folderAt(url: string): string {
  const address = new URL(url, globalThis.location?.href ?? 'file:///').href;
  return address.endsWith('/') ? address : `${address}/`;
}

type Start = Required<Pick<LoadPythonOptions, 'indexURL' | 'packages' | 'packageBaseUrl'>>;

async function startPyodide({ indexURL, packages, packageBaseUrl }: Start, output: Output): Promise<Pyodide> {
  const folder = folderAt(indexURL);
  const { loadPyodide } = await pyodideFrom(folder);
  const wheels = packageBaseUrl === null ? {} : { packageBaseUrl: folderAt(packageBaseUrl) };
  return loadPyodide({ indexURL: folder, packages: [...packages], ...wheels, ...output });
}

const SIGINT = 2;

/** The modes that Python code has set: gradient recording and mixed precision. */
interface Switches {
  readonly grad: boolean;
  readonly conversions: typeof calls.conversions;
}

/** Pyodide's own code, which runs while Python waits, must not be interrupted, so it gets this empty buffer. */
const NOTHING = new Uint8Array(1);

/** Manages the byte that interrupts Python code. Python checks it between bytecode instructions. */
class Interrupts {
  #buffer: Uint8Array;

  /**
   * Called by Python before and after it waits. While Python waits, the page's code runs with its own modes instead of
   * Python's.
   */
  readonly suspension = {
    suspend: (): Switches => {
      this.#buffer = this.buffer;
      this.pyodide.setInterruptBuffer(NOTHING);
      const { conversions } = calls;
      calls.conversions = null;
      return { grad: bridge.setGrad(true), conversions };
    },
    resume: ({ grad, conversions }: Switches): void => {
      bridge.setGrad(grad);
      calls.conversions = conversions;
      this.pyodide.setInterruptBuffer(this.buffer);
    },
  };

  constructor(private readonly pyodide: Pyodide) {
    this.#buffer = new Uint8Array(globalThis.crossOriginIsolated ? new SharedArrayBuffer(1) : new ArrayBuffer(1));
    this.#buffer = this.buffer;
    pyodide.setInterruptBuffer(this.#buffer);
  }

  /**
   * Writing a 2 to this buffer interrupts Python. Other threads can write to it if the page is isolated. If the page
   * started Pyodide itself, it may already have set a buffer, which is then used.
   */
  get buffer(): Uint8Array {
    const set = this.pyodide._module?.Py_EmscriptenSignalBuffer;
    return set && set !== NOTHING ? set : this.#buffer;
  }
}

/**
 * Starts CPython in this page or worker; `import torch` in it is Lamplight, on the visitor's GPU.
 *
 *     const python = await loadPython({ indexURL: 'pyodide/' });
 *     await python.run('import torch; print(torch.ones(2, 3).sum().item())');
 *
 * Python waits for values by stack switching, which Chrome and Edge support since version 137. In other browsers
 * `x.item()` is an error, `await torch.lamplight.item(x)` reads the value, and the other packages are loaded together
 * with `torch`. The page's content security policy must allow WebAssembly: `script-src 'wasm-unsafe-eval'`.
 * @throws FetchError if Pyodide's files are not in that folder
 */
export async function loadPython(...args: Arguments<LoadPythonOptions, Order>): Promise<Python> {
  const given = parseArgs<LoadPythonOptions>('loadPython', [], noOptions, args, kinds);
  const { packages, pyodide: own } = given;
  const onOutput = given.onOutput ?? ((text, stream) => console[stream === 'stderr' ? 'warn' : 'log'](text));
  const output: Output = {
    stdout: (line) => onOutput(`${line}\n`, 'stdout'),
    stderr: (line) => onOutput(`${line}\n`, 'stderr'),
  };
  const [pyodide] = await Promise.all([own ?? startPyodide(given, output), openSpaces()]);
  if (own !== null && given.onOutput !== null) {
    pyodide.setStdout({ batched: output.stdout });
    pyodide.setStderr({ batched: output.stderr });
  }
  if (own !== null && packages.length > 0) await pyodide.loadPackage([...packages]);
  const canSwitch = pyodide._module?.jspiSupported ?? 'Suspending' in WebAssembly;
  await Promise.all([writeSources(pyodide), canSwitch ? null : openDoors()]);
  const stops: (() => void)[] = [];
  const life = new Life(pyodide, () => {
    // Resets the modes that Python's `with torch.no_grad()` and `autocast` blocks can no longer reset.
    bridge.setGrad(true);
    calls.conversions = null;
    for (const stop of stops) stop();
  });
  const interrupts = new Interrupts(pyodide);
  const warned = (isCalling: () => boolean, tell: (message: string) => void): void => {
    stops.push(hearWarnings({ isCalling, tell }));
  };
  const bridges = {
    _lamplight: {
      ...bridge,
      ...interrupts.suspension,
      hearWarnings: warned,
      canSwitch,
      setDeepStack: setDeepStack(pyodide),
    },
    _lamplight_modules: modulesBridge,
    _lamplight_optim: optimBridge,
    _lamplight_files: filesBridge,
    _lamplight_doors: doorsBridge,
  };
  for (const [name, members] of Object.entries(bridges)) pyodide.registerJsModule(name, members);
  return new Interpreter(pyodide, life, interrupts, Object.keys(bridges), stops);
}

/** The functions of Python's `torch.lamplight` that TypeScript uses. */
interface Crossing {
  to_typescript(value: unknown): unknown;
  to_python(value: unknown): unknown;
  destroy(): void;
}

/**
 * Runs code. If an interrupt or an exit ends the code, `stopped` is called instead of raising the exception, which the
 * event loop would report to the page's error listeners.
 */
const RUN = `
async def run(code, filename, stopped):
    import __main__, traceback
    from pyodide.code import eval_code_async
    try:
        return await eval_code_async(code, __main__.__dict__, filename=filename)
    except (KeyboardInterrupt, SystemExit) as end:
        stopped(type(end).__name__, "".join(traceback.format_exception(end)))
run
`;

type RunCode = (code: string, filename: string, stopped: (type: string, text: string) => void) => Promise<unknown>;

/** Runs code that defines a helper, in a namespace that the program does not see. */
const defined = (pyodide: Pyodide, code: string): unknown => {
  const namespace = pyodide.toPy({});
  return pyodide.runPython(code, { globals: namespace });
};

class Interpreter implements Python {
  readonly globals: Globals = {
    get: (name) => {
      this.life.check();
      return this.#shown(this.pyodide.globals.get(name));
    },
    set: (name, value) => {
      this.life.check();
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
      this.pyodide.globals.set(name, isObject ? this.#crossing().to_python(value) : value);
    },
  };
  readonly #runCode: RunCode;
  #crossed: Crossing | null = null;
  /** The number of runs in progress. */
  #runs = 0;

  constructor(
    readonly pyodide: Pyodide,
    private readonly life: Life,
    private readonly interrupts: Interrupts,
    /** The names of the JavaScript modules that are registered with Python. */
    private readonly modules: readonly string[],
    /** Functions that stop forwarding warnings to Python. */
    private readonly stops: readonly (() => void)[],
  ) {
    this.#runCode = defined(pyodide, RUN) as RunCode;
  }

  get interruptBuffer(): Uint8Array {
    return this.interrupts.buffer;
  }

  #crossing(): Crossing {
    this.#crossed ??= this.pyodide.pyimport('torch.lamplight') as Crossing;
    return this.#crossed;
  }

  /** Converts a value from Pyodide: a Python object is replaced with its counterpart in the library, if it has one. */
  #shown(value: unknown): unknown {
    return isProxy(value) ? this.#crossing().to_typescript(value) : value;
  }

  orEnd<T>(work: () => Promise<T>): Promise<T> {
    return this.life.orEnd(work);
  }

  async run(code: string, { filename = '<python>' }: RunOptions = {}): Promise<unknown> {
    let end: PythonError | null = null;
    const stopped = (type: string, text: string): void => {
      end = new PythonError(text, { type });
    };
    this.#runs++;
    try {
      const value = await this.life.orEnd(() => this.#runCode(code, filename, stopped));
      if (end) throw end;
      return this.#shown(value);
    } catch (error) {
      if (error instanceof Error && error.name === 'PythonError') {
        throw new PythonError(error.message, { type: String(Reflect.get(error, 'type')), cause: error });
      }
      throw error;
    } finally {
      this.#runs--;
    }
  }

  interrupt(): void {
    if (this.#runs > 0) this.interruptBuffer[0] = SIGINT;
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    // An interpreter that has ended cannot be called any more.
    if (this.life.isOver) return;
    this.#crossed?.destroy();
    this.#crossed = null;
    for (const name of this.modules) this.pyodide.unregisterJsModule(name);
  }
}

/** Whether a value is a Pyodide proxy of a Python object. */
const isProxy = (value: unknown): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof Reflect.get(value, 'destroy') === 'function' &&
  typeof Reflect.get(value, 'type') === 'string';
