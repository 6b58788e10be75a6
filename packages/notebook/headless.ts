// Runs a notebook from its first cell to its last without its page: for scripts and tests.

import { fromIpynb } from './file/ipynb';
import { fromMarkdown } from './file/markdown';
import {
  type CodeCell,
  codeCells,
  type ExercisePart,
  inLanguage,
  type Language,
  labelsOf,
  sourcesOf,
} from './file/notebook';
import { droppedText } from './outputs/dropped';
import type { Ended, Output } from './protocol';
import { Session } from './session';

export interface HeadlessOptions {
  readonly short: boolean;
  /** The address of the site's home. */
  readonly site: string;
  readonly trusted?: boolean;
  /** Of a notebook that has its code in several. Default: TypeScript. */
  readonly language?: Language;
  /** Stop behind the first cell that fails. Default: false. */
  readonly bail?: boolean;
  /**
   * Tries each exercise where it stands: what it begins with must fail, and its solution must pass. Checks of the course are left out then, since what
   * exercises draw at random is drawn from the numbers of the cells below. Default: false.
   */
  readonly exercises?: boolean;
  readonly files?: readonly File[];
}

export interface HeadlessListener {
  began(index: number, source: string, label: string): unknown;
  /** In the order of their places; those that came again come once, as they were at the end. */
  ended(index: number, outputs: readonly Output[], ended: Ended): unknown;
  /** What is wrong with an exercise; null where all is well. `told` is what a reader is told who presses Check and has changed nothing. */
  exercise?(name: string, problem: string | null, told: string): unknown;
  note(text: string): unknown;
}

/** A cell that has run, and the names in it. */
interface Turn {
  readonly cell: CodeCell;
  readonly label: string;
  readonly ended: Ended;
}

/**
 * Runs all code cells of Markdown, or of a file of Jupyter's, which begins with a brace; the number of those that failed, with exercises that do
 * not hold.
 */
export async function runNotebook(text: string, options: HeadlessOptions, listener: HeadlessListener): Promise<number> {
  const { short, site, trusted = true, language: chosen = 'typescript', bail = false, files = [] } = options;
  const { exercises = false } = options;
  const notebook = inLanguage(/^\s*\{/.test(text) ? fromIpynb(text) : fromMarkdown(text), chosen);
  const plain = codeCells(notebook, { short }).filter(({ check }) => !(exercises && check));
  const withExercises = notebook.cells.filter(
    (cell): cell is CodeCell => plain.includes(cell as CodeCell) || isOfExercise(cell),
  );
  // Below the last exercise there is nothing to try.
  const cells = exercises ? withExercises.slice(0, withExercises.findLastIndex(isOfExercise) + 1) : plain;
  const labels = labelsOf(cells);
  const sources = sourcesOf(cells);
  let slots = new Map<number, Output>();
  const session = new Session(
    {
      output: (_, slot, output) => slots.set(slot, output),
      dropped(_, gone, lines) {
        for (const slot of gone) slots.delete(slot);
        slots.set(-1, { kind: 'text', stream: 'log', text: droppedText(lines) });
      },
      cleared: () => slots.clear(),
      adapter: (name, software) => listener.note(`computes on ${name}${software ? ' (a processor)' : ''}`),
      lost: (message) => listener.note(message),
      goesOn: (message) => listener.note(message),
      gone: (why, message) => why !== 'restarted' && listener.note(message),
    },
    { trusted, short, site },
  );
  for (const file of files) session.addFile(file);
  const turns: Turn[] = [];
  const run = async (index: number) => {
    slots = new Map();
    const cell = cells[index]!;
    const label = labels[index]!;
    const ended = await session.run({ label, source: cell.text, language: cell.language }, sources).ended;
    turns.push({ cell, label, ended });
    return { ended, outputs: [...slots].sort(([a], [b]) => a - b).map(([, output]) => output) };
  };
  let failed = 0;
  let count = 0;
  for (const [index, cell] of cells.entries()) {
    const { exercise } = cell;
    if (exercise === null) {
      await listener.began(count, cell.text, labels[index]!);
      const { ended, outputs } = await run(index);
      await listener.ended(count++, outputs, ended);
      if (ended.how !== 'done') failed++;
    } else if (!cells.slice(index + 1).some((other) => other.exercise?.name === exercise.name)) {
      // All of its cells have come.
      const { problem, told } = await tried(exercise.name, cells, run);
      listener.exercise?.(exercise.name, problem, told);
      if (problem !== null) failed++;
    }
    if (bail && failed > 0) break;
  }
  session.close();
  for (const [name, problem] of exercises ? taken(turns) : []) {
    listener.exercise?.(name, problem, '');
    failed++;
  }
  return failed;
}

const isOfExercise = (cell: { readonly kind: string; readonly exercise?: ExercisePart | null }): boolean =>
  cell.kind === 'code' && cell.exercise !== null;

type RunCell = (index: number) => Promise<{ readonly ended: Ended; readonly outputs: readonly Output[] }>;

/** What becomes of an exercise: unchanged, and with its solution. */
async function tried(
  name: string,
  cells: readonly CodeCell[],
  run: RunCell,
): Promise<{ problem: string | null; told: string }> {
  const at = (part: ExercisePart['part']) =>
    cells.flatMap(({ exercise }, i) => (exercise?.name === name && exercise.part === part ? [i] : []));
  const [stub, check, solution] = [at('stub'), at('check'), at('solution')];
  if (stub.length !== 1 || check.length !== 1 || solution.length !== 1) {
    const counts = `${stub.length}, ${check.length} and ${solution.length}`;
    return { problem: `expected one cell each of exercise=, check= and solution=, but got ${counts}`, told: '' };
  }
  /** The error that ends a cell or the check behind it; null where both pass. */
  const fails = async (index: number) => {
    for (const each of [index, check[0]!]) {
      const { ended, outputs } = await run(each);
      const error = outputs.find(({ kind }) => kind === 'error');
      if (ended.how !== 'done') return error?.kind === 'error' ? `${error.name}: ${error.message}` : ended.how;
    }
    return null;
  };
  const told = await fails(stub[0]!);
  const wrong = await fails(solution[0]!);
  if (told === null) return { problem: 'its check passes though nothing was changed', told: '' };
  return { problem: wrong && `its check fails on the solution: ${wrong}`, told };
}

/** Exercises whose names a cell below would take for those of a cell above: who has done the exercise would get other figures there. */
function taken(turns: readonly Turn[]): [name: string, problem: string][] {
  const found = new Map<string, string>();
  turns.forEach(({ cell: { exercise }, ended }, i) => {
    if (!exercise || exercise.part === 'check') return;
    const open = new Set(ended.declares);
    for (const { cell, label, ended: later } of turns.slice(i + 1)) {
      if (cell.exercise) continue;
      const read = later.reads.find((name) => open.has(name));
      if (read) found.set(exercise.name, `${label} reads ${read}, which the exercise declares; choose another name`);
      for (const name of later.declares) open.delete(name);
    }
  });
  return [...found];
}
