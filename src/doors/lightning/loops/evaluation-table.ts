// The table of validation and test results, as Lightning prints it.

import { pythonFloat } from '../../../torch/inside';

/** The width of a terminal if it is unknown. */
const COLUMNS = 120;

const centered = (text: string, width: number): string => {
  const space = Math.max(0, width - text.length);
  const left = Math.floor(space / 2);
  return ' '.repeat(left) + text + ' '.repeat(space - left);
};

/** A row per name, and a column per loader. */
export function evaluationTable(title: string, results: readonly Readonly<Record<string, number>>[]): string {
  const plain = results.map((values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name.split('/dataloader_idx_')[0]!, value])),
  );
  const names = [...new Set(plain.flatMap((values) => Object.keys(values)))].sort();
  const headers = plain.map((_, i) => `DataLoader ${i}`);
  const longest = Math.max(...[...names, ...headers].map(({ length }) => length), 25);
  const width = Math.floor(Math.min(longest, COLUMNS / 2));
  const bar = '─'.repeat(COLUMNS);
  const row = (cells: readonly string[]) =>
    cells
      .map((cell) => centered(cell, width))
      .join('')
      .trimEnd();
  const body = names.map((name) =>
    row([name, ...plain.map((values) => (values[name] === undefined ? ' ' : pythonFloat(values[name])))]),
  );
  return [bar, row([`${title} metric`, ...headers]), bar, ...body, bar].join('\n');
}
