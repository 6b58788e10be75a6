import { whole } from '../../core/argument-kinds';
import { parseArgs } from '../../core/options';
import { hasFiles, join, writeText } from '../../io/local-files';
import type { Hyperparameters } from '../checkpointing';
import {
  expectStatus,
  type Folder,
  flatHyperparameters,
  folder,
  type Logger,
  nextVersion,
  paramsIn,
  type RowArguments,
  RUNS,
  rowOf,
  runKinds,
  type StatusArguments,
  versionFolder,
} from './logger';
import { yamlOf } from './yaml';

/** What CSVLogger takes by name. */
export interface CSVLoggerOptions {
  /** The name of the experiment. Default: `lightning_logs`. */
  name?: string | null;
  /** Default: the first that is free. */
  version?: string | number | null;
  prefix?: string;
  /** Rows between writes. Default: 100. */
  flushLogsEveryNSteps?: number;
}

/** Writes what is logged to `metrics.csv` in `saveDir/name/version_N`; in a page to `text` only. */
export class CSVLogger implements Logger {
  readonly name: string;
  readonly saveDir: string;
  readonly prefix: string;
  readonly #every: number;
  readonly #given: string | number | null;
  #version: string | number | null = null;
  #rows: Record<string, number>[] = [];
  #unwritten = 0;
  #hparams: Hyperparameters = {};

  constructor(
    ...args:
      | [saveDir: string, options?: CSVLoggerOptions]
      | [saveDir: string, name: string, options?: CSVLoggerOptions]
      | [CSVLoggerOptions & Folder]
  ) {
    const o = parseArgs<CSVLoggerOptions & Folder>(
      'CSVLogger',
      ['saveDir'],
      { name: RUNS, version: null, prefix: '', flushLogsEveryNSteps: 100 },
      args,
      { ...runKinds, saveDir: folder, flushLogsEveryNSteps: whole(1) },
    );
    this.saveDir = o.saveDir;
    this.name = o.name ?? '';
    this.prefix = o.prefix;
    this.#every = o.flushLogsEveryNSteps;
    this.#given = o.version;
    this.#version = o.version;
  }

  /** Null until a run begins, where none was given. */
  get version(): string | number | null {
    return this.#version;
  }

  get logDir(): string | null {
    return this.#version === null ? null : versionFolder(join(this.saveDir, this.name), this.#version);
  }

  async begin(...none: []): Promise<void> {
    parseArgs('CSVLogger.begin', [], {}, none);
    this.#version ??= this.#given ?? (await nextVersion(join(this.saveDir, this.name)));
  }

  async logMetrics(...args: RowArguments): Promise<void> {
    const { metrics, step } = rowOf('CSVLogger', args);
    const named = Object.entries(metrics).map(([name, value]) => [
      this.prefix ? `${this.prefix}-${name}` : name,
      value,
    ]);
    this.#rows.push({ ...Object.fromEntries(named), step });
    if (++this.#unwritten >= this.#every) await this.save();
  }

  logHyperparams(given: Readonly<Hyperparameters>, ...none: []): void {
    const params = paramsIn('CSVLogger', [given, ...none]);
    this.#hparams = { ...this.#hparams, ...params };
  }

  /** All rows so far, under the names of all columns. */
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
    await writeText(join(folder, 'hparams.yaml'), yamlOf(flatHyperparameters(this.#hparams)));
    if (this.#rows.length > 0) await writeText(join(folder, 'metrics.csv'), this.text);
  }

  async finalize(...args: StatusArguments): Promise<void> {
    expectStatus('CSVLogger', args);
    return this.save();
  }
}

const quoted = (name: string): string => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
