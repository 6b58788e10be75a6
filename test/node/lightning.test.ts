// Runs of the Trainer beside those of Lightning 2.6: hooks, logged values, checkpoints, learning rates and weights.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import {
  Callback,
  ChartLogger,
  EarlyStopping,
  GradientAccumulationScheduler,
  LearningRateMonitor,
  LightningModule,
  MemoryLogger,
  ModelCheckpoint,
  ModelSummary,
  StochasticWeightAveraging,
  seedEverything,
  Timer,
  Trainer,
  type TrainerOptions,
  Tuner,
} from 'lamplight/lightning';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engine } from '../../src/engine/compiler/engine';
import { bare, fill, loader, Net, quiet, Rows, weights } from '../support/lightning-net';
import { notingCanvas } from '../support/plot-canvas';
import { sampled } from '../support/sample';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
type Weights = Record<string, number[]>;
type Row = Record<string, number>;
const expected = JSON.parse(await readFile(path('lightning.json'), 'utf8'), (_, value: unknown) =>
  value === 'inf' ? Infinity : value,
) as {
  hooks: Record<'fit' | 'test' | 'predict', string[]>;
  logged: { rows: Row[]; callback: Row; found: Row[]; weights: Weights };
  fits: Record<string, { weights: Weights; step: number; epoch: number }>;
  kept: Record<string, { files: string[]; best: string; last: string }>;
  stopped: Record<string, { step: number; epoch: number; stopped: number; wait: number; best: number }>;
  rates: Record<string, { rows: Row[]; weights: Weights }>;
  gan: { weights: Weights; rows: Row[]; step: number };
  swa: Weights;
  batches: Record<string, { seen: string; step: number; epoch: number }>;
  resumed: { weights: Weights; step: number };
  table: string;
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lightning-'));
});
afterEach(() => rm(folder, { recursive: true }));

function expectClose(actual: unknown, wanted: unknown, where = ''): void {
  if (typeof wanted === 'number') {
    if (actual === wanted) return;
    const bound = 1e-5 * Math.max(1, Math.abs(wanted));
    expect(Math.abs((actual as number) - wanted), `${where}: ${String(actual)}, not ${wanted}`).toBeLessThan(bound);
  } else if (typeof wanted === 'object' && wanted !== null) {
    expect(Object.keys(actual as object).sort(), where).toEqual(Object.keys(wanted).sort());
    for (const [key, value] of Object.entries(wanted)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    }
  } else expect(actual, where).toEqual(wanted);
}

describe('hooks', () => {
  const names = [...new Set([...expected.hooks.fit, ...expected.hooks.test, ...expected.hooks.predict])];

  /** A class whose hooks note their calls. */
  function recording<T extends object>(target: T, who: string, calls: string[]): T {
    for (const name of names.filter((each) => each.startsWith(`${who}.`))) {
      const hook = name.slice(who.length + 1);
      const inner: unknown = Reflect.get(target, hook);
      Object.defineProperty(target, hook, {
        value(...args: unknown[]) {
          calls.push(name);
          return typeof inner === 'function' ? Reflect.apply(inner, target, args) : undefined;
        },
      });
    }
    return target;
  }

  test('come in the order of Lightning', async () => {
    class Whole extends Net {
      testStep([x, y]: [Tensor, Tensor]) {
        this.log('test_loss', this(x).sub(y).square().mean());
      }
      override predictStep([x]: [Tensor, Tensor]) {
        return this(x);
      }
      trainDataloader() {
        return loader(12);
      }
      valDataloader() {
        return loader(8);
      }
      testDataloader() {
        return loader(4);
      }
      predictDataloader() {
        return loader(4);
      }
    }
    const calls: string[] = [];
    const module = new Whole(0.1, (o) => [[o], [new optim.lrScheduler.StepLR(o, 1)]]);
    recording(module, 'module', calls);
    const callback = recording(new Callback(), 'callback', calls);
    const trainer = new Trainer({
      ...quiet,
      maxEpochs: 2,
      numSanityValSteps: 1,
      accumulateGradBatches: 2,
      callbacks: [callback],
      logger: false,
      defaultRootDir: folder,
    });
    await trainer.fit(module);
    expect(calls).toEqual(expected.hooks.fit);
    calls.length = 0;
    await trainer.test(module);
    expect(calls).toEqual(expected.hooks.test);
    calls.length = 0;
    const [prediction] = (await trainer.predict(module)) as Tensor[];
    expect(calls).toEqual(expected.hooks.predict);
    expect(prediction!.shape).toEqual([4, 1]);
  });
});

test('the device is there before a bar begins', async () => {
  engine.forget();
  const there: boolean[] = [];
  class Watching extends Callback {
    override onSanityCheckStart(): void {
      there.push(torch.gpu.device() !== null);
    }
    override onTrainStart(): void {
      there.push(torch.gpu.device() !== null);
    }
  }
  await bare({ maxEpochs: 1, callbacks: [new Watching()] }).fit(new Net(), loader(), loader());
  expect(there).toEqual([true, true]);
});

test('loaders that are none are told before a hook of training is called, and a second fit takes its own', async () => {
  const called: string[] = [];
  class Told extends Callback {
    override onSanityCheckStart() {
      called.push('check');
    }
  }
  const trainer = bare({ maxEpochs: 1, callbacks: [new Told()] });
  const net = new Net();
  await expect(trainer.fit(net, 'foo' as never, loader())).rejects.toThrow(/trainDataloaders: expected a DataLoader/);
  await expect(trainer.fit(net, loader(), 'foo' as never)).rejects.toThrow(/valDataloaders: expected a DataLoader/);
  expect(called).toEqual([]);
  await trainer.fit(net, loader(20, 4), loader(20, 10));
  expect([trainer.globalStep, trainer.numValBatches]).toEqual([5, [2]]);
  trainer.fitLoop.maxEpochs = 2;
  await trainer.fit(net, loader(20, 10), loader(20, 5));
  expect([trainer.globalStep, trainer.numValBatches]).toEqual([7, [4]]);
});

test('values are logged by steps and epochs as there', async () => {
  const rows = new Rows();
  const model = new Net();
  const trainer = bare({ maxEpochs: 2, logEveryNSteps: 2, logger: rows });
  await trainer.fit(model, loader(18), loader(10));
  const found = await trainer.validate(model, [loader(10), loader(6)]);
  const { logged } = expected;
  expectClose(rows.rows, logged.rows, 'rows');
  const callback = Object.entries(trainer.callbackMetrics).map(async ([name, value]) => [name, await value.item()]);
  expectClose(Object.fromEntries(await Promise.all(callback)), logged.callback, 'callback');
  expectClose(found, logged.found, 'found');
  expectClose(await weights(model), logged.weights, 'weights');
});

test.each(
  sampled(
    [
      ['accumulate', { accumulateGradBatches: 3 }],
      ['clip_norm', { gradientClipVal: 0.05 }],
      ['clip_value', { gradientClipVal: 0.01, gradientClipAlgorithm: 'value' }],
      ['max_steps', { maxSteps: 7, maxEpochs: -1 }],
      ['limit', { limitTrainBatches: 0.5 }],
      ['min_epochs', { maxTime: { seconds: 0 }, minEpochs: 2, maxEpochs: 9 }],
    ] satisfies [string, TrainerOptions][],
    4,
  ),
)('trains to the weights of Lightning: %s', async (name, options) => {
  const model = new Net();
  const trainer = bare({ maxEpochs: 2, ...options });
  await trainer.fit(model, loader(18));
  const { weights: wanted, step, epoch } = expected.fits[name]!;
  expect([trainer.globalStep, trainer.currentEpoch]).toEqual([step, epoch]);
  expectClose(await weights(model), wanted, name);
});

test.each(
  sampled(
    [
      ['plain', {}],
      ['interval_share', { valCheckInterval: 0.4 }],
      ['interval_count', { valCheckInterval: 2 }],
      ['over_epochs', { valCheckInterval: 3, checkValEveryNEpoch: null }],
      ['every_other', { checkValEveryNEpoch: 2 }],
      ['limits', { limitTrainBatches: 3, limitValBatches: 1 }],
      ['shares', { limitTrainBatches: 0.7, limitValBatches: 0.67 }],
      ['no_validation', { limitValBatches: 0 }],
      ['overfit', { overfitBatches: 2 }],
      ['sanity', { numSanityValSteps: 1 }],
      ['all_sanity', { numSanityValSteps: -1, maxEpochs: 1 }],
      ['dev', { fastDevRun: true }],
      ['dev_3', { fastDevRun: 3 }],
      ['steps', { maxSteps: 7 }],
      ['least', { maxTime: { seconds: 0 }, minSteps: 7 }],
      ['none', { maxEpochs: 0 }],
      ['accumulate', { accumulateGradBatches: 2, maxSteps: 4 }],
    ] satisfies [string, TrainerOptions][],
    4,
  ),
)('takes the batches that Lightning takes: %s', async (name, options) => {
  const seen: string[] = [];
  class Noting extends Net {
    override trainingStep(batch: [Tensor, Tensor], batchIdx: number): Tensor {
      seen.push(`t${batchIdx}`);
      return super.trainingStep(batch, batchIdx);
    }
    override validationStep(batch: [Tensor, Tensor], batchIdx = 0): void {
      seen.push(`v${batchIdx}`);
      super.validationStep(batch);
    }
  }
  const trainer = bare({ maxEpochs: 2, numSanityValSteps: 0, ...options });
  await trainer.fit(new Noting(), loader(), loader(12));
  const { globalStep: step, currentEpoch: epoch } = trainer;
  expect({ seen: seen.join(' '), step, epoch }).toEqual(expected.batches[name]);
});

test.each(
  sampled(
    [
      ['default', {}],
      ['top2', { monitor: 'val_loss', saveTopK: 2, filename: '{epoch:02d}-{val_loss:.3f}', saveLast: true }],
      ['worst', { monitor: 'val_loss', mode: 'max', saveTopK: 1 }],
      ['steps', { everyNTrainSteps: 3, saveTopK: -1 }],
      ['epochs', { everyNEpochs: 2, saveTopK: -1, autoInsertMetricName: false, filename: 'e{epoch}-s{step}' }],
      ['none', { saveTopK: 0, saveLast: true }],
      ['half', { monitor: 'val_loss', saveTopK: 3 }],
    ] as const,
    4,
  ),
)('keeps the checkpoints that Lightning keeps: %s', async (name, options) => {
  const checkpoint = new ModelCheckpoint({ dirpath: folder, ...options });
  const extra = name === 'half' ? { valCheckInterval: 0.5 } : {};
  const trainer = new Trainer({ ...quiet, maxEpochs: 4, callbacks: [checkpoint], logger: false, ...extra });
  await trainer.fit(new Net(0.3), loader(16), loader(8));
  expect({
    files: (await readdir(folder)).sort(),
    best: basename(checkpoint.bestModelPath),
    last: basename(checkpoint.lastModelPath),
  }).toEqual(expected.kept[name]);
});

test.each(
  sampled(
    [
      ['patience', { patience: 1, minDelta: 0.004 }],
      ['threshold', { stoppingThreshold: 0.05 }],
      ['divergence', { divergenceThreshold: 0.01 }],
      ['max', { mode: 'max', patience: 2 }],
    ] as const,
    4,
  ),
)('stops early when Lightning does: %s', async (name, options) => {
  const stopping = new EarlyStopping('val_loss', options);
  const trainer = bare({ maxEpochs: 30, callbacks: [stopping] });
  await trainer.fit(new Net(0.02), loader(), loader(8));
  const { globalStep: step, currentEpoch: epoch } = trainer;
  const { stoppedEpoch: stopped, waitCount: wait, bestScore: best } = stopping;
  expectClose({ step, epoch, stopped, wait, best }, expected.stopped[name], name);
});

const { lrScheduler } = optim;

test.each(
  sampled(
    [
      ['epoch', (o: optim.SGD) => [[o], [new lrScheduler.StepLR(o, 1, 0.5)]]],
      [
        'step',
        (o: optim.SGD) => ({
          optimizer: o,
          lrScheduler: { scheduler: new lrScheduler.ExponentialLR(o, 0.9), interval: 'step', frequency: 2 },
        }),
      ],
      [
        'metric',
        (o: optim.SGD) => {
          const scheduler = new lrScheduler.ReduceLROnPlateau(o, { mode: 'max', patience: 0, factor: 0.5 });
          return { optimizer: o, lrScheduler: { scheduler, monitor: 'val_loss' } };
        },
      ],
      [
        'named',
        (o: optim.SGD) => {
          const scheduler = new lrScheduler.LinearLR(o, { startFactor: 0.1, totalIters: 8 });
          return { optimizer: o, lrScheduler: { scheduler, interval: 'step', name: 'rate' } };
        },
      ],
      ['plain', (o: optim.SGD) => o],
    ] as const,
    4,
  ),
)('learning rates follow their schedulers: %s', async (name, config) => {
  const rows = new Rows();
  const model = new Net(0.1, config);
  const trainer = bare({ maxEpochs: 3, logEveryNSteps: 1, logger: rows, callbacks: [new LearningRateMonitor()] });
  await trainer.fit(model, loader(16), loader(8));
  const wanted = expected.rates[name]!;
  const kept = rows.rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([key]) => /^(lr-|rate|step)/.test(key))),
  );
  expectClose(
    kept.filter((row) => Object.keys(row).length > 1),
    wanted.rows,
    name,
  );
  expectClose(await weights(model), wanted.weights, name);
});

test('optimizes by hand, two networks in turns', async () => {
  class Gan extends LightningModule {
    override automaticOptimization = false;
    g = new nn.Linear(2, 2);
    d = new nn.Linear(2, 1);
    constructor() {
      super();
      fill(this, 'sin', 1);
    }
    trainingStep([x]: [Tensor, Tensor]) {
      const [g, d] = this.optimizers();
      const bce = nn.functional.binaryCrossEntropyWithLogits;
      const [ones, zeros] = [torch.ones(x.shape[0]!, 1), torch.zeros(x.shape[0]!, 1)];
      this.toggleOptimizer(g!);
      const lossG = bce(this.d(this.g(x.flip(0))), ones);
      this.log('g', lossG);
      g!.zeroGrad();
      this.manualBackward(lossG);
      g!.step();
      this.untoggleOptimizer(g);
      this.toggleOptimizer(d!);
      const lossD = bce(this.d(x), ones)
        .add(bce(this.d(this.g(x.flip(0)).detach()), zeros))
        .div(2);
      this.log('d', lossD);
      d!.zeroGrad();
      this.manualBackward(lossD);
      d!.step();
      this.untoggleOptimizer(d);
    }
    configureOptimizers() {
      return [new optim.Adam(this.g.parameters(), { lr: 0.02 }), new optim.Adam(this.d.parameters(), { lr: 0.05 })];
    }
  }
  const rows = new Rows();
  const model = new Gan();
  const trainer = bare({ maxEpochs: 2, logEveryNSteps: 1, logger: rows });
  await trainer.fit(model, loader());
  expect(trainer.globalStep).toBe(expected.gan.step);
  expectClose(rows.rows, expected.gan.rows, 'rows');
  expectClose(await weights(model), expected.gan.weights, 'weights');
});

test('averages weights as Lightning does', async () => {
  const model = new Net();
  const swa = new StochasticWeightAveraging(0.05, { swaEpochStart: 2, annealingEpochs: 2 });
  await bare({ maxEpochs: 5, callbacks: [swa] }).fit(model, loader());
  expectClose(await weights(model), expected.swa, 'weights');
});

test('the summary is the table of Lightning, without what it says of FLOPs', () => {
  class Drawings extends LightningModule {
    conv1 = new nn.Conv2d(1, 20, 3, { stride: 2, padding: 1 });
    maxpool1 = new nn.MaxPool2d(1);
    linear = new nn.Linear(3920, 3);
    loss = new nn.CrossEntropyLoss();
  }
  const rule = (line: string) => (/^-+$/.test(line) ? '-' : line);
  const wanted = expected.table.split('\n').map((line) => rule(line.replace(/ \| (FLOPs|0 {4})$/, '')));
  expect(`${new ModelSummary(new Drawings())}`.split('\n').map(rule)).toEqual(
    wanted.filter((line) => !line.endsWith('Total Flops')),
  );
});

test('mixed precision trains where the device has float16, and is refused elsewhere', async () => {
  await torch.init();
  const trainer = bare({ maxEpochs: 1, precision: '16-mixed', gradientClipVal: 1 });
  const model = new Net();
  const seen: string[] = [];
  model.fc.registerForwardHook((_, __, y) => void seen.push((y as Tensor).dtype));
  if (!torch.gpu.isFloat16Supported()) {
    await expect(trainer.fit(model, loader())).rejects.toThrow(/float16 for precision '16-mixed'.*shader-f16/);
    return;
  }
  const before = await weights(model);
  await trainer.fit(model, loader(), loader(8));
  expect(new Set(seen)).toEqual(new Set(['float16']));
  expect(await weights(model)).not.toEqual(before);
  expect(new Set(model.parameters().map(({ dtype }) => dtype))).toEqual(new Set(['float32']));
  expect(trainer.mixed!.scaler.getScale()).toBeLessThanOrEqual(2 ** 16);
  const late = new Net();
  Reflect.set(late, 'trainingStep', async (batch: [Tensor, Tensor], i: number) => model.trainingStep(batch, i));
  await expect(bare({ maxEpochs: 1, precision: 16 }).fit(late, loader())).rejects.toThrow('cannot follow an await');
});

test('a chart is drawn while training goes on, of rows that are read in bulk', async () => {
  const canvas = notingCanvas(600, 400);
  const logger = new ChartLogger(canvas, { refreshRate: 0 });
  const stepsSeen: number[] = [];
  const now: { trainer?: Trainer } = {};
  logger.onRow(() => void stepsSeen.push(now.trainer!.globalStep));
  const trainer = bare({ maxEpochs: 3, logger, logEveryNSteps: 1 });
  now.trainer = trainer;
  await trainer.fit(new Net(), loader(), loader(8));
  expect(stepsSeen[0]).toBeLessThan(trainer.globalStep);
  expect(logger.history('train_loss_step')).toHaveLength(15);
  expect(canvas.texts()).toEqual(
    expect.arrayContaining(['train_loss_step', 'train_loss_epoch', 'val_loss', 'loss', 'Step']),
  );
  expect(canvas.texts()).not.toContain('epoch');
  const chosen = notingCanvas();
  const other = new ChartLogger(chosen, { names: ['b'], groupBy: () => 'all' });
  for (let step = 0; step < 5000; step++) other.logMetrics({ a: 1, b: step === 777 ? 50 : Math.sin(step) }, step);
  other.finalize();
  expect(chosen.texts()).toEqual(expect.arrayContaining(['b', 'all', '40']));
  expect(chosen.strokes.filter(([name]) => name === 'lineTo').length).toBeLessThan(1200);
  expect(() => new ChartLogger({} as never)).toThrow('expected a canvas or an element of the page');
});

test('methods of modules, callbacks and loggers take arguments by name, and refuse what they would not look at', async () => {
  const memory = new MemoryLogger();
  memory.logMetrics({ metrics: { loss: 0.5 }, step: 3 });
  memory.logMetrics({ loss: 0.25 }, 4);
  expect(memory.history({ name: 'loss' })).toEqual([
    { step: 3, value: 0.5 },
    { step: 4, value: 0.25 },
  ]);
  expect(() => memory.logMetrics({ loss: 1 }, Number.NaN)).toThrow('expected step to be a whole number');
  const timer = new Timer({ duration: { minutes: 1 } });
  expect(timer.timeRemaining({ stage: 'test' })).toBe(60);
  expect(() => timer.startTime('tests' as 'test')).toThrow("expected stage to be 'train' or 'validate' or 'test'");
  timer.loadStateDict({ stateDict: { time_elapsed: { train: 20 } } });
  expect(timer.timeElapsed()).toBe(20);
  memory.logHyperparams({ params: { lr: 0.5 } });
  expect(memory.hparams).toEqual({ lr: 0.5 });
  expect(new GradientAccumulationScheduler({ scheduling: { 2: 4 } }).getAccumulateGradBatches(2)).toBe(4);
  expect(new ModelCheckpoint().formatCheckpointName({ metrics: { epoch: 1, step: 2 } })).toBe('epoch=1-step=2.ckpt');
  expect(() => timer.loadStateDict(null as never)).toThrow('Timer.loadStateDict: expected stateDict to be an object');
  expect(() => new Timer({ duration: [] as never })).toThrow('a number of seconds');
  expect(seedEverything({ seed: 7, workers: true })).toBe(7);
  const module = new LightningModule();
  expect(() => module.log('loss', 'high' as never)).toThrow('log: expected value to be a number, a tensor');
  expect(() => module.backward('loss' as never)).toThrow('backward: expected loss to be a tensor');
  expect(() =>
    torch
      .ones(1, { requiresGrad: true })
      .sum()
      .backward('one' as never),
  ).toThrow('backward: expected gradient to be a tensor or null');
  const trainer = new Trainer({ logger: false, enableProgressBar: false });
  await expect(trainer.validate(Promise.resolve(module) as never)).rejects.toThrow('await it first');
  await expect(trainer.fit(module, { datamodule: 'digits' as never })).rejects.toThrow('expected datamodule to be');
  await expect(new Tuner(trainer).lrFind(null as never)).rejects.toThrow('expected model to be a LightningModule');
});

test('steps without end over a loader that gives no batches are refused', async () => {
  const options = { maxSteps: 3, ...quiet, limitValBatches: 0 };
  const silent = {
    async *[Symbol.asyncIterator]() {
      yield* [] as Tensor[];
    },
  };
  for (const nothing of [{}, silent]) {
    await expect(new Trainer(options).fit(new Net(), { trainDataloaders: nothing as never })).rejects.toThrow(
      'Trainer.fit: expected trainDataloaders to give batches, but it is empty',
    );
  }
});

test('a module without a constructor is made from a checkpoint that has hyperparameters', async () => {
  class Plain extends LightningModule {
    fc = new nn.Linear(2, 1);
  }
  const plain = new Plain();
  const made = await Plain.loadFromCheckpoint(
    await torch.saveBytes({ state_dict: plain.stateDict(), hyper_parameters: { lr: 0.5 } }, 'plain.pt'),
  );
  expect(await made.fc.weight.tolist()).toEqual(await plain.fc.weight.tolist());
});

test.each([
  // 0.9 as float32 and 0.1 are less than 1 in double, but not in float32.
  [
    { minDelta: 0.1, patience: 1 },
    [1, 0.9, 0.5],
    { epoch: 2, best: 1 },
    'Monitored metric val_loss did not improve in the last 1 records. Best score: 1.000. Signaling Trainer to stop.',
  ],
  [
    { stoppingThreshold: 0.9 },
    [1, 0.9, 0.8, 0.5],
    { epoch: 3, best: 0.9 },
    'Stopping threshold reached: val_loss = 0.800000011920929 < 0.9. Signaling Trainer to stop.',
  ],
  [
    { divergenceThreshold: 0.1 },
    [0.1, 0.05, 0.2, 0.01],
    { epoch: 3, best: 0.05 },
    'Divergence threshold reached: val_loss = 0.20000000298023224 < 0.1. Signaling Trainer to stop.',
  ],
] as const)('EarlyStopping compares in float32, as Lightning does: %o', async (options, values, expected, reason) => {
  class Falling extends Net {
    override validationStep() {
      const value = values[this.currentEpoch]!;
      this.log('val_loss', this.currentEpoch % 2 === 0 ? value : torch.tensor(value));
    }
  }
  const stopping = new EarlyStopping('val_loss', options);
  const trainer = bare({ maxEpochs: values.length, numSanityValSteps: 0, callbacks: [stopping] });
  await trainer.fit(new Falling(), loader(), loader(8));
  expectClose({ epoch: trainer.currentEpoch, best: stopping.bestScore }, expected, 'float32');
  expect(stopping.stoppingReasonMessage).toBe(reason);
});
