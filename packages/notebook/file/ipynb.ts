// Reads and writes notebooks as Jupyter does: nbformat 4, JSON.
// Format: https://nbformat.readthedocs.io/en/latest/format_description.html
import { frontOf, valuesOf } from './front.ts';
import {
  type Cell,
  type CodeCell,
  codeCell,
  type ExercisePart,
  type Language,
  longestOf,
  type Notebook,
  NotebookFileError,
  textCell,
} from './notebook.ts';

type Json = Readonly<Record<string, unknown>>;

/** An output of a cell, as the file keeps it. */
export type SavedOutput =
  | { readonly kind: 'text'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'value'; readonly text: string }
  /** Base64. */
  | { readonly kind: 'picture'; readonly png: string; readonly text: string }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly stack: readonly string[] };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts are whole, or a list of lines with their ends. */
const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const whole = (source: unknown): string => {
  if (Array.isArray(source)) return source.filter((line) => typeof line === 'string').join('');
  return typeof source === 'string' ? source : '';
};

/** Ids of cells are unique in a file, and letters, digits, `-` and `_`. */
const idOf = (index: number): string => `cell-${index + 1}`;

function outputJson(output: SavedOutput): Json {
  switch (output.kind) {
    case 'text':
      return { output_type: 'stream', name: output.stream, text: lines(output.text) };
    case 'value':
      return { output_type: 'display_data', data: { 'text/plain': lines(output.text) }, metadata: {} };
    case 'picture':
      return {
        output_type: 'display_data',
        data: { 'image/png': output.png, 'text/plain': lines(output.text) },
        metadata: {},
      };
    case 'error':
      return { output_type: 'error', ename: output.name, evalue: output.message, traceback: output.stack };
  }
}

/** The language of a notebook is that of most of its cells; the others say theirs, as editors of notebooks in several languages have it. */
function codeMetadata({ language, hidden, only, check, exercise }: CodeCell, main: Language): Json {
  const own = { ...(only && { only }), ...(check && { check }), ...(exercise && { exercise }) };
  return {
    ...(language !== main && { vscode: { languageId: language } }),
    ...(hidden && { jupyter: { source_hidden: true } }),
    ...(Object.keys(own).length > 0 && { lamplight: own }),
  };
}

function mainLanguage(cells: readonly Cell[]): Language {
  const code = cells.filter((cell) => cell.kind === 'code');
  return code.filter(({ language }) => language === 'python').length > code.length / 2 ? 'python' : 'typescript';
}

/** What Jupyter is told of a notebook's language. */
const kernels: Readonly<Record<Language, Json>> = {
  typescript: {
    kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' },
    language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
  },
  python: {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
    language_info: { file_extension: '.py', mimetype: 'text/x-python', name: 'python' },
  },
};

/** @param outputs of the cell at an index, where they are to be kept */
export function toIpynb(
  { front, cells }: Notebook,
  outputs: (index: number) => readonly SavedOutput[] = () => [],
): string {
  const main = mainLanguage(cells);
  const json = {
    cells: cells.map((cell, i) =>
      cell.kind === 'text'
        ? { cell_type: 'markdown', id: idOf(i), metadata: {}, source: lines(cell.text) }
        : {
            cell_type: 'code',
            execution_count: null,
            id: idOf(i),
            metadata: codeMetadata(cell, main),
            outputs: outputs(i).map(outputJson),
            source: lines(cell.text),
          },
    ),
    metadata: { ...kernels[main], lamplight: Object.fromEntries(valuesOf(front)) },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(json, null, 1)}\n`;
}

/** What of a notebook's metadata says in which language its code is; where nothing does, it is Jupyter's own, Python. */
function languageOf(metadata: Json): string {
  const { language_info: info, kernelspec: kernel } = metadata;
  const name = (isObject(info) && info.name) || (isObject(kernel) && kernel.language) || 'python';
  return String(name).toLowerCase();
}

const languages: ReadonlyMap<string, Language> = new Map([
  ['typescript', 'typescript'],
  ['javascript', 'typescript'],
  ['python', 'python'],
]);

/** Code of another language is read as text, so that it can be ported beside it. */
function foreign(language: string, text: string): Cell {
  const ticks = '`'.repeat(longestOf(text.match(/`{3,}/g)) + 1);
  return textCell(`${ticks}${language}\n${text}\n${ticks}`);
}

/** What a cell is to an exercise, as the file says; names are such as Markdown has. */
function partOf(json: unknown): ExercisePart | null {
  const { name, part } = isObject(json) ? json : {};
  if (typeof name !== 'string' || !/^[\w-]+$/.test(name)) return null;
  return part === 'stub' || part === 'check' || part === 'solution' ? { name, part } : null;
}

function cellOf(json: unknown, language: string): Cell {
  if (!isObject(json)) throw new NotebookFileError('expected cells to be objects, but got something else');
  const text = whole(json.source);
  if (json.cell_type !== 'code') return textCell(text);
  const { jupyter, lamplight, vscode } = isObject(json.metadata) ? json.metadata : {};
  const own = isObject(vscode) && typeof vscode.languageId === 'string' ? vscode.languageId.toLowerCase() : language;
  const known = languages.get(own);
  if (!known) return foreign(own, text);
  const { only, check, exercise } = isObject(lamplight) ? lamplight : {};
  const part = partOf(exercise);
  return codeCell(text, {
    language: known,
    hidden: isObject(jupyter) && jupyter.source_hidden === true,
    only: only === 'short' || only === 'full' ? only : null,
    check: check === true && part === null,
    exercise: part,
  });
}

/** @throws NotebookFileError for what is no notebook of nbformat 4 */
export function fromIpynb(text: string): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new NotebookFileError('expected a notebook of Jupyter, which is JSON, but got something else', { cause });
  }
  if (!isObject(json) || json.nbformat !== 4 || !Array.isArray(json.cells)) {
    throw new NotebookFileError('expected a notebook of Jupyter in its format 4, with a list of cells');
  }
  const metadata = isObject(json.metadata) ? json.metadata : {};
  const language = languageOf(metadata);
  const cells = json.cells.map((cell) => cellOf(cell, language));
  const said = isObject(metadata.lamplight) ? metadata.lamplight : {};
  const values = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, String(value)]));
  return { front: frontOf(values, cells), cells };
}
