// A logger that writes event files, as TensorBoard reads them.

import * as kinds from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import { parseArgs } from '../../core/options';
import { join, writeText } from '../../io/local-files';
import { SummaryWriter } from '../../tensorboard/writer';
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

/** What TensorBoardLogger takes by name. */
export interface TensorBoardLoggerOptions {
  /** The name of the experiment. Default: `lightning_logs`. */
  name?: string | null;
  /** Default: the first that is free. */
  version?: string | number | null;
  prefix?: string;
  subDir?: string | null;
}

/** Events that wait before they are written. */
const MOST_EVENTS = 1000;

/** Writes what is logged to an event file in `saveDir/name/version_N`: `tensorboard --logdir lightning_logs` shows it. In a page nothing is written. */
export class TensorBoardLogger implements Logger {
  readonly name: string;
  readonly saveDir: string;
  readonly prefix: string;
  readonly #subDir: string;
  #version: string | number | null;
  #writer: SummaryWriter | null = null;
  #hparams: Hyperparameters = {};

  constructor(
    ...args:
      | [saveDir: string, options?: TensorBoardLoggerOptions]
      | [saveDir: string, name: string, options?: TensorBoardLoggerOptions]
      | [TensorBoardLoggerOptions & Folder]
  ) {
    const o = parseArgs<TensorBoardLoggerOptions & Folder>(
      'TensorBoardLogger',
      ['saveDir'],
      { name: RUNS, version: null, prefix: '', subDir: null },
      args,
      { ...runKinds, saveDir: folder, subDir: kinds.orNull(kinds.text) },
    );
    this.saveDir = o.saveDir;
    this.name = o.name ?? '';
    this.prefix = o.prefix;
    this.#subDir = o.subDir ?? '';
    this.#version = o.version;
  }

  get version(): string | number | null {
    return this.#version;
  }

  get logDir(): string | null {
    return this.#version === null
      ? null
      : join(versionFolder(join(this.saveDir, this.name), this.#version), this.#subDir);
  }

  /** Writes pictures, histograms, texts and more beside the rows: `trainer.logger.experiment.addImage(…)`. @throws ArgumentError before the run has begun */
  get experiment(): SummaryWriter {
    if (this.#writer) return this.#writer;
    throw new ArgumentError(
      'TensorBoardLogger: experiment is there once the run has begun; use it in onFitStart or later',
    );
  }

  async begin(...none: []): Promise<void> {
    parseArgs('TensorBoardLogger.begin', [], {}, none);
    this.#version ??= await nextVersion(join(this.saveDir, this.name));
    this.#writer ??= new SummaryWriter(this.logDir!, { maxQueue: MOST_EVENTS });
  }

  async logMetrics(...args: RowArguments): Promise<void> {
    const { metrics, step } = rowOf('TensorBoardLogger', args);
    await this.begin();
    for (const [name, value] of Object.entries(metrics)) {
      this.experiment.addScalar(this.prefix ? `${this.prefix}-${name}` : name, value, Math.max(0, step));
    }
  }

  logHyperparams(given: Readonly<Hyperparameters>, ...none: []): void {
    const params = paramsIn('TensorBoardLogger', [given, ...none]);
    this.#hparams = { ...this.#hparams, ...params };
  }

  async save(...none: []): Promise<void> {
    parseArgs('TensorBoardLogger.save', [], {}, none);
    await this.#writer?.flush();
  }

  async finalize(...args: StatusArguments): Promise<void> {
    expectStatus('TensorBoardLogger', args);
    await this.save();
    await writeText(join(this.logDir!, 'hparams.yaml'), yamlOf(flatHyperparameters(this.#hparams)));
  }
}
