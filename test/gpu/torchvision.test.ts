// Lays a training step of ports of torchvision's classifiers beside torchvision's own: parameters, logits, loss, gradients, and the step.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { expectClose, expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { isLong } from '../support/sample';
import { SwinTransformer, VisionTransformer } from '../support/torchvision/attention';
import * as convolutional from '../support/torchvision/convolutional';

interface Case {
  name: string;
  /** Of the images, in pixels. */
  side: number;
  loss: number;
  /** The norm of each parameter's gradient. */
  norms: Record<string, number>;
  /** Of everything in the state dict. */
  shapes: Record<string, number[]>;
}

const fixture = await loadFixture<Case>('torchvision');

const models: Record<string, new () => nn.Module> = { ...convolutional, SwinTransformer, VisionTransformer };

/** Those whose kernels are compiled soon; test/long takes all of them. */
const quick = ['SqueezeNet', 'SwinTransformer'];

test.each(fixture.cases.filter(({ name }) => isLong() || quick.includes(name)))(
  '$name',
  async ({ name, side, loss, norms, shapes }) => {
    torch.manualSeed(0);
    const images = torch.randn(4, 3, side, side);
    const model = new models[name]!();
    const shapeOf = (value: Tensor) => [...value.shape];
    expect(Object.fromEntries(Object.entries(model.stateDict()).map(([key, value]) => [key, shapeOf(value)]))).toEqual(
      shapes,
    );

    const logits = model(images) as Tensor;
    await expectClose(logits, fixture.tensor(`${name}/logits`), { rtol: 1e-4, atol: 2e-5 });
    const error = nn.functional.crossEntropy(logits, torch.tensor([1, 3, 5, 9]));
    error.backward();
    expectNumbers([await error.item()], [loss], { rtol: 1e-5 });
    const parameters = [...model.namedParameters()];
    const sizes = await torch.stack(parameters.map(([, p]) => p.grad!.norm())).data();
    expect(parameters.map(([key]) => key)).toEqual(Object.keys(norms));
    expectNumbers(sizes, Object.values(norms), { rtol: 2e-4, atol: 1e-5 });

    model.eval();
    await expectClose(model(images) as Tensor, fixture.tensor(`${name}/evaluated`), { rtol: 1e-4, atol: 2e-5 });
    torch.noGrad(() => {
      for (const [, p] of parameters) p.sub_(p.grad!.mul(0.05));
    });
    await expectClose(model(images) as Tensor, fixture.tensor(`${name}/stepped`), { rtol: 5e-4, atol: 1e-4 });
  },
);
