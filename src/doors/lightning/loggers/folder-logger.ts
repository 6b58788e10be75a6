// The base class of loggers that keep each run in a separate folder.
import { kinds, type Parsed, parseArgs } from '../../../torch/inside';
import { join } from '../../tensorboard/local-files';
import type { Hyperparameters } from '../checkpointing';
import { expectStatus, type Logger, nextVersion, paramsIn, RUNS, type StatusArguments } from './logger';

/** Options of loggers that write to folders. */
export interface FolderLoggerOptions {
  /** The name of the experiment. Default: `lightning_logs`. */
  name?: string | null;
  /** The version, which names the run's folder. Default: the first version number that is not taken. */
  version?: string | number | null;
  /** The beginning of every name. */
  prefix?: string;
}

export interface Folder {
  /** The folder. */
  saveDir: string;
}

/** The arguments of the constructors: the folder, the name, and options. */
export type FolderArguments<O extends FolderLoggerOptions> =
  | [saveDir: string, options?: O]
  | [saveDir: string, name: string, options?: O]
  | [O & Folder];

export const runDefaults = { name: RUNS, version: null, prefix: '' };

export const runKinds = {
  name: kinds.orNull(kinds.text),
  version: kinds.orNull(kinds.either(kinds.text, kinds.whole(0))),
  prefix: kinds.text,
  saveDir: { words: 'the path of a folder', fits: kinds.text.fits },
};

/** A logger that writes to `saveDir/name/version_N`. */
export abstract class FolderLogger implements Logger {
  readonly name: string;
  readonly saveDir: string;
  readonly prefix: string;
  protected hparams: Hyperparameters = {};
  #version: string | number | null;

  constructor(o: Parsed<FolderLoggerOptions & Folder>) {
    this.saveDir = o.saveDir;
    this.name = o.name ?? '';
    this.prefix = o.prefix;
    this.#version = o.version;
  }

  /** The version; if none was given, null until a run begins. */
  get version(): string | number | null {
    return this.#version;
  }

  get logDir(): string | null {
    const { version } = this;
    const folder = typeof version === 'string' ? version : `version_${version}`;
    return version === null ? null : join(this.saveDir, this.name, folder);
  }

  async begin(...none: []): Promise<void> {
    parseArgs(`${this.constructor.name}.begin`, [], {}, none);
    this.#version ??= await nextVersion(join(this.saveDir, this.name));
  }

  /** A metric's column name, with the prefix. */
  protected prefixed(name: string): string {
    return this.prefix ? `${this.prefix}-${name}` : name;
  }

  abstract logMetrics(...args: Parameters<Logger['logMetrics']>): Promise<void>;

  logHyperparams(given: Readonly<Hyperparameters>, ...none: []): void {
    const params = paramsIn(this.constructor.name, [given, ...none]);
    this.hparams = { ...this.hparams, ...params };
  }

  abstract save(...none: []): Promise<void>;

  async finalize(...args: StatusArguments): Promise<void> {
    expectStatus(this.constructor.name, args);
    return this.save();
  }
}
