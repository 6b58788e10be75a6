// Owns what a notebook is, whatever file it comes from.

export interface TextCell {
  readonly kind: 'text';
  /** Markdown. */
  readonly text: string;
}

/** What cells are written in; those of Python run by CPython in the page, whose `torch` is the library. */
export type Language = 'typescript' | 'python';

/** What a cell is to an exercise of a lesson: what a reader changes, what runs behind it to say whether that is right, or one way to do it. */
export interface ExercisePart {
  readonly name: string;
  readonly part: 'stub' | 'check' | 'solution';
}

export interface CodeCell {
  readonly kind: 'code';
  readonly text: string;
  readonly language: Language;
  /** The code is folded away until a reader asks for it; its output stands. */
  readonly hidden: boolean;
  /** Runs at this setting alone: the short or the full one; null: at both. */
  readonly only: 'short' | 'full' | null;
  /** Holds the cells above against what is known of them: runs in its place, and shows nothing where all is well. */
  readonly check: boolean;
  /** Null for a cell that is in no exercise. Those that are run when a reader asks for it, never with the others. */
  readonly exercise: ExercisePart | null;
}

export type Cell = TextCell | CodeCell;

/** What is said of a notebook as a whole. */
export interface Front {
  readonly title: string;
  /** The mark of a course, such as `S1`; null for what is none. */
  readonly course: string | null;
  /** Minutes on a slow machine, at the short setting and at the full one. */
  readonly minutes: number | null;
  readonly minutesFull: number | null;
  /** The place on the path through the courses, from 1; null for what is not on it. */
  readonly step: number | null;
  /** The place in lists behind the path, the least first. */
  readonly order: number;
  /** The one question that a course answers; may be empty, as all texts that follow. */
  readonly question: string;
  /** What a reader will be able to do. */
  readonly able: readonly string[];
  /** What a reader should know before. */
  readonly knows: readonly string[];
  /** The picture of the first screen, as `figures/kernel.svg`, and what is to be seen on it. */
  readonly picture: string;
  readonly pictureText: string;
  /** A sentence for lists; may be empty. */
  readonly summary: string;
  /** The languages that a reader chooses from, where the text stands for code in each of them; none where all cells belong together. */
  readonly languages: readonly Language[];
}

export interface Notebook {
  readonly front: Front;
  readonly cells: readonly Cell[];
}

/** A file or link that holds no notebook. */
export class NotebookFileError extends Error {
  override readonly name = 'NotebookFileError';
}

/** What a notebook of a stranger may hold: cells, and letters in all of them. */
const MOST_CELLS = 1000;
export const MOST_LETTERS = 500_000;

/** A notebook that came by a link or in a file. @throws NotebookFileError for one that is more than a page can hold */
export function bounded(notebook: Notebook): Notebook {
  const { cells } = notebook;
  if (cells.length > MOST_CELLS) {
    throw new NotebookFileError(
      `expected a notebook of at most ${MOST_CELLS.toLocaleString('en')} cells, but got ${cells.length.toLocaleString('en')}`,
    );
  }
  const letters = cells.reduce((sum, { text }) => sum + text.length, 0);
  if (letters > MOST_LETTERS) {
    throw new NotebookFileError(
      `expected a notebook of at most ${MOST_LETTERS.toLocaleString('en')} letters, but got ${letters.toLocaleString('en')}`,
    );
  }
  return notebook;
}

/** The longest title. */
const MOST_TITLE = 120;

/** A name that a stranger may have given, for lines of the page's own: in one line, not too long, and read in the direction in which it is written. */
export function plainName(name: string, most = MOST_TITLE): string {
  // Controls, and marks that turn the direction of what follows them.
  const plain = name
    .slice(0, 10 * most)
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

export const emptyFront: Front = {
  title: 'Notebook',
  course: null,
  step: null,
  question: '',
  able: [],
  knows: [],
  picture: '',
  pictureText: '',
  minutes: null,
  minutesFull: null,
  order: Number.MAX_SAFE_INTEGER,
  summary: '',
  languages: [],
};

export const textCell = (text: string): TextCell => ({ kind: 'text', text });

export const codeCell = (text: string, more: Partial<Omit<CodeCell, 'kind' | 'text'>> = {}): CodeCell => ({
  kind: 'code',
  text,
  language: 'typescript',
  hidden: false,
  only: null,
  check: false,
  exercise: null,
  ...more,
});

/** A notebook as it is read in one of its languages: without the code in the others. Where there is nothing to choose, it stays as it is. */
export function inLanguage({ front, cells }: Notebook, chosen: Language): Notebook {
  if (!front.languages.includes(chosen)) return { front, cells };
  const own = cells.filter((cell) => cell.kind === 'text' || cell.language === chosen);
  return { front: { ...front, languages: [] }, cells: own };
}

/** Ticks of the longest of these fences; 2 where there is none. */
export const longestOf = (fences: readonly string[] | null): number =>
  (fences ?? []).reduce((most, { length }) => Math.max(most, length), 2);

/** Whether a cell runs with the others at a setting: those of exercises never do. */
export const runsAt = ({ only, exercise }: Pick<CodeCell, 'only' | 'exercise'>, short: boolean): boolean =>
  exercise === null && (only === null || (only === 'short') === short);

/** The code cells that run one after the other at a setting: all but those of exercises. */
export const codeCells = ({ cells }: Notebook, { short }: { readonly short: boolean }): CodeCell[] =>
  cells.filter((cell) => cell.kind === 'code').filter((cell) => runsAt(cell, short));

/** What code cells are called, in their order. Those that a reader runs have numbers. */
export function labelsOf(cells: readonly Pick<CodeCell, 'check' | 'exercise'>[]): string[] {
  let count = 0;
  return cells.map(({ check, exercise }) => {
    if (exercise?.part === 'stub') return `exercise ${exercise.name}`;
    if (exercise) return `${exercise.part} of exercise ${exercise.name}`;
    return check ? `check below cell ${count}` : `cell ${++count}`;
  });
}

/** What a worker reads names of TypeScript from: the sources of the cells with numbers, '' in the place of those of Python. */
export const sourcesOf = (cells: readonly Pick<CodeCell, 'text' | 'language' | 'check' | 'exercise'>[]): string[] =>
  cells
    .filter(({ check, exercise }) => !check && exercise === null)
    .map(({ text, language }) => (language === 'typescript' ? text : ''));

/** The first heading of the text; null where there is none. */
export function headingOf(cells: readonly Cell[]): string | null {
  for (const { kind, text } of cells) {
    if (kind !== 'text') continue;
    // Of a line that is longer the search would take long.
    const lines = text.split('\n').filter((line) => line.startsWith('#') && line.length < 1000);
    for (const line of lines) {
      const heading = /^#{1,2} +(.+?) *#*$/.exec(line);
      if (heading) return heading[1]!;
    }
  }
  return null;
}
