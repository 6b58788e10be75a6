// Proves that a rehearsal touches nobody else: other loops of the page read what is right, and their steps stay.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function training(seed: number, size = 6) {
  torch.manualSeed(seed);
  const model = new nn.Sequential(new nn.Linear(size, 5), new nn.Tanh(), new nn.Linear(5, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const inputs = torch.randn(10, size);
  const step = () => {
    optimizer.zeroGrad();
    const loss = model(inputs).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, inputs, step };
}

/** Losses of a loop that goes on beside `others` and stops with them, and those of the same loop alone. */
async function beside(others: () => Promise<unknown>) {
  const loop = training(1);
  const losses: number[] = [];
  let running = true;
  const going = (async () => {
    while (running || losses.length < 5) {
      losses.push(await loop.step().item());
      await sleep(losses.length % 2);
    }
  })();
  await others();
  running = false;
  await going;
  const alone = training(1);
  const expected: number[] = [];
  for (let i = 0; i < losses.length; i++) expected.push(await alone.step().item());
  return { losses, expected };
}

const rehearsals = [
  ['warmup', torch.warmup],
  ['explain', torch.gpu.explain],
  ['tune', (fn: () => unknown) => torch.gpu.tune(fn, { budget: -1 })],
] as const;

describe.each(rehearsals)('%s', (_, rehearse: (fn: () => unknown) => Promise<unknown>) => {
  test('of a step that reads back leaves other loops alone', async () => {
    const other = training(2, 7);
    const read: number[] = [];
    const { losses, expected } = await beside(() =>
      rehearse(async () => {
        for (let i = 0; i < 3; i++) read.push(await other.step().item());
      }),
    );
    expect(losses).toEqual(expected);
    expect(new Set(read)).toEqual(new Set([0]));
    expect(other.optimizer.state.size).toBe(0);
  });

  test('of a function that waits for something else is refused, and leaves other loops alone', async () => {
    const other = training(3, 8);
    const { losses, expected } = await beside(() =>
      expect(
        rehearse(async () => {
          const loss = other.step();
          await sleep(20);
          await loss.item().catch(() => {});
        }),
      ).rejects.toThrow(/: expected a function that waits for nothing but tensors it reads back.*load and wait before/),
    );
    expect(losses).toEqual(expected);
    expect(other.optimizer.state.size).toBe(0);
  });

  test('of a bare forward keeps a trained model', async () => {
    const [twin, { model, inputs, step }] = [training(4), training(4)];
    for (const each of [twin.step, step]) for (let i = 0; i < 2; i++) await each().item();
    await rehearse(() => {
      model(inputs).sum();
      model.parameters()[0]!.detach().mul(2);
    });
    const weight = await twin.model.parameters()[0]!.tolist();
    expect(await model(inputs).tolist()).toEqual(await twin.model(inputs).tolist());
    expect(await model.parameters()[0]!.tolist()).toEqual(weight);
    step();
    expect(await model.parameters()[0]!.tolist()).not.toEqual(weight);
  });
});

describe('a rehearsed function', () => {
  test('reads what was there before, though only the GPU knows it', async () => {
    const there = torch.arange(5).to('float32').mul(2);
    const total = there.sum();
    await torch.synchronize();
    const read: unknown[] = [];
    await torch.warmup(async () => {
      read.length = 0;
      read.push(await there.tolist(), await there.mul(3).sum().item(), await total.item());
    });
    expect(read).toEqual([[0, 2, 4, 6, 8], 0, 20]);
  });

  test('may await what is there, and go on in promises that it does not return', async () => {
    const { model, step } = training(5);
    const before = await model.parameters()[0]!.tolist();
    const seen: number[] = [];
    const later = async () => {
      seen.push(await step().item());
      for (let i = 0; i < 100; i++) await null;
      step();
    };
    await torch.warmup(() => {
      void later();
    });
    expect(new Set(seen)).toEqual(new Set([0]));
    expect(await model.parameters()[0]!.tolist()).toEqual(before);
  });

  test('changes for the time being only what requires a gradient', async () => {
    const { model, step } = training(6);
    await step().item();
    const [weight] = model.parameters();
    await torch.warmup(() => {
      weight!.requiresGrad = false;
      step();
    });
    expect(weight!.requiresGrad).toBe(true);
    const before = await weight!.tolist();
    step();
    expect(await weight!.tolist()).not.toEqual(before);
  });

  test('need not be the only one', async () => {
    const [one, two] = [training(7, 9), training(8, 10)];
    const prepared = await Promise.all([
      torch.warmup(async () => one.step().item()),
      torch.warmup(async () => two.step().item()),
    ]);
    for (const { plans } of prepared) expect(plans).toBeGreaterThan(0);
    let kept: Tensor | undefined;
    const { plansCompiled } = torch.gpu.stats();
    for (const { step } of [one, two]) for (let i = 0; i < 3; i++) kept = step();
    expect(await kept!.item()).toBeGreaterThan(0);
    expect(torch.gpu.stats().plansCompiled).toBe(plansCompiled);
  });
});
