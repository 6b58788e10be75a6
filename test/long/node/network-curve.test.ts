// A ResNet-18 that learns drawn shapes from PyTorch's seed, beside PyTorch's curve.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { models } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../../support/fixtures';

interface Case extends FixtureCase {
  readonly size: number;
  readonly batch: number;
  readonly lr: number;
  /** In float64, by step. */
  readonly losses: readonly number[];
  /** How far PyTorch's float32 lies from that by step, by each of its algorithms. */
  readonly apart: readonly (readonly number[])[];
}

const {
  cases: [{ size, batch, lr, losses, apart }],
} = (await loadFixture<Case>('network-curve')) as unknown as { cases: readonly [Case] };

/** A disc, a square or a cross at a place that i gives, with grain, as the fixture draws it. */
function picture(i: number): Tensor {
  const [cy, cx, radius] = [9 + ((5 * i) % 14), 9 + ((11 * i) % 14), 4 + (i % 5)];
  const inside = (y: number, x: number): boolean => {
    const [dy, dx] = [Math.abs(y - cy), Math.abs(x - cx)];
    if (i % 3 === 0) return dy * dy + dx * dx <= radius * radius;
    if (i % 3 === 1) return dy <= radius && dx <= radius;
    return (dy <= 1 && dx <= radius) || (dx <= 1 && dy <= radius);
  };
  const pixels = Float32Array.from({ length: 3 * size * size }, (_, at) => {
    const bits = (Math.imul(at, 2654435761) + 40503 * i) >>> 0;
    const grain = (bits >>> 8) / 2 ** 24 - 0.5;
    const channel = Math.floor(at / (size * size));
    const shape = inside(Math.floor(at / size) % size, at % size) ? 0.5 + 0.5 * Number(i % 4 === channel) : 0;
    return Math.fround(shape + 0.2 * grain);
  });
  return torch.tensor(pixels).reshape([3, size, size]);
}

test('its losses lie where PyTorch’s lie', async () => {
  torch.manualSeed(0);
  const model = models.resnet18({ numClasses: 3 });
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const labels = torch.arange(batch).remainder(3);
  const found: Tensor[] = [];
  for (const step of losses.keys()) {
    const x = torch.stack(Array.from({ length: batch }, (_, i) => picture((batch * step + i) % 48)));
    const loss = nn.functional.crossEntropy(model(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    found.push(loss);
  }
  const curve = await torch.stack(found).data();
  let slack = 0;
  for (const [step, exact] of losses.entries()) {
    // Batch norm and the kinks of ReLU multiply what rounding does, so the tolerance is how far PyTorch's own float32 lies from its float64: at
    // most, by any of its algorithms, in this step or an earlier one, and twice that for an algorithm that it does not have.
    slack = Math.max(slack, 2 * Math.max(...apart.map((each) => each[step]!)));
    expect(Math.abs(curve[step]! - exact), `step ${step}`).toBeLessThan(slack);
  }
  // The pictures of the first step come again in the fourth, and are learned.
  expect(curve[3]!).toBeLessThan(0.7 * curve[0]!);
});
