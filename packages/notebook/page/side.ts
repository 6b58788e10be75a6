// What stands beside a notebook: its variables, the GPU's memory, the files that its cells may read, and what a step computes.

import type { Memory, Variable } from '../protocol';
import { formatBytes, make } from '../ui/dom';
import { focusWhileScrollable } from '../ui/scrollable';
import { icon } from './icons';

export interface SideActions {
  explain(name: string): Promise<string>;
  addFiles(files: readonly File[]): void;
  removeFile(name: string): void;
  close(): void;
}

export class Side {
  private readonly table = make('div', { className: 'wide' });
  private readonly memory = make('p', { className: 'hint' });
  private readonly adapter = make('p', { className: 'hint' });
  private readonly explained = make('div', { className: 'explained' });
  private readonly files = make('ul', { className: 'file-list' });

  constructor(
    private readonly root: HTMLElement,
    private readonly actions: SideActions,
  ) {
    const input = make('input', { type: 'file', multiple: true, hidden: true, ariaLabel: 'Files for cells to read' });
    input.addEventListener('change', () => {
      actions.addFiles([...(input.files ?? [])]);
      input.value = '';
    });
    const add = make('button', { type: 'button', className: 'button icon-text' }, icon('plus'), 'Add files');
    add.addEventListener('click', () => input.click());
    const close = make('button', { type: 'button', className: 'button quiet side-close' }, icon('close'));
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => actions.close());
    focusWhileScrollable(this.table);
    root.append(
      close,
      make('section', {}, make('h2', {}, 'Variables'), this.table, this.explained),
      make('section', {}, make('h2', {}, 'GPU'), this.adapter, this.memory),
      make(
        'section',
        {},
        make('h2', {}, 'Files'),
        make(
          'p',
          { className: 'hint' },
          'Drop files on the page; cells read them by name: ',
          make('code', {}, "await file('name')"),
        ),
        this.files,
        add,
        input,
      ),
    );
    this.showVariables([]);
    this.showMemory(undefined);
    this.showFiles([]);
  }

  get isOpen(): boolean {
    return this.root.classList.contains('open');
  }

  open(isOpen: boolean): void {
    this.root.classList.toggle('open', isOpen);
  }

  showVariables(variables: readonly Variable[]): void {
    this.explained.replaceChildren();
    if (variables.length === 0) {
      this.table.replaceChildren(make('p', { className: 'hint' }, 'Run a cell, and what it declares is listed here.'));
      return;
    }
    const rows = variables.map((variable) => {
      const { name, type, shape, dtype, bytes, text, explainable } = variable;
      const first = make('th', { scope: 'row' }, make('code', {}, name));
      if (explainable) {
        const ask = make('button', { type: 'button', className: 'link' }, 'explain');
        ask.setAttribute('aria-label', `Explain what ${name} computes`);
        ask.addEventListener('click', () => void this.explain(name));
        first.append(' ', ask);
      }
      const what = shape ? `${type} [${shape.join(', ')}]${dtype ? ` ${dtype}` : ''}` : type;
      const second = make('td', {}, make('span', { className: 'variable-type' }, what));
      if (text && !shape) second.append(make('span', { className: 'variable-text' }, text));
      return make(
        'tr',
        {},
        first,
        second,
        make('td', { className: 'number' }, bytes === null ? '' : formatBytes(bytes)),
      );
    });
    const head = make('tr', {}, ...['Name', 'What it is', 'Bytes'].map((word) => make('th', { scope: 'col' }, word)));
    this.table.replaceChildren(make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows)));
  }

  showMemory(memory: Memory | undefined): void {
    if (!memory) {
      this.memory.textContent = 'No GPU memory is held.';
      return;
    }
    const { live, pooled, peak } = memory;
    this.memory.textContent = `${formatBytes(live)} held by tensors, ${formatBytes(pooled)} kept for the next; at most ${formatBytes(peak)}.`;
  }

  showAdapter(name: string, software: boolean): void {
    this.adapter.textContent = software ? `${name}: a processor, which does the work of a GPU.` : name;
  }

  showFiles(names: readonly string[]): void {
    this.files.replaceChildren(
      ...names.map((name) => {
        const remove = make('button', { type: 'button', className: 'button quiet' }, icon('close'));
        remove.setAttribute('aria-label', `Remove ${name}`);
        remove.addEventListener('click', () => this.actions.removeFile(name));
        return make('li', {}, make('code', {}, name), remove);
      }),
    );
    this.files.hidden = names.length === 0;
  }

  private async explain(name: string): Promise<void> {
    const head = make('h3', {}, 'What ', make('code', {}, name), ' computes');
    const text = make('pre', { className: 'wide' }, 'Asking…');
    focusWhileScrollable(text);
    this.explained.replaceChildren(head, text);
    text.textContent = await this.actions.explain(name);
  }
}
