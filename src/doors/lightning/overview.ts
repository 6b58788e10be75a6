// The public properties of a trainer: its progress, the logged values, and its parts.
import { ArgumentError, type Tensor } from '../../torch';
import type { ModelCheckpoint } from './callbacks/model-checkpoint';
import { asTensors, type Connector } from './connector';
import type { LightningDataModule } from './datamodule';
import type { Callback } from './hooks';
import type { Logger } from './loggers/logger';
import type { EvaluationLoop } from './loops/evaluation-loop';
import type { FitLoop } from './loops/fit-loop';
import type { PredictionLoop } from './loops/prediction-loop';
import type { LightningModule } from './module';
import type { Results } from './results';
import type { TrainerState } from './runs';

/** The read-only properties of a Trainer, computed from the parts that Trainer holds. */
export abstract class Overview {
  abstract readonly state: TrainerState;
  abstract readonly connector: Connector;
  abstract readonly callbacks: readonly Callback[];
  abstract readonly loggers: readonly Logger[];
  abstract readonly fitLoop: FitLoop;
  abstract readonly validateLoop: EvaluationLoop;
  abstract readonly testLoop: EvaluationLoop;
  abstract readonly predictLoop: PredictionLoop;
  abstract readonly datamodule: LightningDataModule | null;
  abstract readonly accumulateGradBatches: number;
  abstract readonly defaultRootDir: string;
  abstract readonly maxSteps: number;
  abstract readonly limitValBatches: number | null;
  abstract readonly reloadDataloadersEveryNEpochs: number;
  abstract readonly valSource: unknown;
  protected module: LightningModule | null = null;

  get hasModule(): boolean {
    return this.module !== null;
  }

  /** @throws ArgumentError if nothing has been run yet */
  get lightningModule(): LightningModule {
    if (this.module) return this.module;
    throw new ArgumentError('Trainer.lightningModule: expected a module, but there is none yet; call fit first');
  }

  get model(): LightningModule {
    return this.lightningModule;
  }

  /** The number of completed epochs. */
  get currentEpoch(): number {
    return this.fitLoop.epochProgress.current.completed;
  }

  /** The number of optimizer steps so far. */
  get globalStep(): number {
    return this.fitLoop.epochLoop.globalStep;
  }

  get maxEpochs(): number {
    return this.fitLoop.maxEpochs;
  }

  get numTrainingBatches(): number {
    return this.fitLoop.maxBatches;
  }

  get numValBatches(): readonly number[] {
    return (this.state.fn === 'fit' ? this.fitLoop.epochLoop.valLoop : this.validateLoop).maxBatches;
  }

  get numTestBatches(): readonly number[] {
    return this.testLoop.maxBatches;
  }

  get numPredictBatches(): readonly number[] {
    return this.predictLoop.maxBatches;
  }

  get isLastBatch(): boolean {
    return this.fitLoop.epochLoop.batchProgress.isLastBatch;
  }

  /**
   * The number of optimizer steps in the whole training, for schedulers; infinity if unknown. In `configureOptimizers`
   * it asks for the training loader, if that is not there yet.
   */
  get estimatedSteppingBatches(): number {
    const { maxEpochs } = this.fitLoop;
    if (maxEpochs !== -1) this.fitLoop.setupNow();
    const { maxBatches } = this.fitLoop;
    if (maxEpochs === -1 || !Number.isFinite(maxBatches)) return this.maxSteps === -1 ? Infinity : this.maxSteps;
    const steps = Math.ceil(maxBatches / this.accumulateGradBatches) * Math.max(maxEpochs, 1);
    return this.maxSteps === -1 ? steps : Math.min(steps, this.maxSteps);
  }

  /** The logged values for callbacks, as one-element tensors: read them with `await x.item()`. */
  get callbackMetrics(): Record<string, Tensor> {
    return asTensors(this.connector.callbackMetrics);
  }

  /** The values that were passed to loggers. */
  get loggedMetrics(): Record<string, Tensor> {
    return asTensors(this.connector.loggedMetrics);
  }

  /** The values in the progress bar. */
  get progressBarMetrics(): Record<string, Tensor> {
    return asTensors(this.connector.progressBarMetrics);
  }

  get logger(): Logger | null {
    return this.loggers[0] ?? null;
  }

  get logDir(): string | null {
    return this.loggers[0]?.logDir ?? this.defaultRootDir;
  }

  get checkpointCallbacks(): ModelCheckpoint[] {
    return this.callbacks.filter((callback): callback is ModelCheckpoint => 'bestModelPath' in callback);
  }

  get checkpointCallback(): ModelCheckpoint | null {
    return this.checkpointCallbacks[0] ?? null;
  }

  get progressBarCallback(): (Callback & { print?(...values: unknown[]): void }) | null {
    return this.callbacks.find((callback) => 'refreshRate' in callback) ?? null;
  }

  get training(): boolean {
    return this.state.stage === 'training';
  }

  get validating(): boolean {
    return this.state.stage === 'validating';
  }

  get testing(): boolean {
    return this.state.stage === 'testing';
  }

  get predicting(): boolean {
    return this.state.stage === 'predicting';
  }

  get sanityChecking(): boolean {
    return this.state.stage === 'sanityChecking';
  }

  get evaluating(): boolean {
    return this.validating || this.testing;
  }

  get interrupted(): boolean {
    return this.state.status === 'interrupted';
  }

  /** Whether `fit` validates. */
  get enableValidation(): boolean {
    return this.module?.validationStep !== undefined && this.hasValidationData && this.limitValBatches !== 0;
  }

  /** Whether `fit` has validation data. */
  get hasValidationData(): boolean {
    return (
      (this.valSource !== null && this.valSource !== undefined) ||
      this.datamodule?.valDataloader !== undefined ||
      this.module?.valDataloader !== undefined
    );
  }

  get shouldReloadVal(): boolean {
    return this.reloadDataloadersEveryNEpochs > 0 && this.currentEpoch % this.reloadDataloadersEveryNEpochs === 0;
  }

  /** Whether the current batch only adds to the gradients, without a step. */
  get accumulates(): boolean {
    return this.lightningModule.automaticOptimization && this.fitLoop.epochLoop.shouldAccumulate();
  }

  /** The module or data module that defines the batch transfer hooks. */
  get transferSource(): LightningModule | LightningDataModule {
    const { datamodule } = this;
    const has =
      datamodule?.onBeforeBatchTransfer ?? datamodule?.transferBatchToDevice ?? datamodule?.onAfterBatchTransfer;
    return has ? datamodule! : this.lightningModule;
  }

  /** The logged values of the running loop; null between runs. */
  get activeResults(): Results | null {
    const { epochLoop } = this.fitLoop;
    if (this.state.fn === 'validate') return this.validateLoop.results;
    if (this.state.fn === 'test') return this.testLoop.results;
    if (this.state.fn !== 'fit') return null;
    return this.training || this.state.stage === null ? epochLoop.results : epochLoop.valLoop.results;
  }

  /** The step number that `logEveryNSteps` refers to. */
  get loggingStep(): number {
    if (this.state.fn === 'fit' && this.training) return this.fitLoop.epochLoop.batchesThatStepped + 1;
    const { valLoop } = this.fitLoop.epochLoop;
    const loop = this.testing ? this.testLoop : this.state.fn === 'validate' ? this.validateLoop : valLoop;
    return loop.batchProgress.current.ready;
  }
}
