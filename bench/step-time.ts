// Measures the JavaScript of a training step, from zeroGrad() to the submit at the end of optimizer.step(), on the thread that records it.
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { CNNModel, ComplexCNNModel } from '../demos/mnist/models';
import { cnn } from './rows/networks';

/** Milliseconds of JavaScript a step, and where they go. */
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
}

declare global {
  interface Window {
    stepTime(model: keyof typeof makers, batchSize: number, steps: number, warmUp: number): Promise<StepTime>;
  }
}

const makers = {
  mlp: () => new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10)),
  /** The benchmark's. */
  cnn: () => cnn.lamplight(),
  simple: () => new CNNModel(),
  complex: () => new ComplexCNNModel(),
};

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

window.stepTime = async (name, batchSize, steps, warmUp) => {
  torch.manualSeed(0);
  const model: nn.UnaryModule = makers[name]();
  const optimizer = new optim.Adam(model.parameters());
  const lossFn = new nn.CrossEntropyLoss();
  const images = torch.rand(batchSize, 1, 28, 28);
  const labels = torch.randint(0, 10, [batchSize]);
  const all: number[] = [];
  const flushes: number[] = [];
  let dispatches = 0;
  for (let step = 0; step < warmUp + steps; step++) {
    const before = torch.gpu.stats();
    const start = performance.now();
    optimizer.zeroGrad();
    lossFn(model(images), labels).backward();
    optimizer.step();
    const elapsed = performance.now() - start;
    const after = torch.gpu.stats();
    await torch.synchronize();
    all.push(elapsed);
    if (step < warmUp) continue;
    flushes.push(after.hostMilliseconds - before.hostMilliseconds);
    dispatches = after.dispatches - before.dispatches;
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
    dispatches,
  };
};
