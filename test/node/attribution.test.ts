// Attribution methods beside what can be computed by hand, and what they leave behind.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { Deconvolution, DeepLift, GuidedBackprop, IntegratedGradients, Occlusion, Saliency } from 'lamplight/interpret';
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

test('ReLUs have three backwards', async () => {
  const x = torch.tensor([[1, -2, 3, -4, 5]]).float();
  const above = torch.tensor([[-1, 2, 3, -4, -5]]).float();
  const relu = new nn.ReLU();
  class Weighed extends nn.Module {
    relu = relu;
    forward(given: Tensor): Tensor {
      return this.relu(given).mul(above).sum(1);
    }
  }
  const model = new Weighed();
  const maps = [
    new Saliency(model).attribute(x, { abs: false }),
    new GuidedBackprop(model).attribute(x),
    new Deconvolution(model).attribute(x),
  ];
  expect(await torch.cat(maps).tolist()).toEqual([
    [-1, 0, 3, 0, -5],
    [0, 0, 3, 0, 0],
    [0, 2, 3, 0, 0],
  ]);
  const broken = new GuidedBackprop(model);
  expect(() => broken.attribute(x, { target: 7 })).toThrow(torch.ShapeError);
  expect(await new Saliency(model).attribute(x, { abs: false }).tolist()).toEqual([[-1, 0, 3, 0, -5]]);
});

test('DeepLift conserves where a ReLU is followed by a max pooling', async () => {
  torch.manualSeed(1);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 3, 3),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(27, 3),
  );
  const [x, baselines] = [torch.randn(2, 1, 8, 8), torch.randn(2, 1, 8, 8)];
  const [, delta] = new DeepLift(model).attribute(x, { baselines, target: [0, 2], returnConvergenceDelta: true });
  for (const each of await delta.data()) expect(Math.abs(each)).toBeLessThan(1e-5);
});

test('statistics of a model in training stay as they are', async () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));
  const before = await Promise.all(model.buffers().map((buffer) => buffer.tolist()));
  const map = new IntegratedGradients(model).attribute(torch.randn(5, 3), { target: 1, nSteps: 4 });
  expect((await map.data()).every(Number.isFinite)).toBe(true);
  expect(await Promise.all(model.buffers().map((buffer) => buffer.tolist()))).toEqual(before);
  expect(model.training).toBe(true);
});

test('200 attributions in a row leave memory flat', async () => {
  const model = new DrawingNet();
  const guided = new GuidedBackprop(model);
  const x = torch.randn(1, 1, 28, 28);
  const run = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++)
      await guided
        .attribute(x, { target: i % 3 })
        .sum()
        .item();
  };
  await run(20);
  const { buffersCreated } = torch.gpu.stats();
  await run(200);
  // A result may wait for the collector when the next is computed.
  expect(torch.gpu.stats().buffersCreated - buffersCreated).toBeLessThan(8);
});

test('occlusion tells how far it is, and ends at a signal', async () => {
  const model = new DrawingNet();
  const x = torch.randn(1, 1, 28, 28);
  const steps: number[] = [];
  const options = { target: 0, slidingWindowShapes: [1, 14, 14], strides: [1, 14, 14], perturbationsPerEval: 2 };
  await new Occlusion(model).attribute(x, { ...options, onProgress: ({ done, total }) => steps.push(done, total) });
  expect(steps).toEqual([2, 4, 4, 4]);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(new Occlusion(model).attribute(x, { ...options, signal })).rejects.toThrow('enough');
});
