// StochasticWeightAveraging: continues training at a constant learning rate, and finally sets the module to the average
// of the weights.

import { ArgumentError, nn, noGrad, optim, type Tensor, zerosLike } from '../../../torch';
import { flush, kinds, parseArgs, shown } from '../../../torch/inside';
import { Callback, stateIn } from '../hooks';
import type { LightningModule } from '../module';
import { configOf } from '../optimizers';
import type { Trainer } from '../trainer';

type Normalizing = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d;

/** Whether a layer has running statistics, which must be computed anew for averaged weights. */
const isNormalizing = (module: nn.Module): module is Normalizing =>
  [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d].some((kind) => module instanceof kind);

/** Options of StochasticWeightAveraging. */
export interface StochasticWeightAveragingOptions {
  /** The learning rate during averaging, for all groups or for each. */
  swaLrs: number | readonly number[];
  /** The epoch at which averaging starts, or, if below 1, a fraction of all epochs. Default: 0.8. */
  swaEpochStart?: number;
  /** The number of epochs over which the learning rate changes to `swaLrs`. Default: 10. */
  annealingEpochs?: number;
  /** 'cos' or 'linear': the curve down to the rate of averaging. */
  annealingStrategy?: 'cos' | 'linear';
  /**
   * Computes the next average from the average, the current weights and the number of averaged models. Default: the
   * mean.
   */
  avgFn?:
    | ((
        /** The average so far. */ averaged: Tensor,
        /** The new value. */ current: Tensor,
        /** The number of values averaged so far. */ numAveraged: number,
      ) => Tensor)
    | null;
}

const mean = (averaged: Tensor, current: Tensor, count: number): Tensor =>
  averaged.add(current.sub(averaged).div(count + 1));

/** Averages the weights over the last epochs, and sets the model to the average at the end. */
export class StochasticWeightAveraging extends Callback {
  readonly #o: Required<StochasticWeightAveragingOptions>;
  #start: number;
  #maxEpochs = 0;
  #averages: Tensor[] | null = null;
  #count = 0;
  #isInitialized = false;
  #latestUpdate = -1;
  #scheduler: optim.swaUtils.SWALR | null = null;
  #schedulerState: Record<string, unknown> | null = null;
  #norms: readonly Normalizing[] = [];
  #momenta: (number | null)[] | null = null;
  #accumulateGradBatches = 1;

  /** @throws ArgumentError if a learning rate is not positive */
  constructor(
    ...args:
      | [StochasticWeightAveragingOptions]
      | [number | readonly number[], Omit<StochasticWeightAveragingOptions, 'swaLrs'>?]
  ) {
    super();
    const o = parseArgs<StochasticWeightAveragingOptions>(
      'StochasticWeightAveraging',
      ['swaLrs'],
      { swaEpochStart: 0.8, annealingEpochs: 10, annealingStrategy: 'cos', avgFn: null },
      args,
      {
        swaEpochStart: kinds.between(0, Number.MAX_SAFE_INTEGER),
        annealingEpochs: kinds.whole(0),
        annealingStrategy: kinds.oneOf('cos', 'linear'),
        avgFn: kinds.orNull(kinds.callback),
      },
    ) as Required<StochasticWeightAveragingOptions>;
    if (
      (Array.isArray(o.swaLrs) && o.swaLrs.length === 0) ||
      ![o.swaLrs].flat().every((lr) => typeof lr === 'number' && lr > 0)
    ) {
      throw new ArgumentError(
        `StochasticWeightAveraging: expected swaLrs > 0, a number or one for each group, but got ${shown(o.swaLrs)}`,
      );
    }
    if (!(o.swaEpochStart >= 0 && (o.swaEpochStart < 1 || Number.isInteger(o.swaEpochStart)))) {
      throw new ArgumentError(
        `StochasticWeightAveraging: expected swaEpochStart to be a share below 1 or a whole epoch from 1 on, but got ${o.swaEpochStart}`,
      );
    }
    this.#o = o;
    this.#start = o.swaEpochStart;
  }

  get swaStart(): number {
    return Math.max(this.#start - 1, 0);
  }

  /** The last epoch included in the average. */
  get swaEnd(): number {
    return this.#maxEpochs === -1 ? Infinity : this.#maxEpochs - 1;
  }

  override onFitStart(trainer: Trainer, module: LightningModule): void {
    if (trainer.optimizers.length !== 1 || trainer.lrSchedulerConfigs.length > 1) {
      throw new ArgumentError(
        `StochasticWeightAveraging: expected one optimizer and at most one scheduler, but got ${trainer.optimizers.length} and ${trainer.lrSchedulerConfigs.length}`,
      );
    }
    this.#maxEpochs = trainer.maxEpochs;
    if (this.#o.swaEpochStart < 1) {
      if (this.#maxEpochs === -1) {
        throw new ArgumentError(
          `StochasticWeightAveraging: expected a whole swaEpochStart without maxEpochs, but got ${this.#o.swaEpochStart}`,
        );
      }
      this.#start = Math.floor(this.#maxEpochs * this.#o.swaEpochStart);
    }
    this.#norms = module.modules().filter(isNormalizing);
    // One extra epoch recomputes running statistics with the averaged weights.
    if (this.#norms.length > 0 && this.#maxEpochs !== -1) trainer.fitLoop.maxEpochs++;
    if (this.#schedulerState) trainer.lrSchedulerConfigs = [];
  }

  override onTrainEpochStart(trainer: Trainer, module: LightningModule): void {
    const { currentEpoch } = trainer;
    const isWithin = this.swaStart <= currentEpoch && currentEpoch <= this.swaEnd;
    if (!this.#isInitialized && isWithin) this.#begin(trainer);
    if (isWithin && currentEpoch > this.#latestUpdate) {
      this.#update(module);
      this.#latestUpdate = currentEpoch;
    }
    if (this.#maxEpochs !== -1 && currentEpoch === this.swaEnd + 1) this.#renewStatistics(trainer, module);
  }

  #begin(trainer: Trainer): void {
    this.#isInitialized = true;
    const [optimizer] = trainer.optimizers;
    const { swaLrs, annealingEpochs, annealingStrategy } = this.#o;
    const groups = optimizer!.paramGroups as unknown as { initialLr?: number }[];
    const rates = Array.isArray(swaLrs) ? (swaLrs as readonly number[]) : groups.map(() => swaLrs as number);
    groups.forEach((group, i) => {
      group.initialLr = rates[i]!;
    });
    this.#scheduler = new optim.swaUtils.SWALR(optimizer as never, {
      swaLr: rates,
      annealEpochs: annealingEpochs,
      annealStrategy: annealingStrategy,
      lastEpoch: annealingStrategy === 'cos' ? trainer.maxEpochs : -1,
    });
    if (this.#schedulerState) this.#scheduler.loadStateDict(this.#schedulerState);
    const [before] = trainer.lrSchedulerConfigs;
    if (before) {
      trainer.say(`Swapping scheduler \`${before.scheduler.constructor.name}\` for \`SWALR\``);
    }
    trainer.lrSchedulerConfigs = [configOf(this.#scheduler)];
  }

  #update(module: LightningModule): void {
    const average = this.#o.avgFn ?? mean;
    noGrad(() => {
      const params = module.parameters();
      this.#averages ??= params.map((param) => zerosLike(param.detach()).retain());
      this.#averages.forEach((averaged, i) => {
        const current = params[i]!.detach();
        averaged.copy_(this.#count === 0 ? current : average(averaged, current, this.#count));
      });
    });
    flush();
    this.#count++;
  }

  #transfer(module: LightningModule): void {
    const averages = this.#averages;
    if (!averages) return;
    noGrad(() => {
      module.parameters().forEach((param, i) => {
        param.copy_(averages[i]!);
      });
    });
    flush();
  }

  /** Starts the extra epoch, in which batches pass through the averaged model without a backward pass. */
  #renewStatistics(trainer: Trainer, module: LightningModule): void {
    this.#transfer(module);
    this.#momenta = this.#norms.map(({ momentum }) => momentum);
    for (const norm of this.#norms) {
      norm.resetRunningStats();
      norm.momentum = null;
    }
    const { fitLoop } = trainer;
    fitLoop.epochLoop.automatic.skipBackward = true;
    this.#accumulateGradBatches = trainer.accumulateGradBatches;
    fitLoop.maxBatches++;
    trainer.accumulateGradBatches = fitLoop.maxBatches;
  }

  override onTrainEpochEnd(trainer: Trainer): void {
    trainer.fitLoop.epochLoop.automatic.skipBackward = false;
  }

  override onTrainEnd(trainer: Trainer, module: LightningModule): void {
    if (this.#momenta) {
      trainer.accumulateGradBatches = this.#accumulateGradBatches;
      trainer.fitLoop.maxBatches--;
      trainer.fitLoop.maxEpochs--;
      this.#norms.forEach((norm, i) => {
        norm.momentum = this.#momenta![i]!;
      });
      this.#momenta = null;
    } else if (trainer.currentEpoch - 1 === this.swaEnd || this.#maxEpochs === -1) this.#transfer(module);
  }

  override stateDict(...none: []): Record<string, unknown> {
    parseArgs('StochasticWeightAveraging.stateDict', [], {}, none);
    const averages = this.#averages?.map((tensor, i) => [String(i), tensor] as const);
    return {
      n_averaged: this.#count,
      latest_update_epoch: this.#latestUpdate,
      scheduler_state: this.#scheduler?.stateDict() ?? null,
      average_model_state: averages ? Object.fromEntries(averages) : null,
    };
  }

  override loadStateDict(given: Record<string, unknown>, ...none: []): void {
    const state = stateIn('StochasticWeightAveraging', [given, ...none]);
    this.#count = Number(state.n_averaged);
    this.#latestUpdate = Number(state.latest_update_epoch);
    this.#schedulerState = (state.scheduler_state as Record<string, unknown> | null | undefined) ?? null;
    const averages = state.average_model_state as nn.StateDict | null | undefined;
    this.#averages = averages ? Object.values(averages).map((tensor) => tensor.clone().retain()) : null;
  }
}
