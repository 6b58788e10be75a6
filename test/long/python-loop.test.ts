// 10,000 steps of training in Python, which read nothing: memory stays flat, and no proxy is left.
import * as torch from 'lamplight';
import { loadPython } from 'lamplight/python';
import { expect, test } from 'vitest';
import { countTies } from '../support/proxies';
import { PYODIDE } from '../support/python-suite';

const python = await loadPython({ indexURL: PYODIDE });

test('10,000 steps of a network and Adam run in flat memory, and hold no more of Python', async () => {
  await python.run(`
import gc, torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x, y = torch.randn(12, 8), torch.randint(0, 3, (12,))
def train(steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()
first = train(50)
`);
  const ties = countTies(python);
  const held = async () => {
    await torch.synchronize();
    const tied = await ties();
    const { liveBytes, pooledBytes, planBytes } = torch.gpu.stats();
    return {
      tied,
      bytes: liveBytes + pooledBytes + planBytes,
      live: Number(await python.run('gc.collect(); torch.lamplight.live()')),
    };
  };
  const before = await held();
  const { plansCompiled } = torch.gpu.stats();
  await python.run('last = train(10_000)');
  const after = await held();
  expect(after.bytes - before.bytes).toBeLessThanOrEqual(1 << 16);
  expect(after.live).toBeLessThanOrEqual(before.live);
  expect(after.tied).toEqual(before.tied);
  expect(torch.gpu.stats().plansCompiled - plansCompiled).toBeLessThanOrEqual(1);
  expect(await python.run('last < first')).toBe(true);
}, 300_000);
