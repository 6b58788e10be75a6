// The course's training on real MNIST, laid beside PyTorch's run with the same seed, step by step; and every small model under every optimizer.
import '../support/as-long';
import '../gpu/curves.test';
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import { expect, test } from 'vitest';
import { loadFixture } from '../support/fixtures';
import { CNNModel, ComplexCNNModel } from '../support/models';
import { sampled } from '../support/sample';

interface Curve {
  readonly name: string;
  readonly stepLosses: readonly number[];
}

const curves = (await loadFixture('train-curves')).cases as unknown as readonly Curve[];

type Course = readonly [name: string, make: () => nn.UnaryModule, limit: number, steps: number, tolerance: number];

const courses: readonly Course[] = [
  ['simple-5', () => new CNNModel(), 60_000, 20, 1e-5],
  ['complex-limit-6000', () => new ComplexCNNModel(), 6_000, 2, 1e-5],
];

test.each(sampled(courses, 2))(
  '%s: the losses of the first steps are PyTorch’s',
  { timeout: 300_000 },
  async (name, make, limit, steps, tolerance) => {
    const expected = curves.find((curve) => curve.name === name)!.stepLosses.slice(0, steps);
    const transform = new vision.transforms.ToTensor();
    const trainSet = await vision.datasets.MNIST('/data/mnist/', { transform, limit });
    torch.manualSeed(0);
    const model: nn.UnaryModule = make();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
    const lossFn = new nn.CrossEntropyLoss({ reduction: 'sum' });
    const losses: number[] = [];
    for await (const [inputs, targets] of new data.DataLoader(trainSet, { batchSize: 1000, shuffle: true })) {
      optimizer.zeroGrad();
      const loss = lossFn(model(inputs), targets);
      loss.backward();
      optimizer.step();
      losses.push((await loss.item()) / 1000);
      if (losses.length === steps) break;
    }
    losses.forEach((loss, step) => {
      expect(Math.abs(loss / expected[step]! - 1), `step ${step}: ${loss} against ${expected[step]}`).toBeLessThan(
        tolerance,
      );
    });
  },
);
