// The benchmark as whoever runs it sees it, in a page or in Node: tables, and the measuring of a row by name.
import type { LibraryName } from './libraries/library';
import { type LoopReport, loopRows, measureLoops } from './loops/measure';
import { failedRow, measureRow, type RowReport, type Settings } from './measure';
import { type TableName, tables } from './rows';

export interface Offer {
  readonly rows: readonly string[];
  readonly libraries: readonly LibraryName[];
  readonly repeats: number;
  readonly budget: number;
}

export interface Runner {
  readonly tables: Record<TableName, Offer>;
  /** The rows of the table `trainer`. */
  readonly loops: readonly string[];
  measure(table: TableName, row: string, settings: Settings): Promise<RowReport>;
  measureLoops(row: string, turns: number): Promise<LoopReport>;
  adapter(): Promise<string>;
}

export const runner: Runner = {
  tables: Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [name, { ...table, rows: table.rows.map((row) => row.name) }]),
  ) as unknown as Record<TableName, Offer>,
  loops: Object.keys(loopRows),
  measureLoops,
  async measure(table, name, settings) {
    const row = tables[table].rows.find((candidate) => candidate.name === name)!;
    try {
      return await measureRow(row, settings);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return failedRow(row, settings, message.startsWith(`${name}: `) ? message : `${name}: ${message}`);
    }
  },
  async adapter() {
    const adapter = await navigator.gpu.requestAdapter();
    const { vendor, architecture, description } = adapter!.info;
    return [vendor, architecture, description].filter(Boolean).join(' ');
  },
};
