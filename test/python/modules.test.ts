// Modules that are written in Python, as TypeScript has them.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { loadPython } from 'lamplight/python';
import { expect, test } from 'vitest';
import { countTies } from '../support/proxies';
import { PYODIDE } from '../support/python-suite';

const python = await loadPython({ indexURL: PYODIDE });

type Network = nn.UnaryModule;

await python.run(`
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 3)
        self.body = nn.Sequential(nn.ReLU(), nn.Dropout(0.5))
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer('shift', torch.ones(1))
        self.calls = 0
    def forward(self, x):
        self.calls += 1
        return self.body(self.fc1(x)) * self.scale + self.shift
net = Net()
`);

test('a module of Python comes over with its paths, its parameters and its printed form', async () => {
  const net = python.globals.get('net') as Network;
  expect(net).toBeInstanceOf(nn.Module);
  expect(net.namedParameters().map(([name]) => name)).toEqual(['scale', 'fc1.weight', 'fc1.bias']);
  expect(Object.keys(net.stateDict())).toEqual(['scale', 'shift', 'fc1.weight', 'fc1.bias']);
  expect(String(net)).toBe(String(await python.run('str(net)')));
  expect(net.getSubmodule('fc1')).toBeInstanceOf(nn.Linear);
  expect(python.globals.get('net')).toBe(net);
});

test('TypeScript calls it, and trains the parameters that Python has', async () => {
  const net = python.globals.get('net') as Network;
  net.eval();
  expect(await python.run('[net.training, net.body[1].training] == [False, False]')).toBe(true);
  const before = (await python.run('net.scale.item()')) as number;
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const out = net(torch.ones(4, 2));
  expect(out.shape).toEqual([4, 3]);
  out.sum().backward();
  optimizer.step();
  expect(await python.run('net.calls')).toBe(1);
  const after = (await python.run('net.scale.item()')) as number;
  expect(after).not.toBe(before);
  const sum = (await python.run('net(torch.ones(4, 2)).sum().item()')) as number;
  expect(await (net(torch.ones(4, 2)) as Tensor).sum().item()).toBe(sum);
});

test('what Python changes in it holds in TypeScript, too', async () => {
  const net = python.globals.get('net') as Network;
  await python.run('net.fc1 = nn.Linear(2, 5, bias=False); net.extra = nn.Parameter(torch.ones(2)); del net.scale');
  await python.run('net.scale = 2.0');
  expect(
    net
      .namedParameters()
      .map(([name]) => name)
      .sort(),
  ).toEqual(['extra', 'fc1.weight']);
});

test('an exception in its forward reaches TypeScript, and the interpreter goes on', async () => {
  await python.run(`
class Wrong(nn.Module):
    def forward(self, x):
        raise ValueError('no such thing')
wrong = Wrong()
`);
  const wrong = python.globals.get('wrong') as Network;
  expect(() => wrong(torch.ones(1))).toThrow(/ValueError: no such thing/);
  expect(await python.run('1 + 1')).toBe(2);
});

test("a value is not read below JavaScript's frames: a RuntimeError says so", async () => {
  await python.run(`
class Reads(nn.Module):
    def forward(self, x):
        return x * x.sum().item()
reads = Reads()
`);
  const reads = python.globals.get('reads') as Network;
  const x = torch.ones(2).mul(3);
  expect(() => reads(x)).toThrow(/RuntimeError: item: expected Python code that may wait/);
  expect(await python.run('reads(torch.ones(2)).tolist() == [2.0, 2.0]')).toBe(true);
});

test("a module of TypeScript's, and a tensor, are Python's by globals.set", async () => {
  const linear = new nn.Linear(2, 2);
  python.globals.set('linear', linear);
  python.globals.set('x', torch.ones(1, 2));
  expect(await python.run('isinstance(linear, nn.Linear) and linear(x).shape == (1, 2)')).toBe(true);
  expect(python.globals.get('linear')).toBe(linear);
});

test("TypeScript keeps what a hook of Python's gave in the place of a network's result", async () => {
  await python.run(`
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), 1)
threes = torch.eye(4) * 3
encoder.layers[0].register_forward_hook(lambda module, args, output: torch.ones_like(output) @ threes)
`);
  const encoder = python.globals.get('encoder') as Network;
  const out = encoder(torch.randn(1, 2, 4));
  // Runs between the call and the reading.
  for (let i = 0; i < 3; i++) await torch.randn(1, 2, 4).sum().item();
  expect(await out.tolist()).toEqual([Array(2).fill(Array(4).fill(3))]);
});

test('its state dict, saved from TypeScript, is loaded in Python', async () => {
  await python.run('torch.manual_seed(1)\nsaved = Net().eval()\nother = Net().eval()');
  const saved = python.globals.get('saved') as Network;
  python.pyodide.FS.writeFile('saved.pt', await torch.saveBytes(saved.stateDict(), 'saved.pt'));
  expect(
    await python.run(`
state = torch.load('saved.pt')
assert list(state) == list(saved.state_dict()), list(state)
other.load_state_dict(state)
x = torch.randn(4, 2)
[torch.equal(other(x), saved(x)), torch.equal(other.fc1.weight, saved.fc1.weight)]
`),
  ).toEqual([true, true]);
});

test('modules that both sides have let go of are gone, with their tensors and proxies', async () => {
  const ties = countTies(python);
  const make = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await python.run('made = Net()');
      expect(python.globals.get('made')).toBeInstanceOf(nn.Module);
    }
    await python.run('del made');
  };
  const held = async () => ({ ...(await ties()), live: await python.run('torch.lamplight.live()') });
  await make(3);
  const before = await held();
  await make(30);
  expect(await held()).toEqual(before);
});

test('what TypeScript holds of it lives on when Python has let go', async () => {
  await python.run('kept = Net().eval()');
  const kept = python.globals.get('kept') as Network;
  await python.run('del kept');
  await countTies(python)();
  expect(kept(torch.ones(1, 2)).shape).toEqual([1, 3]);
});
