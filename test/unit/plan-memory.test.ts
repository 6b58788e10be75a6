// The memory of plans on the host: what a plan for one more batch size takes, and what the cache takes it for.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CachedPlan } from '../../src/engine/compiler/cached-plans';
import { engine } from '../../src/engine/compiler/engine';
import type { PlanCache } from '../../src/engine/compiler/plan-cache';
import { nullDevice } from '../support/null-device';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

beforeAll(async () => {
  await torch.init({ device: await nullDevice(), kernels: 'software', tuning: false });
});
afterAll(() => engine.forget());

test('a plan for another batch size takes a tenth of a megabyte, and shares the texts of its kernels', async () => {
  const model = new nn.Sequential(new nn.Linear(20, 64), new nn.ReLU(), new nn.Linear(64, 64), new nn.ReLU());
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const step = async (size: number) => {
    optimizer.zeroGrad();
    nn.functional
      .crossEntropy(model.forward(torch.rand(size, 20)) as torch.Tensor, torch.randint(0, 64, [size]))
      .backward();
    optimizer.step();
    await torch.synchronize();
  };
  const { plans } = engine as unknown as { plans: PlanCache<CachedPlan> };
  const look = async () => {
    for (let i = 0; i < 3; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { heap: process.memoryUsage().heapUsed, bytes: plans.bytes, size: plans.size };
  };
  for (let size = 4; size < 24; size++) await step(size);
  const before = await look();
  for (let size = 24; size < 54; size++) await step(size);
  const after = await look();
  const count = after.size - before.size;
  const [taken, estimated] = [(after.heap - before.heap) / count, (after.bytes - before.bytes) / count];
  expect(count).toBeGreaterThanOrEqual(30);
  // The texts alone were more than 200 kB.
  expect(taken).toBeLessThan(160_000);
  expect(estimated).toBeGreaterThan(taken / 2);
});
