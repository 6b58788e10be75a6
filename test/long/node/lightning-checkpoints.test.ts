// Checkpoints of the Trainer: runs that go on, in the middle of epochs too, from ours and from Python's; bad input; interrupts; counters.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import {
  type Callback,
  CSVLogger,
  EarlyStopping,
  LambdaCallback,
  LightningModule,
  MemoryLogger,
  ModelCheckpoint,
  seedEverything,
  TensorBoardLogger,
  Trainer,
  Tuner,
} from 'lamplight/lightning';
import { Accuracy } from 'lamplight/metrics';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetWarnings } from '../../../src/engine/core/warnings';
import expected from '../../fixtures/lightning.json';
import { bare, loader, Net, quiet, weights, X, Y } from '../../support/lightning-net';

const path = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lightning-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A net whose order of items and whose dropout are drawn. */
class Drawn extends Net {
  drop = new nn.Dropout(0.2);
  constructor() {
    super(0.1, (o) => ({
      optimizer: o,
      lrScheduler: { scheduler: new optim.lrScheduler.ReduceLROnPlateau(o, { patience: 0 }), monitor: 'val_loss' },
    }));
  }
  override forward(input: Tensor): Tensor {
    return this.out(this.drop(this.fc(input).tanh()));
  }
}

const shuffled = () => new data.DataLoader(new data.TensorDataset(X(), Y()), { batchSize: 4, shuffle: true });

describe('a run that goes on', () => {
  const options = { maxEpochs: 3, logger: false, valCheckInterval: 0.5 } as const;
  const run = async (callbacks: Callback[], ckptPath: string | null = null) => {
    seedEverything(7);
    const model = new Drawn();
    const logger = new MemoryLogger();
    const trainer = new Trainer({ ...quiet, ...options, logEveryNSteps: 1, logger, callbacks });
    await trainer.fit(model, shuffled(), loader(8), { ckptPath });
    const epochs = logger.history('train_loss_epoch').map(({ value }) => value);
    return { weights: await weights(model), epochs, step: trainer.globalStep };
  };

  test.each([2, 5, 7, 12])('equals the unbroken one bit for bit, from step %s', async (step) => {
    const unbroken = await run([new ModelCheckpoint({ dirpath: folder, everyNTrainSteps: step, saveTopK: -1 })]);
    const [file] = (await readdir(folder)).filter((name) => name.endsWith(`step=${step}.ckpt`));
    torch.manualSeed(99);
    const again = await run([new ModelCheckpoint({ saveTopK: 0 })], join(folder, file!));
    expect(again.weights).toEqual(unbroken.weights);
    expect(again.step).toBe(unbroken.step);
    expect(again.epochs).toEqual(unbroken.epochs.slice(-again.epochs.length));
  });

  test('equals it from the end of an epoch', async () => {
    const unbroken = await run([new ModelCheckpoint({ dirpath: folder, saveTopK: -1, saveOnTrainEpochEnd: true })]);
    const again = await run([new ModelCheckpoint({ saveTopK: 0 })], join(folder, 'epoch=1-step=10.ckpt'));
    expect(again.weights).toEqual(unbroken.weights);
    expect(again.epochs).toEqual(unbroken.epochs.slice(-2));
  });

  test('goes on from a checkpoint of Python as Lightning does', async () => {
    const model = new Net(0.1, (o) => [[o], [new optim.lrScheduler.StepLR(o, 1, 0.5)]]);
    const trainer = bare({ maxEpochs: 3, callbacks: [new EarlyStopping('val_loss')] });
    await trainer.fit(model, loader(), loader(8), { ckptPath: path('lightning/mid.ckpt') });
    expect(trainer.globalStep).toBe(expected.resumed.step);
    const found = await weights(model);
    for (const [name, wanted] of Object.entries(expected.resumed.weights)) {
      wanted.forEach((value: number, i: number) => {
        expect(Math.abs(found[name]![i]! - value)).toBeLessThan(1e-5);
      });
    }
  });
});

test('a module is made of a checkpoint and its hyperparameters', async () => {
  class Sized extends LightningModule {
    fc: nn.Linear;
    constructor(readonly given: { hidden: number; lr?: number }) {
      super();
      this.saveHyperparameters({ lr: 0.1, ...given }, { ignore: 'secret' });
      this.fc = new nn.Linear(2, given.hidden);
    }
    trainingStep([x]: [Tensor, Tensor]) {
      return this.fc(x).square().mean();
    }
    configureOptimizers() {
      return new optim.SGD(this.parameters(), { lr: 0.1 });
    }
  }
  const model = new Sized({ hidden: 5 });
  const trainer = bare({ maxEpochs: 1 });
  await trainer.fit(model, loader());
  const file = join(folder, 'sub/one.ckpt');
  await trainer.saveCheckpoint(file);
  const again = await Sized.loadFromCheckpoint(file, { lr: 0.5 });
  expect(again.hparams).toEqual({ hidden: 5, lr: 0.5 });
  expect(await weights(again)).toEqual(await weights(model));
  await expect(Net.loadFromCheckpoint(file)).rejects.toThrowError(/another model/);
});

test('a step is one submit that creates nothing and reads nothing, logging included', async () => {
  class Logged extends Net {
    accuracy = new Accuracy({ task: 'binary' });
    override trainingStep([x, y]: [Tensor, Tensor], batchIdx: number): Tensor {
      const loss = super.trainingStep([x, y], batchIdx);
      this.accuracy.update(this.forward(x).squeeze(1).sigmoid(), y.gt(0).squeeze(1).to('int64'));
      this.log('accuracy', this.accuracy, { onStep: false, onEpoch: true });
      return loss;
    }
  }
  const counters: ReturnType<typeof torch.gpu.stats>[] = [];
  const count = new LambdaCallback({ onTrainBatchStart: () => void counters.push(torch.gpu.stats()) });
  const trainer = bare({ maxEpochs: 1, callbacks: [count] });
  const set = Array.from({ length: 30 }, () => [X().at('0:4'), Y().at('0:4')]);
  await trainer.fit(new Logged(), set);
  const [before, after] = [counters[20]!, counters[28]!];
  expect({
    submits: after.submits - before.submits,
    buffers: after.buffersCreated - before.buffersCreated,
    groups: after.bindGroupsCreated - before.bindGroupsCreated,
    pipelines: after.pipelinesCreated - before.pipelinesCreated,
    reads: after.readbacks - before.readbacks,
  }).toEqual({ submits: 8, buffers: 0, groups: 0, pipelines: 0, reads: 0 });
  expect(Object.keys(trainer.callbackMetrics).sort()).toEqual([
    'accuracy',
    'batch',
    'train_loss',
    'train_loss_epoch',
    'train_loss_step',
  ]);
});

test('an interrupt ends a run cleanly, and leaves the last checkpoint', async () => {
  const abort = new AbortController();
  const stop = new LambdaCallback({ onTrainBatchEnd: (trainer) => void (trainer.globalStep === 7 && abort.abort()) });
  const checkpoint = new ModelCheckpoint({ dirpath: folder, saveLast: true });
  const trainer = new Trainer({
    ...quiet,
    maxEpochs: 5,
    logger: false,
    callbacks: [stop, checkpoint],
    signal: abort.signal,
  });
  const model = new Net();
  await trainer.fit(model, loader());
  expect([trainer.interrupted, trainer.globalStep]).toEqual([true, 7]);
  expect((await readdir(folder)).sort()).toEqual(['epoch=0-step=5.ckpt', 'last.ckpt']);
  const again = await Net.loadFromCheckpoint(join(folder, 'last.ckpt'));
  expect(await weights(again)).toEqual(await weights(model));
});

test('what has most likely been forgotten is said', async () => {
  forgetWarnings();
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
  class Forgetful extends Net {
    validation_step() {}
    override trainingStep(): never {
      return undefined as never;
    }
    override configureOptimizers() {
      return null;
    }
  }
  const model = new Forgetful();
  model.fc.eval();
  await bare({ maxEpochs: 1 }).fit(model, loader());
  expect(said.mock.calls.map(([text]) => text)).toEqual([
    expect.stringMatching(/has validation_step, which is never called.*validationStep/),
    expect.stringMatching(/defined a `validationStep` but have no `valDataloader`/),
    expect.stringMatching(/1 module\(s\) in eval mode/),
    expect.stringMatching(/no optimizer/),
    expect.stringMatching(/`trainingStep` returned nothing/),
  ]);
  said.mockRestore();
});

test('loaders may have names, whose batches come together', async () => {
  const seen: unknown[] = [];
  class Named extends Net {
    override trainingStep(batch: unknown, batchIdx: number): Tensor {
      const { a, b } = batch as Record<'a' | 'b', [Tensor, Tensor]>;
      seen.push([a[0].shape[0], b[0].shape[0]]);
      return super.trainingStep(a, batchIdx);
    }
  }
  await bare({ maxEpochs: 1 }).fit(new Named(), { a: loader(8), b: loader(4, 2) });
  expect(seen).toEqual([
    [4, 2],
    [4, 2],
  ]);
});

test('rows are written as CSV', async () => {
  const logger = new CSVLogger(folder);
  await bare({ maxEpochs: 1, logEveryNSteps: 2, logger }).fit(new Net(), loader(), loader(8));
  expect(logger.text.split('\n')[0]).toBe('batch,epoch,step,train_loss_epoch,train_loss_step,val_loss,val_sum');
  expect(await readdir(join(folder, 'lightning_logs/version_0'))).toEqual(['hparams.yaml', 'metrics.csv']);
});

test('event files of TensorBoard hold the rows, each with its checksums', async () => {
  const logger = new TensorBoardLogger(folder, { name: 'board', version: 'one' });
  expect(() => logger.experiment).toThrow(/experiment is there once the run has begun/);
  await bare({ maxEpochs: 1, logEveryNSteps: 1, logger }).fit(new Net(), loader(8));
  logger.experiment.addText('batch', 'train_loss_step');
  await logger.experiment.close();
  const [file] = (await readdir(join(folder, 'board/one'))).filter((name) => name.startsWith('events.out.tfevents.'));
  const bytes = await readFile(join(folder, 'board/one', file!));
  const names: string[] = [];
  for (let at = 0; at < bytes.length; at += 16 + bytes.readUInt32LE(at)) {
    const event = bytes.subarray(at + 12, at + 12 + bytes.readUInt32LE(at));
    names.push(/train_loss_\w+|brain|epoch|batch/.exec(event.toString('latin1'))![0]);
  }
  expect([...new Set(names)].sort()).toEqual(['batch', 'brain', 'epoch', 'train_loss_epoch', 'train_loss_step']);
  // What TensorBoard's masked_crc32c gives for the eight bytes of a length of 24.
  expect(bytes.readUInt32LE(0)).toBe(24);
  expect(bytes.readUInt32LE(8).toString(16)).toBe('224b7fa3');
});

describe('a Tuner', () => {
  test('finds a rate where the loss falls, and leaves no trace', async () => {
    const model = new Net();
    const before = await weights(model);
    const finder = await new Tuner(bare({})).lrFind(model, loader(), { numTraining: 30, minLr: 1e-4, maxLr: 10 });
    expect(await weights(model)).toEqual(before);
    expect(finder.results.lr.length).toBe(finder.results.loss.length);
    expect(model.lr).toBe(finder.suggestion());
  });

  test('doubles batches until memory is out', async () => {
    class Sized extends Net {
      batchSize = 2;
      trainDataloader() {
        return loader(20, this.batchSize);
      }
      override trainingStep(batch: [Tensor, Tensor], batchIdx: number): Tensor {
        if (this.batchSize > 9) throw new torch.OutOfMemoryError('no room');
        return super.trainingStep(batch, batchIdx);
      }
    }
    const model = new Sized();
    expect(await new Tuner(bare({})).scaleBatchSize(model)).toBe(8);
    expect(await new Tuner(bare({})).scaleBatchSize(model, { mode: 'binsearch' })).toBe(9);
    expect(model.batchSize).toBe(9);
  });
});

describe('bad input', () => {
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['no trainingStep', () => bare({}).fit(new (class extends LightningModule {})(), loader()), /define it/],
    [
      'a step as Python spells it',
      () => {
        class Snake extends LightningModule {
          training_step() {}
        }
        return bare({}).fit(new Snake(), loader());
      },
      /write training_step as trainingStep/,
    ],
    [
      'no optimizers',
      () => {
        class Bare extends LightningModule {
          trainingStep() {
            return null;
          }
        }
        return bare({}).fit(new Bare(), loader());
      },
      /configureOptimizers/,
    ],
    [
      'a loss that is no scalar',
      () => {
        class Wide extends Net {
          override trainingStep([x]: [Tensor, Tensor]): Tensor {
            return this(x);
          }
        }
        return bare({ maxEpochs: 1 }).fit(new Wide(), loader());
      },
      /one element.*mean\(\)/,
    ],
    [
      'a loss without gradients',
      () => {
        class Cut extends Net {
          override trainingStep([x]: [Tensor, Tensor]): Tensor {
            return this(x).detach().mean();
          }
        }
        return bare({ maxEpochs: 1 }).fit(new Cut(), loader());
      },
      /detach\(\)/,
    ],
    [
      'a monitor that was never logged',
      () => bare({ maxEpochs: 1, callbacks: [new EarlyStopping('nothing')] }).fit(new Net(), loader(), loader(8)),
      /'nothing'.*val_loss/,
    ],
    [
      'a checkpoint of another model',
      () => {
        class Other extends Net {
          more = new nn.Linear(2, 2);
        }
        return bare({}).fit(new Other(), loader(), { ckptPath: path('lightning/mid.ckpt') });
      },
      /more\.weight.*another model/,
    ],
    [
      'weights alone to go on from',
      async () => {
        const trainer = bare({ maxEpochs: 1 });
        await trainer.fit(new Net(), loader());
        await trainer.saveCheckpoint(join(folder, 'weights.ckpt'), { weightsOnly: true });
        await bare({}).fit(new Net(), loader(), { ckptPath: join(folder, 'weights.ckpt') });
      },
      /weights only.*loadFromCheckpoint/,
    ],
    ['plain weights', () => bare({}).fit(new Net(), loader(), { ckptPath: path('pytorch/adam.pt') }), /state_dict/],
    [
      'a checkpoint to write that was never logged',
      () => {
        const callbacks = [new ModelCheckpoint({ dirpath: folder, monitor: 'nothing' })];
        return bare({ maxEpochs: 1, callbacks, enableCheckpointing: true }).fit(new Net(), loader(), loader(8));
      },
      /'nothing'.*val_loss/,
    ],
    ['a loader of validation that is empty', () => bare({}).fit(new Net(), loader(), []), /empty/],
    [
      'an option that is none',
      () => bare({}).fit(new Net(), { trainDataloader: loader() } as never),
      /trainDataloaders/,
    ],
    ['several nodes', async () => new Trainer({ numNodes: 2 }), /numNodes 1.*one device/],
    ['a share of nothing', () => bare({ limitTrainBatches: 0.1 }).fit(new Net(), loader(8)), /at least one batch/],
    ['an empty loader', () => bare({}).fit(new Net(), []), /empty/],
    ['no loader', () => bare({}).fit(new Net()), /trainDataloader\(\)/],
    ['a strategy', async () => new Trainer({ strategy: 'ddp' }), /one device/],
    ['bfloat16', async () => new Trainer({ precision: 'bf16-mixed' }), /bfloat16/],
    ['several optimizers', () => bare({}).fit(new Net(0.1, (o) => [o, o]), loader()), /automaticOptimization = false/],
  ];
  test.each(cases)('%s is told with what to do', async (_, run, message) => {
    await expect(Promise.resolve().then(run)).rejects.toThrowError(message);
  });
});
