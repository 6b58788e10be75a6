// Reads and writes notebooks as Markdown, in which fences of TypeScript and of Python are the cells of code:
//
//   ---
//   title: Digits
//   ---
//
//   Text, with formulas such as $x^2$.
//
//   ```ts
//   const x = 2;
//   ```
//
// A fence of `ts`, `typescript`, `py` or `python` at the beginning of a line is a cell. Words behind it: `hidden` folds the code away, `short` and `full` have it run at that
// setting of a course alone; `static` makes it a part of the text. `check` is a check of the cells above, which shows nothing where all is well. An exercise
// is a fence with `exercise=name`, which a reader changes, one with `check=name`, which says whether it is right, and one with `solution=name`. A front with `languages: typescript, python` says that the text stands for code in
// both: a reader chooses one, and sees its cells alone. Other fences are text. Text that cannot stand so (next to other text, with a cell's
// fence in it, or with blank lines around it) stands between `<!-- cell -->` and `<!-- /cell -->`.
import { frontOf, readFront, valuesOf } from './front.ts';
import {
  type Cell,
  type CodeCell,
  codeCell,
  type ExercisePart,
  type Language,
  longestOf,
  type Notebook,
  textCell,
} from './notebook.ts';

export type { Cell, CodeCell, Front, Notebook, TextCell } from './notebook.ts';

const FENCE = /^(`{3,})(ts|typescript|py|python)((?: +[\w-]+(?:=[\w-]+)?)*) *$/;
const ANY_FENCE = /^ {0,3}(`{3,}|~{3,})/;
const OPEN = /^<!-- cell(:\d+)? -->$/;
const flags = new Set(['hidden', 'short', 'full', 'check']);
const PART = /^(exercise|check|solution)=(.+)$/;

interface Fence {
  readonly ticks: string;
  readonly language: Language;
  readonly words: readonly string[];
  readonly exercise: ExercisePart | null;
}

function partOf(word: string): ExercisePart | null {
  const [, part, name = ''] = PART.exec(word) ?? [];
  if (part === undefined) return null;
  return { name, part: part === 'exercise' ? 'stub' : part === 'check' ? 'check' : 'solution' };
}

/** The fence that opens a cell; null for any other line. */
function cellFence(line: string): Fence | null {
  const found = FENCE.exec(line);
  if (!found) return null;
  const [, ticks = '', name = '', rest = ''] = found;
  const words = rest.split(' ').filter(Boolean);
  const language = name.startsWith('py') ? 'python' : 'typescript';
  const parts = words.map(partOf).filter((part) => part !== null);
  const plain = words.filter((word) => partOf(word) === null);
  // A cell is of one exercise at most, and a check of the course is of none.
  if (parts.length > 1 || (parts.length === 1 && plain.includes('check'))) return null;
  return plain.every((word) => flags.has(word)) ? { ticks, language, words: plain, exercise: parts[0] ?? null } : null;
}

const codeOf = ({ language, words, exercise }: Fence, lines: readonly string[]): CodeCell => {
  const only = words.includes('short') ? 'short' : words.includes('full') ? 'full' : null;
  const [hidden, check] = [words.includes('hidden'), words.includes('check')];
  return codeCell(lines.join('\n'), { language, hidden, only, check, exercise });
};

/** Text between cells, without the blank lines around it. */
function plainText(lines: readonly string[]): Cell[] {
  const text = lines
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  return text === '' ? [] : [textCell(text)];
}

class Reader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text
      .replace(/^\uFEFF/, '')
      .replace(/\r\n?/g, '\n')
      .split('\n');
  }

  front(): Partial<Record<string, string>> {
    if (this.#lines[0] !== '---') return {};
    const end = this.#lines.indexOf('---', 1);
    const values = end < 0 ? null : readFront(this.#lines.slice(1, end));
    if (values) this.#at = end + 1;
    return values ?? {};
  }

  /** Lines up to one that ends them, which is passed over; up to the end where there is none. */
  #until(ends: (line: string) => boolean): string[] {
    const from = this.#at;
    while (this.#at < this.#lines.length && !ends(this.#lines[this.#at]!)) this.#at++;
    return this.#lines.slice(from, this.#at++);
  }

  cells(): Cell[] {
    const cells: Cell[] = [];
    let text: string[] = [];
    const add = (...more: Cell[]) => {
      cells.push(...plainText(text), ...more);
      text = [];
    };
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++]!;
      const fence = cellFence(line);
      const open = OPEN.exec(line);
      if (fence)
        add(
          codeOf(
            fence,
            this.#until((one) => one.startsWith(fence.ticks) && /^`* *$/.test(one.slice(fence.ticks.length))),
          ),
        );
      else if (open) add(textCell(this.#until((one) => one === `<!-- /cell${open[1] ?? ''} -->`).join('\n')));
      else {
        text.push(line);
        for (const one of this.#restOfFence(line)) text.push(one);
      }
    }
    add();
    return cells;
  }

  /** What stands in a fence that is text, with its end. */
  #restOfFence(line: string): string[] {
    const mark = ANY_FENCE.exec(line)?.[1];
    if (!mark) return [];
    const from = this.#at;
    this.#until((one) => {
      const end = one.trim();
      return end.length >= mark.length && end.replaceAll(mark[0]!, '') === '' && /^ {0,3}[^ \t]/.test(one);
    });
    return this.#lines.slice(from, this.#at);
  }
}

export function fromMarkdown(text: string): Notebook {
  const reader = new Reader(text);
  const values = reader.front();
  const cells = reader.cells();
  return { front: frontOf(values, cells), cells };
}

/** The words of a cell's fence. */
const wordsOf = ({ language, hidden, only, check, exercise }: CodeCell): string[] => [
  language === 'python' ? 'python' : 'ts',
  ...(hidden ? ['hidden'] : []),
  ...(only ? [only] : []),
  ...(check ? ['check'] : []),
  ...(exercise ? [`${exercise.part === 'stub' ? 'exercise' : exercise.part}=${exercise.name}`] : []),
];

function codeText(cell: CodeCell): string {
  const { text } = cell;
  const longest = longestOf(text.match(/^`{3,}/gm));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${wordsOf(cell).join(' ')}\n${text === '' ? '' : `${text}\n`}${ticks}`;
}

/** Whether text before a cell of code is read as the one cell that it is. */
function standsAlone(text: string): boolean {
  const cells = new Reader(`${text}\n\n${codeText(codeCell(''))}`).cells();
  return cells.length === 2 && cells[0]!.kind === 'text' && cells[0]!.text === text;
}

function textBetweenMarks(text: string): string {
  const lines = new Set(text.split('\n'));
  let mark = '';
  for (let id = 1; lines.has(`<!-- /cell${mark} -->`); id++) mark = `:${id}`;
  return `<!-- cell${mark} -->\n${text}\n<!-- /cell${mark} -->`;
}

export function toMarkdown({ front, cells }: Notebook): string {
  const head = ['---', ...valuesOf(front).map(([name, value]) => `${name}: ${value}`), '---'].join('\n');
  const parts = cells.map((cell, i) => {
    if (cell.kind === 'code') return codeText(cell);
    const isNextToText = cells[i - 1]?.kind === 'text';
    return isNextToText || !standsAlone(cell.text) ? textBetweenMarks(cell.text) : cell.text;
  });
  return `${[head, ...parts].join('\n\n')}\n`;
}
