// How long a notebook takes to read: by the words of its texts, without code and formulas.
import type { Notebook } from '../../packages/notebook/file/notebook.ts';

/** Words a minute of a text that one thinks about. */
const PACE = 180;

/** The words of Markdown as they are read. */
export function proseWords(markdown: string): number {
  const plain = markdown
    .replace(/^ {0,3}(`{3,}|~{3,})[\s\S]*?^ {0,3}\1`*$/gm, ' ')
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/\$\$[\s\S]*?\$\$|\$[^\s$](?:[^$\n]*[^\s$])?\$/g, ' x ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]*>|[`*_#|]/g, ' ');
  return (plain.match(/[\p{L}\p{N}][\p{L}\p{N}’'.,×-]*/gu) ?? []).length;
}

/** The words of all texts of a notebook. */
export const wordsOf = ({ cells }: Notebook): number =>
  cells.reduce((sum, { kind, text }) => sum + (kind === 'text' ? proseWords(text) : 0), 0);

/** Minutes that it takes to read a notebook. */
export const readingMinutes = (notebook: Notebook): number => Math.max(1, Math.round(wordsOf(notebook) / PACE));

/** Names of a notebook's exercises, in whichever languages they are. */
export const exercisesOf = ({ cells }: Notebook): string[] => [
  ...new Set(
    cells.flatMap((cell) => (cell.kind === 'code' && cell.exercise?.part === 'stub' ? [cell.exercise.name] : [])),
  ),
];
