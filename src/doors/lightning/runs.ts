// The arguments of a Trainer's run, and their checks before it begins.

import { ArgumentError } from '../../torch';
import { kinds } from '../../torch/inside';
import type { CheckpointSource } from './checkpointing';
import { LightningDataModule } from './datamodule';
import type { TrainerFn } from './hooks';
import { isLoaders, type Loaders } from './loaders';
import type { LightningModule } from './module';

/** What the trainer is doing. */
export type Stage = 'training' | 'sanityChecking' | 'validating' | 'testing' | 'predicting';

/** What a trainer is doing. */
export interface TrainerState {
  fn: TrainerFn | null;
  stage: Stage | null;
  status: 'initializing' | 'running' | 'finished' | 'interrupted';
}

/** Options of a run. */
export interface RunOptions {
  datamodule?: LightningDataModule | null;
  /** A checkpoint to start from: a path, `'best'` or `'last'`. */
  ckptPath?: CheckpointSource | null;
  /** Ends the run cleanly when it is aborted. */
  signal?: AbortSignal | null;
}

/** Options of a Trainer's `fit`. */
export interface FitOptions extends RunOptions {
  trainDataloaders?: Loaders | LightningDataModule | null;
  valDataloaders?: Loaders | null;
}

/** Options of a Trainer's `validate` and `test`. */
export interface EvaluationOptions extends RunOptions {
  dataloaders?: Loaders | LightningDataModule | null;
  /** Whether a table of the results is printed. Default: true. */
  verbose?: boolean;
}

/** Options of a Trainer's `predict`. */
export interface PredictOptions extends RunOptions {
  dataloaders?: Loaders | LightningDataModule | null;
  returnPredictions?: boolean | null;
}

/** A run of a module; of that of the run before where there is none. */
export type Tried<O> = O & { model?: LightningModule | null };

/** The kinds of the options of runs; the run itself refuses a model that is no module. */
export const runKinds = {
  model: kinds.anything,
  datamodule: kinds.orNull(kinds.instance(LightningDataModule)),
  returnPredictions: kinds.orNull(kinds.flag),
};

/** Arguments with options last, if an object: loaders by name, or in an object, are none. */
export const withOptions = (
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): readonly unknown[] => (isLoaders(args.at(-1), Object.keys(options)) ? [...args, {}] : args);

/** Loaders, or the data module that was given in their place. */
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
