// Runs cells of Python. CPython comes with the first of them; names go both ways between the cells of both languages.
import type { Python, PythonEndedError } from 'lamplight/python';
import { version } from 'pyodide/package.json';
import type { Ended, ErrorOutput } from '../../protocol';
import { ToldError } from '../failure';
import { type Files, offer } from '../files';
import { mnistFiles } from '../mnist';
import type { RunOutputs } from '../outputs';
import type { Scope } from '../scope';
import { StopError } from '../stopper';
import { bar, drawing } from './drawing';
import kernel from './kernel.py?raw';
import { photographs } from './photographs';

/** Where wheels of Pyodide's distribution lie, such as NumPy's: the site carries the interpreter alone. */
const WHEELS = `https://cdn.jsdelivr.net/pyodide/v${version}/full/`;

/** Packages that stand in for those of Pyodide's distribution, by their paths. */
const standins = import.meta.glob<string>(['./standins/**/*.py', './standins/*/METADATA'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Stand-ins for packages of compiled code, which come with the first line that installs one. */
const compiled = import.meta.glob<string>('./compiled/*.py', { query: '?raw', import: 'default' });

/** By the name of the file. */
async function compiledTexts(): Promise<Readonly<Record<string, string>>> {
  const texts = Object.entries(compiled).map(async ([path, read]) => [path.replace(/^.*\//, ''), await read()]);
  return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
}

/** Where the interpreter finds them; kernel.py names the same folder. */
const FOLDER = '/home/pyodide/.standins';

const SIGINT = 2;

/** The name by which cells read the setting of a course: `globals().get('short', True)` in one that runs in Jupyter, too. */
const SETTING = 'short';

/** What surrounds the cells. */
export interface PythonHost {
  outputs(): RunOutputs;
  readonly scope: Scope;
  readonly files: Files;
  /** The setting of a course. */
  readonly short: boolean;
  /** The address of the site's home. */
  readonly site: string;
  /** Is told the byte by which the page interrupts Python from its own thread, where it can. */
  interrupts(buffer: Uint8Array): void;
}

type Frame = readonly [label: string, line: number, name: string];
type Answer =
  | readonly ['value', text?: string]
  | readonly ['failed', name: string, message: string, isOurs: boolean, frames: readonly Frame[]];

/** The functions of kernel.py. */
interface Kernel {
  cleaned(source: string): string;
  missing(source: string): readonly string[];
  names(source: string, label: string): readonly [declares: string[], reads: string[]];
  run(source: string, label: string, labels: readonly string[]): Promise<Answer>;
  values_among(names: readonly string[]): readonly string[];
}

export class PythonCells {
  #started: Promise<{ readonly python: Python; readonly kernel: Kernel }> | null = null;
  /** The interpreter that runs cells; what one that has ended goes on to say is of no cell. */
  #current: object | null = null;
  /** What cells of TypeScript have declared, as Python was told last. */
  readonly #told = new Map<string, unknown>();
  /** Names that the scope has from Python. */
  readonly #given = new Set<string>();
  /** Files that Python finds in its folder. */
  readonly #written = new Map<string, File>();
  readonly #labels = new Set<string>();
  /** Names that an interpreter had which is no more. */
  readonly #lost = new Set<string>();
  /** While a cell runs. */
  #running: Python | null = null;

  constructor(private readonly host: PythonHost) {}

  async #start() {
    const { loadPython } = await import('lamplight/python');
    const own = {};
    this.#current = own;
    const python = await loadPython({
      indexURL: new URL('pyodide/', this.host.site).href,
      packageBaseUrl: WHEELS,
      onOutput: (text, stream) => {
        if (this.#current === own) this.#print(text, stream === 'stderr' ? 'error' : 'log');
      },
    });
    if (globalThis.crossOriginIsolated) this.host.interrupts(python.interruptBuffer);
    const { FS } = python.pyodide;
    for (const [path, text] of Object.entries(standins)) {
      const file = path.replace('./standins', FOLDER);
      FS.mkdirTree(file.slice(0, file.lastIndexOf('/')));
      FS.writeFile(file, text);
    }
    const outputs = () => this.host.outputs();
    python.pyodide.registerJsModule('_lamplight_cells', {
      ...drawing(outputs),
      bar: () => bar(outputs()),
      clear: () => outputs().clear(),
      compiled: compiledTexts,
      offer: (name: string, bytes: Uint8Array) => offer(outputs(), name, bytes),
      mnist: (folder: string, train: boolean) => this.#writeMnist(python, folder, train),
      ...photographs((path) => new URL(path, this.host.site).href),
    });
    FS.writeFile('/home/pyodide/lamplight_notebook.py', kernel);
    const module = (await python.run('import lamplight_notebook; lamplight_notebook')) as Kernel;
    await python.run('del lamplight_notebook');
    return { python, kernel: module };
  }

  #print(text: string, stream: 'log' | 'error'): void {
    const outputs = this.host.outputs();
    // A bar that is written over itself by carriage returns is as it was last.
    const line = text.replace(/\r?\n$/, '').replace(/[^\n]*\r/g, '');
    outputs.lastText = line;
    outputs.write(stream, line);
  }

  async #interpreter() {
    this.#started ??= this.#start();
    return this.#started.catch((error: unknown) => {
      this.#started = null;
      throw error;
    });
  }

  /** The names that a cell declares, and those of others that it reads; none of one that cannot be compiled. */
  async namesOf(source: string, label: string): Promise<Pick<Ended, 'declares' | 'reads'>> {
    const { kernel: own } = await this.#interpreter();
    const [declares, reads] = own.names(own.cleaned(source), label);
    return { declares, reads };
  }

  /**
   * Runs a cell that declares these names; the text of the last line's value, null where it has none.
   * @param isStopped whether Stop was pressed, before the cell's own code has begun
   * @throws ToldError for an exception and for the end of the interpreter, StopError once Stop was pressed
   */
  async run(
    source: string,
    label: string,
    declares: readonly string[],
    isStopped: () => boolean,
  ): Promise<string | null> {
    const { python, kernel: own } = await this.#interpreter();
    this.#labels.add(label);
    this.#tell(python);
    await this.#writeFiles(python);
    // A stop of another cell is none of this one.
    python.interruptBuffer[0] = 0;
    const cleaned = own.cleaned(source);
    await this.#loadPackages(python, own.missing(cleaned));
    if (isStopped()) throw new StopError();
    this.#running = python;
    const answer = await python
      .orEnd(() => own.run(cleaned, label, [...this.#labels]))
      .catch((error: Error) => {
        if (isEnd(error)) this.#end(python, error, label);
        throw error;
      })
      .finally(() => {
        this.#running = null;
        python.interruptBuffer[0] = 0;
      });
    this.#give(python, own.values_among(declares));
    if (answer[0] === 'value') return answer[1] ?? null;
    if (answer[1] === 'KeyboardInterrupt') throw new StopError();
    throw new ToldError(failureOf(answer, label, this.#lost));
  }

  /**
   * The interpreter is no more: the next cell of Python begins another, which is told all names of TypeScript. Those of Python are gone.
   * @throws ToldError always
   */
  #end(python: Python, error: PythonEndedError, cell: string): never {
    python.dispose();
    this.#started = null;
    this.#current = null;
    this.#told.clear();
    this.#written.clear();
    for (const name of this.#given) {
      this.host.scope.lose(name);
      this.#lost.add(name);
    }
    this.#given.clear();
    const [, why = error.message] = /has ended, since (.*); start another/s.exec(error.message) ?? [];
    throw new ToldError({
      kind: 'error',
      name: 'Python has ended',
      message: `${why[0]?.toUpperCase()}${why.slice(1)}. What cells of Python had declared is gone; names of TypeScript stay.`,
      remedy: 'Run the cells of Python above again: the first one starts Python anew.',
      line: null,
      column: null,
      cell,
      stack: [],
    });
  }

  /** Loads packages of Pyodide's distribution. What cannot be fetched is said; the cell's own `import` fails then, or goes another way. */
  async #loadPackages({ pyodide }: Python, modules: readonly string[]): Promise<void> {
    if (modules.length === 0) return;
    const trouble = new Set<string>();
    // Of several packages the same is said of each.
    const add = (message: string) => trouble.add(message.replace(/^.* error occurred while loading .*?:\s*/, ''));
    await pyodide
      .loadPackagesFromImports(modules.map((name) => `import ${name}`).join('\n'), {
        messageCallback: () => {},
        errorCallback: add,
      })
      .catch((error: unknown) => add(String(error)));
    if (trouble.size > 0) {
      this.#print(
        `${modules.join(', ')}: could not be fetched from ${WHEELS} (${[...trouble].filter(Boolean).join('; ')})`,
        'error',
      );
    }
  }

  /** Interrupts the cell that runs, if it is one of Python: with a KeyboardInterrupt, once it has let this message in. */
  stop(): void {
    if (this.#running) this.#running.interruptBuffer[0] = SIGINT;
  }

  /** Gives Python the names that cells of TypeScript have declared since. */
  #tell(python: Python): void {
    const { names, imported } = this.host.scope;
    python.globals.set(SETTING, this.host.short);
    for (const name of Object.keys(names)) {
      if (imported.has(name) || this.#given.has(name)) continue;
      const value = names[name];
      if (this.#told.has(name) && this.#told.get(name) === value) continue;
      this.#told.set(name, value);
      python.globals.set(name, value);
    }
  }

  /** Gives the scope names that a cell of Python has given a value, which is converted when it is first read. */
  #give(python: Python, own: readonly string[]): void {
    const { scope } = this.host;
    for (const name of own) {
      if (name === SETTING) continue;
      this.#given.add(name);
      this.#lost.delete(name);
      scope.set(name, undefined);
      let known: { readonly value: unknown } | null = null;
      Object.defineProperty(scope.names, name, {
        get: () => {
          known ??= { value: python.globals.get(name) };
          return known.value;
        },
        set: (value: unknown) => {
          this.#given.delete(name);
          scope.set(name, value);
        },
        enumerable: true,
        configurable: true,
      });
    }
  }

  /** Writes one half of the MNIST that the site carries where torchvision looks for it. */
  async #writeMnist({ pyodide: { FS } }: Python, folder: string, train: boolean): Promise<void> {
    const { images, labels } = await mnistFiles(new URL('data/mnist/', this.host.site).href, { train });
    FS.mkdirTree(folder);
    const part = train ? 'train' : 't10k';
    FS.writeFile(`${folder}/${part}-images-idx3-ubyte`, images);
    FS.writeFile(`${folder}/${part}-labels-idx1-ubyte`, labels);
  }

  async #writeFiles({ pyodide: { FS } }: Python): Promise<void> {
    for (const name of this.host.files.names()) {
      const file = await this.host.files.get(name);
      if (this.#written.get(name) === file) continue;
      this.#written.set(name, file);
      FS.writeFile(`/home/pyodide/${name}`, new Uint8Array(await file.arrayBuffer()));
    }
  }
}

const isEnd = (error: Error): error is PythonEndedError => error.name === 'PythonEndedError';

/** An exception as a cell of TypeScript tells its errors: what helps stands behind the last semicolon of a message of the library's. */
function failureOf(
  [, name, message, isOurs, frames]: Extract<Answer, readonly ['failed', ...unknown[]]>,
  label: string,
  lost: ReadonlySet<string>,
): ErrorOutput {
  const [, unknown = ''] = /^name '(\w+)' is not defined/.exec(message) ?? [];
  if (name === 'NameError' && lost.has(unknown)) {
    const told = failureOf(['failed', name, message, false, frames], label, new Set());
    return {
      ...told,
      remedy: `${unknown} went with an interpreter that has ended: run the cell that declares it again.`,
    };
  }
  const at = isOurs ? message.lastIndexOf('; ') : -1;
  const rest = message.slice(at + 2);
  const [first] = frames;
  return {
    kind: 'error',
    name,
    message: at < 0 ? message : message.slice(0, at),
    remedy: at < 0 ? null : `${rest[0]?.toUpperCase()}${rest.slice(1)}`,
    line: first?.[1] ?? null,
    column: null,
    cell: first?.[0] ?? label,
    stack: frames.map(
      ([cell, line, called]) => `${called ? `${called} (` : ''}${cell}, line ${line}${called ? ')' : ''}`,
    ),
  };
}
