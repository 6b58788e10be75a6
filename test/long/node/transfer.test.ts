// Course S0: AlexNet's features as a fixed input to a classifier of one's own, and fine-tuning with frozen parts.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { models } from 'lamplight/vision';
import { expect, test } from 'vitest';

const F = nn.functional;

/** Pictures [n, 3, 64, 64] of two classes: stripes across, and stripes along. */
function stripes(n: number): { pictures: Tensor; labels: Tensor } {
  const wave = torch.arange(64).div(3).sin();
  const across = wave.view(1, 64, 1).expand(3, 64, 64);
  const along = wave.view(1, 1, 64).expand(3, 64, 64);
  const labels = torch.arange(n).remainder(2);
  const pure = torch.stack(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? across : along)));
  return { pictures: pure.add(torch.randn(n, 3, 64, 64).mul(0.3)), labels };
}

test('AlexNet’s features feed a classifier that is trained, and then the last layers are tuned', async () => {
  torch.manualSeed(0);
  const alexNet = models.alexnet();
  const { pictures, labels } = stripes(12);

  // Features are computed once, and belong to no graph.
  alexNet.eval().requiresGrad_(false);
  const extractor = models.createFeatureExtractor(alexNet, { 'features.7': 'maps' });
  const before = torch.gpu.stats().dispatches;
  const fixed = torch.noGrad(() => extractor(pictures).maps!.mean([2, 3]));
  const standard = fixed.sub(fixed.mean(0)).div(fixed.std(0).add(1e-6));
  expect(fixed.shape).toEqual([12, 384]);
  expect(fixed.requiresGrad).toBe(false);

  const head = new nn.Sequential(new nn.Linear(384, 16), new nn.ReLU(), new nn.Linear(16, 2));
  const optimizer = new optim.Adam(head.parameters(), { lr: 1e-2 });
  const losses: number[] = [];
  let once = 0;
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(head(standard), labels);
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
    if (step === 0) once = torch.gpu.stats().dispatches - before;
  }
  expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]!);
  // The twenty steps together ask less of the device than AlexNet's layers would in each.
  expect((torch.gpu.stats().dispatches - before - once) / 19).toBeLessThan(once);
  const predicted = head(standard).argmax(1);
  expect(await predicted.eq(labels).sum().item()).toBe(12);

  // Fine-tuning: a last layer for two classes, and only that and one convolution learn.
  alexNet.classifier[6] = new nn.Linear(4096, 2);
  alexNet.features[10]!.requiresGrad_();
  const learning = alexNet.parameters().filter(({ requiresGrad }) => requiresGrad);
  expect(learning.map(({ shape }) => shape)).toEqual([[256, 256, 3, 3], [256], [2, 4096], [2]]);
  const frozen = alexNet.classifier[4] as nn.Linear;
  const [kept, tuned] = [await frozen.weight.sum().item(), await learning[0]!.sum().item()];
  const tuner = new optim.SGD(learning, { lr: 0.01, momentum: 0.9 });
  const first = F.crossEntropy(alexNet(pictures.narrow(0, 0, 4)), labels.narrow(0, 0, 4));
  first.backward();
  tuner.step();
  expect(frozen.weight.grad).toBeNull();
  expect(await frozen.weight.sum().item()).toBe(kept);
  expect(await learning[0]!.sum().item()).not.toBe(tuned);
});

test('an extractor gives what the network computes, with gradients, for fewer dispatches', async () => {
  torch.manualSeed(1);
  const model = models.squeezenet1_1({ numClasses: 3 }).eval();
  const x = torch.rand(1, 3, 40, 40, { requiresGrad: true });
  const extractor = models.createFeatureExtractor(model, { 'features.3.cat': 'low', flatten: 'scores' });
  const { low, scores } = extractor(x);
  const [byHand, whole] = [
    model.features[3]!(model.features[2]!(F.relu((model.features[0] as nn.Conv2d)(x)))),
    model(x),
  ];
  expect(await low!.sub(byHand).abs().max().item()).toBeLessThan(1e-6);
  expect(await scores!.sub(whole).abs().max().item()).toBeLessThan(1e-6);
  low!.square().sum().backward();
  const gradient = x.grad!;
  x.grad = null;
  byHand.square().sum().backward();
  expect(await x.grad!.sub(gradient).abs().max().item()).toBeLessThan(1e-5);

  const cost = async (fn: () => Tensor): Promise<number> => {
    await torch.noGrad(fn).sum().item();
    const before = torch.gpu.stats().dispatches;
    await torch.noGrad(fn).sum().item();
    return torch.gpu.stats().dispatches - before;
  };
  const part = models.createFeatureExtractor(model, ['features.3']);
  const little = await cost(() => part(x)['features.3']!);
  expect(little).toBeLessThan((await cost(() => model(x))) / 2);
});
