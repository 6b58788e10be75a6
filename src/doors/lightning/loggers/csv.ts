import { kinds, parseArgs } from '../../../torch/inside';
import { hasFiles, join, writeText } from '../../tensorboard/local-files';
import {
  type Folder,
  type FolderArguments,
  FolderLogger,
  type FolderLoggerOptions,
  runDefaults,
  runKinds,
} from './folder-logger';
import { type RowArguments, rowOf } from './logger';
import { yamlOf } from './yaml';

/** Options of CSVLogger. */
export interface CSVLoggerOptions extends FolderLoggerOptions {
  /** The number of rows between writes. Default: 100. */
  flushLogsEveryNSteps?: number;
}

/** Writes logged values to `metrics.csv` in `saveDir/name/version_N`. In a page, they are only in `text`. */
export class CSVLogger extends FolderLogger {
  readonly #every: number;
  #rows: Record<string, number>[] = [];
  #unwritten = 0;

  constructor(...args: FolderArguments<CSVLoggerOptions>) {
    const o = parseArgs<CSVLoggerOptions & Folder>(
      'CSVLogger',
      ['saveDir'],
      { ...runDefaults, flushLogsEveryNSteps: 100 },
      args,
      { ...runKinds, flushLogsEveryNSteps: kinds.whole(1) },
    );
    super(o);
    this.#every = o.flushLogsEveryNSteps;
  }

  async logMetrics(...args: RowArguments): Promise<void> {
    const { metrics, step } = rowOf('CSVLogger', args);
    const named = Object.entries(metrics).map(([name, value]) => [this.prefixed(name), value]);
    this.#rows.push({ ...Object.fromEntries(named), step });
    if (++this.#unwritten >= this.#every) await this.save();
  }

  /** All rows so far as CSV, with all columns. */
  get text(): string {
    const columns = [...new Set(this.#rows.flatMap((row) => Object.keys(row)))].sort();
    const lines = this.#rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
    return [columns.map(quoted).join(','), ...lines, ''].join('\n');
  }

  async save(...none: []): Promise<void> {
    parseArgs('CSVLogger.save', [], {}, none);
    this.#unwritten = 0;
    const folder = this.logDir;
    if (!hasFiles() || folder === null) return;
    await writeText(join(folder, 'hparams.yaml'), yamlOf(this.hparams));
    if (this.#rows.length > 0) await writeText(join(folder, 'metrics.csv'), this.text);
  }
}

const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
