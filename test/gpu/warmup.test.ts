// Proves that warming up leaves nothing for the first step to compile, and nothing else changed.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { CNNModel } from '../../demos/mnist/models';

const images = () => torch.rand(8, 1, 28, 28, { generator: new torch.Generator().manualSeed(1) });
const labels = () => torch.randint(0, 10, [8], { generator: new torch.Generator().manualSeed(2) });

/** A training run of a lazy model with dropout and batch norm, from the default generator's seed. */
function training(seed: number) {
  torch.manualSeed(seed);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Flatten(),
    new nn.LazyLinear(10),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, { gamma: 0.5 });
  const lossFn = new nn.CrossEntropyLoss();
  const inputs = images();
  const targets = labels();
  const step = async (): Promise<number> => {
    optimizer.zeroGrad();
    const loss = lossFn(model(inputs), targets);
    loss.backward();
    optimizer.step();
    scheduler.step();
    return loss.item();
  };
  return { model, optimizer, scheduler, step };
}

const clipped = (parameters: nn.Parameter[], scheduled: boolean) => {
  const optimizer = new optim.SGD(parameters, { lr: 0.05, momentum: 0.9 });
  const { StepLR, ConstantLR, SequentialLR } = optim.lrScheduler;
  const schedulers = [new ConstantLR(optimizer, { totalIters: 2 }), new StepLR(optimizer, { stepSize: 1 })];
  const scheduler = new SequentialLR(optimizer, { schedulers, milestones: [3] });
  return async (loss: () => Tensor) => {
    optimizer.zeroGrad();
    const value = loss();
    value.backward();
    nn.utils.clipGradNorm_(parameters, 0.1);
    optimizer.step();
    if (scheduled) scheduler.step();
    return value.item();
  };
};

const onPlateau = (parameters: nn.Parameter[]) => {
  const optimizer = new optim.RMSprop(parameters, { lr: 0.01 });
  const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 });
  return async (loss: () => Tensor) => {
    optimizer.zeroGrad();
    const value = loss();
    value.backward();
    optimizer.step();
    scheduler.step(await value.item());
    return value.item();
  };
};

const quasiNewton = (parameters: nn.Parameter[]) => {
  const optimizer = new optim.LBFGS(parameters, { maxIter: 3, lineSearchFn: 'strong_wolfe' });
  return async (loss: () => Tensor) => {
    const value = await optimizer.step(async () => {
      optimizer.zeroGrad();
      const now = loss();
      now.backward();
      return now;
    });
    return value.item();
  };
};

/** Creations counted from one call to the next. */
function counter() {
  let before = torch.gpu.stats();
  return () => {
    const { pipelinesCreated, plansCompiled, dispatches, submits } = torch.gpu.stats();
    const counted = {
      pipelines: pipelinesCreated - before.pipelinesCreated,
      plans: plansCompiled - before.plansCompiled,
      dispatches: dispatches - before.dispatches,
      submits: submits - before.submits,
    };
    before = torch.gpu.stats();
    return counted;
  };
}

describe('warmup', () => {
  test('computes nothing and compiles everything', async () => {
    const { step } = training(3);
    // What an earlier file has left to be computed is none of what is counted.
    await torch.synchronize();
    const count = counter();
    const progress: [number, number][] = [];
    const made = await torch.warmup(step, { onProgress: ({ done, total }) => progress.push([done, total]) });
    const warm = count();
    expect(warm).toMatchObject({ pipelines: made.pipelines, plans: made.plans });
    expect(made.pipelines).toBeGreaterThan(5);
    expect(progress[0]).toEqual([0, made.pipelines]);
    expect(progress.at(-1)).toEqual([made.pipelines, made.pipelines]);
    expect(progress.map(([done]) => done)).toEqual([...progress.keys()]);
    for (let i = 0; i < 4; i++) {
      await step();
      expect(count()).toMatchObject({ pipelines: 0, plans: 0 });
    }
  });

  test('leaves the run as it would have been', async () => {
    const plain = training(4);
    const losses: number[] = [];
    for (let i = 0; i < 4; i++) losses.push(await plain.step());
    const warmed = training(4);
    const text = `${warmed.model}`;
    await torch.warmup(warmed.step);
    expect(`${warmed.model}`).toBe(text);
    expect(text).toContain('LazyLinear');
    expect(warmed.optimizer.paramGroups[0]!.lr).toBe(0.01);
    expect(warmed.scheduler.lastEpoch).toBe(0);
    expect(warmed.optimizer.stateDict().state).toEqual({});
    for (const loss of losses) expect(await warmed.step()).toBe(loss);
    const [a, b] = [plain.model.stateDict(), warmed.model.stateDict()];
    expect(Object.keys(a)).toEqual(Object.keys(b));
    for (const key of Object.keys(a)) expect(await b[key]!.tolist(), key).toEqual(await a[key]!.tolist());
  });

  test('in the middle of a run changes nothing either', async () => {
    const plain = training(5);
    const warmed = training(5);
    torch.manualSeed(6);
    for (let i = 0; i < 3; i++) await plain.step();
    const expected = [await plain.step(), await plain.step()];
    torch.manualSeed(6);
    for (let i = 0; i < 3; i++) await warmed.step();
    const gradients = await Promise.all([...warmed.model.parameters()].map((p) => p.grad!.tolist()));
    await torch.warmup(warmed.step);
    const after = await Promise.all([...warmed.model.parameters()].map((p) => p.grad!.tolist()));
    expect(after).toEqual(gradients);
    expect([await warmed.step(), await warmed.step()]).toEqual(expected);
  });

  test.each([
    ['SGD with clipped gradients', (parameters: nn.Parameter[]) => clipped(parameters, false)],
    ['SequentialLR', (parameters: nn.Parameter[]) => clipped(parameters, true)],
    ['ReduceLROnPlateau', onPlateau],
    ['L-BFGS', quasiNewton],
  ])('%s goes on as if nothing had been', async (_, train) => {
    const run = async (warms: readonly number[]) => {
      torch.manualSeed(9);
      const model = new nn.Sequential(new nn.Linear(6, 5), new nn.Tanh(), new nn.Linear(5, 1));
      const inputs = torch.randn(20, 6);
      const targets = torch.randn(20, 1);
      const step = train(model.parameters());
      const losses: number[] = [];
      for (let i = 0; i < 5; i++) {
        const next = () => step(() => nn.functional.mseLoss(model(inputs), targets));
        if (warms.includes(i)) await torch.warmup(next);
        losses.push(await next());
      }
      return losses;
    };
    expect(await run([0, 3])).toEqual(await run([]));
  });

  test('goes through a loader and a model of the demo', async () => {
    torch.manualSeed(7);
    const dataset = new data.TensorDataset(torch.rand(32, 1, 28, 28), torch.randint(0, 10, [32]));
    const loader = new data.DataLoader(dataset, { batchSize: 8, shuffle: true });
    const model = new CNNModel();
    const optimizer = new optim.Adam(model.parameters());
    const lossFn = new nn.CrossEntropyLoss();
    const epoch = async () => {
      let total = torch.tensor(0);
      for await (const [inputs, targets] of loader) {
        optimizer.zeroGrad();
        const loss = lossFn(model(inputs), targets);
        loss.backward();
        optimizer.step();
        total = total.add(loss);
      }
      return total.item();
    };
    const generator = torch.manualSeed(8);
    const state = generator.getState();
    const count = counter();
    await torch.warmup(epoch);
    expect(count()).toMatchObject({ dispatches: 0, submits: 0 });
    expect(generator.getState()).toEqual(state);
    expect(await epoch()).toBeGreaterThan(0);
    expect(count()).toMatchObject({ pipelines: 0, plans: 0 });
  });

  test('reads zeros of what is not computed, and values of what is there', async () => {
    const there = torch.tensor([1, 2]);
    const read: unknown[] = [];
    await torch.warmup(async () => {
      read.push(await there.tolist(), await there.mul(2).tolist(), await there.sum().item());
    });
    expect(read.slice(0, 3)).toEqual([[1, 2], [0, 0], 0]);
    expect(await there.mul(2).tolist()).toEqual([2, 4]);
  });

  test('undoes in-place writes, new gradients and disposal', async () => {
    const x = torch.ones(3, { requiresGrad: true });
    const running = torch.zeros(3);
    const gone = torch.ones(2);
    await torch.warmup(() => {
      const y = x.mul(2);
      running.add_(y.detach());
      y.sum().backward();
      torch.noGrad(() => x.zero_());
      gone.dispose();
    });
    expect(x.grad).toBeNull();
    expect(await x.tolist()).toEqual([1, 1, 1]);
    expect(await running.tolist()).toEqual([0, 0, 0]);
    expect(await gone.tolist()).toEqual([1, 1]);
    running.add_(1);
    x.mul(3).sum().backward();
    expect(await running.tolist()).toEqual([1, 1, 1]);
    expect(await x.grad!.tolist()).toEqual([3, 3, 3]);
  });

  test('leaves weights where they were that another optimizer moved', async () => {
    const [shared, other] = [new nn.Parameter(torch.ones(3)), new nn.Parameter(torch.ones(2))];
    const first = new optim.SGD([shared], { lr: 1 });
    const second = new optim.SGD([other, shared], { lr: 1 });
    const step = (optimizer: optim.SGD) => {
      optimizer.zeroGrad();
      shared.square().sum().mul(0.25).add(other.sum()).backward();
      optimizer.step();
    };
    step(first);
    await torch.warmup(() => step(second));
    step(first);
    expect(await shared.tolist()).toEqual([0.25, 0.25, 0.25]);
    step(second);
    expect(await shared.tolist()).toEqual([0.125, 0.125, 0.125]);
  });

  test('throws what the function throws, and a tensor that it kept says why it has no value', async () => {
    const x = torch.ones(2);
    await expect(
      torch.warmup(() => {
        x.add_(1);
        throw new RangeError('no');
      }),
    ).rejects.toThrow(RangeError);
    expect(await x.tolist()).toEqual([1, 1]);
    let kept: Tensor | undefined;
    await torch.warmup(() => {
      kept = x.add(1);
    });
    await expect(kept!.tolist()).rejects.toThrow(/made while warmup ran its function/);
    await expect(torch.warmup(() => torch.warmup(() => x.add(1)))).rejects.toThrow(torch.ArgumentError);
    expect(await x.add(1).tolist()).toEqual([2, 2]);
  });
});
