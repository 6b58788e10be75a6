// Rows of what the Trainer, its modules and callbacks refuse; they train, which takes a device.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import * as lightning from 'lamplight/lightning';
import { bare, loader, Net } from '../lightning-net';
import { written } from './folder';
import { does, onDevice, options, type Row } from './row';

const { EarlyStopping, ModelCheckpoint, Trainer } = lightning;
const once = { maxEpochs: 1, limitTrainBatches: 1, limitValBatches: 1 } as const;
const trained = (model: lightning.LightningModule, o: object = {}, val: unknown = loader()) =>
  bare({ ...once, ...o }).fit(model, loader(), val as never);

/** A network whose step is another. */
const net = (step: (this: Net, batch: [Tensor, Tensor]) => unknown, o: Partial<Net> = {}): Net =>
  Object.assign(new Net(), { trainingStep: step }, o);
const plain = (config: (optimizer: optim.SGD) => unknown): Net => new Net(0.1, config);
/** What manual optimization does at every step. */
async function byHand(this: Net, [x]: [Tensor, Tensor]): Promise<void> {
  const optimizer = this.optimizers() as unknown as optim.SGD;
  optimizer.zeroGrad();
  await this.manualBackward(this(x).sum());
  optimizer.step();
}
const manual = { automaticOptimization: false };

class Bare extends lightning.LightningModule {
  fc = new nn.Linear(2, 1);
  trainingStep([x]: [Tensor, Tensor]): Tensor {
    return this.fc(x).sum();
  }
  configureOptimizers(): optim.SGD {
    return new optim.SGD(this.parameters(), { lr: 0.1 });
  }
}

const state = async (): Promise<ArrayBuffer> => torch.saveBytes({ state_dict: new Net().stateDict() }) as never;
const other = async (): Promise<ArrayBuffer> =>
  torch.saveBytes({ state_dict: { ...new Net().stateDict(), more: torch.ones(1) } }) as never;
const weights = async (): Promise<ArrayBuffer> => torch.saveBytes(new Net().stateDict()) as never;

export const training: readonly Row[] = onDevice({
  'expected a checkpoint of a Trainer': does(
    'ckptPath',
    async () => bare(once).fit(new Net(), loader(), loader(), { ckptPath: (await weights()) as never } as never),
    'load plain weights with model.loadStateDict(await torch.load(…))',
    async () => new Net().loadStateDict((await torch.load(await weights())) as never),
  ),
  'but got weights only': does(
    'Trainer.fit',
    async () => bare(once).fit(new Net(), loader(), loader(), { ckptPath: (await state()) as never } as never),
    'load them with loadFromCheckpoint and fit without ckptPath',
    async () => trained(await Net.loadFromCheckpoint((await state()) as never)),
  ),
  'set strictLoading = false': does(
    'Error(s) in loading state_dict for Net',
    async () => bare(once).fit(new Net(), loader(), loader(), { ckptPath: (await other()) as never } as never),
    'set strictLoading = false',
    async () =>
      bare(once).validate(Object.assign(new Net(), { strictLoading: false }), loader(), {
        ckptPath: (await other()) as never,
      } as never),
  ),
  'write this.saveHyperparameters({ lr, hidden })': does(
    'saveHyperparameters',
    () => new Net().saveHyperparameters(5 as never),
    'write this.saveHyperparameters({ lr, hidden })',
    () => new Net().saveHyperparameters({ lr: 0.1, hidden: 3 }),
  ),
  'pass new data.DataLoader(dataset, { batchSize })': does(
    'trainDataloaders',
    () => bare(once).fit(new Net(), 5 as never),
    'pass new data.DataLoader(dataset, { batchSize })',
    () => bare(once).fit(new Net(), loader(20, 4)),
  ),
  'log in trainingStep, validationStep or at the end of an epoch': does(
    'log',
    () =>
      trained(
        Object.assign(new Net(), {
          configureOptimizers(this: Net) {
            this.log('a', 1);
            return new optim.SGD(this.parameters(), { lr: 0.1 });
          },
        }),
      ),
    'log in trainingStep',
    () => trained(new Net()),
  ),
  'call trainer.fit(model) first': does(
    'Net.trainer',
    () => new Net().trainer,
    'call trainer.fit(model) first',
    async () => {
      const model = new Net();
      await trained(model);
      return model.trainer;
    },
  ),
  'return the loss of trainingStep instead': does(
    'manualBackward',
    () => trained(net(byHand)),
    'return the loss of trainingStep instead',
    () => trained(new Net()),
  ),
  'call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep': does(
    'Trainer.fit',
    () => trained(net(byHand, manual), { gradientClipVal: 1 }),
    'call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep',
    () =>
      trained(
        net(async function clipped(batch) {
          const optimizer = this.optimizers() as unknown as optim.SGD;
          optimizer.zeroGrad();
          await this.manualBackward(this(batch[0]).sum());
          this.clipGradients(optimizer, { gradientClipVal: 1 });
          optimizer.step();
        }, manual),
      ),
  ),
  'step an optimizer every so many batches in trainingStep': does(
    'Trainer.fit',
    () => trained(net(byHand, manual), { accumulateGradBatches: 2 }),
    'step an optimizer every so many batches in trainingStep',
    () => trained(net(byHand, manual)),
  ),
  'return loss.mean()': does(
    'trainingStep',
    () =>
      trained(
        net(function several([x]) {
          return this(x);
        }),
      ),
    'return loss.mean()',
    () =>
      trained(
        net(function one([x]) {
          return this(x).mean();
        }),
      ),
  ),
  'leave out detach() and noGrad': does(
    'trainingStep',
    () =>
      trained(
        net(function cut([x]) {
          return this(x).mean().detach();
        }),
      ),
    'leave out detach() and noGrad',
    () =>
      trained(
        net(function whole([x]) {
          return this(x).mean();
        }),
      ),
  ),
  'or unfreeze() the parameters': does(
    'trainingStep',
    () => {
      const model = new Net();
      model.freeze();
      return trained(model);
    },
    'unfreeze() the parameters',
    () => {
      const model = new Net();
      model.freeze();
      model.unfreeze();
      return trained(model);
    },
  ),
  'set this.automaticOptimization = false and step those of this.optimizers() in trainingStep': does(
    'configureOptimizers',
    () => trained(plain((o) => [o, o])),
    'set this.automaticOptimization = false and step those of this.optimizers() in trainingStep',
    () =>
      trained(
        Object.assign(
          plain((o) => [o, o]),
          manual,
          {
            async trainingStep(this: Net, [x]: [Tensor, Tensor]) {
              const [optimizer] = this.optimizers() as unknown as optim.SGD[];
              await this.manualBackward(this(x).sum());
              optimizer!.step();
            },
          },
        ),
      ),
  ),
  'expected a monitor for ReduceLROnPlateau': options(
    'configureOptimizers',
    (o) =>
      trained(
        plain((optimizer) => ({
          optimizer,
          lrScheduler: {
            scheduler: new optim.lrScheduler.ReduceLROnPlateau(optimizer),
            ...o,
            ...(o.scheduler ? { scheduler: o.scheduler(optimizer) } : {}),
          },
        })),
      ),
    {},
    { scheduler: (optimizer: optim.SGD) => new optim.lrScheduler.ReduceLROnPlateau(optimizer) },
  ),
  'define lrSchedulerStep in the module': does(
    'configureOptimizers',
    () =>
      trained(
        plain((optimizer) => ({
          optimizer,
          lrScheduler: { scheduler: { step() {}, optimizer, stateDict: () => ({}), loadStateDict() {} } },
        })),
      ),
    'define lrSchedulerStep in the module',
    () =>
      trained(
        Object.assign(
          plain((optimizer) => ({
            optimizer,
            lrScheduler: { scheduler: { step() {}, optimizer, stateDict: () => ({}), loadStateDict() {} } },
          })),
          { lrSchedulerStep: () => undefined },
        ),
      ),
  ),
  'use torch.gpu.profile around trainer.fit': does(
    'Trainer',
    () => new Trainer({ profiler: 'simple' as never }),
    'use torch.gpu.profile around trainer.fit',
    () => torch.gpu.profile(() => trained(new Net())),
  ),
  'leave out logger, callbacks and enableProgressBar': does(
    'Trainer',
    () => new Trainer({ barebones: true as never }),
    'leave out logger, callbacks and enableProgressBar',
    () => new Trainer({ logger: false, enableProgressBar: false }),
  ),
  'log its .mean()': does(
    'log',
    () =>
      trained(
        net(function logged([x]) {
          this.log('a', this(x));
          return this(x).mean();
        }),
      ),
    'log its .mean()',
    () =>
      trained(
        net(function logged([x]) {
          this.log('a', this(x).mean());
          return this(x).mean();
        }),
      ),
  ),
  'name another by attrName, or set updateAttr: false': options(
    'Tuner.lrFind',
    (o) => new lightning.Tuner(bare({ maxEpochs: 1 })).lrFind(new Bare(), loader() as never, { numTraining: 2, ...o }),
    { updateAttr: true },
  ),
  'with a logger to give counters to': does(
    'DeviceStatsMonitor',
    () => trained(new Net(), { callbacks: [new lightning.DeviceStatsMonitor()] }),
    'leave out logger: false',
    () => trained(new Net(), { callbacks: [new lightning.DeviceStatsMonitor()], logger: new lightning.MemoryLogger() }),
  ),
  'with a logger to give rates to': does(
    'LearningRateMonitor',
    () => trained(new Net(), { callbacks: [new lightning.LearningRateMonitor()] }),
    'leave out logger: false',
    () =>
      trained(new Net(), { callbacks: [new lightning.LearningRateMonitor()], logger: new lightning.MemoryLogger() }),
  ),
  'ModelCheckpoint: expected the metric': does(
    'ModelCheckpoint',
    () =>
      trained(new Net(), {
        enableCheckpointing: true,
        callbacks: [new ModelCheckpoint({ monitor: 'val_los', dirpath: written() })],
      }),
    'monitor another',
    () =>
      trained(new Net(), {
        enableCheckpointing: true,
        callbacks: [new ModelCheckpoint({ monitor: 'val_loss', dirpath: written() })],
      }),
  ),
  'EarlyStopping: expected the metric': does(
    'EarlyStopping',
    () => trained(new Net(), { callbacks: [new EarlyStopping('val_los')] }),
    'monitor another',
    () => trained(new Net(), { callbacks: [new EarlyStopping('val_loss')] }),
  ),
  'expected a monitor to tell the best': options('ModelCheckpoint', (o) => new ModelCheckpoint(o), { saveTopK: 2 }),
  'TensorBoardLogger: experiment is there': does(
    'TensorBoardLogger',
    () => new lightning.TensorBoardLogger('runs').experiment,
    'use it in onFitStart or later',
    () => 0,
  ),
  'look at its data set and batchSize, or leave it out': does(
    'Trainer.fit',
    () => trained(new Net(), {}, loader(0)),
    'leave it out',
    () => trained(new Net(), {}, null),
  ),
  'look at its data set, batchSize and dropLast': does(
    'Trainer.fit',
    () => bare({ maxEpochs: 1 }).fit(new Net(), loader(0)),
    'look at its data set, batchSize and dropLast',
    () => bare(once).fit(new Net(), loader(4)),
  ),
  'expected predictDataloaders to give batches': does(
    'Trainer.predict',
    () => bare({}).predict(Object.assign(new Net(), { predictStep: ([x]: Tensor[]) => x }), loader(0)),
    'look at its data set and batchSize',
    () => bare({}).predict(Object.assign(new Net(), { predictStep: ([x]: Tensor[]) => x }), loader(4)),
  ),
  'set checkValEveryNEpoch: null or limitValBatches: 0': options(
    'Trainer',
    (o) => bare({ ...o }).fit(new Net(), loader(), loader()),
    { maxEpochs: 1, limitTrainBatches: 1, valCheckInterval: 3 },
  ),
});
