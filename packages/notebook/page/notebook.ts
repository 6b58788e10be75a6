// A notebook on a page: its cells in their order, the queue of those that are to run, and what is stale; knows nothing of where it is kept.

import {
  codeCell,
  type Cell as FileCell,
  type Language,
  labelsOf,
  runsAt,
  sourcesOf,
  textCell,
} from '../file/notebook';
import type { Ask } from '../panels/data';
import type { Ended, ErrorOutput, Memory, Output, Values, Variable } from '../protocol';
import { Session, type SessionState } from '../session';
import { make } from '../ui/dom';
import { type CellHost, CodeCell } from './code-cell';
import { Exercise, type Verdict } from './exercise';
import { figuresIn } from './figures';
import type { Lesson } from './lesson';
import type { MenuItem } from './menu';
import { recordedIn } from './recorded';
import { TextCell, type TextHost } from './text-cell';

export type Cell = CodeCell | TextCell;

/** What is coloured when a notebook is opened, in letters of code and coloured parts; what stands below has its colours once it is edited. */
const COLOURS = { letters: 150_000, parts: 30_000 };
/** Milliseconds in which texts may be drawn before the notebook is shown; those that take longer stand there as they are written until then. */
const PATIENCE = 1000;

export interface NotebookOptions {
  /** The address of the site's own folder. */
  readonly site: string;
  readonly trusted: boolean;
  readonly short: boolean;
  /** Cells may be added, moved and taken away. */
  readonly editable: boolean;
  /** The Markdown of cells whose HTML came with the page. */
  readonly original: () => Promise<readonly FileCell[]>;
  /** Canvases of the page, by the names that cells know them by; asked for whenever a worker starts, since they go with it. */
  readonly canvases: () => Readonly<Record<string, HTMLCanvasElement>>;
  /** Whether the page has panels that cells follow and report to. Default: false. */
  readonly panels?: boolean;
  /** Where the exercises of a course are kept; those of other notebooks are as they are written at each visit. */
  readonly lesson?: Lesson;
  readonly listener: NotebookListener;
}

/** What the page around the cells shows. */
export interface NotebookListener {
  /** A cell was typed in, added, moved or taken away. */
  changed(): void;
  state(state: SessionState): void;
  variables(variables: readonly Variable[]): void;
  memory(memory: Memory): void;
  adapter(name: string, software: boolean): void;
  /** The GPU was lost. */
  lost(message: string): void;
  /** Cells were stopped, and what one of them had begun computes on. */
  goesOn(message: string): void;
  /** The worker is no more, and what cells had declared went with it; `cell` is the one that ran. */
  gone(why: 'stuck' | 'died', message: string, cell: CodeCell | undefined): void;
  /** To be read aloud. */
  said(text: string): void;
  /** A cell has come to its end; pictures of it may still be on their way. */
  ran?(cell: CodeCell, how: Ended['how']): void;
  /** Cells have fetched files, which a page that opens without a connection keeps. */
  fetched(addresses: readonly string[]): void;
  /** What runs cells, or what edits them, is about to be loaded. */
  uses(part: 'notebook' | 'editor'): void;
  /** A cell has something for the page's panels. */
  report?(values: Values): void;
  /** An exercise is solved. */
  solved?(name: string): void;
}

export class Notebook implements CellHost, TextHost {
  readonly cells: Cell[] = [];
  private readonly session: Session;
  private readonly queue: CodeCell[] = [];
  private running: { readonly cell: CodeCell; readonly run: number } | undefined;
  /** The number of the run in which a cell ran last. */
  private readonly turns = new WeakMap<CodeCell, number>();
  /** Cells below one that was taken away or moved. */
  private readonly shaken = new WeakSet<CodeCell>();
  private readonly files = new Set<string>();
  readonly figures: ReturnType<typeof figuresIn>;
  /** By the cells that readers change. */
  private readonly exercises = new Map<CodeCell, Exercise>();
  /** The exercise that is being checked, and the cell that says how it came out. */
  private asked: { readonly exercise: Exercise; readonly check: CodeCell } | undefined;
  /** The error that ended a cell's last run. */
  private readonly errors = new WeakMap<CodeCell, ErrorOutput>();
  private short: boolean;
  private isEdited = false;
  private loaded: Promise<readonly FileCell[]> | undefined;
  /** The place of a text among the cells that came with the page. */
  private readonly origins = new WeakMap<TextCell, number>();

  constructor(
    readonly root: HTMLElement,
    private readonly options: NotebookOptions,
  ) {
    const { listener, trusted, short, site, panels = false } = options;
    this.short = short;
    this.figures = figuresIn(root);
    this.session = new Session(
      {
        state: (state) => listener.state(state),
        began: (run) => this.runningIn(run)?.begin(),
        cleared: (run) => this.runningIn(run)?.outputs.clear(),
        output: (run, slot, output) => this.put(run, slot, output),
        dropped: (run, slots, lines) => this.cellOfRun(run)?.outputs.drop(slots, lines),
        ended: (ended) => this.ended(ended),
        adapter: (name, software) => listener.adapter(name, software),
        memory: (memory) => listener.memory(memory),
        lost: (message) => listener.lost(message),
        goesOn: (message) => listener.goesOn(message),
        gone: (why, message) => this.gone(why, message),
        fetched: (addresses) => listener.fetched(addresses),
        report: (values) => listener.report?.(values),
      },
      { trusted, short, site, panels },
    );
  }

  get codeCells(): CodeCell[] {
    return this.cells.filter((cell) => cell instanceof CodeCell);
  }

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  get fileNames(): readonly string[] {
    return [...this.files];
  }

  /** Takes over cells that stand in the page: by default those of the root. */
  adopt(elements: readonly HTMLElement[] = [...this.root.querySelectorAll<HTMLElement>(':scope > .cell')]): void {
    elements.forEach((element, i) => {
      if (element.classList.contains('code-cell')) {
        this.cells.push(new CodeCell(element, this));
      } else {
        const cell = new TextCell(element, this);
        this.origins.set(cell, i);
        this.cells.push(cell);
      }
    });
    this.number();
  }

  /** Shows these cells in place of all others. */
  async replace(texts: readonly FileCell[]): Promise<void> {
    this.session.restart();
    this.exercises.clear();
    for (const cell of this.cells.splice(0)) {
      cell.close();
      cell.element.remove();
    }
    const drawn: Promise<void>[] = [];
    const colours = { ...COLOURS };
    const made: Cell[] = [];
    const recorded = recordedIn(this.root);
    for (const text of texts) made.push(await this.cellOf(text, drawn, colours, recorded));
    await Promise.race([Promise.all(drawn), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    for (const cell of made) this.cells.push(cell);
    this.root.replaceChildren(...made.map(({ element }) => element));
    this.number();
  }

  /** All cells as a file has them. */
  async texts(): Promise<FileCell[]> {
    return Promise.all(
      this.cells.map(async (cell) =>
        cell instanceof CodeCell ? codeCell(cell.source, cell.flags) : textCell(await this.markdownOf(cell)),
      ),
    );
  }

  // ---- running

  run(cell: CodeCell): void {
    this.enqueue([cell]);
  }

  runAll(): void {
    this.enqueue(this.atThisSetting(this.codeCells));
  }

  runFrom(cell: CodeCell): void {
    const all = this.codeCells;
    this.enqueue(this.atThisSetting(all.slice(all.indexOf(cell))));
  }

  /** Runs what stands above a cell, or everything that had run. */
  runAbove(cell: CodeCell | undefined): void {
    const all = this.codeCells;
    const above = cell ? all.slice(0, all.indexOf(cell)) : all.filter(({ ranWith }) => ranWith !== undefined);
    this.enqueue(this.atThisSetting(above));
  }

  /** Without those that run at the other setting of the course alone, and those of exercises. */
  private atThisSetting(cells: readonly CodeCell[]): CodeCell[] {
    return cells.filter(({ flags }) => runsAt(flags, this.short));
  }

  /** Runs an exercise and what says whether it is right, behind those of the cells above that have not run. */
  private checkExercise(exercise: Exercise, stub: CodeCell): void {
    const all = this.codeCells;
    const check = all.find(({ flags: { exercise: of } }) => of?.name === exercise.name && of.part === 'check');
    if (!check || stub.isBusy || check.isBusy || this.asked) return;
    const above = this.atThisSetting(all.slice(0, all.indexOf(stub)));
    const needed = above.filter(({ flags, ranWith }) => !flags.check && ranWith === undefined);
    this.asked = { exercise, check };
    exercise.begin();
    this.enqueue([...needed, stub, check]);
  }

  /** Says how an exercise came out, once a cell that its check stands on has ended. */
  private tellExercise(cell: CodeCell, how: Ended['how']): void {
    const { asked } = this;
    if (!asked || (how === 'done' && cell !== asked.check)) return;
    this.asked = undefined;
    const verdicts: Record<Ended['how'], Verdict> = {
      done: { how: 'right' },
      stopped: { how: 'stopped' },
      failed: { how: 'wrong', cell, error: this.errors.get(cell) },
    };
    asked.exercise.tell(verdicts[how]);
    if (how === 'done') this.options.listener.solved?.(asked.exercise.name);
  }

  /** Cells that readers are to change get their buttons. */
  private findExercises(): void {
    for (const cell of this.codeCells) {
      if (cell.flags.exercise?.part !== 'stub' || this.exercises.has(cell)) continue;
      const exercise = new Exercise(cell, this.options.lesson, () => this.checkExercise(exercise, cell));
      this.exercises.set(cell, exercise);
    }
  }

  stop(): void {
    this.forgetAsked();
    for (const cell of this.queue.splice(0)) cell.end('idle');
    this.session.stop();
  }

  private forgetAsked(): void {
    this.asked?.exercise.tell({ how: 'stopped' });
    this.asked = undefined;
  }

  /** Ends the worker; the next cell that runs starts another. */
  restart(): void {
    this.session.restart();
    for (const cell of this.codeCells) {
      cell.ranWith = undefined;
      cell.setStale(null);
      cell.end('idle');
      cell.outputs.clear();
    }
    this.options.listener.said('Restarted: what cells had declared is gone.');
  }

  setShort(short: boolean): void {
    this.short = short;
    this.session.setShort(short);
  }

  /** Tells cells what the page's panels are set to. */
  giveControls(values: Values): void {
    this.session.giveControls(values);
  }

  addFile(file: File): void {
    this.files.add(file.name);
    this.session.addFile(file);
  }

  removeFile(name: string): void {
    this.files.delete(name);
    this.session.removeFile(name);
  }

  /** What a step computes, in words. */
  async explain(name: string): Promise<string> {
    return (await this.session.explain(name)).text;
  }

  // ---- what cells ask

  readonly ask: Ask = (...question) => this.session.ask(...question);

  edited(_cell: CodeCell): void {
    this.isEdited = true;
    this.options.listener.uses('editor');
    this.tellEditors();
  }

  changed(cell: CodeCell): void {
    this.showStale();
    this.tellEditors();
    const exercise = this.exercises.get(cell);
    exercise?.typed();
    // What is typed in an exercise of a course is kept apart, and leaves the course as it is.
    if (!exercise || !this.options.lesson) this.options.listener.changed();
  }

  textEdited(_cell: TextCell): void {
    this.options.listener.uses('editor');
  }

  textChanged(_cell: TextCell): void {
    this.options.listener.changed();
  }

  advance(cell: CodeCell): void {
    const next = this.cells.slice(this.cells.indexOf(cell) + 1).find((each) => each instanceof CodeCell);
    if (next) next.focus();
    else if (this.options.editable) void this.add('code', cell).then((added) => added.focus());
  }

  advanceText(cell: TextCell): void {
    this.cells[this.cells.indexOf(cell) + 1]?.focus();
  }

  showLine(label: string | null, line: number): void {
    void this.codeCells.find(({ called }) => called === label)?.editLine(line);
  }

  async markdownOf(cell: TextCell): Promise<string> {
    if (cell.source !== undefined) return cell.source;
    this.loaded ??= this.options.original();
    const found = (await this.loaded)[this.origins.get(cell) ?? -1];
    cell.know(found?.text ?? '');
    return cell.source ?? '';
  }

  actions(cell: CodeCell): readonly MenuItem[] {
    return [
      { label: 'Run from here', run: () => this.runFrom(cell) },
      { label: 'Run all above', run: () => this.runAbove(cell), enabled: () => this.codeCells[0] !== cell },
      ...(this.options.editable ? this.changes(cell) : []),
    ];
  }

  textActions(cell: TextCell): readonly MenuItem[] {
    return this.options.editable ? this.changes(cell) : [];
  }

  /** Adds code in the language that the cell is not in. */
  private addOther(cell: Cell): MenuItem {
    const isPython = cell instanceof CodeCell && cell.flags.language === 'python';
    const language = isPython ? 'typescript' : 'python';
    return {
      label: `Add ${isPython ? 'TypeScript' : 'Python'} below`,
      run: () => void this.add('code', cell, language).then((added) => added.focus()),
    };
  }

  private changes(cell: Cell): MenuItem[] {
    const at = () => this.cells.indexOf(cell);
    return [
      { label: 'Add code below', run: () => void this.add('code', cell).then((added) => added.focus()) },
      this.addOther(cell),
      { label: 'Add text below', run: () => void this.add('text', cell).then((added) => (added as TextCell).edit()) },
      { label: 'Move up', run: () => this.move(cell, -1), enabled: () => at() > 0 },
      { label: 'Move down', run: () => this.move(cell, 1), enabled: () => at() < this.cells.length - 1 },
      { label: 'Delete', run: () => this.remove(cell), enabled: () => this.cells.length > 1 },
    ];
  }

  // ---- changes of the list

  /** Code is in the language of the cell above, unless another is named. */
  async add(kind: 'text' | 'code', below?: Cell, named?: Language): Promise<Cell> {
    const language = named ?? (below instanceof CodeCell ? below.flags.language : 'typescript');
    const cell = await this.cellOf(kind === 'text' ? textCell('') : codeCell('', { language }));
    const at = below ? this.cells.indexOf(below) + 1 : this.cells.length;
    this.cells.splice(at, 0, cell);
    if (below) below.element.after(cell.element);
    else this.root.append(cell.element);
    this.listChanged(at);
    return cell;
  }

  private move(cell: Cell, by: 1 | -1): void {
    const at = this.cells.indexOf(cell);
    const other = this.cells[at + by];
    if (!other) return;
    this.cells[at] = other;
    this.cells[at + by] = cell;
    if (by < 0) other.element.before(cell.element);
    else other.element.after(cell.element);
    this.listChanged(Math.min(at, at + by));
    cell.focus();
  }

  private remove(cell: Cell): void {
    const at = this.cells.indexOf(cell);
    this.cells.splice(at, 1);
    cell.close();
    cell.element.remove();
    this.listChanged(at);
    this.cells[Math.min(at, this.cells.length - 1)]?.focus();
  }

  /** Cells from a place on have others above them than before. */
  private listChanged(from: number): void {
    for (const cell of this.cells.slice(from)) if (cell instanceof CodeCell) this.shaken.add(cell);
    this.number();
    this.showStale();
    this.options.listener.changed();
  }

  /** `drawn` gets the promise of a text that is drawn; `colours` is what may yet be coloured; `recorded` gives what was recorded of a code. */
  private async cellOf(
    file: FileCell,
    drawn: Promise<void>[] = [],
    colours = { ...COLOURS },
    recorded?: ReturnType<typeof recordedIn>,
  ): Promise<Cell> {
    const element = make('section', { className: 'cell' });
    if (file.kind === 'text') {
      const cell = new TextCell(element, this, file.text);
      drawn.push(cell.draw());
      return cell;
    }
    const code = make('code');
    colours.letters -= file.text.length;
    if (colours.letters >= 0) {
      const { colouredWithin } = await import('../render/code');
      const { html, parts } = colouredWithin(colours.parts, file.text, file.language);
      code.innerHTML = html;
      colours.parts -= parts;
    } else code.textContent = file.text;
    element.append(make('pre', {}, code));
    element.dataset.language = file.language;
    element.toggleAttribute('data-hidden', file.hidden);
    if (file.only) element.dataset.only = file.only;
    element.toggleAttribute('data-check', file.check);
    if (file.exercise) {
      element.dataset.exercise = file.exercise.name;
      element.dataset.part = file.exercise.part;
    }
    const outputs = recorded?.(file.text);
    if (outputs) element.append(outputs);
    return new CodeCell(element, this);
  }

  private number(): void {
    const labels = labelsOf(this.codeCells.map(({ flags }) => flags));
    this.codeCells.forEach((cell, i) => {
      cell.setLabel(cell.element.dataset.label ?? labels[i]!);
    });
    this.findExercises();
    this.tellEditors();
  }

  private tellEditors(): void {
    const cells = this.codeCells
      .filter(({ flags }) => flags.language === 'typescript')
      .map(({ id, source }) => ({ name: id, source }));
    // Whoever has no editor needs no checker.
    if (!this.isEdited) return;
    void import('../editor/checker').then(({ tellCells }) => tellCells(cells));
  }

  private showStale(): void {
    let newest = 0;
    let isChanged = false;
    for (const cell of this.codeCells) {
      const turn = this.turns.get(cell) ?? 0;
      const hasRun = cell.ranWith !== undefined;
      const isEdited = hasRun && cell.ranWith !== cell.source;
      const isShaken = isChanged || newest > turn || this.shaken.has(cell);
      cell.setStale(isEdited ? 'self' : hasRun && isShaken ? 'above' : null);
      newest = Math.max(newest, turn);
      isChanged ||= isEdited;
    }
  }

  // ---- the worker

  private enqueue(cells: readonly CodeCell[]): void {
    for (const cell of cells) {
      if (cell.isBusy) continue;
      cell.wait();
      this.queue.push(cell);
    }
    this.next();
  }

  private next(): void {
    if (this.running) return;
    const cell = this.queue.shift();
    if (!cell) return;
    const notebook = sourcesOf(this.codeCells.map(({ source, flags }) => ({ ...flags, text: source })));
    if (this.session.state === 'off') {
      this.options.listener.uses('notebook');
      for (const [name, canvas] of Object.entries(this.options.canvases())) this.session.giveCanvas(name, canvas);
    }
    cell.ranWith = cell.source;
    this.errors.delete(cell);
    const { language } = cell.flags;
    const { run } = this.session.run({ label: cell.called, source: cell.source, language }, notebook);
    this.running = { cell, run };
    this.turns.set(cell, run);
    this.shaken.delete(cell);
  }

  private runningIn(run: number): CodeCell | undefined {
    return this.running?.run === run ? this.running.cell : undefined;
  }

  private cellOfRun(run: number): CodeCell | undefined {
    return this.runningIn(run) ?? this.codeCells.find((each) => this.turns.get(each) === run);
  }

  private put(run: number, slot: number, output: Output): void {
    const cell = this.cellOfRun(run);
    cell?.outputs.put(slot, output);
    if (!cell || output.kind !== 'error') return;
    this.errors.set(cell, output);
    this.markError(cell, output);
  }

  private ended({ run, how, milliseconds, memory, variables }: Ended): void {
    const { listener } = this.options;
    const cell = this.runningIn(run);
    if (!cell) return;
    this.running = undefined;
    cell.outputs.show();
    cell.end(how, milliseconds);
    listener.variables(variables);
    listener.memory(memory);
    listener.said(`${cell.called} ${how === 'done' ? 'has run' : how}`);
    listener.ran?.(cell, how);
    // As in Jupyter: what was to follow a cell that failed would build on nothing.
    if (how !== 'done') for (const waiting of this.queue.splice(0)) waiting.end('idle');
    this.tellExercise(cell, how);
    this.showStale();
    this.next();
  }

  private markError(cell: CodeCell, { cell: label, line }: ErrorOutput): void {
    if (line === null) return;
    const at = label === null ? cell : this.codeCells.find(({ called }) => called === label);
    at?.markLine(line);
  }

  private gone(why: 'stuck' | 'died' | 'restarted', message: string): void {
    for (const cell of this.queue.splice(0)) cell.end('idle');
    this.forgetAsked();
    for (const cell of this.codeCells) this.shaken.add(cell);
    this.showStale();
    this.options.listener.variables([]);
    if (why !== 'restarted') this.options.listener.gone(why, message, this.running?.cell);
  }

  close(): void {
    this.session.close();
    for (const cell of this.cells) cell.close();
  }
}
