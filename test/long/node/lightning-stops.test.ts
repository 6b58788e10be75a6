// Runs of the Trainer that end where they should not: whatever is thrown, pressed or killed, no file is half written, and the last checkpoint
// goes on to the weights of the run that was not broken. Lost devices, and losses that are NaN.
import { fork } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as torch from 'lamplight';
import { data, optim, type Tensor } from 'lamplight';
import {
  type Callback,
  type CallbackHooks,
  EarlyStopping,
  LambdaCallback,
  MemoryLogger,
  ModelCheckpoint,
  seedEverything,
  Trainer,
  type TrainerOptions,
} from 'lamplight/lightning';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bare, loader, Net, quiet, weights, X, Y } from '../../support/lightning-net';
import { partOf } from '../../support/sample';
import { built } from '../../support/threads';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stops-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

class Stop extends Error {}

/** A function that throws when it is called for the nth time. */
function atCall(n: number): () => void {
  let calls = 0;
  return () => {
    if (++calls === n) throw new Stop('on purpose');
  };
}

const scheduled = (o: optim.SGD) => ({
  optimizer: o,
  lrScheduler: { scheduler: new optim.lrScheduler.ExponentialLR(o, 0.95), interval: 'step' },
});

const net = () => new Net(0.1, scheduled);

/** A data set whose items are noticed as they are taken. */
class Rows extends data.Dataset<[Tensor, Tensor]> {
  readonly x = X();
  readonly y = Y();
  constructor(readonly notice: () => void) {
    super();
  }
  override get length() {
    return 20;
  }
  override get(index: number): [Tensor, Tensor] {
    this.notice();
    return [this.x.at(index), this.y.at(index)];
  }
}

const rows = (notice: () => void = () => {}) => new data.DataLoader(new Rows(notice), { batchSize: 4, shuffle: true });

interface Run {
  readonly model?: Net;
  readonly loader?: ReturnType<typeof rows>;
  readonly callback?: Callback;
  readonly options?: TrainerOptions;
  readonly ckptPath?: string;
}

/** Three epochs of five steps, with a checkpoint at every second of them. */
async function run({ model = net(), loader: train, callback, options, ckptPath }: Run, dirpath = folder) {
  seedEverything(3);
  const checkpoint = new ModelCheckpoint({ dirpath, everyNTrainSteps: 2, saveTopK: -1, saveLast: true });
  const callbacks = [...(callback ? [callback] : []), checkpoint];
  const trainer = new Trainer({ ...quiet, maxEpochs: 3, logger: false, ...options, callbacks });
  await trainer.fit(model, train ?? rows(), loader(8), ckptPath === undefined ? {} : { ckptPath });
  return { trainer, weights: await weights(model) };
}

/** Every file is a whole checkpoint, and the last of them leads to the weights of a run that was not broken. */
async function expectWhole(least = 1): Promise<void> {
  const names = await readdir(folder);
  expect(names.filter((name) => !name.endsWith('.ckpt'))).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(least);
  for (const name of names) {
    expect(await torch.load(join(folder, name))).toMatchObject({ state_dict: {}, optimizer_states: [{}] });
  }
  const other = join(folder, 'again');
  const again = await run(least === 0 ? {} : { ckptPath: join(folder, 'last.ckpt') }, other);
  expect(again.trainer.globalStep).toBe(15);
  expect(again.weights).toEqual(unbroken);
}

let unbroken: Record<string, number[]> = {};
beforeEach(async () => {
  if (Object.keys(unbroken).length > 0) return;
  unbroken = (await run({}, join(folder, 'unbroken'))).weights;
  await rm(join(folder, 'unbroken'), { recursive: true });
});

/** A callback that calls `when` in one of its hooks. */
const hooked = (name: keyof CallbackHooks, when: (trainer: Trainer) => unknown) =>
  new LambdaCallback({ [name]: (trainer: Trainer) => when(trainer) });

/** A net that calls `when` in one of its methods. */
function noticing(
  name: 'trainingStep' | 'validationStep' | 'onAfterBackward' | 'lrSchedulerStep',
  when: () => void,
): Net {
  const model = net();
  const inner: unknown = Reflect.get(model, name);
  Object.defineProperty(model, name, {
    value: (...args: unknown[]) => {
      when();
      return typeof inner === 'function' ? Reflect.apply(inner, model, args) : undefined;
    },
  });
  return model;
}

describe('a run that is thrown out of', () => {
  const cases: [string, () => Run, number?][] = [
    ['a step', () => ({ model: noticing('trainingStep', atCall(8)) })],
    ['a step of validation', () => ({ model: noticing('validationStep', atCall(5)) })],
    ['the sanity check', () => ({ model: noticing('validationStep', atCall(1)) }), 0],
    ['a data set', () => ({ loader: rows(atCall(30)) })],
    ['the start of a batch', () => ({ callback: hooked('onTrainBatchStart', atCall(8)) })],
    ['the end of a batch', () => ({ callback: hooked('onTrainBatchEnd', atCall(8)) })],
    ['the middle of an update', () => ({ callback: hooked('onBeforeOptimizerStep', atCall(8)) })],
    ['between gradients and update', () => ({ model: noticing('onAfterBackward', atCall(8)) })],
    ['a scheduler', () => ({ model: noticing('lrSchedulerStep', atCall(8)) })],
    ['the end of an epoch', () => ({ callback: hooked('onTrainEpochEnd', atCall(2)) })],
    ['the end of validation', () => ({ callback: hooked('onValidationEnd', atCall(3)) })],
    ['a checkpoint that is put together', () => ({ callback: hooked('onSaveCheckpoint', atCall(6)) })],
    [
      'a logger',
      () => {
        const logger = new MemoryLogger();
        logger.onRow(atCall(4));
        return { options: { logger, logEveryNSteps: 1 } };
      },
    ],
  ];
  test.each(cases)('%s', async (_, made, least) => {
    await expect(run(made())).rejects.toThrowError(Stop);
    await expectWhole(least);
  });

  test('a write for which there is no room', async () => {
    const fs = process.getBuiltinModule('node:fs/promises');
    const { writeFile } = fs;
    const full = atCall(5);
    vi.spyOn(fs, 'writeFile').mockImplementation(async (path, bytes, options) => {
      await writeFile(path, (bytes as Uint8Array).subarray(0, 100), options);
      full();
      await writeFile(path, bytes, options);
    });
    await expect(run({})).rejects.toThrowError(Stop);
    vi.restoreAllMocks();
    await expectWhole();
  });
});

describe('a run that is asked to end', () => {
  test.each([
    ['in a batch', 'onTrainBatchStart', 6],
    ['in validation', 'onValidationBatchEnd', 5],
    ['at the end of an epoch', 'onTrainEpochEnd', 5],
  ] as const)('by its signal %s', async (_, hook, least) => {
    const abort = new AbortController();
    const callback = hooked(hook, ({ globalStep, sanityChecking }) => {
      if (!sanityChecking && globalStep >= least) abort.abort();
    });
    const { trainer } = await run({ callback, options: { signal: abort.signal } });
    expect(trainer.interrupted).toBe(true);
    await expectWhole();
  });

  test('by a stop button', async () => {
    const callback = hooked('onTrainBatchEnd', (trainer) => trainer.globalStep === 7 && trainer.interrupt());
    expect((await run({ callback })).trainer.globalStep).toBe(7);
    await expectWhole();
  });

  test('by Ctrl-C', async () => {
    const callback = hooked('onTrainBatchEnd', (trainer) => trainer.globalStep === 9 && process.emit('SIGINT'));
    expect((await run({ callback })).trainer.globalStep).toBe(9);
    await expectWhole();
  });
});

describe('a process that is killed', () => {
  test.each(['in a step', 'in the middle of a write'])('%s', async (place) => {
    const child = fork(await built('trainer-process'), [folder], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const part = () => readdir(folder).then((names) => names.some((name) => name.endsWith('.part')));
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('it ended by itself')));
      child.on('message', (step) => {
        if (step === 3) resolve();
      });
    });
    if (place === 'in the middle of a write') while (!(await part())) await new Promise((wait) => setTimeout(wait));
    child.removeAllListeners('exit').once('exit', () => {});
    const killed = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await Promise.race([ended, killed]);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ckpt'));
    expect(names).toContain('last.ckpt');
    const steps = names.map(async (name) => {
      const { global_step: step, state_dict: state } = await torch.load<{
        global_step: number;
        state_dict: Record<string, Tensor>;
      }>(join(folder, name));
      // What the process writes as its only weights are the steps that it has taken.
      expect(new Set(await state.w!.data())).toEqual(new Set([step]));
      return step;
    });
    expect(Math.max(...(await Promise.all(steps)))).toBeGreaterThanOrEqual(2);
  });
});

describe('a lost device', () => {
  const lose = () => torch.gpu.device()!.destroy();

  /** Trains with the device lost by a callback. */
  async function losing(callback: Callback, options: TrainerOptions = {}) {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const seen: number[] = [];
    class Noting extends Net {
      override trainingStep(batch: [Tensor, Tensor], batchIdx: number): Tensor {
        seen.push(batchIdx);
        return super.trainingStep(batch, batchIdx);
      }
      override configureOptimizers() {
        return new optim.Adam(this.parameters(), { lr: 0.05 });
      }
    }
    const model = new Noting();
    const trainer = bare({ maxEpochs: 4, callbacks: [callback], ...options });
    await trainer.fit(model, loader(), loader(8));
    const told = said.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('device was lost'));
    return { model, trainer, seen, told };
  }

  test('is said, and training goes on from the last snapshot with the steps of its optimizers', async () => {
    let after: string[] = [];
    const callback = new LambdaCallback({
      async onTrainBatchEnd(trainer: Trainer) {
        if (trainer.globalStep === 6) await torch.gpu.snapshot();
        if (trainer.globalStep === 8) {
          lose();
          after = Object.keys(trainer.callbackMetrics);
        }
      },
    });
    const { model, trainer, seen, told } = await losing(callback);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/lost at step 8\. .*last snapshot, of step 6/);
    expect(after).toContain('train_loss');
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i % 5));
    // By hand: the first six batches, then those that came on the new device.
    const again = new Net();
    const optimizer = new optim.Adam(again.parameters(), { lr: 0.05 });
    const batches: [Tensor, Tensor][] = [];
    for (let epoch = 0; epoch < 4; epoch++) for await (const batch of loader()) batches.push(batch);
    const step = Number(await stepOf(trainer.optimizers[0] as optim.Adam));
    for (const [x, y] of [...batches.slice(0, 6), ...batches.slice(20 - (step - 6))]) {
      optimizer.zeroGrad();
      again.forward(x).sub(y).square().mean().backward();
      optimizer.step();
    }
    expect(step).toBeGreaterThanOrEqual(16);
    expect(await weights(model)).toEqual(await weights(again));
    expect(model.training).toBe(true);
  });

  test.each([
    ['in validation', 'onValidationBatchStart'],
    ['at the end of an epoch', 'onTrainEpochEnd'],
    ['while a checkpoint is put together', 'onSaveCheckpoint'],
    ['in the sanity check', 'onSanityCheckStart'],
  ] as const)('is survived %s', async (_, hook) => {
    let lost = false;
    const callback = hooked(hook, (trainer) => {
      if (lost || (hook !== 'onSanityCheckStart' && trainer.globalStep < 5)) return;
      lost = true;
      lose();
    });
    const checkpoint = new ModelCheckpoint({ dirpath: folder, monitor: 'val_loss', saveTopK: -1, saveLast: true });
    const callbacks = [callback, new EarlyStopping('val_loss', { patience: 9 }), checkpoint];
    const { model, trainer, seen } = await losing(callback, { callbacks, enableCheckpointing: true });
    expect(lost).toBe(true);
    expect([trainer.globalStep, seen.length]).toEqual([20, 20]);
    for (const values of Object.values(await weights(model))) expect(values.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(checkpoint.bestModelScore)).toBe(true);
    const again = await Net.loadFromCheckpoint(join(folder, 'last.ckpt'));
    expect(await weights(again)).toEqual(await weights(model));
  });

  describe('in a run that goes on from a checkpoint', () => {
    class Adams extends Net {
      override configureOptimizers() {
        return new optim.Adam(this.parameters(), { lr: 0.05 });
      }
    }

    /** Two epochs from a checkpoint of two, of five steps each, with the device lost when `hook` is called for the nth time. */
    async function goneOn(hook?: keyof CallbackHooks, n = 1) {
      const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
      let calls = 0;
      let lostAt = -1;
      const losing = (trainer: Trainer) => {
        if (++calls !== n) return;
        lostAt = trainer.globalStep;
        lose();
      };
      const trainer = bare({ maxEpochs: 4, callbacks: hook ? [hooked(hook, losing)] : [] });
      const model = new Adams();
      await trainer.fit(model, loader(), loader(8), { ckptPath: join(folder, 'two.ckpt') });
      const told = said.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('device was lost'));
      said.mockRestore();
      const step = Number(await stepOf(trainer.optimizers[0] as optim.Adam));
      return { told, lostAt, step, globalStep: trainer.globalStep, weights: await weights(model) };
    }

    test('is survived in every hook', async () => {
      const first = bare({ maxEpochs: 2 });
      await first.fit(new Adams(), loader(), loader(8));
      await first.saveCheckpoint(join(folder, 'two.ckpt'));
      const undisturbed = await goneOn();
      expect(undisturbed).toMatchObject({ told: [], step: 20, globalStep: 20 });
      const ofBatches = [
        ...(['onTrainBatchStart', 'onBeforeZeroGrad', 'onBeforeBackward', 'onAfterBackward'] as const),
        ...(['onBeforeOptimizerStep', 'onTrainBatchEnd'] as const),
      ];
      const others = [
        ...(['setup', 'onLoadCheckpoint', 'onFitStart', 'onSanityCheckStart', 'onSanityCheckEnd'] as const),
        ...(['onTrainStart', 'onTrainEpochStart', 'onValidationStart', 'onValidationEpochStart'] as const),
        ...(['onValidationBatchStart', 'onValidationBatchEnd', 'onValidationEpochEnd', 'onValidationEnd'] as const),
        ...(['onTrainEpochEnd', 'onTrainEnd', 'onFitEnd', 'teardown'] as const),
      ];
      const second = ['onTrainEpochStart', 'onValidationEnd', 'onTrainEpochEnd'] as const;
      const cases = [
        ...partOf([...ofBatches, ...others], 8).map((hook) => [hook, 1] as const),
        ...second.map((hook) => [hook, 2] as const),
      ];
      for (const [hook, n] of cases) {
        const { told, lostAt, step, ...run } = await goneOn(hook, n);
        // What was read from the checkpoint is all that there is before training begins.
        const restored = Number(/last snapshot, of step (\d+)/.exec(told[0] ?? 'last snapshot, of step 10')![1]);
        const where = `${hook} ${n}: lost at step ${lostAt}, restored to ${restored}, ended at ${step}`;
        expect(told.length, where).toBe(lostAt === 0 ? 0 : 1);
        expect(run.globalStep, where).toBe(20);
        expect(restored, where).toBeGreaterThanOrEqual(10);
        // The batch at hand is passed over, and what the GPU had not done of those before it.
        expect([step, step + 1, step + 2], where).toContain(restored + 20 - Math.max(lostAt, 10));
        if (lostAt > 10 || ofBatches.some((other) => other === hook)) continue;
        expect(run.weights, where).toEqual(undisturbed.weights);
      }
    });
  });

  const stepOf = async (optimizer: optim.Adam) => {
    const { state } = optimizer.stateDict();
    const { step } = Object.values(state)[0] as { step: Tensor | number };
    return typeof step === 'number' ? step : step.item();
  };
});

describe('a loss that is NaN', () => {
  class Diverging extends Net {
    override trainingStep([x, y]: [Tensor, Tensor], batchIdx: number): Tensor {
      const loss = super.trainingStep([x, y], batchIdx);
      return batchIdx === 3 ? loss.mul(Number.NaN) : loss;
    }
  }

  test('is said with its step when values are read next', async () => {
    const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await bare({ maxEpochs: 2 }).fit(new Diverging(), loader());
    const texts = said.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('NaN'));
    expect(texts).toEqual([expect.stringMatching(/loss.*NaN at step 3;/)]);
  });

  test('is an error under detectAnomaly', async () => {
    const fitting = bare({ maxEpochs: 2, detectAnomaly: true }).fit(new Diverging(), loader());
    await expect(fitting).rejects.toThrowError(torch.AutogradError);
  });
});
