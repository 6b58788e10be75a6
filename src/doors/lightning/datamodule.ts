// LightningDataModule: keeps loaders and their preparation in one place.
import type { Awaitable } from './awaitable';
import type { GivenHyperparameters, Hyperparameters } from './checkpointing';
import type { TrainerFn } from './hooks';
import { type HyperparameterArguments, keptHyperparameters } from './hyperparameters';
import type { Loaders } from './loaders';

/**
 * The base class of data modules. A subclass defines the loaders and their preparation:
 *
 *     class Digits extends LightningDataModule {
 *       override async setup() { this.set = await datasets.MNIST('mnist/'); }
 *       override trainDataloader() { return new data.DataLoader(this.set, { batchSize: 64, shuffle: true }); }
 *     }
 *     await trainer.fit(model, { datamodule: new Digits() });
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: loaders and hooks that are not defined are not there.
export class LightningDataModule<H extends object = Hyperparameters> {
  /** The hyperparameters that `saveHyperparameters` has saved. */
  hparams: H & Hyperparameters = {} as H & Hyperparameters;

  /**
   * @throws ArgumentError if the value is not an object
   * @param given The arguments.
   */
  saveHyperparameters(given: GivenHyperparameters<H>, ...args: HyperparameterArguments): void {
    this.hparams = { ...this.hparams, ...keptHyperparameters(given, args) };
  }
}

// biome-ignore lint/correctness/noUnusedVariables: declarations of one name have the same parameters.
export interface LightningDataModule<H extends object = Hyperparameters> {
  prepareData?(): Awaitable<unknown>;
  setup?(stage: TrainerFn): Awaitable<unknown>;
  teardown?(stage: TrainerFn): Awaitable<unknown>;
  trainDataloader?(): Awaitable<Loaders>;
  valDataloader?(): Awaitable<Loaders>;
  testDataloader?(): Awaitable<Loaders>;
  predictDataloader?(): Awaitable<Loaders>;
  onBeforeBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
  transferBatchToDevice?(batch: unknown, device: unknown, dataloaderIdx: number): Awaitable<unknown>;
  onAfterBatchTransfer?(batch: unknown, dataloaderIdx: number): Awaitable<unknown>;
  onException?(/** The error. */ error: Error): Awaitable<unknown>;
  /** The data module's state for checkpoints. */
  stateDict?(): Record<string, unknown>;
  loadStateDict?(/** The result of `stateDict`. */ state: Record<string, unknown>): void;
}
