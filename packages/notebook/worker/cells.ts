// Runs cells, one at a time, in the order in which they were asked for.
import { gpu } from 'lamplight';
import { type CellCalls, compileCell, declaredNames } from '../compile/cell';
import type { Answer } from '../panels/data';
import type { AskPanel, Ended, Explain, Output, Run } from '../protocol';
import { counted, hasBar } from './bars';
import { openDoor } from './doors';
import { type Compiled, failureOf } from './failure';
import { LookBack } from './look-back';
import { GpuWatch, memoryNow } from './memory';
import { type Post, RunOutputs } from './outputs';
import { answerOf } from './pad';
import { Plot } from './plot';
import type { PythonCells } from './python';
import type { Scope } from './scope';
import { show } from './show';
import { StopError, type Stopper } from './stopper';
import { isAtHand, textAtHand, valueText } from './texts';
import { unknownMember } from './unknown-member';
import { variablesOf } from './variables';

type CellModule = { readonly default: (scope: object, calls: CellCalls) => Promise<unknown> };

/** What a run says of the names in its cell. */
type Names = Pick<Ended, 'declares' | 'reads'>;

/** Whether it comes out of an interpreter of Python that has ended: its cell says so. */
const isPythons = (error: unknown): boolean => {
  const { pyodide_fatal_error: isFatal, stack } = Object(error) as { pyodide_fatal_error?: unknown; stack?: unknown };
  return isFatal === true || /pyodide\.asm\.(?:wasm|mjs)/.test(String(stack));
};

/** Names that cells of the notebook declare, each with the labels of those that do. */
export class Declarations {
  /** Of sources that were looked at. */
  readonly #known = new Map<string, readonly string[]>();
  #byName = new Map<string, string[]>();

  /** @param sources of all code cells, in order; a cell is called by its place among them where it has not run */
  look(sources: readonly string[]): void {
    const known = new Map(sources.map((source) => [source, this.#known.get(source) ?? declaredNames(source)] as const));
    this.#known.clear();
    this.#byName = new Map();
    for (const [source, names] of known) this.#known.set(source, names);
    for (const [i, source] of sources.entries()) {
      for (const name of known.get(source) ?? []) {
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), `cell ${i + 1}`]);
      }
    }
  }

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  declaredIn(name: string): readonly string[] {
    return this.#byName.get(name) ?? [];
  }
}

export interface Surroundings {
  readonly scope: Scope;
  readonly stopper: Stopper;
  readonly python: PythonCells;
  readonly declarations: Declarations;
  /** Names that every cell knows. */
  readonly builtins: readonly string[];
  readonly post: Post;
}

export class Cells {
  /** Outputs of the run that goes on, or of the last. */
  outputs: RunOutputs;
  /** Runs and questions that wait. */
  readonly #waiting: (Run | Explain | AskPanel)[] = [];
  #isBusy = false;
  /** Compiled cells by their addresses. */
  readonly #labels = new Map<string, Compiled>();
  readonly watch: GpuWatch;
  readonly #lookBack: LookBack;

  constructor(private readonly around: Surroundings) {
    this.outputs = new RunOutputs(0, around.post);
    this.watch = new GpuWatch(around.post);
    this.#lookBack = new LookBack(() => around.post({ type: 'goes-on' }));
  }

  /** What is thrown where no cell awaits it. */
  stray(error: unknown): void {
    if (error instanceof StopError || isPythons(error)) return;
    this.outputs.slot().put(failureOf(error, 'a cell', this.#labels));
  }

  add(message: Run | Explain | AskPanel): void {
    this.#waiting.push(message);
    if (!this.#isBusy) void this.#work();
  }

  stop(): void {
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.type === 'ask')
        this.#answer(waiting, {
          problem: 'The cells were stopped before the network could answer: draw on, and it does.',
        });
      else if (waiting.type === 'run') this.#end(waiting.run, 'stopped', 0, { declares: [], reads: [] });
      else this.around.post({ type: 'explained', run: waiting.run, text: 'stopped', failed: true });
    }
    if (!this.#isBusy) return;
    this.around.stopper.stop();
    this.around.python.stop();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    this.#lookBack.cancel();
    let isStopped = false;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.around.stopper.reset();
      if (next.type === 'run') isStopped = (await this.#run(next)) === 'stopped';
      else if (next.type === 'ask') this.#answer(next, await answerOf(next));
      else await this.#explain(next);
    }
    this.#isBusy = false;
    if (isStopped) this.#lookBack.begin();
  }

  async #run({ run, label, source, language, notebook }: Run): Promise<Ended['how']> {
    const { post, stopper } = this.around;
    const outputs = new RunOutputs(run, post);
    this.outputs = outputs;
    post({ type: 'began', run });
    const begun = performance.now();
    const names: Names = { declares: [], reads: [] };
    let how: Ended['how'] = 'done';
    this.watch.begin();
    try {
      this.around.declarations.look(notebook);
      if (language === 'python') await this.#runPython(source, label, names);
      else await this.#runTypeScript(source, label, names);
    } catch (error) {
      how = error instanceof StopError || stopper.isStopped ? 'stopped' : 'failed';
      if (how === 'failed') outputs.slot().put(failureOf(error, label, this.#labels));
    }
    await outputs.settled();
    this.watch.end();
    this.#end(run, how, performance.now() - begun, names);
    return how;
  }

  async #runTypeScript(source: string, label: string, names: Names): Promise<void> {
    const { builtins, declarations, scope } = this.around;
    const known = new Set([...builtins, ...declarations.names, ...Object.keys(scope.names)]);
    const cell = compileCell(source, { names: known, isGlobal: (name) => name in globalThis });
    Object.assign(names, { declares: cell.declares, reads: cell.reads });
    const module = await this.#load(cell.code, label);
    const value = await module.default(scope.names, this.#calls());
    const unknown = value === undefined ? unknownMember(source, scope.names) : null;
    if (unknown) this.outputs.slot().put({ kind: 'text', stream: 'warn', text: unknown });
    await this.#give(value);
  }

  async #runPython(source: string, label: string, names: Names): Promise<void> {
    const { python, stopper } = this.around;
    Object.assign(names, await python.namesOf(source, label));
    const text = await python.run(source, label, names.declares, () => stopper.isStopped);
    if (text !== null) this.outputs.slot().put({ kind: 'text', stream: 'value', text });
  }

  #end(run: number, how: Ended['how'], milliseconds: number, names: Names): void {
    const variables = variablesOf(this.around.scope);
    this.around.post({ type: 'ended', run, how, milliseconds, memory: memoryNow(), variables, ...names });
  }

  /** A compiled cell as a module. */
  async #load(code: string, label: string): Promise<CellModule> {
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    this.#labels.set(url, { label, code });
    try {
      return (await import(/* @vite-ignore */ url)) as CellModule;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  #calls(): CellCalls {
    const { stopper, scope } = this.around;
    return {
      wait: (value) => stopper.wait(value),
      each: (items) => stopper.each(hasBar(items) ? counted(this.outputs, items as never, 'Batches') : items),
      import: async (specifier, names) => {
        const module = await openDoor(specifier);
        for (const { imported, local } of names) scope.bind(local, specifier, module, imported);
      },
      load: async (specifier) => openDoor(specifier),
    };
  }

  /** Puts out what the last line gives. */
  async #give(value: unknown): Promise<void> {
    const { outputs } = this;
    // A plot is below the cell already.
    if (value === undefined || value instanceof Plot) return;
    if (value instanceof OffscreenCanvas) {
      if (!outputs.canvases.has(value)) await show(outputs, value);
      return;
    }
    const isPrinted = typeof value === 'string' || typeof value === 'object';
    if (isPrinted && isAtHand([value]) && textAtHand([value]) === outputs.lastText) return;
    await outputs.later(async (slot) => {
      const output: Output = { kind: 'text', stream: 'value', text: await valueText(value) };
      slot.put(output);
    });
  }

  #answer({ question }: AskPanel, answer: Answer): void {
    this.around.post({ type: 'answered', question, answer });
  }

  async #explain({ run, name }: Explain): Promise<void> {
    const { scope, post } = this.around;
    const step = scope.has(name) ? scope.names[name] : undefined;
    if (typeof step !== 'function') {
      post({
        type: 'explained',
        run,
        text: `There is no function ${name} yet: run the cell that declares it.`,
        failed: true,
      });
      return;
    }
    try {
      const explanation = await gpu.explain(() => (step as () => unknown)());
      post({ type: 'explained', run, text: String(explanation), failed: false });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      post({ type: 'explained', run, text, failed: true });
    }
  }
}
