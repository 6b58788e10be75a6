// Outputs of what the visitor has run, kept in this browser, so that a page that is opened again shows them.
import { delMany, getMany, keys, set } from 'idb-keyval';
import type { Output } from '../protocol';
import { browserStore } from '../ui/browser-store';
import type { CodeCell } from './code-cell';

/** Bytes of a cell's pictures and files, and numbers of its plots, from which its outputs last as long as the page. */
const MOST = 30_000_000;
/** Milliseconds behind the end of a cell in which the last of its pictures may still come. */
const LATE = 1500;

/** Browsers may refuse to keep anything: outputs then last as long as the page. */
const withStore = browserStore('lamplight-outputs', 'outputs');

function sizeOf(output: Output): number {
  switch (output.kind) {
    case 'picture':
      return output.png.size + (output.dark?.size ?? 0);
    case 'grid':
      return output.items.reduce((sum, { picture }) => sum + sizeOf(picture), 0);
    case 'file':
      return output.contents.size;
    case 'plot':
      return output.lines.reduce((sum, { x, y }) => sum + x.byteLength + y.byteLength, 0);
    case 'text':
      return output.text.length;
    default:
      return 0;
  }
}

/** What is kept of the cells of one notebook: a cell is known by the code that it ran with, and of cells with the same code by their order. */
export class KeptOutputs {
  readonly #timers = new WeakMap<CodeCell, ReturnType<typeof setTimeout>>();

  /** @param place where the notebook is kept; null: nowhere, and its outputs neither */
  constructor(private readonly place: () => string | null) {}

  #keys(cells: readonly CodeCell[]): Map<CodeCell, string> {
    const seen = new Map<string, number>();
    return new Map(
      cells.map((cell) => {
        const code = (cell.ranWith ?? cell.source).trim();
        const count = (seen.get(code) ?? 0) + 1;
        seen.set(code, count);
        return [cell, `${this.place()}#${count}#${code}`];
      }),
    );
  }

  /** Keeps what a cell has put out, or forgets what it put out before. */
  ended(cell: CodeCell, cells: readonly CodeCell[], how: 'done' | 'failed' | 'stopped'): void {
    if (this.place() === null || cell.flags.check) return;
    clearTimeout(this.#timers.get(cell));
    const save = () => {
      const key = this.#keys(cells).get(cell);
      const outputs = cell.outputs.latest.filter(({ kind }) => kind !== 'bars');
      const isKept = how === 'done' && outputs.length > 0 && outputs.reduce((sum, one) => sum + sizeOf(one), 0) < MOST;
      if (key === undefined || cell.isBusy) return;
      void withStore((kept) => (isKept ? set(key, outputs, kept) : delMany([key], kept)), undefined);
    };
    this.#timers.set(cell, setTimeout(save, LATE));
  }

  /** Shows what the cells put out at the last visit, and forgets that of code that is no longer there. */
  async restore(cells: readonly CodeCell[]): Promise<void> {
    if (this.place() === null) return;
    const byCell = [...this.#keys(cells)];
    const wanted = byCell.map(([, key]) => key);
    const found = await withStore((kept) => getMany<readonly Output[]>(wanted, kept), []);
    byCell.forEach(([cell], i) => {
      const outputs = found[i];
      if (outputs && cell.current === 'idle') cell.outputs.restore(outputs);
    });
    await this.#forgetAllBut(new Set(wanted));
  }

  /** Forgets all outputs of the notebook. */
  forget(): Promise<void> {
    return this.#forgetAllBut(new Set());
  }

  #forgetAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const own = (key: string) => key.startsWith(`${this.place()}#`) && !wanted.has(key);
    return withStore(async (kept) => delMany((await keys<string>(kept)).filter(own), kept), undefined);
  }
}
