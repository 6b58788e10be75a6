// Reads ride in the submit of the run that makes their values, whatever lies between the two within a turn.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { expect, test } from 'vitest';
import { snapshotSoon } from '../../src/engine/storage/snapshot';
import { settled } from '../support/settled';

/** Steps of a small network whose weights follow from the seed alone. */
function training() {
  torch.manualSeed(0);
  const net = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 4));
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
  const [x, y] = [torch.rand(8, 8), torch.randint(0, 4, [8])];
  const gradients = (): Tensor => {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(net(x), y);
    loss.backward();
    return loss;
  };
  const step = (): Tensor => {
    const loss = gradients();
    optimizer.step();
    return loss;
  };
  return { net, optimizer, x, y, gradients, step };
}

const inAsync = async <T>(fn: () => T): Promise<T> => fn();

type Ways = Record<string, (course: ReturnType<typeof training>) => Promise<number>>;

/** By the submits that each takes at least: a value that is awaited before the step cannot come with it. */
const ways: Record<1 | 2, Ways> = {
  1: {
    'behind the step': ({ step }) => step().item(),
    'behind an asynchronous step': async ({ step }) => (await inAsync(step)).item(),
    'with other reads': async ({ step }) => {
      const loss = step();
      const [one, [other]] = await Promise.all([loss.item(), loss.data(), loss.tolist()]);
      expect(other).toBe(one);
      return one;
    },
    'while a snapshot is taken': async ({ step }) => {
      snapshotSoon();
      return step().item();
    },
    'while the next is being recorded': async ({ step, gradients, optimizer }) => {
      const reading = step().item();
      gradients();
      optimizer.zeroGrad();
      return reading;
    },
  },
  2: {
    'before the step': async ({ gradients, optimizer }) => {
      const loss = await gradients().item();
      optimizer.step();
      return loss;
    },
    'and used before the step': async ({ gradients, optimizer }) => {
      const loss = gradients();
      const reading = loss.item();
      optimizer.step();
      return reading;
    },
  },
};

test('a step whose loss is read is one submit, wherever the read is written that can come with it', async () => {
  const { gradients, optimizer, net } = training();
  const expected: number[] = [];
  for (let i = 0; i < 16; i++) {
    const loss = gradients();
    optimizer.step();
    await torch.synchronize();
    expected.push(await loss.item());
  }
  const weights = await net.parameters()[0]!.tolist();
  for (const [most, names] of Object.entries(ways)) {
    for (const [name, way] of Object.entries(names)) {
      const course = training();
      const losses: number[] = [];
      const submits: number[] = [];
      for (let i = 0; i < 16; i++) {
        if (i === 6) await settled();
        const before = torch.gpu.stats();
        losses.push(await way(course));
        const after = torch.gpu.stats();
        // A new buffer may be none: no read goes with a run that uses it.
        if (i < 8 || after.buffersCreated > before.buffersCreated) continue;
        submits.push(after.submits - before.submits);
      }
      expect(losses, name).toEqual(expected);
      expect(submits.length, name).toBeGreaterThan(4);
      expect(new Set(submits), name).toEqual(new Set([Number(most)]));
      expect(await course.net.parameters()[0]!.tolist(), name).toEqual(weights);
    }
  }
});

test('a prediction that is read is one submit', async () => {
  const { net, x } = training();
  const submits: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (i === 8) await settled();
    const before = torch.gpu.stats();
    await (i % 2 ? torch.noGrad(() => net(x)) : net(x)).tolist();
    const after = torch.gpu.stats();
    if (i > 9 && after.buffersCreated === before.buffersCreated) submits.push(after.submits - before.submits);
  }
  expect(submits.length).toBeGreaterThan(2);
  expect(new Set(submits)).toEqual(new Set([1]));
});

test('what goes to the device behind a run comes behind it, though it waits for reads', async () => {
  const { net, x } = training();
  const ys: Tensor[] = [];
  for (let i = 0; i < 6; i++) {
    // Each uploads into the same places as the one before it, and takes memory that the one before has given back.
    const input = torch.full([8, 8], i + 0.5);
    const y = torch.noGrad(() => net(input));
    const reading = y.sum().item();
    input.dispose();
    ys.push(y);
    const sum = torch.noGrad(() => net(torch.full([8, 8], i + 0.5)).sum());
    expect(await sum.item()).toBe(await reading);
  }
  const sums = await Promise.all(ys.map((y) => y.sum().item()));
  expect(new Set(sums).size).toBe(6);
  // Plans and pooled memory go while a run waits.
  const last = torch.noGrad(() => net(x)).sum();
  const reading = last.item();
  torch.gpu.trim();
  const again = torch.noGrad(() => net(x)).sum();
  expect(await again.item()).toBe(await reading);
});

test('a loop that awaits no more than numbers of the host stays beside the device while a read is under way', async () => {
  const { step } = training();
  await step().item();
  let now = 0;
  const late: number[] = [];
  const reads: Promise<unknown>[] = [];
  for (; now < 300; now++) {
    const loss = step();
    const at = now;
    if (at % 50 === 0) reads.push(loss.item().then(() => late.push(now - at)));
    await torch.tensor(at).item();
  }
  await Promise.all(reads);
  expect(late.length).toBe(6);
  // Two runs, and the few turns that a value takes to be mapped and told. It was the whole loop.
  expect(Math.max(...late)).toBeLessThanOrEqual(12);
});
