// Checks optimizers against PyTorch's runs, and what flat buffers must not change: skipped gradients, gradients kept, resuming.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';
import { settled } from '../support/settled';

interface OptimizerCase extends FixtureCase {
  readonly optimizer: keyof typeof build;
  readonly options: object;
  readonly steps: number;
  readonly keys: readonly string[];
}

const fixture = await loadFixture<OptimizerCase>('optimizers');

const build = {
  SGD: (params: Tensor[], options: object) => new optim.SGD(params, options),
  Adam: (params: Tensor[], options: object) => new optim.Adam(params, options),
  AdamW: (params: Tensor[], options: object) => new optim.AdamW(params, options),
  RMSprop: (params: Tensor[], options: object) => new optim.RMSprop(params, options),
  Adagrad: (params: Tensor[], options: object) => new optim.Adagrad(params, options),
  Adadelta: (params: Tensor[], options: object) => new optim.Adadelta(params, options),
  Adamax: (params: Tensor[], options: object) => new optim.Adamax(params, options),
  NAdam: (params: Tensor[], options: object) => new optim.NAdam(params, options),
  RAdam: (params: Tensor[], options: object) => new optim.RAdam(params, options),
  Rprop: (params: Tensor[], options: object) => new optim.Rprop(params, options),
  ASGD: (params: Tensor[], options: object) => new optim.ASGD(params, options),
  Adafactor: (params: Tensor[], options: object) => new optim.Adafactor(params, options),
  Muon: (params: Tensor[], options: object) => new optim.Muon(params, options),
};

const fromFixture = (key: string): Tensor => {
  const { data, shape } = fixture.tensor(key);
  return torch.tensor(Float32Array.from(data)).reshape([...shape]);
};
const parameter = (key: string): Tensor => fromFixture(`inputs/${key}`).clone().detach().requiresGrad_();
const ones = (...size: number[]): Tensor => torch.ones(size, { requiresGrad: true });

describe('against PyTorch', () => {
  const byOptimizer = [...Map.groupBy(fixture.cases, ({ optimizer }) => optimizer).values()];
  test.each(byOptimizer.flatMap((cases) => sampled(cases, 32)))(
    '$name',
    async ({ name, optimizer: type, options, steps, keys }) => {
      const all = keys.map((key) => ({
        key,
        parameter: parameter(key),
        gradients: fromFixture(`inputs/grads_${key}`),
      }));
      const optimizer = build[type](
        all.map(({ parameter }) => parameter),
        options,
      );
      for (let step = 0; step < steps; step++) {
        for (const { parameter, gradients } of all) parameter.grad = gradients.at(step).clone();
        optimizer.step();
        for (const { key, parameter } of all) {
          const expected = fixture.tensor(`${name}/${key}`).data;
          const data = await parameter.data();
          // Rounding of the kernel's square root and division, in units of the parameters' size of about 1.
          data.forEach((value, i) => {
            expect(Math.abs(value - expected[step * data.length + i]!)).toBeLessThan(2e-6);
          });
        }
      }
    },
  );
});

describe('each optimizer', () => {
  const kinds = Object.keys(build) as (keyof typeof build)[];

  test.each(sampled(kinds, 6))('%s resumes exactly, and keeps a bad label from the weights', async (kind) => {
    const start = () => {
      torch.manualSeed(1);
      const model = new nn.Linear(3, 4, { bias: kind !== 'Muon' });
      return { model, optimizer: build[kind](model.parameters(), {}) };
    };
    const train = ({ model, optimizer }: ReturnType<typeof start>, labels: readonly number[]) => {
      for (const [i, label] of labels.entries()) {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model(torch.full([1, 3], i - 1.5)), torch.tensor([label]));
        loss.backward();
        optimizer.step();
      }
    };
    const straight = start();
    train(straight, [0, 1, 2]);
    const resumed = start();
    resumed.model.loadStateDict(straight.model.stateDict());
    resumed.optimizer.loadStateDict(straight.optimizer.stateDict());
    train(straight, [3, 1]);
    train(resumed, [3, 1]);
    const before = await straight.model.weight.data();
    expect(await resumed.model.weight.data()).toEqual(before);
    train(resumed, [4, 1]);
    await expect(resumed.model.weight.data()).rejects.toThrow(torch.IndexError);
    expect(await resumed.model.weight.data()).toEqual(before);
  });
});

describe('optimizers of matrices', () => {
  test('Adafactor keeps a row and a column of a matrix, and a vector whole', async () => {
    const [a, b] = [ones(2, 3), ones(4)];
    const optimizer = new optim.Adafactor([a, b]);
    a.sum().add(b.sum()).backward();
    optimizer.step();
    const { state, param_groups: groups } = optimizer.stateDict() as unknown as {
      state: Record<string, Record<string, Tensor>>;
      param_groups: Record<string, unknown>[];
    };
    expect(Object.keys(state[0]!)).toEqual(['step', 'row_var', 'col_var']);
    expect([state[0]!.row_var!.shape, state[0]!.col_var!.shape]).toEqual([
      [2, 1],
      [1, 3],
    ]);
    expect(state[1]!.variance!.shape).toEqual([4]);
    expect(Object.keys(groups[0]!).slice(0, 6)).toEqual(['lr', 'beta2_decay', 'eps', 'd', 'weight_decay', 'maximize']);
    const other = new optim.Adafactor([ones(2, 2)]);
    const wrong = { state: { 0: state[0]! }, param_groups: [{ ...groups[0]!, params: [0] }] };
    expect(() => other.loadStateDict(wrong)).toThrow(/expected col_var of parameter 0 to have shape \[1, 2\]/);
    expect(() => new optim.Adafactor([a], { d: 0.5 })).toThrow(/Adafactor: expected d ≥ 1, but got 0.5/);
    expect(() => new optim.Adafactor([a], { beta2Decay: 1 })).toThrow(/beta2Decay ≤ 0/);
    expect(() => new optim.Adafactor([a], { eps: [-1, 0] })).toThrow(/eps\[0\] ≥ 0/);
  });

  test('Muon takes matrices alone, and groups with options of their own', async () => {
    const [a, b] = [ones(2, 3), ones(3, 2)];
    expect(() => new optim.Muon([ones(2)])).toThrow(/Muon: expected matrices, but got a parameter of shape \[2\]/);
    expect(() => new optim.Muon([a], { nsSteps: 100 })).toThrow(/nsSteps to be a whole number from 0 to 99/);
    expect(() => new optim.Muon([a], { adjustLrFn: 'other' as never })).toThrow(/adjustLrFn to be 'original' or/);
    const optimizer = new optim.Muon([{ params: [a] }, { params: [b], lr: 0 }], { lr: 0.1, weightDecay: 0 });
    expect(() => optimizer.addParamGroup({ params: [ones(1, 1, 1)] })).toThrow(torch.ShapeError);
    expect(optimizer.paramGroups).toHaveLength(2);
    a.sum().add(b.sum()).backward();
    optimizer.step();
    expect(await torch.equal(a, ones(2, 3))).toBe(false);
    expect(await torch.equal(b, ones(3, 2))).toBe(true);
  });

  test.each(['Muon', 'Adafactor'] as const)('%s makes no buffer in steady state', async (kind) => {
    const model = new nn.Linear(3, 4, { bias: kind !== 'Muon' });
    const optimizer = build[kind](model.parameters(), {});
    const x = torch.ones(2, 3);
    const step = async () => {
      optimizer.zeroGrad();
      model(x).square().sum().backward();
      optimizer.step();
      await torch.synchronize();
    };
    for (let i = 0; i < 10; i++) await step();
    await settled();
    for (let i = 0; i < 3; i++) await step();
    const { buffersCreated } = torch.gpu.stats();
    for (let i = 0; i < 9; i++) await step();
    expect(torch.gpu.stats().buffersCreated).toBe(buffersCreated);
  });
});

describe('what PyTorch’s programs look at', () => {
  test('is the state of each parameter, and what is written there counts', async () => {
    const [a, b] = [ones(2), ones(1)];
    const optimizer = new optim.AdamW([a, b], { lr: 0.1, weightDecay: 0 });
    expect(optimizer.state.size).toBe(0);
    a.grad = torch.tensor([1, 2], { dtype: 'float32' });
    optimizer.step();
    expect(optimizer.state.has(b)).toBe(false);
    const { step, expAvg, expAvgSq } = optimizer.state.get(a)! as { step: number; expAvg: Tensor; expAvgSq: Tensor };
    expect(step).toBe(1);
    expect(await expAvg.text()).toBe('tensor([0.1000, 0.2000])');
    expect(await expAvgSq.text()).toBe('tensor([0.0010, 0.0040])');
    expAvg.zero_();
    a.grad = torch.zeros(2);
    const before = await a.data();
    optimizer.step();
    expect(await a.data()).toEqual(before);
  });

  test('are hooks around each step', async () => {
    const seen: unknown[] = [];
    const a = ones(1);
    const optimizer = new optim.SGD([a], { lr: 1 });
    const before = optimizer.registerStepPreHook((given, args) => void seen.push(['pre', given === optimizer, args]));
    const values: Tensor[] = [];
    optimizer.registerStepPostHook(() => void values.push(a.detach().clone()));
    a.grad = ones(1).detach();
    const closure = () => void seen.push('closure');
    optimizer.step(closure);
    expect(seen).toEqual([['pre', true, [closure]], 'closure']);
    expect(await values[0]!.tolist()).toEqual([0]);
    before.remove();
    optimizer.step();
    expect([seen.length, values.length]).toEqual([2, 2]);
  });

  test('are hooks around a step that waits', async () => {
    const seen: string[] = [];
    const a = ones(1);
    const optimizer = new optim.LBFGS([a], { maxIter: 1 });
    optimizer.registerStepPreHook(() => void seen.push('pre'));
    optimizer.registerStepPostHook(() => void seen.push('post'));
    const step = optimizer.step(async () => {
      seen.push('closure');
      optimizer.zeroGrad();
      const loss = a.square().sum();
      loss.backward();
      return loss;
    });
    await step;
    expect(seen).toEqual(['pre', 'closure', 'post']);
  });
});

describe('flat buffers', () => {
  test('leave aliases, views and state dicts aliases', async () => {
    const linear = new nn.Linear(3, 2);
    const row = linear.weight.detach().at(0);
    const state = linear.stateDict();
    linear(torch.ones(1, 3)).sum().backward();
    new optim.SGD(linear.parameters(), { lr: 1 }).step();
    const weight = await linear.weight.tolist();
    expect(await row.tolist()).toEqual((weight as number[][])[0]);
    expect(await state.weight!.tolist()).toEqual(weight);
  });

  test('skip parameters without a gradient, whose step does not count', async () => {
    const run = async (together: boolean) => {
      const [a, b] = [ones(3), ones(2, 2)];
      const optimizers = together
        ? [new optim.Adam([a, b], { lr: 0.1 })]
        : [new optim.Adam([a], { lr: 0.1 }), new optim.Adam([b], { lr: 0.1 })];
      for (const [scaleA, scaleB] of [
        [1, 0],
        [2, 1],
        [0, 3],
        [-1, 2],
        [1, 1],
      ] as const) {
        for (const optimizer of optimizers) optimizer.zeroGrad();
        if (scaleA !== 0) a.mul(a).sum().mul(scaleA).backward();
        if (scaleB !== 0) b.mul(b).sum().mul(scaleB).backward();
        for (const optimizer of optimizers) optimizer.step();
      }
      return [await a.tolist(), await b.tolist()];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test('keep a gradient that user code has taken hold of, before or after the step', async () => {
    const [a, b] = [ones(2), ones(2)];
    const optimizer = new optim.SGD([a, b], { lr: 0.1 });
    a.mul(3).sum().add(b.mul(5).sum()).backward();
    const before = a.grad!;
    optimizer.step();
    const after = b.grad!;
    expect([await before.tolist(), await after.tolist()]).toEqual([
      [3, 3],
      [5, 5],
    ]);
    optimizer.zeroGrad();
    expect(a.grad).toBeNull();
    a.mul(7).sum().add(b.mul(9).sum()).backward();
    optimizer.step();
    expect([await before.tolist(), await after.tolist(), await a.grad!.tolist()]).toEqual([
      [3, 3],
      [5, 5],
      [7, 7],
    ]);
  });

  test('take parameters without elements', async () => {
    const linear = new nn.Linear(0, 2);
    const optimizer = new optim.Adam(linear.parameters(), { lr: 0.5 });
    linear(torch.zeros(3, 0)).sum().backward();
    const before = await linear.bias!.tolist();
    optimizer.step();
    expect(linear.weight.shape).toEqual([2, 0]);
    expect(await linear.weight.tolist()).toEqual([[], []]);
    for (const [i, value] of (before as number[]).entries()) {
      expect((await linear.bias!.data())[i]).toBeCloseTo(value - 0.5, 5);
    }
  });

  test('leave a gradient that user code has set as it is', async () => {
    const a = ones(2);
    const optimizer = new optim.SGD([a], { lr: 1 });
    const [first, second] = [3, 4].map((value) => torch.full([2], value, { dtype: 'float32' }));
    for (const gradient of [first!, second!]) {
      a.grad = gradient;
      optimizer.step();
    }
    expect(() => {
      a.grad = torch.full([2], 3);
    }).toThrow(torch.DTypeError);
    expect([await first!.tolist(), await second!.tolist(), await a.tolist()]).toEqual([
      [3, 3],
      [4, 4],
      [-6, -6],
    ]);
  });

  test('add gradients up where they are not zeroed, and take the same ones twice', async () => {
    const a = ones(2);
    const optimizer = new optim.SGD([a], { lr: 1 });
    a.mul(2).sum().backward();
    optimizer.step();
    optimizer.step();
    expect(await a.tolist()).toEqual([-3, -3]);
    a.mul(3).sum().backward();
    expect(await a.grad!.tolist()).toEqual([5, 5]);
    optimizer.step();
    expect(await a.tolist()).toEqual([-8, -8]);
    optimizer.zeroGrad({ setToNone: false });
    expect(await a.grad!.tolist()).toEqual([0, 0]);
    optimizer.step();
    expect(await a.tolist()).toEqual([-8, -8]);
  });

  test('let two optimizers share parameters, in turn', async () => {
    const [a, b] = [ones(2), ones(3)];
    const first = new optim.SGD([a, b], { lr: 0.5 });
    const second = new optim.SGD([b, a], { lr: 0.25 });
    for (const optimizer of [first, second, first]) {
      optimizer.zeroGrad();
      a.sum().add(b.sum()).backward();
      optimizer.step();
    }
    expect(await a.tolist()).toEqual([-0.25, -0.25]);
    expect(await b.tolist()).toEqual([-0.25, -0.25, -0.25]);
  });

  test('take parameters that had no shape when the optimizer was made', async () => {
    const lazy = new nn.LazyLinear(2);
    const unused = new nn.LazyLinear(2);
    const optimizer = new optim.Adam([...lazy.parameters(), ...unused.parameters()], { lr: 0.1 });
    lazy(torch.ones(1, 3)).sum().backward();
    const before = await lazy.bias!.data();
    optimizer.step();
    const after = await lazy.bias!.data();
    before.forEach((value, i) => {
      expect(after[i]).toBeCloseTo(value - 0.1, 5);
    });
  });
});

describe('options', () => {
  test('may change between steps, by group', async () => {
    const [a, b] = [ones(1), ones(1)];
    const optimizer = new optim.SGD([{ params: [a] }, { params: b, lr: 0.5 }], { lr: 1 });
    const step = () => {
      optimizer.zeroGrad();
      a.sum().add(b.sum()).backward();
      optimizer.step();
    };
    step();
    expect([await a.item(), await b.item()]).toEqual([0, 0.5]);
    optimizer.paramGroups[0]!.lr = 0.25;
    step();
    expect([await a.item(), await b.item()]).toEqual([-0.25, 0]);
  });

  test('a closure is called with gradients on, and its result returned', async () => {
    const a = ones(1);
    const optimizer = new optim.SGD([a], { lr: 1 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const value = a.mul(2).sum();
      value.backward();
      return value;
    });
    expect([await loss.item(), await a.item()]).toEqual([2, -1]);
  });
});

describe('state', () => {
  test('is loaded into memory of its own where one tensor stands for several', async () => {
    const parameter = torch.ones(2, { requiresGrad: true });
    const optimizer = new optim.Adam([parameter], { lr: 0.1 });
    const both = torch.tensor([2.5, 4]);
    const state = { 0: { step: 1, exp_avg: both, exp_avg_sq: both } };
    optimizer.loadStateDict({ state, param_groups: optimizer.stateDict().param_groups });
    parameter.sum().backward();
    optimizer.step();
    const { expAvg, expAvgSq } = optimizer.state.get(parameter) as Record<string, Tensor>;
    // PyTorch 2's numbers.
    expectNumbers(await expAvg!.data(), [2.35, 3.7]);
    expectNumbers(await expAvgSq!.data(), [2.4985, 3.997]);
    expectNumbers(await parameter.data(), [0.965015, 0.95645]);
    expectNumbers(await both.data(), [2.5, 4]);
  });

  const fresh = () => {
    torch.manualSeed(1);
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1));
    return { model, optimizer: new optim.Adam(model.parameters(), { lr: 0.01, amsgrad: true }) };
  };
  const train = ({ model, optimizer }: ReturnType<typeof fresh>, steps: number) => {
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      model(torch.ones(2, 3)).square().sum().backward();
      optimizer.step();
    }
  };

  test('resumes exactly', async () => {
    const straight = fresh();
    train(straight, 6);
    const first = fresh();
    train(first, 3);
    const second = fresh();
    second.model.loadStateDict(first.model.stateDict());
    second.optimizer.loadStateDict(first.optimizer.stateDict());
    train(first, 1);
    train(second, 3);
    for (const [name, expected] of Object.entries(straight.model.stateDict())) {
      expect(await second.model.stateDict()[name]!.data()).toEqual(await expected.data());
    }
  });

  test('has PyTorch’s form', () => {
    const { model, optimizer } = fresh();
    train({ model, optimizer }, 2);
    const { state, param_groups } = optimizer.stateDict();
    expect(Object.keys(state)).toEqual(['0', '1', '2', '3']);
    expect(Object.keys(state[0]!)).toEqual(['step', 'exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']);
    expect(state[0]!.step).toBe(2);
    expect((state[0]!.exp_avg as Tensor).shape).toEqual([4, 3]);
    expect(param_groups[0]).toMatchObject({ lr: 0.01, betas: [0.9, 0.999], weight_decay: 0, params: [0, 1, 2, 3] });
  });
});

interface AverageCase extends FixtureCase {
  readonly average: string;
  readonly useBuffers: boolean;
}

describe('AveragedModel', async () => {
  const { swaUtils } = optim;
  const averages = await loadFixture<AverageCase>('averages');
  const built: Record<string, optim.swaUtils.AveragedModelOptions> = {
    default: {},
    swa: { avgFn: swaUtils.getSwaAvgFn() },
    swaMulti: { multiAvgFn: swaUtils.getSwaMultiAvgFn() },
    ema: { avgFn: swaUtils.getEmaAvgFn(0.9) },
    emaMulti: { multiAvgFn: swaUtils.getEmaMultiAvgFn(0.9) },
    emaMultiFast: { multiAvgFn: swaUtils.getEmaMultiAvgFn(0.3) },
    own: { avgFn: (averaged, current) => averaged.mul(0.1).add(current.mul(0.9)) },
  };
  const tensorsOf = (model: nn.Module): Tensor[] => [...model.parameters(), ...model.buffers()];
  const small = () => new nn.Sequential(new nn.Linear(5, 3), new nn.BatchNorm1d(3));

  test('has the numbers of PyTorch’s, to the last bits', async () => {
    const contents = averages.tensor('inputs/contents');
    const size = contents.shape[1]!;
    for (const { name, average, useBuffers } of averages.cases) {
      const model = small();
      // Parameters lie together, as after a step, or each by itself.
      if (average !== 'swa') {
        model(torch.ones(2, 5)).sum().backward();
        new optim.SGD(model.parameters()).step();
      }
      const averaged = new swaUtils.AveragedModel(model, { ...built[average], useBuffers });
      const taken: Tensor[] = [];
      for (let update = 0; update < contents.shape[0]!; update++) {
        let at = update * size;
        for (const tensor of tensorsOf(model)) {
          const part = Array.from(contents.data.slice(at, at + tensor.numel()));
          at += tensor.numel();
          torch.noGrad(() => tensor.copy_(torch.tensor(part).reshape(tensor.shape)));
        }
        averaged.updateParameters(model);
        taken.push(torch.cat(tensorsOf(averaged.module).map((tensor) => tensor.detach().flatten().float())));
      }
      const found = await torch.cat(taken).data();
      // PyTorch leaves out one of two roundings where it multiplies and adds at once; contents are below 32.
      expectNumbers(found, averages.tensor(`${name}/averages`).data, { rtol: 0, atol: 2 ** -19 });
      expect(await averaged.nAveraged.item(), name).toBe(4);
    }
  });

  test('is one dispatch beside the optimizer’s', async () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 4), new nn.Linear(4, 1));
    model[0]!.requiresGrad_(false);
    const step = { optimizer: new optim.Adam(model.parameters()), x: torch.ones(2, 3) };
    const averaged = ['emaMulti', 'own', 'default'].map((name) => new swaUtils.AveragedModel(model, built[name]!));
    const counted: number[] = [];
    for (let i = 0; i < 5; i++) {
      model(step.x).square().sum().backward();
      step.optimizer.step();
      for (const each of averaged) {
        await torch.synchronize();
        const before = torch.gpu.stats().dispatches;
        each.updateParameters(model);
        await torch.synchronize();
        counted.push(torch.gpu.stats().dispatches - before);
      }
    }
    // Of the frozen layer, which no optimizer has gathered, another one.
    expect(counted.slice(-6)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test('averages tensors one by one where its function looks at each', async () => {
    const model = small();
    const avgFn = (averaged: Tensor, current: Tensor) => (averaged.dim() === 1 ? current : averaged.mul(0.5));
    const averaged = new swaUtils.AveragedModel(model, { avgFn });
    averaged.updateParameters(model);
    torch.noGrad(() => model[0]!.bias!.fill_(3));
    averaged.updateParameters(model);
    const linear = averaged.module[0];
    expect(await linear.bias!.tolist()).toEqual([3, 3, 3]);
    expect(await linear.weight.data()).toEqual((await model[0].weight.data()).map((weight) => weight / 2));
  });

  test('goes on from a state that was loaded, with the count that it had', async () => {
    const model = new nn.Linear(1, 1, { bias: false });
    const weight = (value: number) => torch.noGrad(() => model.weight.fill_(value));
    const first = new swaUtils.AveragedModel(model);
    for (const value of [1, 2, 3]) {
      weight(value);
      first.updateParameters(model);
    }
    const second = new swaUtils.AveragedModel(model);
    second.loadStateDict(first.stateDict());
    weight(6);
    second.updateParameters(model);
    expect([await second.module.weight.item(), await second.nAveraged.item()]).toEqual([3, 4]);
  });
});

interface ScalerCase extends FixtureCase {
  readonly kind: string;
  readonly clip: number | null;
  /** Factors of the loss at some steps. */
  readonly infinite: Readonly<Record<string, number | 'inf' | 'nan'>>;
  readonly options: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly scale: number; readonly params: readonly number[][] }[];
  readonly state: object;
}

describe('GradScaler leaves out the steps that PyTorch leaves out', async () => {
  const scalers = await loadFixture<ScalerCase>('amp');
  const factorOf = (given: number | string) =>
    given === 'inf' ? Infinity : given === 'nan' ? Number.NaN : Number(given);
  const made = (key: string) => {
    const { data, shape } = scalers.tensor(key);
    return torch.tensor(Float32Array.from(data)).reshape([...shape]);
  };

  test.each(scalers.cases.filter(({ kind }) => kind === 'scaler'))('$name', async (run) => {
    const params = [0, 1].map((i) => made(`${run.name}/p${i}`).clone().detach().requiresGrad_());
    const [x0, x1] = [0, 1].map((i) => made(`${run.name}/x${i}`)) as [Tensor, Tensor];
    const [p0, p1] = params as [Tensor, Tensor];
    const optimizer =
      run.name === 'sgd' ? new optim.SGD(params, { lr: 0.01, momentum: 0.9 }) : new optim.Adam(params, { lr: 0.05 });
    const scaler = new torch.amp.GradScaler({
      initScale: run.options.init_scale,
      growthInterval: run.options.growth_interval,
      growthFactor: run.options.growth_factor,
      backoffFactor: run.options.backoff_factor,
    });
    for (const [step, expected] of run.steps.entries()) {
      optimizer.zeroGrad();
      const losses = p0.mul(x0).sub(1).square().sum().add(p1.mul(x1).sub(1).square().sum());
      const factor = run.infinite[step];
      scaler.scale(factor === undefined ? losses : losses.mul(factorOf(factor))).backward();
      if (run.clip !== null) {
        scaler.unscale_(optimizer);
        nn.utils.clipGradNorm_(params, run.clip);
      }
      await scaler.step(optimizer);
      await scaler.update();
      expect(scaler.getScale(), `scale after step ${step}`).toBe(expected.scale);
      const found = await Promise.all(params.map((p) => p.flatten().tolist()));
      for (const [i, list] of expected.params.entries()) {
        for (const [k, value] of list.entries())
          expect((found[i] as number[])[k], `step ${step}`).toBeCloseTo(value, 5);
      }
    }
    expect(scaler.stateDict()).toEqual(run.state);
  });

  test('a step that is not awaited is named', async () => {
    const p = ones(2);
    const optimizer = new optim.SGD([p], { lr: 1 });
    const scaler = new torch.amp.GradScaler({ initScale: 2 });
    scaler.scale(p.sum()).backward();
    const stepping = scaler.step(optimizer);
    expect(() => scaler.update()).toThrow('write await scaler.step(optimizer)');
    await expect(scaler.step(optimizer)).rejects.toThrow('was called already since the last update()');
    await stepping;
    scaler.update(16);
    expect([scaler.getScale(), await p.tolist()]).toEqual([16, [0, 0]]);
    scaler.scale(p.sum()).backward();
    scaler.unscale_(optimizer);
    await scaler.update();
    expect(scaler.getScale()).toBe(16);
  });
});
