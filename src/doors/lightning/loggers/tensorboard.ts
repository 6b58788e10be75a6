// TensorBoardLogger: writes event files that TensorBoard reads.

import { ArgumentError } from '../../../torch';
import { kinds, parseArgs } from '../../../torch/inside';
import { join, writeText } from '../../tensorboard/local-files';
import { SummaryWriter } from '../../tensorboard/writer';
import {
  type Folder,
  type FolderArguments,
  FolderLogger,
  type FolderLoggerOptions,
  runDefaults,
  runKinds,
} from './folder-logger';
import { type RowArguments, rowOf, type StatusArguments } from './logger';
import { yamlOf } from './yaml';

/** Options of TensorBoardLogger. */
export interface TensorBoardLoggerOptions extends FolderLoggerOptions {
  /** A folder within that of the version. */
  subDir?: string | null;
}

/** How many events are buffered before they are written. */
const MOST_EVENTS = 1000;

/**
 * Writes logged values to an event file in `saveDir/name/version_N`; view it with `tensorboard --logdir
 * lightning_logs`. In a page, nothing is written.
 */
export class TensorBoardLogger extends FolderLogger {
  readonly #subDir: string;
  #writer: SummaryWriter | null = null;

  constructor(...args: FolderArguments<TensorBoardLoggerOptions>) {
    const o = parseArgs<TensorBoardLoggerOptions & Folder>(
      'TensorBoardLogger',
      ['saveDir'],
      { ...runDefaults, subDir: null },
      args,
      { ...runKinds, subDir: kinds.orNull(kinds.text) },
    );
    super(o);
    this.#subDir = o.subDir ?? '';
  }

  override get logDir(): string | null {
    const folder = super.logDir;
    return folder === null ? null : join(folder, this.#subDir);
  }

  /**
   * The writer, for images, histograms, texts and more: `trainer.logger.experiment.addImage(…)`. @throws ArgumentError
   * before the run has begun
   */
  get experiment(): SummaryWriter {
    if (this.#writer) return this.#writer;
    throw new ArgumentError(
      'TensorBoardLogger: experiment is there once the run has begun; use it in onFitStart or later',
    );
  }

  override async begin(...none: []): Promise<void> {
    await super.begin(...none);
    this.#writer ??= new SummaryWriter(this.logDir!, { maxQueue: MOST_EVENTS });
  }

  async logMetrics(...args: RowArguments): Promise<void> {
    const { metrics, step } = rowOf('TensorBoardLogger', args);
    await this.begin();
    for (const [name, value] of Object.entries(metrics)) {
      this.experiment.addScalar(this.prefixed(name), value, Math.max(0, step));
    }
  }

  async save(...none: []): Promise<void> {
    parseArgs('TensorBoardLogger.save', [], {}, none);
    await this.#writer?.flush();
  }

  override async finalize(...args: StatusArguments): Promise<void> {
    await super.finalize(...args);
    await writeText(join(this.logDir!, 'hparams.yaml'), yamlOf(this.hparams));
  }
}
