// What is settled before a run's first step: the number of steps for schedulers, and what a Tuner finds.
import { optim } from 'lamplight';
import { LightningDataModule, Trainer, Tuner } from 'lamplight/lightning';
import { expect, test } from 'vitest';
import { bare, loader, Net, quiet } from '../support/lightning-net';

test('a Tuner sets what it finds wherever it is kept: in the module, in the data module, and in the hparams of both', async () => {
  class Digits extends LightningDataModule {
    asked: number[] = [];
    constructor(public batchSize = 2) {
      super();
      this.saveHyperparameters({ batchSize });
    }
    override trainDataloader() {
      this.asked.push(this.batchSize);
      return loader(20, this.batchSize);
    }
  }
  class Kept extends Net {
    batchSize = 2;
    constructor() {
      super();
      this.saveHyperparameters({ lr: 0.1, batchSize: 2 });
    }
  }
  const model = new Kept();
  const datamodule = new Digits();
  const tuner = new Tuner(new Trainer({ logger: false, ...quiet }));
  const suggested = (await tuner.lrFind(model, { datamodule, numTraining: 20 })).suggestion();
  expect(suggested).not.toBeNull();
  expect([model.lr, model.hparams.lr]).toEqual([suggested, suggested]);
  datamodule.asked = [];
  expect(await tuner.scaleBatchSize(model, { datamodule, maxTrials: 3 })).toBe(8);
  expect(datamodule.asked).toEqual([2, 4, 8]);
  const sizes = [model.batchSize, model.hparams.batchSize, datamodule.batchSize, datamodule.hparams.batchSize];
  expect(sizes).toEqual([8, 8, 8, 8]);
});

test('configureOptimizers knows the number of steps, of loaders given and made by hooks, in every fit', async () => {
  const { OneCycleLR } = optim.lrScheduler;
  const told: number[] = [];
  class Cycling extends Net {
    override configureOptimizers() {
      const totalSteps = this.trainer.estimatedSteppingBatches;
      told.push(totalSteps);
      const optimizer = new optim.SGD(this.parameters(), { lr: 0.1, momentum: 0.5 });
      const scheduler = new OneCycleLR(optimizer, 0.3, { totalSteps });
      return { optimizer, lrScheduler: { scheduler, interval: 'step' as const } };
    }
  }
  const trainer = bare({ maxEpochs: 2 });
  await trainer.fit(new Cycling(), loader(20));
  trainer.fitLoop.maxEpochs = 4;
  await trainer.fit(new Cycling(), loader(8));
  await bare({ maxEpochs: 3, accumulateGradBatches: 2, limitTrainBatches: 3 }).fit(new Cycling(), loader(20));
  await bare({ maxEpochs: 3, maxSteps: 4 }).fit(new Cycling(), loader(20));
  let asked = 0;
  class Making extends Cycling {
    trainDataloader() {
      asked++;
      return loader(12);
    }
  }
  await bare({ maxEpochs: 1 }).fit(new Making());
  expect(told).toEqual([10, 8, 6, 4, 3]);
  expect(asked).toBe(1);
  class Late extends Cycling {
    async trainDataloader() {
      return loader(12);
    }
  }
  await expect(bare({ maxEpochs: 1 }).fit(new Late())).rejects.toThrow(
    'expected trainDataloader() to give a loader at once, but it gives a promise; load the data before, in setup',
  );
});
