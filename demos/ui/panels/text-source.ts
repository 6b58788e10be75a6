// Where a page takes its text from: a file that is chosen or dropped anywhere on the page, or what is pasted into a field.
import { make } from 'lamplight-notebook/ui/dom';
import { takeDropped } from '../dropped';

export interface TextSourceOptions {
  /** The text, with the name of its file, or `pasted`. */
  readonly changed: (text: string, name: string) => void;
  /** A file that cannot be read, or is too short, in a sentence. */
  readonly problem: (text: string) => void;
  /** Letters that a text has at least. */
  readonly least: number;
}

export class TextSource {
  readonly element = make('div', { className: 'text-source' });

  constructor(private readonly options: TextSourceOptions) {
    const file = make('input', { type: 'file', accept: '.txt,.md,.csv,.json,text/*' });
    const pasted = make('textarea', { rows: 2, placeholder: 'Or paste a text here' });
    pasted.setAttribute('aria-label', 'A text to learn from');
    this.element.append(make('label', { className: 'field' }, make('span', {}, 'A text of yours'), file), pasted);
    file.addEventListener('change', () => void this.take(file.files?.[0]));
    pasted.addEventListener('change', () => this.#use(pasted.value, 'pasted'));
    takeDropped(([dropped]) => void this.take(dropped));
  }

  /** A text's file. */
  async take(file: File | undefined): Promise<void> {
    if (!file) return;
    const text = await file.text();
    // Bytes that are no text leave these marks.
    if (text.includes('\0')) this.options.problem(`${file.name} is no text. Files of plain text are read, in UTF-8.`);
    else this.#use(text, file.name);
  }

  #use(text: string, name: string): void {
    const { least, changed, problem } = this.options;
    const plain = text.replaceAll('\r\n', '\n');
    if (plain.length >= least) changed(plain, name);
    else problem(`A text of at least ${least} letters can be learned from; this one has ${plain.length}.`);
  }
}
