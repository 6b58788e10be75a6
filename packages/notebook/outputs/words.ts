// Outputs made of words: texts, tables, bars of progress, files to save, and errors with the line that they lead to.

import type { BarsOutput, ErrorOutput, FileOutput, TableOutput, TextOutput } from '../protocol';
import { formatBytes, make } from '../ui/dom';
import { saveFile } from '../ui/save-file';
import { focusWhileScrollable } from '../ui/scrollable';

/** Five words in a row are a sentence; rows of numbers have none. */
const SENTENCE = /(?:[A-Za-z][\w’',.:;()-]* ){4}[A-Za-z]/;

const STREAMS = { log: '', warn: 'Warning', error: 'Error', value: '' } as const;

export class TextView {
  readonly element = make('pre');

  constructor(output: TextOutput) {
    // Printed lines stand in a box that scrolls.
    if (output.stream === 'value') focusWhileScrollable(this.element);
    this.update(output);
  }

  update({ stream, text }: TextOutput): void {
    this.element.className = `out text ${stream}${SENTENCE.test(text) ? ' words' : ''}`;
    this.element.style.setProperty('--lines', String(text.split('\n').length));
    const word = STREAMS[stream];
    this.element.replaceChildren(...(word ? [make('span', { className: 'visually-hidden' }, `${word}: `)] : []), text);
  }
}

export class TableView {
  readonly element = make('div', { className: 'out table wide' });

  constructor(output: TableOutput) {
    focusWhileScrollable(this.element);
    this.update(output);
  }

  update({ title, columns, rows }: TableOutput): void {
    const head = make('tr', {}, ...columns.map((column) => make('th', { scope: 'col' }, column)));
    const isNumber = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
    columns.forEach((_, i) => {
      if (isNumber[i]) head.children[i]?.classList.add('number');
    });
    const body = rows.map((row) =>
      make('tr', {}, ...row.map((value, i) => make('td', { className: isNumber[i] ? 'number' : '' }, String(value)))),
    );
    const table = make('table', {}, make('thead', {}, head), make('tbody', {}, ...body));
    if (title) table.prepend(make('caption', {}, title));
    this.element.replaceChildren(table);
  }
}

export class BarsView {
  readonly element = make('div', { className: 'out bars' });

  constructor(output: BarsOutput) {
    this.update(output);
  }

  /** Elements stay as long as there are as many bars, so that what moves is the bar alone. */
  update({ bars }: BarsOutput): void {
    while (this.element.children.length > bars.length) this.element.lastElementChild?.remove();
    bars.forEach(({ title, done, total, text }, i) => {
      const row = (this.element.children[i] as HTMLElement | undefined) ?? this.element.appendChild(barRow());
      const [head, track, state] = row.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
      const share = total ? Math.min(1, done / total) : 0;
      head.textContent = title;
      head.hidden = title === '' || text.startsWith(title);
      track.setAttribute('aria-label', title || 'Progress');
      // What is over needs no bar; of batches that came by themselves it needs no word.
      track.hidden = total !== null && done >= total;
      row.hidden = track.hidden && title === 'Batches';
      if (total) track.setAttribute('aria-valuenow', String(Math.round(100 * share)));
      (track.firstElementChild as HTMLElement).style.width = `${100 * share}%`;
      state.textContent = text;
    });
    this.element.hidden = [...this.element.children].every((row) => (row as HTMLElement).hidden);
  }
}

function barRow(): HTMLElement {
  const track = make('div', { className: 'track' }, make('span'));
  track.setAttribute('role', 'progressbar');
  track.setAttribute('aria-valuemin', '0');
  track.setAttribute('aria-valuemax', '100');
  return make('div', { className: 'bar' }, make('strong'), track, make('code', { className: 'number' }));
}

export class FileView {
  readonly element = make('p', { className: 'out file' });

  constructor(output: FileOutput) {
    this.update(output);
  }

  update({ name, contents }: FileOutput): void {
    const save = make('button', { type: 'button', className: 'button' }, `Save ${name}`);
    save.addEventListener('click', () => saveFile(name, contents));
    this.element.replaceChildren(save, make('span', { className: 'hint' }, ` ${formatBytes(contents.size)}`));
  }
}

export class ErrorView {
  readonly element = make('div', { className: 'out failure' });

  constructor(
    output: ErrorOutput,
    private readonly show: (cell: string | null, line: number) => void,
  ) {
    this.element.setAttribute('role', 'alert');
    this.update(output);
  }

  update({ name, message, remedy, line, cell, stack }: ErrorOutput): void {
    const head = make('p', { className: 'failure-head' }, make('strong', {}, name));
    if (line !== null) {
      const place = make(
        'button',
        { type: 'button', className: 'link' },
        cell ? `${cell}, line ${line}` : `line ${line}`,
      );
      place.addEventListener('click', () => this.show(cell, line));
      head.append(' in ', place);
    }
    const parts: HTMLElement[] = [head, make('p', { className: 'failure-message' }, message)];
    if (remedy) parts.push(make('p', { className: 'failure-remedy' }, make('strong', {}, 'What helps: '), remedy));
    if (stack.length > 1) {
      const calls = make('ol', {}, ...stack.map((frame) => make('li', {}, frame)));
      parts.push(make('details', {}, make('summary', {}, 'Calls that led here'), calls));
    }
    this.element.replaceChildren(...parts);
  }
}
