// Checks learning rate schedulers against PyTorch's rates by step, and that they resume exactly.
import * as torch from 'lamplight';
import { optim } from 'lamplight';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

const { lrScheduler } = optim;

type Options = Record<string, unknown>;

interface SchedulerCase extends FixtureCase {
  readonly scheduler: string;
  readonly optimizer: 'SGD' | 'Adam';
  readonly options: Options;
  readonly rates: number[][];
  readonly momentum: number[][];
  /** What step() is given: metrics, or epochs. */
  readonly inputs?: number[];
}

interface Stepper {
  step(input?: number): void;
  getLastLr(): number[];
  stateDict(): Options;
  loadStateDict(state: Options): void;
}

const lambdas: Record<string, (epoch: number) => number> = {
  decay: (epoch) => 0.95 ** epoch,
  harmonic: (epoch) => 1 / (1 + epoch),
  constant: () => 0.9,
};

const { cases } = await loadFixture<SchedulerCase>('lr-schedulers');

const makeOptimizer = (kind: 'SGD' | 'Adam') => {
  const groups = [{ params: [torch.zeros(1)] }, { params: [torch.zeros(1)], lr: 0.02 }];
  return kind === 'SGD' ? new optim.SGD(groups, { lr: 0.1, momentum: 0.9 }) : new optim.Adam(groups, { lr: 0.1 });
};

type AnyOptimizer = ReturnType<typeof makeOptimizer>;

function build(name: string, optimizer: AnyOptimizer, options: Options): Stepper {
  const named = Object.entries(options).map(([key, value]) => {
    const functions = [value].flat().map((item) => lambdas[item as string]);
    if (key === 'lrLambda' || key === 'scaleFn') return [key, Array.isArray(value) ? functions : functions[0]];
    if (key !== 'schedulers') return [key, value];
    return [key, (value as [string, Options][]).map(([inner, given]) => build(inner, optimizer, given))];
  });
  const Scheduler = lrScheduler[name as 'StepLR'] as unknown as new (of: AnyOptimizer, options: Options) => Stepper;
  if (name === 'ChainedScheduler') return new Scheduler(named[0]![1] as never, { optimizer });
  return new Scheduler(optimizer, Object.fromEntries(named));
}

const momentumOf = (optimizer: AnyOptimizer): number[] =>
  optimizer.paramGroups.map((group) => ('betas' in group ? group.betas[0] : group.momentum));

function expectClose(got: readonly number[], expected: readonly number[]) {
  got.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12 + 1e-9 * Math.abs(expected[i]!));
  });
  expect(got).toHaveLength(expected.length);
}

describe('against PyTorch', () => {
  test.each([...cases])('$name with $optimizer, $options', ({ scheduler: name, optimizer: kind, ...given }) => {
    const { options, rates, momentum, inputs } = given;
    let optimizer = makeOptimizer(kind);
    let scheduler = build(name, optimizer, options);
    rates.forEach((expected, step) => {
      expectClose(
        optimizer.paramGroups.map(({ lr }) => lr),
        expected,
      );
      expectClose(scheduler.getLastLr(), expected);
      expectClose(momentumOf(optimizer), momentum[step]!);
      if (step === rates.length - 1) return;
      if (step === 7) {
        const saved = [optimizer.stateDict(), scheduler.stateDict()] as const;
        optimizer = makeOptimizer(kind);
        scheduler = build(name, optimizer, options);
        optimizer.loadStateDict(saved[0]);
        scheduler.loadStateDict(saved[1]);
      }
      if (inputs) scheduler.step(inputs[step]!);
      else scheduler.step();
    });
  });
});

describe('state', () => {
  test('has PyTorch’s names', () => {
    const optimizer = makeOptimizer('SGD');
    const scheduler = new lrScheduler.CosineAnnealingWarmRestarts(optimizer, 4, 2);
    scheduler.step();
    expect(scheduler.stateDict()).toMatchObject({
      T_0: 4,
      T_i: 4,
      T_mult: 2,
      T_cur: 1,
      eta_min: 0,
      base_lrs: [0.1, 0.02],
      last_epoch: 1,
    });
    expect(optimizer.stateDict().param_groups[0]).toMatchObject({ initial_lr: 0.1 });
  });

  test('of the optimizer is enough to resume with lastEpoch', () => {
    const first = makeOptimizer('SGD');
    const scheduler = new lrScheduler.StepLR(first, 2);
    for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
    const second = makeOptimizer('SGD');
    expect(() => new lrScheduler.StepLR(second, 2, { lastEpoch: 2 })).toThrow('expected initialLr in paramGroups[0]');
    second.loadStateDict(first.stateDict());
    const resumed = new lrScheduler.StepLR(second, 2, { lastEpoch: 2 });
    expect([resumed.lastEpoch, resumed.getLastLr()]).toEqual([3, scheduler.getLastLr()]);
  });

  test('of PyTorch’s CyclicLR without momentum has none', () => {
    const scheduler = new lrScheduler.CyclicLR(makeOptimizer('SGD'), 0, 1, { cycleMomentum: false });
    scheduler.loadStateDict({
      ...{ max_lrs: [1, 1], total_size: 4, step_ratio: 0.5, mode: 'triangular', gamma: 1, scale_mode: 'cycle' },
      ...{ cycle_momentum: false, base_lrs: [0.1, 0.1], last_epoch: 0, _step_count: 1, _is_initial: false },
      ...{ _get_lr_called_within_step: false, _last_lr: [0.1, 0.1], _scale_fn_custom: null },
    });
    scheduler.step();
    expectClose(scheduler.getLastLr(), [0.55, 0.55]);
    expect(() => scheduler.loadStateDict(null as never)).toThrow(torch.StateDictError);
  });

  test('that lacks something changes nothing', () => {
    const optimizer = makeOptimizer('SGD');
    const scheduler = new lrScheduler.StepLR(optimizer, 2);
    const { gamma, ...rest } = scheduler.stateDict();
    expect(() => scheduler.loadStateDict({ ...rest, last_epoch: 9 })).toThrow(torch.StateDictError);
    expect(scheduler.lastEpoch).toBe(0);
    const children = () => [new lrScheduler.ConstantLR(optimizer), new lrScheduler.ExponentialLR(optimizer, 0.5)];
    const sequence = new lrScheduler.SequentialLR(optimizer, children(), [3]);
    const before = sequence.stateDict();
    expect(() => sequence.loadStateDict({ ...before, _schedulers: [{}, {}] })).toThrow("'factor'");
    expect(() => sequence.loadStateDict({ ...before, _schedulers: [] })).toThrow('the state of 2 schedulers');
    expect(sequence.stateDict()).toEqual(before);
  });
});

describe('refuse', () => {
  let optimizer: AnyOptimizer;
  beforeAll(() => {
    optimizer = makeOptimizer('SGD');
  });
  const constant = () => new lrScheduler.ConstantLR(optimizer);

  test.each<[string, () => unknown, string]>([
    ['a plain object', () => new lrScheduler.StepLR({} as never, 3), 'expected an optimizer, but got object'],
    ['a number', () => new lrScheduler.StepLR(1 as never, 3), 'StepLR: expected an optimizer, but got number'],
    ['a step of 0', () => new lrScheduler.StepLR(optimizer, 0), 'StepLR: expected an integer stepSize ≥ 1, but got 0'],
    ['PyTorch’s spelling', () => new lrScheduler.StepLR(optimizer, { step_size: 3 } as never), "mean 'stepSize'?"],
    ['a factor over 1', () => new lrScheduler.ConstantLR(optimizer, 2), 'ConstantLR: expected factor in [0, 1]'],
    ['a start at 0', () => new lrScheduler.LinearLR(optimizer, 0), 'LinearLR: expected startFactor > 0'],
    ['no lambda', () => new lrScheduler.LambdaLR(optimizer, 3 as never), 'expected lrLambda to be a function'],
    ['one lambda of two', () => new lrScheduler.LambdaLR(optimizer, [() => 1]), 'the same length as optimizer.param'],
    [
      'a period of 1.5',
      () => new lrScheduler.CosineAnnealingWarmRestarts(optimizer, 1.5),
      'expected an integer t0 ≥ 1',
    ],
    ['no length', () => new lrScheduler.OneCycleLR(optimizer, 1), 'expected totalSteps, or epochs and stepsPerEpoch'],
    ['a share of 3', () => new lrScheduler.OneCycleLR(optimizer, 1, 9, { pctStart: 3 }), 'pctStart between 0 and 1'],
    ['a mode', () => new lrScheduler.CyclicLR(optimizer, 0, 1, { mode: 'x' as 'triangular' }), 'but got mode'],
    ['a factor of 1', () => new lrScheduler.ReduceLROnPlateau(optimizer, { factor: 1 }), 'expected factor < 1'],
    ['a tensor', () => new lrScheduler.ReduceLROnPlateau(optimizer).step(torch.ones(1) as never), 'await loss.item()'],
    ['milestones', () => new lrScheduler.SequentialLR(optimizer, [constant()], [1]), 'one milestone fewer'],
    [
      'another’s scheduler',
      () => new lrScheduler.SequentialLR(makeOptimizer('SGD'), [constant()], []),
      'belong to the same optimizer',
    ],
    [
      'steps past the end',
      () => {
        const scheduler = new lrScheduler.OneCycleLR(makeOptimizer('SGD'), 1, 2);
        for (let step = 0; step < 3; step++) scheduler.step();
      },
      'expected at most 2 steps, but got to step 3',
    ],
    [
      'a phase without steps',
      () => new lrScheduler.OneCycleLR(makeOptimizer('SGD'), 1, 10, { pctStart: 0.1 }),
      'with pctStart 0.1 of 10 steps one has none',
    ],
    [
      'the end of a factor of 0',
      () => {
        const scheduler = new lrScheduler.ConstantLR(makeOptimizer('SGD'), 0, 2);
        for (let step = 0; step < 2; step++) scheduler.step();
      },
      'ConstantLR: expected a factor > 0',
    ],
    [
      'a chain that would have to begin later',
      () => new lrScheduler.SequentialLR(optimizer, [constant(), new lrScheduler.ChainedScheduler([constant()])], [1]),
      'expected a ChainedScheduler in the first place only, but got one at index 1',
    ],
    [
      'a group without a rate',
      () => {
        const grown = makeOptimizer('SGD');
        const scheduler = new lrScheduler.LambdaLR(grown, () => 1);
        grown.addParamGroup({ params: [torch.zeros(1)] });
        scheduler.step();
      },
      'LambdaLR: expected the 2 parameter groups that it was made with, but its optimizer has 3 now',
    ],
    [
      'a group outside of the cycle',
      () => {
        const grown = makeOptimizer('SGD');
        const scheduler = new lrScheduler.OneCycleLR(grown, 1, 10);
        grown.addParamGroup({ params: [torch.zeros(1)] });
        scheduler.step();
      },
      'OneCycleLR: expected the 2 parameter groups',
    ],
    [
      'a group without a minimum',
      () => {
        const grown = makeOptimizer('SGD');
        const scheduler = new lrScheduler.ReduceLROnPlateau(grown, { patience: 0, minLr: [0.01, 0.01] });
        grown.addParamGroup({ params: [torch.zeros(1)] });
        for (let step = 0; step < 2; step++) scheduler.step(1);
      },
      'expected a minLr for each of 3 parameter groups, but got 2',
    ],
  ])('%s', (_, fn, message) => {
    expect(fn).toThrow(torch.LamplightError);
    expect(fn).toThrow(message);
  });
});

test('a group that is added has the minimum of all', () => {
  const optimizer = makeOptimizer('SGD');
  const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.05 });
  optimizer.addParamGroup({ params: [torch.zeros(1)], lr: 0.3 });
  for (let step = 0; step < 3; step++) scheduler.step(1);
  expectClose(scheduler.getLastLr(), [0.05, 0.02, 0.05]);
  expect(scheduler.minLrs).toEqual([0.05, 0.05, 0.05]);
});

describe('attributes', () => {
  const rate = 0.1;
  const momentum = 0.9;
  const optimizer = () => new optim.SGD([torch.zeros(1, { requiresGrad: true })], { lr: rate, momentum });

  test.each<[string, (optimizer: optim.SGD) => object, object]>([
    ['StepLR', (of) => new lrScheduler.StepLR(of, 3), { stepSize: 3, gamma: 0.1, baseLrs: [rate], lastEpoch: 0 }],
    ['MultiStepLR', (of) => new lrScheduler.MultiStepLR(of, [3, 5]), { milestones: [3, 5], gamma: 0.1 }],
    ['ConstantLR', (of) => new lrScheduler.ConstantLR(of), { factor: 1 / 3, totalIters: 5 }],
    ['LinearLR', (of) => new lrScheduler.LinearLR(of), { startFactor: 1 / 3, endFactor: 1, totalIters: 5 }],
    ['ExponentialLR', (of) => new lrScheduler.ExponentialLR(of, 0.9), { gamma: 0.9 }],
    ['PolynomialLR', (of) => new lrScheduler.PolynomialLR(of), { totalIters: 5, power: 1 }],
    ['CosineAnnealingLR', (of) => new lrScheduler.CosineAnnealingLR(of, 5), { tMax: 5, etaMin: 0 }],
    [
      'CosineAnnealingWarmRestarts',
      (of) => new lrScheduler.CosineAnnealingWarmRestarts(of, 5),
      { t0: 5, tI: 5, tMult: 1, etaMin: 0, tCur: 0 },
    ],
    ['OneCycleLR', (of) => new lrScheduler.OneCycleLR(of, 0.1, 10), { totalSteps: 10, cycleMomentum: true }],
    [
      'CyclicLR',
      (of) => new lrScheduler.CyclicLR(of, 0.1, 0.2),
      { maxLrs: [0.2], totalSize: 4000, stepRatio: 0.5, mode: 'triangular', scaleMode: 'cycle', maxMomentums: [0.9] },
    ],
    [
      'ReduceLROnPlateau',
      (of) => new lrScheduler.ReduceLROnPlateau(of),
      {
        mode: 'min',
        factor: 0.1,
        patience: 10,
        threshold: 1e-4,
        thresholdMode: 'rel',
        cooldown: 0,
        minLrs: [0],
        eps: 1e-8,
      },
    ],
  ])('of %s are PyTorch’s', (_name, make, expected) => {
    const scheduler = make(optimizer());
    const got = Object.keys(expected).map((name) => [name, Reflect.get(scheduler, name)]);
    expect(Object.fromEntries(got)).toEqual(expected);
  });

  test('go to an epoch', () => {
    const of = optimizer();
    const scheduler = new lrScheduler.StepLR(of, 3);
    scheduler.step(7);
    expectClose([of.paramGroups[0]!.lr, ...scheduler.getLastLr()], [0.001, 0.001]);
    scheduler.step();
    expect(scheduler.lastEpoch).toBe(8);
    const exponential = new lrScheduler.ExponentialLR(optimizer(), 0.9);
    exponential.step(4);
    expectClose(exponential.getLastLr(), [0.06561]);
  });

  test('may be changed', () => {
    const of = optimizer();
    const step = new lrScheduler.StepLR(of, 1);
    step.gamma = 0.5;
    step.step();
    expect(of.paramGroups[0]!.lr).toBe(0.05);
    expect(step.stateDict()).toMatchObject({ gamma: 0.5 });
    const plateau = new lrScheduler.ReduceLROnPlateau(of, { patience: 5 });
    plateau.patience = 0;
    plateau.minLrs = [0.01];
    for (const metric of [1, 2]) plateau.step(metric);
    expect(of.paramGroups[0]!.lr).toBe(0.01);
  });
});
