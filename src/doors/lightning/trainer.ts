// The Trainer: runs the loops, and keeps the state that modules, callbacks and loggers use.

import { ArgumentError, autograd, DeviceLostError, type optim, synchronize } from '../../torch';
import {
  type Arguments,
  backpressure,
  defaultGenerator,
  display,
  engine,
  flush,
  kindOf,
  parseArgs,
  kinds as torchKinds,
} from '../../torch/inside';
import { join } from '../tensorboard/local-files';
import { attach } from './attachment';
import { defaultCallbacks } from './callbacks/defaults';
import {
  type CheckpointSource,
  chosenCheckpoint,
  dumpCheckpoint,
  readCheckpoint,
  restoreModule,
  restoreTraining,
} from './checkpointing';
import { Connector } from './connector';
import type { LightningDataModule } from './datamodule';
import { saveFile, workingFolder } from './files';
import { type Callback, HookCaller, type TrainerFn } from './hooks';
import { InterruptedError, Interrupts } from './interrupts';
import type { Fetcher, Loaders } from './loaders';
import { defaultLoggers } from './loggers/defaults';
import type { Logger } from './loggers/logger';
import { EvaluationLoop } from './loops/evaluation-loop';
import { FitLoop } from './loops/fit-loop';
import { PredictionLoop } from './loops/prediction-loop';
import { MixedPrecision } from './mixed-precision';
import { LightningModule } from './module';
import { expectSteps, warnOfOmissions } from './omissions';
import type { LightningOptimizer } from './optimization';
import type { LRSchedulerConfig } from './optimizers';
import { type ParsedOptions, type Precision, parseOptions, precisionOf, type TrainerOptions } from './options';
import { Overview } from './overview';
import { attachCallbacks, logHyperparameters, makeOptimizers, takePrecision, takeTiles } from './preparing';
import {
  type EvaluationOptions,
  type FitOptions,
  type PredictOptions,
  type RunOptions,
  runKinds,
  type Stage,
  sources,
  type TrainerState,
  type Tried,
  withOptions,
} from './runs';
import { Survival } from './survival';

const EPOCHS = 1000;
const SANITY_STEPS = 2;
const LOG_EVERY = 50;
const path: torchKinds.Kind = { words: 'a path', fits: (value) => typeof value === 'string' && value !== '' };

interface SaveArguments {
  /** The path of the file. */
  filepath: string;
  /** Whether to save only the weights. Default: false. */
  weightsOnly?: boolean | null;
}

type Loop = () => Promise<unknown>;

/**
 * Opens the device. Called after arguments are checked, and before the progress bar starts, which would freeze while
 * the device opens.
 */
const openDevice = (): Promise<void> => engine.start();

/**
 * Trains, validates, tests and predicts with a LightningModule:
 *
 *     const trainer = new Trainer({ maxEpochs: 2, callbacks: [new EarlyStopping({ monitor: 'val_loss' })] });
 *     await trainer.fit(model, trainLoader, valLoader);
 *
 * No value is read back in the loop: logged values stay on the GPU, and are read in bulk when they have to be shown.
 * Ctrl-C, an AbortSignal or `interrupt()` end a run cleanly between two batches.
 */
export class Trainer extends Overview {
  readonly state: TrainerState = { fn: null, stage: null, status: 'initializing' };
  readonly options: ParsedOptions;
  readonly hooks = new HookCaller(this);
  readonly connector = new Connector(this);
  readonly survival = new Survival(this);
  callbacks: Callback[];
  loggers: readonly Logger[];
  readonly fitLoop: FitLoop;
  readonly validateLoop: EvaluationLoop;
  readonly testLoop: EvaluationLoop;
  readonly predictLoop: PredictionLoop;
  datamodule: LightningDataModule | null = null;
  optimizers: optim.Optimizer<object>[] = [];
  lightningOptimizers: LightningOptimizer[] = [];
  lrSchedulerConfigs: LRSchedulerConfig[] = [];
  /** Set this to true to end training after the current batch or epoch, as soon as minEpochs and minSteps allow. */
  shouldStop = false;
  accumulateGradBatches: number;
  gradientClipVal: number | null;
  gradientClipAlgorithm: 'norm' | 'value' | null;
  readonly precision: Precision;
  /** Null unless the precision is '16-mixed'. */
  readonly mixed: MixedPrecision | null;
  readonly defaultRootDir: string;
  readonly fastDevRun: number;
  readonly maxSteps: number;
  readonly minSteps: number | null;
  readonly minEpochs: number | null;
  limitTrainBatches: number | null;
  limitValBatches: number | null;
  readonly limitTestBatches: number | null;
  readonly limitPredictBatches: number | null;
  readonly overfitBatches: number;
  readonly valCheckInterval: number | null;
  readonly checkValEveryNEpoch: number | null;
  readonly numSanityValSteps: number;
  readonly logEveryNSteps: number;
  readonly detectAnomaly: boolean;
  readonly reloadDataloadersEveryNEpochs: number;
  /** The number of training batches between validations. */
  valCheckBatch = Infinity;
  /** The checkpoint that the current run started from. */
  ckptPath: CheckpointSource | null = null;
  /** The validation loaders that `fit` was given. */
  valSource: unknown = null;
  /** Whether to print the results of validation and testing. */
  isVerbose = true;
  readonly #interrupts = new Interrupts();

  constructor(...args: [options?: TrainerOptions]) {
    super();
    const o = parseOptions(args);
    this.options = o;
    const dev = Number(o.fastDevRun);
    const limit = (own: number | null) => (dev > 0 ? dev : own);
    this.fastDevRun = dev;
    this.precision = precisionOf(o.precision);
    this.mixed = this.precision === '16-mixed' ? new MixedPrecision() : null;
    this.accumulateGradBatches = o.accumulateGradBatches;
    this.gradientClipVal = o.gradientClipVal;
    this.gradientClipAlgorithm = o.gradientClipAlgorithm;
    this.defaultRootDir = o.defaultRootDir ?? workingFolder();
    this.maxSteps = dev > 0 ? dev : o.maxSteps;
    this.minSteps = o.minSteps;
    this.minEpochs = o.minEpochs;
    this.overfitBatches = o.overfitBatches;
    const overfit = o.overfitBatches > 0 ? o.overfitBatches : null;
    this.limitTrainBatches = limit(overfit ?? o.limitTrainBatches);
    this.limitValBatches = limit(overfit ?? o.limitValBatches);
    this.limitTestBatches = limit(o.limitTestBatches);
    this.limitPredictBatches = limit(o.limitPredictBatches);
    this.valCheckInterval = dev > 0 ? null : o.valCheckInterval;
    this.checkValEveryNEpoch = dev > 0 ? 1 : o.checkValEveryNEpoch;
    const sanity = dev > 0 ? 0 : (o.numSanityValSteps ?? SANITY_STEPS);
    this.numSanityValSteps = sanity === -1 ? Infinity : sanity;
    this.logEveryNSteps = o.logEveryNSteps ?? LOG_EVERY;
    this.detectAnomaly = o.detectAnomaly;
    this.reloadDataloadersEveryNEpochs = o.reloadDataloadersEveryNEpochs;
    this.loggers = dev > 0 ? [] : defaultLoggers(o.logger, this.defaultRootDir);
    this.fitLoop = new FitLoop(this);
    this.fitLoop.maxEpochs = this.#maxEpochs();
    this.fitLoop.minEpochs = o.minEpochs ?? 0;
    this.validateLoop = new EvaluationLoop(this, 'Validation', false);
    this.testLoop = new EvaluationLoop(this, 'Test', false);
    this.predictLoop = new PredictionLoop(this);
    this.callbacks = defaultCallbacks(o, dev > 0);
  }

  #maxEpochs(): number {
    const { maxEpochs, maxTime } = this.options;
    if (this.fastDevRun > 0) return 1;
    if (maxEpochs !== null) return maxEpochs;
    return this.maxSteps !== -1 || maxTime !== null ? -1 : EPOCHS;
  }

  /** Trains a module. With `ckptPath`, training resumes from a checkpoint, even in the middle of an epoch. */
  async fit(model: LightningModule, options?: FitOptions): Promise<void>;
  async fit(
    model: LightningModule,
    trainDataloaders: Loaders | LightningDataModule | null,
    options?: FitOptions,
  ): Promise<void>;
  async fit(
    model: LightningModule,
    /** The training data: one loader or several. */
    trainDataloaders: Loaders | null,
    /** Batches for validation, or several loaders. */
    valDataloaders: Loaders | null,
    options?: FitOptions,
  ): Promise<void>;
  async fit(...args: unknown[]): Promise<void> {
    const defaults = { trainDataloaders: null, valDataloaders: null, datamodule: null, ckptPath: null, signal: null };
    const given = withOptions(args, defaults);
    const o = parseArgs<FitOptions & { model: LightningModule }>('Trainer.fit', ['model'], defaults, given, runKinds);
    const [train, datamodule] = sources('fit', o.trainDataloaders, o.datamodule);
    this.shouldStop = false;
    let deafen = () => {};
    this.fitLoop.renew(train);
    try {
      await this.#run('fit', 'training', o.model, { ...o, datamodule }, async () => {
        this.valSource = o.valDataloaders;
        warnOfOmissions(this);
        await this.fitLoop.attach(train, o.valDataloaders);
        await openDevice();
        deafen = this.survival.listen();
        await this.#sanityCheck();
        await this.fitLoop.run(train);
      });
      // If the device is lost before the end, the user's first read of the weights must not fail.
      await this.survival.untilDone(() => synchronize());
    } finally {
      deafen();
    }
  }

  /** Validates once. Returns the logged values of each loader. */
  async validate(
    model?: LightningModule | null | Tried<EvaluationOptions>,
    ...args: [Loaders | LightningDataModule | null, options?: EvaluationOptions] | [options?: EvaluationOptions]
  ): Promise<Record<string, number>[]> {
    return this.#evaluate('validate', 'validating', this.validateLoop, [model, ...args]);
  }

  /** Tests once. Returns the logged values of each loader. */
  async test(
    model?: LightningModule | null | Tried<EvaluationOptions>,
    ...args: [Loaders | LightningDataModule | null, options?: EvaluationOptions] | [options?: EvaluationOptions]
  ): Promise<Record<string, number>[]> {
    return this.#evaluate('test', 'testing', this.testLoop, [model, ...args]);
  }

  async #evaluate(
    fn: 'validate' | 'test',
    stage: Stage,
    loop: EvaluationLoop,
    args: readonly unknown[],
  ): Promise<Record<string, number>[]> {
    const defaults = { model: null, dataloaders: null, ckptPath: null, verbose: true, datamodule: null, signal: null };
    const given = withOptions(args, defaults);
    const o = parseArgs<Tried<EvaluationOptions>>(`Trainer.${fn}`, [], defaults, given, runKinds);
    const [loaders, datamodule] = sources(fn, o.dataloaders, o.datamodule);
    const run = async () => {
      this.isVerbose = o.verbose && this.options.enableProgressBar !== false;
      await loop.setupData(loaders);
      await openDevice();
      return loop.run();
    };
    return ((await this.#run(fn, stage, o.model, { ...o, datamodule }, run)) ?? []) as Record<string, number>[];
  }

  /** Returns the result of `predictStep` for each batch; with several loaders, a list of such lists. */
  async predict(
    model?: LightningModule | null | Tried<PredictOptions>,
    ...args: [Loaders | LightningDataModule | null, options?: PredictOptions] | [options?: PredictOptions]
  ): Promise<unknown[] | null> {
    const options = { dataloaders: null, datamodule: null, returnPredictions: null, ckptPath: null, signal: null };
    const defaults = { model: null, ...options };
    const given = withOptions([model, ...args], defaults);
    const o = parseArgs<Tried<PredictOptions>>('Trainer.predict', [], defaults, given, runKinds);
    const [loaders, datamodule] = sources('predict', o.dataloaders, o.datamodule);
    const run = async () => {
      await this.predictLoop.setupData(loaders);
      await openDevice();
      return this.predictLoop.run(o.returnPredictions ?? true);
    };
    return (await this.#run('predict', 'predicting', o.model, { ...o, datamodule }, run)) as unknown[] | null;
  }

  async #run(fn: TrainerFn, stage: Stage, model: LightningModule | null, o: RunOptions, loop: Loop): Promise<unknown> {
    const module = model ?? this.module;
    if (!(module instanceof LightningModule)) {
      throw new ArgumentError(
        `Trainer.${fn}: expected a LightningModule, but got ${module === null ? 'none' : kindOf(module)}; pass one whose class extends LightningModule`,
      );
    }
    expectSteps(fn, module, this);
    Object.assign(this.state, { fn, stage, status: 'running' });
    this.module = module;
    this.datamodule = o.datamodule ?? null;
    attach(module, this);
    const stop = this.#interrupts.listen([this.options.signal, o.signal ?? null, display()?.signal ?? null]);
    try {
      const result = await this.#stages(fn, module, o, model !== null, loop);
      this.state.status = 'finished';
      return result;
    } catch (error) {
      if (!(await this.#ended(error as Error))) throw error;
      return undefined;
    } finally {
      stop();
      this.state.stage = null;
    }
  }

  async #stages(fn: TrainerFn, module: LightningModule, o: RunOptions, given: boolean, loop: Loop): Promise<unknown> {
    const { hooks } = this;
    await takeTiles(this);
    await takePrecision(this);
    await attachCallbacks(this, module);
    await this.datamodule?.prepareData?.();
    await hooks.module('prepareData');
    for (const logger of this.loggers) await logger.begin?.();
    await this.datamodule?.setup?.(fn);
    await hooks.callbacks('setup', [fn]);
    await hooks.module('setup', [fn]);
    await hooks.module('configureModel');
    const source = await chosenCheckpoint(this, o.ckptPath, given);
    this.ckptPath = source as CheckpointSource | null;
    const checkpoint = source === null ? null : await readCheckpoint(source);
    if (checkpoint) await restoreModule(this, checkpoint);
    this.connector.reset();
    if (fn === 'fit') {
      await makeOptimizers(this, module);
      await hooks.both('onFitStart');
    }
    logHyperparameters(this, module);
    if (checkpoint && fn === 'fit') restoreTraining(this, checkpoint);
    if (fn === 'fit') module.zeroGrad();
    const result = await loop();
    await this.connector.drain();
    if (fn === 'fit') await hooks.both('onFitEnd');
    await this.datamodule?.teardown?.(fn);
    await hooks.callbacks('teardown', [fn]);
    await hooks.module('teardown', [fn]);
    for (const logger of this.loggers) await logger.finalize?.('success');
    return result;
  }

  /** Reports an error to callbacks and loggers. Returns whether the run was interrupted on request. */
  async #ended(error: Error): Promise<boolean> {
    this.state.status = 'interrupted';
    const isAsked = error instanceof InterruptedError;
    try {
      if (isAsked) await this.connector.drain();
      await this.hooks.callbacks('onException', [error]);
      await this.datamodule?.onException?.(error);
      for (const logger of this.loggers) await logger.finalize?.('failed');
    } catch (second) {
      // If the run was not interrupted on request, report the first error, which is more helpful.
      if (isAsked) throw second;
    }
    if (isAsked) this.say(`${error.message}. The weights are those of step ${this.globalStep}.`);
    return isAsked;
  }

  async #sanityCheck(): Promise<void> {
    const { valLoop } = this.fitLoop.epochLoop;
    if (!this.enableValidation || this.numSanityValSteps === 0) return;
    const generator = defaultGenerator();
    const before = generator.getState();
    this.state.stage = 'sanityChecking';
    const kept = { ...this.connector.callbackMetrics };
    this.connector.resetResults();
    this.connector.resetMetrics();
    await this.hooks.callbacks('onSanityCheckStart');
    await valLoop.setupData(this.valSource);
    await this.survival.untilDone(() => valLoop.run());
    await this.hooks.callbacks('onSanityCheckEnd');
    this.connector.resetResults();
    this.connector.resetMetrics();
    this.connector.loadCallbackMetrics(kept);
    valLoop.batchProgress.reset();
    this.state.stage = 'training';
    generator.setState(before);
  }

  /** @internal The loaders that a module or data module returns for a hook. */
  requestLoaders(name: 'trainDataloader' | 'valDataloader' | 'testDataloader' | 'predictDataloader'): unknown {
    const owner = this.datamodule?.[name] ? this.datamodule : this.lightningModule;
    if (owner[name]) {
      return owner === this.lightningModule ? this.hooks.module(name) : Reflect.apply(owner[name], owner, []);
    }
    const place =
      name === 'trainDataloader'
        ? 'trainDataloaders'
        : name === 'valDataloader' && this.state.fn === 'fit'
          ? 'valDataloaders'
          : 'dataloaders';
    throw new ArgumentError(
      `Trainer.${this.state.fn}: expected ${place}, but got none; pass a DataLoader, or define ${name}() in the module or a data module`,
    );
  }

  /**
   * The next batch. Waits if the device has fallen behind.
   * @param fetcher What hands the loop its batches.
   */
  async fetched(fetcher: Fetcher): Promise<IteratorResult<unknown>> {
    await backpressure();
    try {
      return await fetcher.next();
    } catch (error) {
      if (error instanceof DeviceLostError) await fetcher.resume();
      throw error;
    }
  }

  /**
   * Runs a step; with `detectAnomaly`, checks it for NaN.
   * @param run The step.
   */
  async watched<T>(run: () => Promise<T>): Promise<T> {
    if (!this.detectAnomaly) return run();
    const result = await autograd.detectAnomaly(run);
    flush();
    await this.connector.drain();
    return result;
  }

  /** @internal */
  throwIfInterrupted(): void {
    this.#interrupts.throwIfDue();
  }

  /** Ends the run cleanly after the current batch, for example from a stop button. */
  interrupt(...none: []): void {
    parseArgs('Trainer.interrupt', [], {}, none);
    this.#interrupts.reason ??= 'interrupt() was called';
  }

  /** Writes a checkpoint atomically; in a page, to the checkpoint store of its folder. */
  async saveCheckpoint(...args: Arguments<SaveArguments, ['filepath', 'weightsOnly']>): Promise<void> {
    const kinds = { filepath: path, weightsOnly: torchKinds.orNull(torchKinds.flag) };
    const defaults = { weightsOnly: false };
    const o = parseArgs<SaveArguments>('Trainer.saveCheckpoint', ['filepath'], defaults, args, kinds);
    const { filepath } = o;
    const weightsOnly = o.weightsOnly ?? false;
    const save = async () =>
      saveFile(join(filepath), (await dumpCheckpoint(this, weightsOnly)) as Record<string, unknown>);
    try {
      await save();
    } catch (error) {
      if (!(error instanceof DeviceLostError && this.state.fn === 'fit')) throw error;
      // After a loss, the weights are restored from the last snapshot, so they can be saved.
      await save();
    }
  }

  /** Writes to the console, above the progress bar. */
  print(...values: unknown[]): void {
    const bar = this.progressBarCallback;
    if (bar?.print) bar.print(...values);
    else console.log(...values);
  }

  /** @internal Prints a message for the user, unless the progress bar is disabled. */
  say(message: string): void {
    if (this.options.enableProgressBar !== false) this.print(message);
  }

  /** @internal Reads waiting rows between loops, if there are loggers. */
  async drainIfShown(): Promise<void> {
    if (!this.sanityChecking && this.loggers.length > 0) await this.connector.drain();
  }
}
