// Owns arguments that work behind the door of lightning.
import * as torch from 'lamplight';
import { optim } from 'lamplight';
import * as lightning from 'lamplight/lightning';
import { vi } from 'vitest';
import { attach } from '../../../src/doors/lightning/attachment';
import { notingCanvas } from '../plot-canvas';

const optimizer = () => new optim.SGD([torch.ones(2, { requiresGrad: true })], { lr: 0.1 });

const quiet = { logger: false, enableCheckpointing: false, enableProgressBar: false, enableModelSummary: false };

class Net extends lightning.LightningModule {
  fc = new torch.nn.Linear(2, 1);
  override forward(x: torch.Tensor) {
    return this.fc(x);
  }
  override trainingStep([x]: [torch.Tensor]) {
    return this.fc(x).mean();
  }
  override validationStep([x]: [torch.Tensor]) {
    this.log('loss', this.fc(x).mean());
  }
  override testStep([x]: [torch.Tensor]) {
    this.log('loss', this.fc(x).mean());
  }
  override configureOptimizers() {
    return new optim.SGD(this.parameters(), { lr: 0.1 });
  }
  lr = 0.1;
  batchSize = 1;
  override trainDataloader() {
    return new torch.data.DataLoader(new torch.data.TensorDataset(torch.ones(1, 2)), { batchSize: this.batchSize });
  }
  override valDataloader() {
    return this.trainDataloader();
  }
  override testDataloader() {
    return this.trainDataloader();
  }
  override predictDataloader() {
    return [torch.ones(1, 2)];
  }
}

const trainer = () => {
  const made = new lightning.Trainer(quiet);
  made.optimizers = [optimizer()];
  const net = new Net();
  Reflect.set(made, 'module', net);
  attach(net, made);
  return made;
};

/** By the names of parameters. */
export const lightningNames: Readonly<Record<string, unknown>> = {
  ...{ saveDir: 'runs', monitor: 'loss', scheduling: { 0: 4 }, hooks: {}, swaLrs: 0.1, trainer, optimizer, step: 1 },
  ...{ mode: 'exponential', lrMin: 1e-6, lrMax: 1, numTraining: 10, given: { lr: 0.1 }, dictionary: { loss: 1 } },
  ...{
    name: 'loss',
    value: 1,
    metrics: { epoch: 1, step: 2 },
    stateDict: {},
    params: { lr: 0.1 },
    model: () => new Net(),
  },
  ...{ loss: () => torch.ones(1, { requiresGrad: true }).sum(), batch: () => torch.ones(1, 2), filepath: 'last.ckpt' },
  ...{ target: () => ({ getContext: () => null }), batchIdx: 0, epoch: 0, checkpointPath: 'nowhere.ckpt' },
};

/** Made here, it outlasts the calls of the walk, each of which ends a scope. */
const standing = new Net();

const attached = (module: lightning.LightningModule) => attach(module, trainer());

/** Of one class or method. */
export const givenToLightning: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  'lightning.LightningModule::loadFromCheckpoint': { checkpointPath: 'https://nowhere.test/a.ckpt' },
  'lightning.Tuner.scaleBatchSize': { model: () => standing },
};

/** What objects have been through before their methods are called; or before one of these, which has a name of its own. */
export const lightningReady: Readonly<Record<string, (object: never) => void>> = {
  'lightning.Trainer': (made: lightning.Trainer) => {
    made.loggers = [];
    made.callbacks = [];
    Reflect.set(made, 'module', new Net());
  },
  'lightning.LightningModule': (module: lightning.LightningModule) => {
    module.forward = (x: unknown) => x;
  },
  ...Object.fromEntries(
    ['optimizers', 'lrSchedulers', 'configureGradientClipping', 'clipGradients', 'toggleOptimizer'].map((name) => [
      `lightning.LightningModule.${name}`,
      attached,
    ]),
  ),
  'lightning.LightningModule.manualBackward': (module: lightning.LightningModule) => {
    module.automaticOptimization = false;
    attached(module);
  },
  'lightning.LRFinder.plot': () => {
    vi.stubGlobal('OffscreenCanvas', function canvas() {
      return notingCanvas();
    });
  },
};
