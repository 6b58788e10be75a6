// What a run of a Trainer is given, and what it expects of that before it begins.
import { ArgumentError } from '../errors';
import type { CheckpointSource } from './checkpointing';
import { LightningDataModule } from './datamodule';
import type { TrainerFn } from './hooks';
import { isLoaders, type Loaders } from './loaders';
import type { LightningModule } from './module';
import type { Trainer } from './trainer';

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

export interface FitOptions extends RunOptions {
  trainDataloaders?: Loaders | LightningDataModule | null;
  valDataloaders?: Loaders | null;
}

export interface EvaluationOptions extends RunOptions {
  dataloaders?: Loaders | LightningDataModule | null;
  /** Whether a table of what was found is printed. Default: true. */
  verbose?: boolean;
}

export interface PredictOptions extends RunOptions {
  dataloaders?: Loaders | LightningDataModule | null;
  returnPredictions?: boolean | null;
}

/** Arguments of which the last is options, if an object: loaders by name, or in an object, are none. */
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

/** @throws ArgumentError where a module lacks what a run needs */
export function expectSteps(fn: TrainerFn, module: LightningModule, trainer: Trainer): void {
  const name = module.constructor.name;
  const needed = { fit: 'trainingStep', validate: 'validationStep', test: 'testStep', predict: 'predictStep' } as const;
  if (typeof module[needed[fn]] !== 'function') {
    throw new ArgumentError(
      `Trainer.${fn}: expected ${name} to have ${needed[fn]}(batch, batchIdx), but it has none; define it${fn === 'fit' ? ' to return the loss of a batch' : ''}`,
    );
  }
  if (fn !== 'fit') return;
  if (typeof module.configureOptimizers !== 'function') {
    throw new ArgumentError(
      `Trainer.fit: expected ${name} to have configureOptimizers(), but it has none; define it to return new optim.Adam(this.parameters())`,
    );
  }
  if (!module.automaticOptimization && (trainer.gradientClipVal ?? 0) > 0) {
    throw new ArgumentError(
      'Trainer.fit: expected no gradientClipVal in manual optimization, but got one; call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep',
    );
  }
  if (!module.automaticOptimization && trainer.accumulateGradBatches !== 1) {
    throw new ArgumentError(
      'Trainer.fit: expected accumulateGradBatches: 1 in manual optimization, but got more; step an optimizer every so many batches in trainingStep',
    );
  }
}
