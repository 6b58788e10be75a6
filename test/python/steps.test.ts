// A training step of modules in Python beside the same in TypeScript: what it dispatches, and what it leaves behind.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import * as F from 'lamplight/functional';
import { loadPython } from 'lamplight/python';
import { expect, test } from 'vitest';
import { countTies } from '../support/proxies';
import { PYODIDE } from '../support/python-suite';
import { settled } from '../support/settled';

const python = await loadPython({ indexURL: PYODIDE });

await python.run(`
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.BatchNorm1d(16))
        self.head = nn.Linear(16, 3)
    def forward(self, x):
        return self.head(self.body(x))

net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x, y = torch.randn(12, 8), torch.randint(0, 3, (12,))

def step():
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
`);

class Net extends nn.Module {
  body = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.BatchNorm1d(16));
  head = new nn.Linear(16, 3);
  forward(x: torch.Tensor): torch.Tensor {
    return this.head(this.body(x));
  }
}

/** What one step adds to the counters, once steps are steady. */
async function counted(step: () => unknown): Promise<{ dispatches: number; submits: number }> {
  for (let i = 0; i < 4; i++) await step();
  await torch.synchronize();
  const before = torch.gpu.stats();
  await step();
  await torch.synchronize();
  const after = torch.gpu.stats();
  return { dispatches: after.dispatches - before.dispatches, submits: after.submits - before.submits };
}

test('a step of Python dispatches and submits what the same step of TypeScript does', async () => {
  const net = new Net();
  const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
  const [x, y] = [torch.randn(12, 8), torch.randint(0, 3, [12])];
  const ours = await counted(() => {
    optimizer.zeroGrad();
    F.crossEntropy(net(x), y).backward();
    optimizer.step();
  });
  const theirs = await counted(() => python.run('step()'));
  expect(theirs).toEqual(ours);
});

test('steps leave no tensor, no proxy and no memory behind', { timeout: 60_000 }, async () => {
  const ties = countTies(python);
  await python.run('import gc\nfor _ in range(20): step()\ngc.collect()');
  await torch.synchronize();
  const tied = await ties();
  const [before, live] = [torch.gpu.stats(), await python.run('torch.lamplight.live()')];
  await python.run('for _ in range(100): step()\ngc.collect()');
  await torch.synchronize();
  expect(await python.run('torch.lamplight.live()')).toBe(live);
  expect(await ties()).toEqual(tied);
  const after = torch.gpu.stats();
  expect(after.plansCompiled).toBe(before.plansCompiled);
  expect(after.liveBytes).toBeLessThanOrEqual(before.liveBytes);
});

test('losses and predictions that a list keeps hold none of the scores', async () => {
  await python.run(`
kept = []
head = nn.Linear(8, 4000)
inputs, classes = torch.randn(64, 8), torch.randint(0, 4000, (64,))

def keep(times):
    for _ in range(times):
        kept.append(F.cross_entropy(head(inputs), classes).detach())
        with torch.no_grad():
            kept.append(head(inputs).argmax(1))
`);
  const used = async (times: number): Promise<number> => {
    await python.run(`keep(${times})\ngc.collect()`);
    await torch.synchronize();
    await settled();
    return torch.gpu.stats().liveBytes;
  };
  const before = await used(4);
  // The scores of a step are two megabytes, and its results some 300 bytes.
  expect((await used(20)) - before).toBeLessThan(20 * 4096);
});
