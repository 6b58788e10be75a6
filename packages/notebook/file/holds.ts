// Says what a folded cell holds: its first comment.
import type { CodeCell } from './notebook.ts';

const TYPESCRIPT = /^(?:\s*\/\/ ?(?<line>.*(?:\n\/\/.*)*)|\s*\/\*\*?\s*(?<block>[\s\S]*?)\*\/)/;
const PYTHON = /^(?:\s*# ?(?<line>.*(?:\n#.*)*)|\s*"""(?<block>[\s\S]*?)""")/;

/** The comment that opens a cell, in one line; '' where it opens with something else. */
export function holds({ text, language }: Pick<CodeCell, 'text' | 'language'>): string {
  const { line, block } = (language === 'python' ? PYTHON : TYPESCRIPT).exec(text)?.groups ?? {};
  return (line ?? block ?? '')
    .replace(/^\s*(?:\/\/|#|\*)[ \t]?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What stands in the place of code that is folded. */
export function foldedName(cell: Pick<CodeCell, 'text' | 'language' | 'check' | 'exercise'>): string {
  if (cell.exercise?.part === 'solution') return 'One solution';
  return holds(cell) || (cell.check ? 'A check of what stands above' : 'Code that is folded away');
}

/** Whether a cell's code is folded at first. */
export const isFolded = ({ hidden, check, exercise }: Pick<CodeCell, 'hidden' | 'check' | 'exercise'>): boolean =>
  hidden || check || (exercise !== null && exercise.part !== 'stub');
