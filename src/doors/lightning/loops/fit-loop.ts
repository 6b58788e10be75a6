// The outer training loop: runs epochs until the limit on epochs, steps or time is reached.

import { ArgumentError } from '../../../torch';
import { defaultGenerator, fromText, toText, warnOnce } from '../../../torch/inside';
import { Fetcher, inOrder, type Loader, lengthOf, limitOf, statefulOf, trainingLoader } from '../loaders';
import { Progress, type ProgressState } from '../progress';
import type { FitRun } from './run';
import { type EpochPhase, TrainingEpochLoop } from './training-epoch-loop';

/** A sampler whose order depends on the epoch. */
interface EpochSampler {
  setEpoch?(epoch: number): void;
}

/** The progress of a fit in the form of Lightning's checkpoints. */
export type FitLoopState = Readonly<Record<string, unknown>>;

const noBatches = (): ArgumentError =>
  new ArgumentError(
    'Trainer.fit: expected trainDataloaders to give batches, but it is empty; look at its data set, batchSize and dropLast',
  );

export class FitLoop {
  readonly epochProgress = new Progress();
  readonly epochLoop: TrainingEpochLoop;
  /** The number of batches of an epoch; infinity if unknown. */
  maxBatches = Infinity;
  maxEpochs = -1;
  minEpochs = 0;
  loader: Loader | null = null;
  /** The loaders given to fit; null if a hook has them. */
  #source: unknown = null;
  #fetcher: Fetcher | null = null;
  /** The states of the loaders between two passes. */
  #rest: unknown[] | null = null;
  #loadedStates: unknown[] | null = null;
  /** The phase in which the resumed run was when its checkpoint was written. */
  #phase: EpochPhase | 'epoch' | null = null;
  /** The state of the default generator in the checkpoint. */
  #generator: string | null = null;
  #loadedAtEpoch = Number.NEGATIVE_INFINITY;

  constructor(private readonly trainer: FitRun) {
    this.epochLoop = new TrainingEpochLoop(trainer);
  }

  /** The index of the current batch, counted over all epochs. */
  get totalBatchIdx(): number {
    return this.epochLoop.batchProgress.total.ready - 1;
  }

  /** Whether minEpochs and minSteps have been reached. */
  get canStopEarly(): boolean {
    const { minSteps } = this.trainer;
    const epochs = this.minEpochs > 0 ? this.epochProgress.current.processed >= this.minEpochs : true;
    return epochs && (minSteps === null || this.epochLoop.globalStep >= minSteps);
  }

  get #isDone(): boolean {
    const { trainer, epochProgress } = this;
    if (this.maxBatches === 0) {
      trainer.say('`Trainer.fit` stopped: No training batches.');
      return true;
    }
    if (trainer.maxSteps !== -1 && this.epochLoop.globalStep >= trainer.maxSteps) {
      trainer.say(`\`Trainer.fit\` stopped: \`maxSteps=${trainer.maxSteps}\` reached.`);
      return true;
    }
    if (this.maxEpochs !== -1 && epochProgress.current.processed >= this.maxEpochs) {
      epochProgress.current.completed = epochProgress.current.processed;
      trainer.say(`\`Trainer.fit\` stopped: \`maxEpochs=${this.maxEpochs}\` reached.`);
      return true;
    }
    return trainer.shouldStop && this.canStopEarly;
  }

  /** Drops the loaders of the previous fit, before hooks may ask how long the training is. */
  renew(train: unknown): void {
    this.loader = null;
    this.#source = train;
    this.maxBatches = Infinity;
    this.epochLoop.valLoop.loaders = null;
  }

  /** Stores the given loaders. Loaders from a hook are requested later. */
  async attach(train: unknown, val: unknown): Promise<void> {
    const { trainer, epochLoop } = this;
    if (train !== null && trainer.limitTrainBatches !== 0) await this.setupData(train);
    if (val !== null) await epochLoop.valLoop.setupData(val);
  }

  /** Sets the training loader. */
  async setupData(source: unknown): Promise<void> {
    const { trainer } = this;
    const reload =
      trainer.reloadDataloadersEveryNEpochs > 0 &&
      trainer.currentEpoch - this.#loadedAtEpoch >= trainer.reloadDataloadersEveryNEpochs;
    if (this.loader && !reload) return;
    this.#take(source ?? (await trainer.requestLoaders('trainDataloader')));
  }

  /**
   * Sets the training loader while `configureOptimizers` or another hook waits for the number of steps.
   * @throws ArgumentError if it is not there at once
   */
  setupNow(): void {
    const { trainer } = this;
    if (this.loader || trainer.state.fn !== 'fit' || trainer.limitTrainBatches === 0) return;
    const given = this.#source ?? trainer.requestLoaders('trainDataloader');
    if (given instanceof Promise) {
      given.catch(() => undefined);
      throw new ArgumentError(
        'estimatedSteppingBatches: expected trainDataloader() to give a loader at once, but it gives a promise; load the data before, in setup, and give the loader from a method without async',
      );
    }
    this.#take(given);
  }

  #take(given: unknown): void {
    const { trainer } = this;
    this.#loadedAtEpoch = trainer.currentEpoch;
    const taken = trainingLoader('trainDataloaders', given);
    const loader = trainer.overfitBatches > 0 ? inOrder(taken) : taken;
    const length = lengthOf(loader);
    if (length === 0) {
      throw noBatches();
    }
    this.loader = loader;
    this.maxBatches = limitOf('limitTrainBatches', length, trainer.limitTrainBatches);
    if (trainer.loggers.length > 0 && this.maxBatches < trainer.logEveryNSteps && trainer.fastDevRun === 0) {
      warnOnce(
        `The number of training batches (${this.maxBatches}) is smaller than the logging interval Trainer({ logEveryNSteps: ${trainer.logEveryNSteps} }). Set a lower value for logEveryNSteps if you want to see logs for the training epoch.`,
      );
    }
    trainer.valCheckBatch = this.#valCheckBatch(length);
  }

  #valCheckBatch(length: number | null): number {
    const { valCheckInterval, checkValEveryNEpoch, limitValBatches } = this.trainer;
    if (valCheckInterval === null) return this.maxBatches;
    if (valCheckInterval >= 1) {
      if (valCheckInterval > this.maxBatches && checkValEveryNEpoch !== null && limitValBatches !== 0) {
        throw new ArgumentError(
          `Trainer: expected valCheckInterval ≤ the ${this.maxBatches} training batches, but got ${valCheckInterval}; set checkValEveryNEpoch: null or limitValBatches: 0`,
        );
      }
      return valCheckInterval;
    }
    if (length === null) {
      throw new ArgumentError(
        `Trainer: expected a whole valCheckInterval for a loader that does not know its length, but got ${valCheckInterval}`,
      );
    }
    return Math.max(1, Math.floor(this.maxBatches * valCheckInterval));
  }

  async run(source: unknown): Promise<void> {
    const { trainer, epochProgress, epochLoop } = this;
    const { hooks } = trainer;
    if (trainer.limitTrainBatches === 0) this.maxBatches = 0;
    else await this.setupData(source);
    if (this.#isDone) return;
    const phase = this.#phase;
    this.#phase = null;
    if (this.#generator !== null) defaultGenerator().setState(fromText(this.#generator));
    if (this.#loadedStates) this.#load(this.#loadedStates);
    if (phase === null) epochProgress.current.completed = epochProgress.current.processed;
    if (trainer.enableValidation) await epochLoop.valLoop.setupData(trainer.valSource);
    await hooks.both('onTrainStart');
    if (phase === 'epoch') await this.#finishEpoch();
    let within: EpochPhase | null = phase === 'epoch' ? null : phase;
    try {
      while (!this.#isDone) {
        const [before, isFresh] = [this.totalBatchIdx, within === null];
        await this.#epoch(source, within);
        within = null;
        if (isFresh && this.totalBatchIdx === before && this.maxEpochs === -1 && !trainer.shouldStop) throw noBatches();
      }
    } finally {
      await this.#close();
    }
    await trainer.survival.through(async () => hooks.both('onTrainEnd'));
    await trainer.connector.drain();
  }

  async #epoch(source: unknown, phase: EpochPhase | null): Promise<void> {
    const { trainer, epochProgress, epochLoop } = this;
    const { hooks, connector } = trainer;
    await this.setupData(source);
    const { batchSampler } = this.loader as { readonly batchSampler?: EpochSampler | null };
    batchSampler?.setEpoch?.(epochProgress.current.processed);
    if (phase === null) {
      epochProgress.increment('ready');
      await hooks.both('onTrainEpochStart');
      epochProgress.increment('started');
    }
    if (phase !== null) await epochLoop.goOn(phase);
    if (phase === null || !epochLoop.isDone) {
      this.#fetcher = await this.#begin(phase === null ? 0 : epochLoop.batchProgress.current.ready);
      await epochLoop.run(this.#fetcher, phase === null);
    }
    epochProgress.increment('processed');
    await trainer.survival.through(async () => {
      await connector.epochEndReached();
      await hooks.callbacks('onTrainEpochEnd', [], false);
      await hooks.module('onTrainEpochEnd');
      await connector.epochEndReached();
      await hooks.callbacks('onTrainEpochEnd', [], true);
    });
    await this.#close();
    await trainer.survival.through(() => connector.endEpoch());
    await this.#finishEpoch();
  }

  /** Finishes an epoch, after the hooks and the checkpoints that they write. */
  async #finishEpoch(): Promise<void> {
    const { trainer, epochLoop } = this;
    await trainer.survival.through(() => epochLoop.updateLearningRates('epoch', true));
    // An epoch's rows are logged at its last step.
    epochLoop.batchesThatStepped--;
    trainer.connector.updateTrainEpoch();
    epochLoop.batchesThatStepped++;
    this.epochProgress.increment('completed');
    await trainer.connector.drain();
    trainer.throwIfInterrupted();
  }

  async #close(): Promise<void> {
    const fetcher = this.#fetcher;
    this.#fetcher = null;
    if (fetcher) this.#rest = fetcher.states();
    await fetcher?.close();
  }

  /** Begins a pass through the loader; a resumed pass continues after the batches of the checkpoint. */
  async #begin(behind: number): Promise<Fetcher> {
    const loader = this.loader!;
    const states = this.#loadedStates;
    this.#loadedStates = null;
    this.#rest = null;
    const stateful = statefulOf(loader);
    const fits = states !== null && this.#load(states);
    const fetcher = new Fetcher(loader, this.maxBatches, behind);
    if (behind > 0 && !fits) {
      if (stateful.length > 0) {
        warnOnce(
          "You're resuming from a checkpoint that ended before the epoch ended and it holds no state of the dataloader. The batches that came before are passed over, in the order of this pass.",
        );
      }
      await fetcher.skip(behind);
    }
    return fetcher;
  }

  /**
   * Restores the loaders' states from a checkpoint, but keeps the current random numbers. Returns false if the states
   * belong to other loaders.
   */
  #load(states: readonly unknown[]): boolean {
    const stateful = statefulOf(this.loader!);
    if (states.length !== stateful.length || states.length === 0) return false;
    const now = toText(defaultGenerator().getState());
    stateful.forEach((each, i) => {
      const state = states[i] as { readonly generators?: unknown };
      const fresh = this.#generator !== null && Array.isArray(state.generators);
      each.loadStateDict(fresh ? { ...state, generators: [now, ...(state.generators as unknown[]).slice(1)] } : state);
    });
    return true;
  }

  /** Makes the run begin with the random numbers and loader states of a checkpoint. */
  loadSources(generator: string, loaders: unknown[]): void {
    this.#generator = generator;
    this.#loadedStates = loaders;
  }

  /**
   * The states of the loaders after the last batch. They are not part of `stateDict`, since Python's loaders are
   * different.
   */
  loaderStates(): unknown[] {
    if (this.#fetcher) return this.#fetcher.states();
    if (this.#rest) return this.#rest;
    return this.loader ? statefulOf(this.loader).map((each) => each.stateDict()) : [];
  }

  stateDict(): FitLoopState {
    const { epochLoop } = this;
    const { automatic } = epochLoop;
    return {
      state_dict: {},
      'epoch_loop.state_dict': {
        _batches_that_stepped: epochLoop.batchesThatStepped,
        _batch_is_over: epochLoop.isBatchOver,
      },
      'epoch_loop.batch_progress': epochLoop.batchProgress.stateDict(),
      'epoch_loop.scheduler_progress': epochLoop.schedulerProgress.stateDict(),
      'epoch_loop.automatic_optimization.state_dict': {},
      'epoch_loop.automatic_optimization.optim_progress': {
        optimizer: { step: automatic.progress.step.stateDict(), zero_grad: automatic.progress.zeroGrad.stateDict() },
      },
      'epoch_loop.manual_optimization.state_dict': {},
      'epoch_loop.manual_optimization.optim_step_progress': epochLoop.manualProgress.stateDict(),
      'epoch_loop.val_loop.state_dict': {},
      'epoch_loop.val_loop.batch_progress': epochLoop.valLoop.batchProgress.stateDict(),
      epoch_progress: this.epochProgress.stateDict(),
    };
  }

  loadStateDict(state: FitLoopState): void {
    const { epochLoop, epochProgress } = this;
    const { batchProgress, automatic } = epochLoop;
    const at = (key: string) => state[key] as ProgressState | undefined;
    const load = (progress: Progress, saved: ProgressState | undefined) => {
      if (saved) progress.loadStateDict(saved);
    };
    load(epochProgress, at('epoch_progress'));
    load(batchProgress, at('epoch_loop.batch_progress'));
    load(epochLoop.schedulerProgress, at('epoch_loop.scheduler_progress'));
    load(epochLoop.manualProgress, at('epoch_loop.manual_optimization.optim_step_progress'));
    load(epochLoop.valLoop.batchProgress, at('epoch_loop.val_loop.batch_progress'));
    const optimizer = state['epoch_loop.automatic_optimization.optim_progress'] as
      | { optimizer?: { step?: ProgressState; zero_grad?: ProgressState } }
      | undefined;
    load(automatic.progress.step, optimizer?.optimizer?.step);
    load(automatic.progress.zeroGrad, optimizer?.optimizer?.zero_grad);
    const own = state['epoch_loop.state_dict'] as
      | { _batches_that_stepped?: number; _batch_is_over?: boolean }
      | undefined;
    epochLoop.batchesThatStepped = Number(own?._batches_that_stepped ?? 0);
    const { current } = epochProgress;
    if (current.started > current.processed) {
      const behind = batchProgress.current.processed > batchProgress.current.completed ? 'batch' : 'validation';
      this.#phase = own?._batch_is_over ? 'between' : behind;
    } else this.#phase = current.processed > current.completed ? 'epoch' : null;
  }
}
