// Attribution methods beside what can be computed by hand, and what they leave behind.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { Saliency } from 'lamplight/interpret';
import { expect, test } from 'vitest';

const F = nn.functional;

/** The network of the course S4. */
class DrawingNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 20, 3, { stride: 2, padding: 1 });
  linear = new nn.Linear(20 * 14 * 14, 3);
  forward(x: Tensor): Tensor {
    return this.linear(F.relu(this.conv1(x)).flatten(1));
  }
}

test('saliency is what the course computes by hand', async () => {
  torch.manualSeed(0);
  const model = new DrawingNet();
  const input = torch.randn(1, 1, 28, 28, { requiresGrad: true });
  const scores = model(input);
  const target = await scores.argmax().item();
  scores.at(0, target).backward();
  const byHand = input.grad!.abs().squeeze();
  model.zeroGrad();
  const saliency = new Saliency(model).attribute(input, { target });
  expect(saliency.shape).toEqual([1, 1, 28, 28]);
  expect(await saliency.squeeze().tolist()).toEqual(await byHand.tolist());
  expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
});
