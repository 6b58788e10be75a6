// What is left of a training whose device is lost: wherever that happens, a model that can be read, saved and trained on.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

async function lose(): Promise<void> {
  const device = torch.gpu.device();
  device?.destroy();
  await device?.lost;
}

/** How often `fn` fails before it succeeds, and by what, and what it gives then. */
async function retried<T>(fn: () => Promise<T>): Promise<{ errors: unknown[]; result: T }> {
  const errors: unknown[] = [];
  for (;;) {
    try {
      return { errors, result: await fn() };
    } catch (error) {
      errors.push(error);
      if (errors.length > 5) throw error;
    }
  }
}

const numbersOf = async (tensors: Iterable<Tensor>) =>
  Promise.all([...tensors].map(async (tensor) => Array.from(await tensor.data())));

const areEqual = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  a.length === b.length && Array.prototype.every.call(a, (x, i) => x === b[i]);

const stateOf = (model: nn.Module) => numbersOf(Object.values(model.stateDict()));

/** A small training with batch norm; batch i is always the same. */
function trainer(make: (params: nn.Parameter[]) => optim.Optimizer = (params) => new optim.Adam(params, { lr: 0.01 })) {
  torch.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 3));
  const optimizer = make(model.parameters());
  const lossFn = new nn.CrossEntropyLoss();
  const generator = new torch.Generator().manualSeed(7);
  const batches = Array.from({ length: 40 }, () => ({
    inputs: torch.rand(10, 4, { generator }),
    labels: torch.randint(0, 3, [10], { generator }),
  }));
  const stepOn = (inputs: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, stepOn, step: (i: number) => stepOn(batches[i]!.inputs, batches[i]!.labels), batches };
}

const averagesOf = (optimizer: optim.Optimizer): Tensor[] =>
  [...optimizer.state.values()].flatMap(({ expAvg, expAvgSq }) => [expAvg as Tensor, expAvgSq as Tensor]);

let told: torch.gpu.DeviceLoss[] = [];
let stop = () => {};

beforeEach(async () => {
  await torch.init();
  told = [];
  stop = torch.gpu.onLost((loss) => told.push(loss));
});

afterEach(async () => {
  stop();
  vi.restoreAllMocks();
  await torch.synchronize().catch(() => {});
});

test('a loop that reads nothing back comes back at most 100 steps earlier, is told so once, and goes on as if nothing had been', async () => {
  const undisturbed = trainer();
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) losses.push(await undisturbed.step(i).item());

  const { model, optimizer, step } = trainer();
  for (let i = 0; i < 8; i++) step(i);
  await torch.synchronize();
  await lose();
  const { errors, result } = await retried(() => stateOf(model));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toBeInstanceOf(torch.DeviceLostError);
  expect(told).toHaveLength(1);
  expect(told[0]!.error).toBe(errors[0]);
  const at = told[0]!.restoredTo.get(optimizer)!;
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThanOrEqual(8);
  expect((errors[0] as Error).message).toMatch(/Weights are restored to their last snapshot/);
  expect(result.flat().every(Number.isFinite)).toBe(true);
  const after: number[] = [];
  for (let i = at; i < 20; i++) after.push(await step(i).item());
  expect(after).toEqual(losses.slice(at));
});

test('weights, statistics and Adam’s averages and counts are those of the snapshot', async () => {
  const { model, optimizer, step } = trainer();
  for (let i = 0; i < 5; i++) step(i);
  await torch.gpu.snapshot();
  const before = await stateOf(model);
  const averages = await numbersOf(averagesOf(optimizer));
  for (let i = 5; i < 9; i++) step(i);
  await torch.synchronize();
  expect(await stateOf(model)).not.toEqual(before);
  await lose();
  const { result } = await retried(() => stateOf(model));
  expect(result).toEqual(before);
  expect(told[0]!.restoredTo.get(optimizer)).toBe(5);
  expect(await numbersOf(averagesOf(optimizer))).toEqual(averages);
  expect([...optimizer.state.values()].map(({ step }) => step)).toEqual(new Array(6).fill(5));
});

test('snapshots write over those before the last, and over nothing that has been restored', async () => {
  const { model, optimizer, step } = trainer();
  const states: number[][][] = [];
  let at = 0;
  for (let round = 0; round < 2; round++) {
    for (const end = at + 6; at < end; at += 2) {
      step(at);
      step(at + 1);
      await torch.gpu.snapshot();
      states.push(await stateOf(model));
    }
    step(at);
    await torch.synchronize();
    await lose();
    const { result } = await retried(() => stateOf(model));
    expect(result).toEqual(states.at(-1));
    expect(told[round]!.restoredTo.get(optimizer)).toBe(at);
    expect(await numbersOf(averagesOf(optimizer))).toHaveLength(12);
  }
  const undisturbed = trainer();
  for (let i = 0; i < at; i++) undisturbed.step(i);
  expect(await stateOf(undisturbed.model)).toEqual(states.at(-1));
});

describe('a device lost', () => {
  test('before anything has run on it, leaves the first weights', async () => {
    const { model, step } = trainer();
    const before = await stateOf(trainer().model);
    await lose();
    const { result } = await retried(() => stateOf(model));
    expect(result).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test('while the first step is compiled, leaves the first weights', async () => {
    const { model, optimizer, step } = trainer();
    const before = await stateOf(trainer().model);
    const loss = step(0);
    const reading = expect(loss.item()).rejects.toThrow(torch.DeviceLostError);
    torch.gpu.device()!.destroy();
    await reading;
    expect(await stateOf(model)).toEqual(before);
    expect(told[0]!.restoredTo.get(optimizer)).toBe(0);
    const losses = [await step(0).item(), await step(1).item()];
    const other = trainer();
    expect(losses).toEqual([await other.step(0).item(), await other.step(1).item()]);
  });

  test.each([
    ['warmup', (fn: () => unknown) => torch.warmup(fn)],
    ['explain', (fn: () => unknown) => torch.gpu.explain(fn)],
    ['tune', (fn: () => unknown) => torch.gpu.tune(fn, { budget: 1000 })],
  ])('during %s, is a typed error, and the first weights stay', async (_, call) => {
    const { model, step } = trainer();
    const before = await stateOf(trainer().model);
    const calling = expect(call(() => void step(0))).rejects.toThrow(torch.DeviceLostError);
    torch.gpu.device()!.destroy();
    await calling;
    const { errors, result } = await retried(() => stateOf(model));
    expect(errors).toHaveLength(0);
    expect(result).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test.each(['zeroGrad', 'forward', 'backward', 'step', 'read'])(
    'after %s in a step, takes no weights',
    async (point) => {
      const momentum = (params: nn.Parameter[]) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 });
      const { model, optimizer, step, batches } = trainer(momentum);
      for (let i = 0; i < 3; i++) step(i);
      await torch.gpu.snapshot();
      const before = await stateOf(model);
      const { inputs, labels } = batches[3]!;
      const at = (place: string) => (place === point ? lose() : undefined);
      const whole = async () => {
        optimizer.zeroGrad();
        await at('zeroGrad');
        const loss = new nn.CrossEntropyLoss()(model(inputs), labels);
        await at('forward');
        loss.backward();
        await at('backward');
        optimizer.step();
        await at('step');
        const reading = loss.item();
        await at('read');
        return reading;
      };
      await expect(whole()).rejects.toThrow(torch.DeviceLostError);
      expect(await stateOf(model)).toEqual(before);
      const losses = [await step(3).item(), await step(4).item()];
      const other = trainer(momentum);
      const expected: number[] = [];
      for (let i = 0; i < 5; i++) expected.push(await other.step(i).item());
      expect(losses).toEqual(expected.slice(3));
      expect(told).toHaveLength(1);
    },
  );

  test('during a snapshot, leaves the one before', async () => {
    const { model, optimizer, step } = trainer();
    for (let i = 0; i < 2; i++) step(i);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    step(2);
    await torch.synchronize();
    const taking = torch.gpu.snapshot().catch((error: unknown) => error);
    await Promise.resolve();
    torch.gpu.device()!.destroy();
    const outcome = await taking;
    const { result } = await retried(() => stateOf(model));
    if (told[0]!.restoredTo.get(optimizer) === 2) expect(result).toEqual(before);
    else expect(outcome).toBeUndefined();
    expect(Number.isFinite(await step(3).item())).toBe(true);
  });

  test('twice in a row, takes no weights', async () => {
    const { model, step } = trainer();
    step(0);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    for (let round = 0; round < 2; round++) {
      await torch.init();
      await lose();
      await expect(step(1).item()).rejects.toThrow(torch.DeviceLostError);
      expect(await stateOf(model)).toEqual(before);
    }
    expect(told).toHaveLength(2);
    expect(Number.isFinite(await step(1).item())).toBe(true);
  });
});

describe('after a loss', () => {
  test('steps on a batch of the lost device fail, and leave weights and statistics as they are', async () => {
    const { model, stepOn, batches } = trainer();
    const inputs = batches[0]!.inputs.mul(2);
    const { labels } = batches[0]!;
    await stepOn(inputs, labels).item();
    await stepOn(inputs, labels).item();
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    await lose();
    await expect(stepOn(inputs, labels).item()).rejects.toThrow(/GPU device was lost/);
    for (let i = 0; i < 2; i++) {
      const error = await stepOn(inputs, labels)
        .item()
        .catch((error: unknown) => error);
      expect(error).toBeInstanceOf(torch.DeviceLostError);
      expect((error as Error).message).toMatch(
        /a tensor of shape \[10, 4\] was on a GPU device that has been lost; make it/,
      );
    }
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await stepOn(batches[1]!.inputs, labels).item())).toBe(true);
    expect(await stateOf(model)).not.toEqual(before);
  });

  test('a model is whole again after loadStateDict, in the midst of failing steps too', async () => {
    const { model, stepOn, step, batches } = trainer();
    const saved = Object.fromEntries(
      await Promise.all(
        Object.entries(model.stateDict()).map(async ([name, x]) => {
          const { dtype, shape } = x;
          return [name, torch.tensor(await x.data(), { dtype }).reshape(shape)] as const;
        }),
      ),
    );
    const before = await stateOf(model);
    const inputs = batches[0]!.inputs.mul(2);
    for (let i = 0; i < 3; i++) stepOn(inputs, batches[0]!.labels);
    await torch.synchronize();
    await lose();
    await expect(stepOn(inputs, batches[0]!.labels).item()).rejects.toThrow(torch.DeviceLostError);
    stepOn(inputs, batches[0]!.labels);
    model.loadStateDict(saved);
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await step(0).item())).toBe(true);
  });

  test('gradients are none, and those that are held say what became of them', async () => {
    const { model, step } = trainer();
    await step(0).item();
    const [parameter] = model.parameters();
    const held = parameter!.grad!;
    await lose();
    await torch.synchronize().catch(() => {});
    expect(parameter!.grad).toBeNull();
    await expect(held.data()).rejects.toThrow(torch.DeviceLostError);
    expect(Number.isFinite(await step(1).item())).toBe(true);
  });

  test('a tensor that only an optimizer knows, and a buffer of any module, come back too', async () => {
    torch.manualSeed(0);
    const w = torch.randn(3, { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    class Net extends nn.Module {
      declare seen: Tensor;
      constructor() {
        super();
        this.registerBuffer('seen', torch.zeros(2));
      }
      forward(x: Tensor) {
        this.seen.add_(1);
        return x.mul(w).sum();
      }
    }
    const net = new Net();
    for (let i = 0; i < 4; i++) {
      sgd.zeroGrad();
      (net as unknown as (x: Tensor) => Tensor)(torch.ones(3)).backward();
      sgd.step();
    }
    await torch.gpu.snapshot();
    const before = [...(await w.data())];
    await lose();
    await torch.synchronize().catch(() => {});
    expect([...(await w.data())]).toEqual(before);
    expect(await net.seen.tolist()).toEqual([4, 4]);
    expect(told[0]!.restoredTo.get(sgd)).toBe(4);
  });

  test('without an adapter the weights can be read and saved; with one again, nothing old is thrown', async () => {
    const { model, step } = trainer();
    for (let i = 0; i < 3; i++) step(i);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    const requestAdapter = vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
    await lose();
    await expect(step(3).item()).rejects.toThrow(torch.DeviceLostError);
    const { '0.weight': weight, '1.running_mean': mean } = await torch.load(await torch.saveBytes(model.stateDict()));
    expect(await numbersOf([weight!, mean!])).toEqual([before[0], before[4]]);
    expect(await stateOf(model)).toEqual(before);
    await expect(step(3).item()).rejects.toThrow(torch.WebGPUUnavailableError);
    await expect(model.parameters()[0]!.at(0).add(1).data()).rejects.toThrow(torch.WebGPUUnavailableError);
    expect((await model.parameters()[0]!.at(0).data())[0]).toBe(before[0]![0]);
    expect(await stateOf(model)).toEqual(before);
    requestAdapter.mockRestore();
    expect((await model.parameters()[0]!.at(0).data())[0]).toBe(before[0]![0]);
    expect(await stateOf(model)).toEqual(before);
    expect(Number.isFinite(await step(3).item())).toBe(true);
  });

  test('the plan of a program that waited on the lost device does not come to the next one', async () => {
    const x = torch.rand(3, 5);
    const program = (y: Tensor) => torch.rand(7, 5).matmul(y.t()).cos();
    const first = x.mul(2).sum().item();
    const waiting = program(x).data();
    torch.gpu.device()!.destroy();
    const [outcome] = await Promise.allSettled([first, waiting]);
    expect(outcome.status).toBe('rejected');
    const y = torch.rand(3, 5);
    await torch.warmup(() => void program(y));
    expect((await program(y).data()).every(Number.isFinite)).toBe(true);
  });

  test('reads under way fail together, and the next one works', async () => {
    const values = [torch.rand(4).mul(2), torch.rand(300_000).mul(2), torch.rand(4).sum()];
    await torch.synchronize();
    const reading = Promise.allSettled(values.map((value) => value.data()));
    torch.gpu.device()!.destroy();
    for (const outcome of await reading) {
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(torch.DeviceLostError);
    }
    for (let i = 0; i < 3; i++) expect(await torch.ones(2).add(i).tolist()).toEqual([1 + i, 1 + i]);
    expect(told).toHaveLength(1);
  });

  test('a listener may read at once, and one that was taken away is not called', async () => {
    const { model, step } = trainer();
    step(0);
    await torch.gpu.snapshot();
    const before = await stateOf(model);
    const never = vi.fn();
    torch.gpu.onLost(never)();
    let seen: Promise<number[][]> | null = null;
    const stopReading = torch.gpu.onLost(() => {
      seen = stateOf(model);
    });
    await lose();
    expect(await seen).toEqual(before);
    stopReading();
    await expect(torch.synchronize()).rejects.toThrow(torch.DeviceLostError);
    expect(never).not.toHaveBeenCalled();
  });

  test('L-BFGS begins a history anew, and goes on', async () => {
    torch.manualSeed(0);
    const w = torch.tensor([3, -2], { dtype: 'float32', requiresGrad: true });
    const lbfgs = new optim.LBFGS([w], { maxIter: 2, maxEval: 10, lr: 0.1 });
    const step = async () => {
      const loss = await lbfgs.step(async () => {
        lbfgs.zeroGrad();
        const loss = w.square().sum();
        loss.backward();
        return loss;
      });
      return loss.item();
    };
    const first = await step();
    await step();
    await torch.gpu.snapshot();
    const before = [...(await w.data())];
    await lose();
    await expect(step()).rejects.toThrow(torch.DeviceLostError);
    expect([...(await w.data())]).toEqual(before);
    expect(told[0]!.restoredTo.get(lbfgs)).toBe(4);
    const next = await step();
    expect(next).toBeLessThan(first);
    expect(await step()).toBeLessThan(next);
  });

  test('a model whose weights stand on the host since an earlier loss holds up no snapshot of another', async () => {
    const idle = new nn.Linear(4, 2);
    const run = async () => torch.noGrad(() => idle(torch.ones(1, 4)).sum()).item();
    const before = await run();
    await lose();
    await run().catch(() => {});
    for (let i = 0; i < 3; i++) expect(await run()).toBe(before);
    await lose();
    await torch
      .ones(1)
      .add(1)
      .item()
      .catch(() => {});
    told.length = 0;
    const { optimizer, step } = trainer();
    for (let i = 0; i < 3; i++) step(i);
    await torch.gpu.snapshot();
    await lose();
    await expect(step(3).item()).rejects.toThrow(torch.DeviceLostError);
    expect(told[0]!.restoredTo.get(optimizer)).toBe(3);
    expect(await run()).toBe(before);
  });

  test('a loss under default limits and without subgroups leaves a state of several pieces whole', async () => {
    const plain = async () => {
      const adapter = await navigator.gpu.requestAdapter();
      return adapter!.requestDevice();
    };
    await torch.init({ device: await plain() });
    torch.manualSeed(0);
    const model = new nn.Linear(1200, 1000);
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const step = () => {
      optimizer.zeroGrad();
      const loss = model(torch.ones(2, 1200)).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    };
    for (let i = 0; i < 3; i++) step();
    await torch.gpu.snapshot();
    const state = async () => [await model.weight.data(), ...(await numbersOf(averagesOf(optimizer)))];
    const byStep = new Map([[3, await state()]]);
    step();
    // Where reading took long, a snapshot of this step was due.
    byStep.set(4, await state());
    await lose();
    await expect(step().item()).rejects.toThrow(torch.DeviceLostError);
    const expected = byStep.get(told[0]!.restoredTo.get(optimizer)!)!;
    const back = await state();
    expect(back.map((numbers, i) => areEqual(numbers, expected[i]!))).toEqual([true, true, true, true, true]);
    expect(Number.isFinite(await step().item())).toBe(true);
  });
});
