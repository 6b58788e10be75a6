// Every colour, augmentation, drawing and geometry of torchvision, and gradients of transforms.
import '../support/as-long';
import '../gpu/augment.test';
import '../gpu/colors.test';
import '../gpu/drawing.test';
import '../gpu/geometry.test';
import { full, manualSeed, rand, type Tensor } from 'lamplight';
import { transforms } from 'lamplight/vision';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

describe('gradients of colours', () => {
  test('are numbers for equal pixels', async () => {
    const x = full([3, 3, 3], 0.25).requiresGrad_();
    const { adjustHue, autocontrast } = transforms.functional;
    adjustHue(x, 0.3).add(autocontrast(x)).sum().backward();
    expect(await x.grad!.isfinite().all().item()).toBe(true);
  });

  test('of batches are those of each picture', async () => {
    manualSeed(3);
    const transform = new transforms.ColorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
    const pictures = rand(2, 3, 5, 7);
    const draws = [0, 1].map(() => transform.draw({ channels: 3, height: 5, width: 7 }));
    const gradient = (x: Tensor, of: typeof draws) => {
      const leaf = x.detach().clone().requiresGrad_();
      const y = transform.apply(leaf, of);
      y.square().sum().backward();
      return [y.detach(), leaf.grad!] as const;
    };
    const [y, grad] = gradient(pictures, draws);
    expectNumbers(await y.data(), await transform.apply(pictures, draws).data(), { rtol: 1e-5, atol: 1e-6 });
    for (const i of [0, 1]) {
      const [, single] = gradient(pictures.narrow(0, i, 1), [draws[i]!]);
      expectNumbers(await grad.narrow(0, i, 1).data(), await single.data(), { rtol: 1e-5, atol: 1e-6 });
    }
  });
});
