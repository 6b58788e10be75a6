// Runs a notebook from its first cell to its last without its page: for scripts and tests.

import { fromMarkdown } from './file/markdown';
import { codeCells, inLanguage, type Language, sourceOf } from './file/notebook';
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
  readonly files?: readonly File[];
}

export interface HeadlessListener {
  began(index: number, source: string): unknown;
  /** In the order of their places; those that came again come once, as they were at the end. */
  ended(index: number, outputs: readonly Output[], ended: Ended): unknown;
  note(text: string): unknown;
}

/** Runs all code cells of Markdown; the number of those that failed. */
export async function runNotebook(
  markdown: string,
  { short, site, trusted = true, language: chosen = 'typescript', bail = false, files = [] }: HeadlessOptions,
  listener: HeadlessListener,
): Promise<number> {
  const cells = codeCells(inLanguage(fromMarkdown(markdown), chosen), { short });
  const sources = cells.map(sourceOf);
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
  let failed = 0;
  for (const [index, { text: source, language }] of cells.entries()) {
    slots = new Map();
    await listener.began(index, source);
    const ended = await session.run({ label: `cell ${index + 1}`, source, language }, sources).ended;
    const outputs = [...slots].sort(([a], [b]) => a - b).map(([, output]) => output);
    await listener.ended(index, outputs, ended);
    if (ended.how !== 'done') failed++;
    if (bail && failed > 0) break;
  }
  session.close();
  return failed;
}
