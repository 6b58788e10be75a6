// An interpreter where stack switching is missing, as in Firefox and Safari: Python cannot wait there.
import { loadPython, type Python } from 'lamplight/python';
import { expect, test } from 'vitest';
import { PYODIDE } from '../support/python-suite';

/** What Pyodide looks for when it is loaded. */
const SWITCHING = ['Suspending', 'Suspender', 'promising'];

async function loadWithout(): Promise<Python> {
  const had = SWITCHING.map((name) => [name, Object.getOwnPropertyDescriptor(WebAssembly, name)] as const);
  for (const name of SWITCHING) Reflect.deleteProperty(WebAssembly, name);
  try {
    return await loadPython({ indexURL: PYODIDE });
  } finally {
    for (const [name, descriptor] of had) if (descriptor) Object.defineProperty(WebAssembly, name, descriptor);
  }
}

const python = await loadWithout();

test('operations work, and values are read with await', async () => {
  await python.run(`
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(8, 2), torch.randn(8, 1)
losses = []
for _ in range(3):
    optimizer.zero_grad()
    loss = (net(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    losses.append(await torch.lamplight.item(loss))
assert losses[2] < losses[0], losses
`);
  expect(await python.run('await torch.lamplight.tolist(torch.ones(2, 1) + 1)')).toEqual([[2], [2]]);
});

test('a line that would wait says what to do', async () => {
  await expect(python.run('(x + 1).sum().item()')).rejects.toThrow(
    /item: expected Python code that may wait, but this browser has no stack switching .*write `await torch\.lamplight\.item\(x\)`/,
  );
  await expect(python.run('(x + 1).tolist()')).rejects.toThrow(
    /tolist: expected .*await torch\.lamplight\.tolist\(x\)/,
  );
  await expect(python.run('torch.nonzero(x > 0)')).rejects.toThrow(/nonzero: expected .*has no form with await/);
  await expect(python.run('x[x > 0]')).rejects.toThrow(/expected Python code that may wait.*has no form with await/);
  expect(await python.run('torch.ones(2).shape == (2,)')).toBe(true);
});

test('packages of other doors are imported, and compute', async () => {
  await python.run(`
import torchvision, torchmetrics, captum.attr, torch.onnx
from torch.utils.tensorboard import SummaryWriter
flipped = torchvision.transforms.functional.hflip(torch.arange(4.0).reshape(1, 2, 2))
assert await torch.lamplight.tolist(flipped) == [[[1, 0], [3, 2]]]
`);
});
