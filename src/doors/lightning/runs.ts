// The arguments of a Trainer's runs, checked before the run starts.

import { ArgumentError } from '../../torch';
import { kinds } from '../../torch/inside';
import type { CheckpointSource } from './checkpointing';
import { LightningDataModule } from './datamodule';
import type { TrainerFn } from './hooks';
import { isLoaders, type Loaders } from './loaders';
import type { LightningModule } from './module';

/** What the trainer is doing now. */
export type Stage = 'training' | 'sanityChecking' | 'validating' | 'testing' | 'predicting';

/** The running method, the stage and the status of a trainer. */
export interface TrainerState {
  fn: TrainerFn | null;
  stage: Stage | null;
  status: 'initializing' | 'running' | 'finished' | 'interrupted';
}

/** Options of a run. */
export interface RunOptions {
  /** The data module that provides the loaders. */
  datamodule?: LightningDataModule | null;
  /** The checkpoint to start from: a path, `'best'` or `'last'`. */
  ckptPath?: CheckpointSource | null;
  /** The run ends cleanly when this signal is aborted. */
  signal?: AbortSignal | null;
}

/** Options of a Trainer's `fit`. */
export interface FitOptions extends RunOptions {
  trainDataloaders?: Loaders | LightningDataModule | null;
  valDataloaders?: Loaders | null;
}

/** Options of a Trainer's `validate` and `test`. */
export interface EvaluationOptions extends RunOptions {
  /** A loader, or several. */
  dataloaders?: Loaders | LightningDataModule | null;
  /** Whether to print a table of the results. Default: true. */
  verbose?: boolean;
}

/** Options of a Trainer's `predict`. */
export interface PredictOptions extends RunOptions {
  /** A loader, or several. */
  dataloaders?: Loaders | LightningDataModule | null;
  /** Whether the predictions are given back. */
  returnPredictions?: boolean | null;
}

/** The options of a run, with its module. Default: the module of the previous run. */
export type Tried<O> = O & { model?: LightningModule | null };

/** The kinds of the runs' options. The model is checked by the run itself. */
export const runKinds = {
  model: kinds.anything,
  datamodule: kinds.orNull(kinds.instance(LightningDataModule)),
  returnPredictions: kinds.orNull(kinds.flag),
};

/** Splits arguments into positional ones and a trailing options object. An object of loaders is not options. */
export const withOptions = (
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): readonly unknown[] => (isLoaders(args.at(-1), Object.keys(options)) ? [...args, {}] : args);

/** The loaders, and the data module if one was given in place of loaders. */
export function sources(
  fn: TrainerFn,
  given: unknown,
  datamodule: LightningDataModule | null,
): [unknown, LightningDataModule | null] {
  if (given instanceof LightningDataModule) return [null, given];
  if (given !== null && datamodule) {
    throw new ArgumentError(`Trainer.${fn}: expected loaders or a data module, but got both; leave one of them out`);
  }
  return [given, datamodule];
}
