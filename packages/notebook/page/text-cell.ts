// A cell of text on a page: what its Markdown says, and an editor for it once that is asked for.

import type { CodeEditor } from '../editor/editor';
import { make } from '../ui/dom';
import { focusWhileScrollable } from '../ui/scrollable';
import { type Figures, putFigures } from './figures';
import { icon } from './icons';
import { type MenuItem, menu } from './menu';
import { askQuestions } from './predict';

export interface TextHost {
  /** An editor is about to open. */
  textEdited(cell: TextCell): void;
  textChanged(cell: TextCell): void;
  textActions(cell: TextCell): readonly MenuItem[];
  advanceText(cell: TextCell): void;
  /** The Markdown of a cell whose HTML came with the page. */
  markdownOf(cell: TextCell): Promise<string>;
  /** The figures of the page, which texts show by their names. */
  readonly figures: Figures;
}

let cells = 0;

export class TextCell {
  readonly kind = 'text';
  readonly id = `text-${++cells}`;
  readonly element: HTMLElement;
  private readonly body: HTMLElement;
  private readonly editButton = make('button', { type: 'button', className: 'button quiet icon-text' });
  private editor: CodeEditor | undefined;
  private place: HTMLElement | undefined;

  /** `markdown` is undefined while only its HTML has come, in `element`. */
  constructor(
    element: HTMLElement,
    private readonly host: TextHost,
    private markdown?: string,
  ) {
    this.element = element;
    this.body = make('div', { className: 'prose' });
    this.body.append(...element.childNodes);
    element.className = 'cell text-cell';
    const tools = make(
      'div',
      { className: 'text-tools' },
      this.editButton,
      menu('More for this text', icon('more'), () => host.textActions(this)),
    );
    element.append(this.body, tools);
    this.enliven();
    this.editButton.addEventListener('click', () => void (this.editor ? this.finish() : this.edit()));
    this.body.addEventListener('dblclick', () => void this.edit());
    this.showButton();
  }

  /** The Markdown; undefined while only its HTML has come. */
  get source(): string | undefined {
    return this.markdown;
  }

  /** What `markdownOf` has found is the text, which stays as it is drawn. */
  know(markdown: string): void {
    this.markdown ??= markdown;
  }

  async draw(): Promise<void> {
    const { drawText, plainText } = await import('../render/draw-text');
    const markdown = this.markdown ?? '';
    // Who waits no longer for the first drawing shows this.
    if (!this.body.hasChildNodes()) this.body.append(plainText(markdown));
    const drawn = await drawText(markdown);
    // Another text was written meanwhile.
    if (markdown !== (this.markdown ?? '')) return;
    putFigures(drawn, this.host.figures);
    this.body.replaceChildren(drawn);
    if (!this.body.hasChildNodes()) this.body.append(make('p', { className: 'hint' }, 'An empty text.'));
    this.enliven();
  }

  private enliven(): void {
    askQuestions(this.body);
    for (const box of this.body.querySelectorAll<HTMLElement>('.wide, math[display="block"]'))
      focusWhileScrollable(box);
  }

  async edit(): Promise<void> {
    if (this.editor) return;
    const [{ openEditor }, markdown] = await Promise.all([import('../editor/editor'), this.host.markdownOf(this)]);
    if (this.editor) return;
    this.markdown = markdown;
    this.host.textEdited(this);
    this.place = make('div', { className: 'code-box text-editor' });
    this.body.hidden = true;
    this.body.after(this.place);
    const finish = (advance: boolean) => {
      void this.finish();
      if (advance) this.host.advanceText(this);
    };
    this.editor = openEditor(this.place, {
      id: this.id,
      label: 'this text',
      text: markdown,
      language: 'markdown',
      onChange: (text) => {
        this.markdown = text;
        this.host.textChanged(this);
      },
      onRun: finish,
      onLeave: () => finish(false),
    });
    this.showButton();
    this.editor.focus();
  }

  async finish(): Promise<void> {
    const { editor, place } = this;
    if (!editor) return;
    this.editor = undefined;
    await this.draw();
    editor.close();
    place?.remove();
    this.body.hidden = false;
    this.showButton();
    this.editButton.focus();
  }

  focus(): void {
    this.editButton.focus();
    this.element.scrollIntoView({ block: 'nearest' });
  }

  close(): void {
    this.editor?.close();
  }

  private showButton(): void {
    this.editButton.replaceChildren(icon('edit'), this.editor ? 'Done' : 'Edit');
    this.editButton.setAttribute('aria-label', this.editor ? 'Done with this text' : 'Edit this text');
  }
}
