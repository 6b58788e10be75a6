// Measures the host's part of a training step, from zeroGrad() to the submit at the end of optimizer.step(), on the thread that records it: in TypeScript and in Python.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { loadPython, type Python } from 'lamplight/python';
import { CNNModel, ComplexCNNModel } from '../demos/mnist/models';
import { cnn } from './rows/networks';

/** Milliseconds of the host a step, and where they go. */
export interface StepTime {
  model: string;
  batchSize: number;
  steps: number;
  warmUp: number;
  adapter: string;
  /** The whole step, after `warmUp` steps. */
  median: number;
  min: number;
  max: number;
  /** The median of steps 2 to 11, of which the browser still interprets the most. */
  early: number;
  /** The part between the flush and the submit: looking up the plan, binding and encoding. */
  flushMedian: number;
  dispatches: number;
  submits: number;
}

/** Microseconds of an operation in a loop of Python, with and without the turns that it gives the page every 50 ms. */
export interface TurnTime {
  readonly turns: number;
  readonly none: number;
}

declare global {
  interface Window {
    stepTime(model: string, batchSize: number, steps: number, warmUp: number): Promise<StepTime>;
    turnTime(): Promise<TurnTime>;
  }
}

const makers: Readonly<Record<string, () => nn.UnaryModule>> = {
  mlp: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10)),
  /** The benchmark's. */
  cnn: () => cnn.lamplight(),
  simple: () => new CNNModel(),
  complex: () => new ComplexCNNModel(),
};

/** The same two networks in Python. */
const inPython: Readonly<Record<string, string>> = {
  'mlp.py': 'nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))',
  'cnn.py': `nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1568, 10))`,
};

function ofTypeScript(make: () => nn.UnaryModule, batchSize: number): () => void {
  torch.manualSeed(0);
  const model = make();
  const optimizer = new optim.Adam(model.parameters());
  const lossFn = new nn.CrossEntropyLoss();
  const images = torch.rand(batchSize, 1, 28, 28);
  const labels = torch.randint(0, 10, [batchSize]);
  return () => {
    optimizer.zeroGrad();
    lossFn(model(images), labels).backward();
    optimizer.step();
  };
}

let started: Promise<Python> | null = null;
const python = (): Promise<Python> => {
  started ??= loadPython({ indexURL: '/node_modules/pyodide/' });
  return started;
};

async function ofPython(model: string, batchSize: number): Promise<() => void> {
  const { pyodide, run } = await python().then((it) => ({ pyodide: it.pyodide, run: it.run.bind(it) }));
  await run(`
import torch
from torch import nn
torch.manual_seed(0)
model = ${model}
optimizer = torch.optim.Adam(model.parameters())
loss_fn = nn.CrossEntropyLoss()
images = torch.rand(${batchSize}, 1, 28, 28)
labels = torch.randint(0, 10, (${batchSize},))
def step():
    optimizer.zero_grad()
    loss_fn(model(images), labels).backward()
    optimizer.step()
`);
  return pyodide.globals.get('step') as () => void;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

window.stepTime = async (name, batchSize, steps, warmUp) => {
  const make = makers[name];
  const run = make ? ofTypeScript(make, batchSize) : await ofPython(inPython[name]!, batchSize);
  const all: number[] = [];
  const flushes: number[] = [];
  const counts = { dispatches: 0, submits: 0 };
  for (let step = 0; step < warmUp + steps; step++) {
    const before = torch.gpu.stats();
    const start = performance.now();
    run();
    const elapsed = performance.now() - start;
    const after = torch.gpu.stats();
    await torch.synchronize();
    all.push(elapsed);
    if (step < warmUp) continue;
    flushes.push(after.hostMilliseconds - before.hostMilliseconds);
    counts.dispatches = after.dispatches - before.dispatches;
    counts.submits = after.submits - before.submits;
  }
  const whole = all.slice(warmUp);
  const { vendor = '', architecture = '' } = torch.gpu.adapterInfo() ?? {};
  return {
    model: name,
    batchSize,
    steps,
    warmUp,
    adapter: `${vendor} ${architecture}`.trim(),
    median: median(whole),
    min: Math.min(...whole),
    max: Math.max(...whole),
    early: median(all.slice(1, 11)),
    flushMedian: median(flushes),
    ...counts,
  };
};

window.turnTime = async () => {
  const it = await python();
  // Sums that nobody reads are never computed: what is timed is Python and the crossing alone.
  await it.run(`
import time, torch
from torch import _bridge
x = torch.ones(4)
def took(count):
    begun = time.perf_counter()
    for _ in range(count):
        x + 1
    return 1e6 * (time.perf_counter() - begun) / count
def turns(most):
    before, _bridge._LONG = _bridge._LONG, most
    try:
        return took(10_000)
    finally:
        _bridge._LONG = before
_ = took(10_000)
`);
  const times = { turns: [] as number[], none: [] as number[] };
  for (let round = 0; round < 5; round++) {
    times.turns.push(Number(await it.run('turns(_bridge._LONG)')));
    times.none.push(Number(await it.run('turns(1e9)')));
  }
  return { turns: median(times.turns), none: median(times.none) };
};
