// Trainings that go on from PyTorch's checkpoints as PyTorch's own do, and through files of ours.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test } from 'vitest';

const F = nn.functional;
const path = (name: string) => fileURLToPath(new URL(`../fixtures/pytorch/${name}`, import.meta.url));

interface Expected {
  readonly rates: Record<string, number[]>;
  readonly training: Record<string, { losses: number[]; weights: Record<string, unknown>; lr: number }>;
}

interface Checkpoint {
  epoch: number;
  model: Record<string, torch.Tensor>;
  optimizer: ReturnType<optim.Optimizer['stateDict']>;
  scheduler: Record<string, unknown>;
  data: [torch.Tensor, torch.Tensor];
}

const expected = JSON.parse(await readFile(path('expected.json'), 'utf8')) as Expected;
const { lrScheduler } = optim;
type Params = Iterable<torch.Tensor>;

const kinds = {
  adam: [(p: Params) => new optim.Adam(p, { amsgrad: true }), (o: optim.Adam) => new lrScheduler.MultiStepLR(o, [1])],
  sgd: [
    (p: Params) => new optim.SGD(p, { momentum: 0.9, nesterov: true }),
    (o: optim.SGD) => new lrScheduler.OneCycleLR(o, 0.4, 40),
  ],
  nadam: [(p: Params) => new optim.NAdam(p), (o: optim.NAdam) => new lrScheduler.CosineAnnealingLR(o, 20)],
  lbfgs: [
    (p: Params) => new optim.LBFGS(p, { maxIter: 3 }),
    (o: optim.LBFGS) => new lrScheduler.ExponentialLR(o, 0.95),
  ],
  // The learning rate is a tensor in PyTorch.
  'tensor-rate': [(p: Params) => new optim.Adam(p), (o: optim.Adam) => new lrScheduler.StepLR(o, 1)],
} as const;

function restored(name: keyof typeof kinds, checkpoint: Checkpoint) {
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3));
  const [makeOptimizer, makeScheduler] = kinds[name] as unknown as [
    (p: Params) => optim.Adam,
    (o: optim.Adam) => optim.lrScheduler.StepLR,
  ];
  const optimizer = makeOptimizer(model.parameters());
  const scheduler = makeScheduler(optimizer);
  model.loadStateDict(checkpoint.model);
  optimizer.loadStateDict(checkpoint.optimizer);
  scheduler.loadStateDict(checkpoint.scheduler);
  return { model, optimizer, scheduler, data: checkpoint.data };
}

async function train({ model, optimizer, scheduler, data: [x, y] }: ReturnType<typeof restored>, steps: number) {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = await optimizer.step(() => {
      optimizer.zeroGrad();
      const value = F.crossEntropy(model(x), y);
      value.backward();
      return value;
    });
    losses.push(typeof loss === 'number' ? loss : await loss.item());
    scheduler.step();
  }
  return losses;
}

const close = (actual: number, wanted: number) =>
  expect(Math.abs(actual - wanted)).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));

/** Where files are left for test/fixtures/read_ours.py, which goes on from them in Python. */
const crossing = process.env.LAMPLIGHT_CROSSING;

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', (name) => {
  test('twenty steps from a checkpoint of PyTorch are its own twenty', async () => {
    const { losses, weights, lr } = expected.training[name]!;
    const run = restored(name, await torch.load<Checkpoint>(path(`${name}.pt`)));
    // L-BFGS divides by small curvatures, which magnify the rounding of weights that hardly count for the loss: fewer steps.
    const steps = name === 'lbfgs' ? 6 : 20;
    const own = await train(run, steps);
    own.forEach((loss, i) => {
      close(loss, losses[i]!);
    });
    if (name === 'lbfgs') return;
    for (const [key, tensor] of Object.entries(run.model.stateDict())) {
      const wanted = (weights[key] as unknown[]).flat() as number[];
      [...(await tensor.data())].forEach((value, i) => {
        close(value, wanted[i]!);
      });
    }
    close(run.optimizer.paramGroups[0]!.lr, lr);
  });

  test.each(['run.pt', 'run.safetensors'])('through a file of ours it goes on bit for bit: %s', async (file) => {
    const run = restored(name, await torch.load<Checkpoint>(path(`${name}.pt`)));
    await train(run, 3);
    const { model, optimizer, scheduler, data } = run;
    const saved = {
      epoch: 13,
      model: model.stateDict(),
      optimizer: optimizer.stateDict(),
      scheduler: scheduler.stateDict(),
      data,
    };
    const bytes = await torch.saveBytes(saved, file);
    const again = restored(name, await torch.load<Checkpoint>(bytes));
    const steps = crossing && file === 'run.pt' ? 20 : 4;
    const losses = await train(run, steps);
    expect(await train(again, steps)).toEqual(losses);
    if (!crossing || file !== 'run.pt') return;
    await writeFile(join(crossing, `${name}.pt`), bytes);
    await writeFile(join(crossing, `${name}.json`), JSON.stringify(losses));
  });
});

test('every scheduler goes on where PyTorch left it', async () => {
  const states = await torch.load<
    Record<string, { scheduler: Record<string, unknown>; optimizer: Checkpoint['optimizer'] }>
  >(path('schedulers.pt'));
  const make: Record<string, (o: optim.SGD) => { step(metric: never): void; loadStateDict(state: never): void }> = {
    LambdaLR: (o) => new lrScheduler.LambdaLR(o, (e) => 0.9 ** e),
    MultiplicativeLR: (o) => new lrScheduler.MultiplicativeLR(o, () => 0.9),
    StepLR: (o) => new lrScheduler.StepLR(o, 1),
    MultiStepLR: (o) => new lrScheduler.MultiStepLR(o, [1]),
    ConstantLR: (o) => new lrScheduler.ConstantLR(o),
    LinearLR: (o) => new lrScheduler.LinearLR(o),
    ExponentialLR: (o) => new lrScheduler.ExponentialLR(o, 0.5),
    PolynomialLR: (o) => new lrScheduler.PolynomialLR(o),
    CosineAnnealingLR: (o) => new lrScheduler.CosineAnnealingLR(o, 3),
    CosineAnnealingWarmRestarts: (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, 3),
    CyclicLR: (o) => new lrScheduler.CyclicLR(o, 0.1, 0.2, { stepSizeUp: 5 }),
    OneCycleLR: (o) => new lrScheduler.OneCycleLR(o, 0.4, 30),
    SequentialLR: (o) => {
      const parts = [new lrScheduler.LinearLR(o, { startFactor: 0.1 }), new lrScheduler.MultiStepLR(o, [1])];
      return new lrScheduler.SequentialLR(o, parts, [1]);
    },
    ChainedScheduler: (o) =>
      new lrScheduler.ChainedScheduler([new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.5)]),
    ReduceLROnPlateau: (o) => new lrScheduler.ReduceLROnPlateau(o),
  };
  expect(Object.keys(states)).toEqual(Object.keys(make));
  for (const [name, state] of Object.entries(states)) {
    const optimizer = new optim.SGD([new nn.Parameter(torch.ones(1))], { lr: 0.1, momentum: 0.9 });
    const scheduler = make[name]!(optimizer);
    optimizer.loadStateDict(state.optimizer);
    scheduler.loadStateDict(state.scheduler as never);
    const rates = expected.rates[name]!.map(() => {
      scheduler.step((name === 'ReduceLROnPlateau' ? 1 : undefined) as never);
      return optimizer.paramGroups[0]!.lr;
    });
    rates.forEach((rate, i) => {
      expect(rate, `${name}, step ${i}`).toBeCloseTo(expected.rates[name]![i]!, 12);
    });
  }
});
