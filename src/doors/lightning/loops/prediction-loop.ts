// Prediction: collects the results of predictStep for each batch, without gradients.
import { ArgumentError } from '../../../torch';
import { flush } from '../../../torch/inside';
import { Fetcher, type Loader, lengthOf, limitOf, severalLoaders } from '../loaders';
import { BatchProgress } from '../progress';
import { transferred, withoutGrad } from './batches';
import { ModuleModes } from './evaluation-loop';
import type { Run } from './run';

export class PredictionLoop {
  readonly batchProgress = new BatchProgress();
  maxBatches: number[] = [];
  #loaders: Loader[] = [];

  constructor(private readonly trainer: Run) {}

  async setupData(source: unknown): Promise<void> {
    const { trainer } = this;
    const given = source ?? (await trainer.requestLoaders('predictDataloader'));
    this.#loaders = severalLoaders('predictDataloaders', given);
    this.maxBatches = this.#loaders.map((loader) =>
      limitOf('limitPredictBatches', lengthOf(loader), trainer.limitPredictBatches),
    );
    if (this.#loaders.some((loader) => lengthOf(loader) === 0)) {
      throw new ArgumentError(
        'Trainer.predict: expected predictDataloaders to give batches, but it is empty; look at its data set and batchSize',
      );
    }
  }

  /** The result of each batch; with several loaders, a list of such lists. Null with `returnPredictions: false`. */
  async run(returnPredictions: boolean): Promise<unknown[] | null> {
    const { trainer, batchProgress } = this;
    const { hooks, lightningModule } = trainer;
    const modes = new ModuleModes();
    modes.capture(lightningModule);
    await hooks.module('onPredictModelEval');
    await hooks.both('onPredictStart');
    await hooks.both('onPredictEpochStart');
    batchProgress.resetOnRun();
    const predictions: unknown[][] = [];
    for (const [index, loader] of this.#loaders.entries()) {
      const several = this.#loaders.length > 1;
      const fetcher = new Fetcher(loader, this.maxBatches[index]!);
      const own: unknown[] = [];
      predictions.push(own);
      try {
        for (let batchIdx = 0; ; batchIdx++) {
          const next = await trainer.fetched(fetcher);
          if (next.done) break;
          const batch = await transferred(trainer, next.value, index);
          const args = several ? [batch, batchIdx, index] : [batch, batchIdx];
          batchProgress.increment('ready');
          await hooks.both('onPredictBatchStart', args);
          batchProgress.increment('started');
          const output = await withoutGrad(() => hooks.module('predictStep', args));
          batchProgress.increment('processed');
          await hooks.both('onPredictBatchEnd', [output, ...args]);
          flush();
          batchProgress.increment('completed');
          if (returnPredictions) own.push(output);
          trainer.throwIfInterrupted();
        }
      } finally {
        await fetcher.close();
      }
    }
    await hooks.both('onPredictEpochEnd');
    await hooks.both('onPredictEnd');
    if (lightningModule.onPredictModelTrain) await hooks.module('onPredictModelTrain');
    else modes.restore();
    if (!returnPredictions) return null;
    return predictions.length === 1 ? predictions[0]! : predictions;
  }
}
