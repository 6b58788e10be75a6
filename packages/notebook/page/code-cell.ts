// A cell of code on a page: the code, which becomes an editor once it is touched, the strip with what can be done and what was, and the outputs.

import type { CodeEditor } from '../editor/editor';
import { foldedName, isFolded } from '../file/holds';
import type { ExercisePart, CodeCell as FileCell } from '../file/notebook';
import { Outputs } from '../outputs/outputs';
import type { Ask } from '../panels/data';
import { make } from '../ui/dom';
import { icon } from './icons';
import { type MenuItem, menu } from './menu';

/** What a cell asks of the notebook that it stands in. */
export interface CellHost {
  run(cell: CodeCell): void;
  stop(): void;
  /** Asks for a panel of a cell; the answer comes once no cell runs. */
  readonly ask: Ask;
  /** An editor is about to open. */
  edited(cell: CodeCell): void;
  /** The code is another than before. */
  changed(cell: CodeCell): void;
  /** Goes to the cell below. */
  advance(cell: CodeCell): void;
  /** Shows a line of the cell that is called so. */
  showLine(label: string | null, line: number): void;
  /** What the cell's menu offers. */
  actions(cell: CodeCell): readonly MenuItem[];
}

export type State = 'idle' | 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

const WORDS: Record<State, string> = {
  idle: '',
  waiting: 'waits for its turn',
  running: 'running',
  done: 'ran in',
  failed: 'failed after',
  stopped: 'stopped after',
};

const STALE = { above: 'stale: a cell above has changed', self: 'changed since it ran' } as const;

/** What the cell is to an exercise, as its element says. */
function partOf({ dataset: { exercise: name, part } }: HTMLElement): ExercisePart | null {
  if (!name) return null;
  return part === 'check' || part === 'solution' ? { name, part } : { name, part: 'stub' };
}

let cells = 0;

/** The editor comes with the first cell that is touched. */
const editorModule = () => import('../editor/editor');

export class CodeCell {
  readonly kind = 'code';
  /** Tells the cell from all others of the page. */
  readonly id = `cell-${++cells}`;
  readonly element: HTMLElement;
  readonly outputs: Outputs;
  /** What the cell was when it ran last; undefined while it never has. */
  ranWith: string | undefined;
  /** What a file says of the cell beside its code. */
  readonly flags: Omit<FileCell, 'kind' | 'text'>;
  private readonly code: HTMLElement;
  private readonly runButton = make('button', { type: 'button', className: 'run' });
  private readonly said = make('span', { className: 'cell-state' });
  private readonly why = make('span', { className: 'cell-why' });
  private readonly name = make('span', { className: 'cell-name' });
  private readonly mark = make('span', { className: 'line-mark', hidden: true });
  private editor: CodeEditor | undefined;
  private opening: Promise<CodeEditor> | undefined;
  private text: string;
  private state: State = 'idle';
  private stale: 'above' | 'self' | null = null;
  private began = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private label = 'cell';

  /** `element` holds the code in a `pre`, coloured or not. */
  constructor(
    element: HTMLElement,
    private readonly host: CellHost,
  ) {
    this.element = element;
    const { only = null, language } = element.dataset;
    this.flags = {
      language: language === 'python' ? 'python' : 'typescript',
      hidden: 'hidden' in element.dataset,
      only: only === 'short' || only === 'full' ? only : null,
      check: 'check' in element.dataset,
      exercise: partOf(element),
    };
    const pre = element.querySelector('pre') ?? make('pre', {}, make('code'));
    this.text = (pre.textContent ?? '').replace(/\n$/, '');
    this.code = make('div', { className: 'code', tabIndex: 0 }, pre, this.mark);
    this.code.setAttribute('role', 'group');
    const recorded = element.querySelector<HTMLElement>(':scope > .outputs[data-recorded]');
    this.outputs = new Outputs((cell, line) => host.showLine(cell, line), recorded ?? undefined);
    this.outputs.ask = (...question) => host.ask(...question);
    this.outputs.element.setAttribute('role', 'group');
    const strip = make(
      'div',
      { className: 'strip' },
      this.runButton,
      this.name,
      this.said,
      this.why,
      menu('More for this cell', icon('more'), () => host.actions(this)),
    );
    element.classList.add('cell', 'code-cell');
    element.replaceChildren(make('div', { className: 'code-box' }, this.code, strip), this.outputs.element);
    if (isFolded(this.flags)) this.fold(strip);
    this.runButton.addEventListener('click', () => (this.isBusy ? host.stop() : host.run(this)));
    this.listen();
    this.setLabel(this.label);
    this.show();
  }

  get source(): string {
    return this.text;
  }

  get isBusy(): boolean {
    return this.state === 'waiting' || this.state === 'running';
  }

  get current(): State {
    return this.state;
  }

  /** What the cell is called in errors and aloud, such as `cell 3`. */
  setLabel(label: string): void {
    this.label = label;
    const { only, language } = this.flags;
    this.name.textContent = `${label}${language === 'python' ? ', Python' : ''}${only ? `, at the ${only} setting` : ''}`;
    this.element.setAttribute('aria-label', label);
    this.code.setAttribute('aria-label', `Code of ${label}. Press Enter to edit it, Shift and Enter to run it.`);
    this.showOutputsName();
    this.showRun();
  }

  get called(): string {
    return this.label;
  }

  setSource(text: string): void {
    this.text = text;
    if (this.editor) this.editor.setText(text);
    else this.code.querySelector('code')?.replaceChildren(text);
  }

  /** Puts what else can be done with the cell beside its Run button. */
  addTool(...tools: readonly HTMLElement[]): void {
    this.runButton.after(...tools);
  }

  /** Why what stands below is not what the code gives now. */
  setStale(why: 'above' | 'self' | null): void {
    if (why === this.stale) return;
    this.stale = why;
    this.show();
  }

  wait(): void {
    this.enter('waiting');
  }

  begin(): void {
    this.outputs.clear();
    this.markLine(null);
    this.began = performance.now();
    this.enter('running');
    this.timer = setInterval(() => this.show(), 500);
  }

  end(how: 'done' | 'failed' | 'stopped' | 'idle', milliseconds = 0): void {
    if (how !== 'idle') this.outputs.forgetRecorded();
    this.enter(how);
    const took = formatDuration(milliseconds);
    this.said.textContent = how === 'idle' ? '' : `${WORDS[how]} ${took}`;
  }

  /** Marks a line of the code, or none. */
  markLine(line: number | null): void {
    this.mark.hidden = line === null;
    if (line !== null) this.mark.style.setProperty('--line', String(line));
  }

  /** Opens the editor with the cursor at a place in the text. */
  async edit(at?: number): Promise<void> {
    if (!this.opening) this.host.edited(this);
    const before = this.text;
    this.opening ??= editorModule().then(({ openEditor }) => {
      const editor = openEditor(this.code, {
        id: this.id,
        label: this.label,
        text: this.text,
        language: this.flags.language,
        onChange: (text) => {
          this.text = text;
          this.markLine(null);
          this.outputs.tellRecorded(text.trim() === before.trim());
          this.host.changed(this);
        },
        onRun: (advance) => {
          this.host.run(this);
          if (advance) this.host.advance(this);
        },
        onLeave: () => this.code.focus(),
      });
      this.code.querySelector('pre')?.remove();
      this.code.classList.add('edited');
      this.editor = editor;
      return editor;
    });
    this.code.setAttribute('aria-busy', 'true');
    const editor = await this.opening;
    this.code.removeAttribute('aria-busy');
    editor.focus(at);
  }

  /** Puts the cursor at the beginning of a line. */
  async editLine(line: number): Promise<void> {
    this.code.hidden = false;
    this.markLine(line);
    await this.edit(
      this.text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0),
    );
    this.element.scrollIntoView({ block: 'nearest' });
  }

  focus(): void {
    if (this.editor) this.editor.focus();
    else this.code.focus();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** Gives back what the cell holds beside its element. */
  close(): void {
    clearInterval(this.timer);
    this.outputs.clear();
    this.editor?.close();
  }

  /** Puts the code away, behind what it holds and a button that shows it. */
  private fold(strip: HTMLElement): void {
    const button = make('button', { type: 'button', className: 'link' });
    const what = make('p', { className: 'folded-name' }, foldedName({ ...this.flags, text: this.text }));
    const name = this.flags.exercise?.part === 'solution' ? 'the solution' : 'the code';
    this.code.before(what);
    const show = (isOpen: boolean) => {
      this.code.hidden = !isOpen;
      what.hidden = isOpen;
      button.textContent = `${isOpen ? 'Hide' : 'Show'} ${name}`;
      button.setAttribute('aria-expanded', String(isOpen));
    };
    button.addEventListener('click', () => show(this.code.hidden === true));
    strip.lastElementChild?.before(button);
    show(false);
  }

  private listen(): void {
    // Whoever comes to a cell by the keyboard may write next, and the checker takes seconds to start.
    if (this.flags.language === 'typescript') {
      this.code.addEventListener('focus', () => void import('../editor/checker').then(({ warm }) => warm()), {
        once: true,
      });
    }
    this.code.addEventListener('click', ({ clientX, clientY }) => {
      if (this.editor || !getSelection()?.isCollapsed) return;
      void this.edit(placeAt(this.code, clientX, clientY));
    });
    this.code.addEventListener('keydown', (event) => {
      if (event.target !== this.code || event.key !== 'Enter') return;
      event.preventDefault();
      if (event.shiftKey || event.ctrlKey || event.metaKey) {
        this.host.run(this);
        if (event.shiftKey) this.host.advance(this);
      } else {
        void this.edit();
      }
    });
  }

  private showOutputsName(): void {
    const { element, isRecorded } = this.outputs;
    element.setAttribute('aria-label', `${isRecorded ? 'Recorded output' : 'Output'} of ${this.label}`);
  }

  private enter(state: State): void {
    clearInterval(this.timer);
    this.state = state;
    this.show();
  }

  private show(): void {
    const { state, stale } = this;
    this.element.dataset.state = state;
    if (stale && !this.isBusy) this.element.dataset.stale = stale;
    else delete this.element.dataset.stale;
    this.why.textContent = stale && !this.isBusy ? STALE[stale] : '';
    if (state === 'running') this.said.textContent = `running, ${formatDuration(performance.now() - this.began)}`;
    else if (state === 'waiting') this.said.textContent = WORDS.waiting;
    this.showOutputsName();
    this.showRun();
  }

  private showRun(): void {
    const { runButton, isBusy } = this;
    runButton.replaceChildren(icon(isBusy ? 'stop' : 'run'), isBusy ? 'Stop' : 'Run');
    runButton.setAttribute('aria-label', `${isBusy ? 'Stop' : 'Run'} ${this.label}`);
  }
}

/** 850 ms, 3.2 s, 2:05 min. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}\u202fms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}\u202fs`;
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}\u202fmin`;
}

/** How many characters of the text stand before a place of the screen. */
function placeAt(root: HTMLElement, x: number, y: number): number | undefined {
  const place = document.caretPositionFromPoint?.(x, y);
  if (!place || !root.contains(place.offsetNode)) return undefined;
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(place.offsetNode, place.offset);
  return range.toString().length;
}
