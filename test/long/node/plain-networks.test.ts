// Whole networks as functions over tensors of a file: the numbers of the same modules, by few dispatches.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { noGrad } from 'lamplight';
import { models } from 'lamplight/vision';
import { expect, test } from 'vitest';
import { liteOfFunctions, liteOfModules } from '../../support/efficientnet-lite';
import { resnet18OfFunctions, stateOf } from '../../support/plain-networks';

type Net = (x: Tensor) => Tensor;

async function expectAlike(modules: Net, functions: Net, x: Tensor, most: number): Promise<void> {
  const expected = noGrad(() => modules(x));
  const scale = await expected.abs().max().item();
  for (let i = 0; i < 4; i++) {
    await torch.synchronize();
    const before = torch.gpu.stats().dispatches;
    const y = noGrad(() => functions(x));
    await torch.synchronize();
    // The first run lays out the weights.
    if (i > 1) expect(torch.gpu.stats().dispatches - before).toBeLessThanOrEqual(most);
    expect(await y.sub(expected).abs().max().item()).toBeLessThan(1e-5 * scale);
  }
}

test('EfficientNet-Lite0 of random weights, a picture of its size', async () => {
  torch.manualSeed(0);
  const model = liteOfModules();
  await expectAlike(model, liteOfFunctions(await stateOf(model)), torch.randn(1, 3, 224, 224), 75);
});

test('ResNet-18, two pictures', async () => {
  torch.manualSeed(0);
  const model = models.resnet18().eval();
  await expectAlike(model as Net, resnet18OfFunctions(await stateOf(model)), torch.randn(2, 3, 96, 96), 46);
});
