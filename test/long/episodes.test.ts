// Repeated subgraphs in fresh random programs, and episodes of random lengths in flat memory.
import '../support/sample-all';
import '../gpu/episodes.test';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';

const F = nn.functional;

test('200 episodes of random lengths run in flat memory', { timeout: 600_000 }, async () => {
  torch.manualSeed(0);
  const policy = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(policy.parameters(), { lr: 0.01 });
  const lengths = (await torch.randint(10, 60, [200]).tolist()) as number[];
  const made: number[][] = [];
  const bytes: number[] = [];
  for (const length of lengths) {
    const logs: Tensor[] = [];
    for (let i = 0; i < length; i++) {
      const probs = F.softmax(policy(torch.rand(1, 4)), 1);
      const [[first]] = (await probs.tolist()) as number[][];
      logs.push(probs.log().at(0, first! > 0.5 ? 0 : 1));
    }
    const before = torch.gpu.stats();
    optimizer.zeroGrad();
    torch.stack(logs).mul(torch.rand(length)).sum().neg().backward();
    optimizer.step();
    await torch.synchronize();
    const after = torch.gpu.stats();
    made.push([after.plansCompiled - before.plansCompiled, after.pipelinesCreated - before.pipelinesCreated]);
    bytes.push(after.liveBytes + after.planBytes + after.pooledBytes);
  }
  const later = made.slice(20);
  expect(Math.max(...later.map(([plans]) => plans!))).toBe(0);
  expect(later.reduce((sum, [, pipelines]) => sum + pipelines!, 0)).toBe(0);
  expect(Math.max(...bytes.slice(100))).toBeLessThan(1.25 * Math.max(...bytes.slice(20, 100)));
});
