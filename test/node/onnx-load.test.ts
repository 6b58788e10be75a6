// Networks that PyTorch has exported, as modules: what they compute and learn, and what the library does with modules. test/long has the larger ones.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import { Saliency } from 'lamplight/interpret';
import { LightningModule, Trainer } from 'lamplight/lightning';
import { expect, test } from 'vitest';
import { difference, loadNetwork, networkArrays, testNetworks } from '../support/onnx-networks';

testNetworks(['gru', 'lstm', 'encoder']);

test('nodes are layers at the paths of PyTorch, which features are taken from', async () => {
  const model = await loadNetwork('resnet18-script');
  const printed = String(model);
  expect(printed).toMatch(
    /^OnnxModule\(\n {2}\(conv1\): Conv2d\(3, 4, kernel_size=\(7, 7\), stride=\(2, 2\), padding=\(3, 3\), bias=False\)\n {2}\(bn1\): BatchNorm2d\(4, eps=1e-05, momentum=0\.1,/,
  );
  for (const layer of [
    '(relu): ReLU()',
    '(maxpool): MaxPool2d(',
    '(avgpool): AdaptiveAvgPool2d(output_size=1)',
    '(fc): Linear(in_features=32,',
  ]) {
    expect(printed).toContain(layer);
  }
  const x = (await networkArrays())['resnet18/x']!;
  const names = vision.models.getGraphNodeNames(model, x)[1];
  expect(names).toEqual(expect.arrayContaining(['conv1', 'layer1.0.conv1', 'layer4.1.bn2', 'fc']));
  const features = vision.models.createFeatureExtractor(model, { 'layer2.0.downsample.1': 'down', fc: 'scores' });
  const { down, scores } = features(x);
  expect([down!.shape, await difference(scores!, model(x))]).toEqual([[2, 8, 5, 5], 0]);
  // The batch's size is open.
  expect(model(x.narrow(0, 0, 1)).shape).toEqual([1, 10]);
  expect(model(torch.cat([x, x, x])).shape).toEqual([6, 10]);
  // A layer may take another's place.
  model.setSubmodule('fc', new nn.Linear(32, 2));
  expect(model(x).shape).toEqual([2, 2]);
});

test('state dicts are saved and loaded, models copied and converted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  try {
    const { 'gru/x': x } = await networkArrays();
    const model = await loadNetwork<torch.Tensor[]>('gru-script');
    const [y] = model(x!);
    await torch.save(model.stateDict(), join(folder, 'gru.safetensors'));
    const copy = torch.deepcopy(model);
    torch.noGrad(() => {
      for (const parameter of model.parameters()) parameter.mul_(2);
    });
    const changed = model(x!)[0]!;
    expect(await difference(changed, y!)).toBeGreaterThan(0.01);
    expect(await difference(copy(x!)[0]!, y!)).toBe(0);
    model.loadStateDict(await torch.load(join(folder, 'gru.safetensors')));
    expect(await difference(model(x!)[0]!, y!)).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what an imported network sees is explained', async () => {
  const model = await loadNetwork('alexnet-script');
  const x = (await networkArrays())['alexnet/x']!.clone().requiresGrad_();
  const attributions = new Saliency(model).attribute(x, { target: 1 });
  expect(attributions.shape).toEqual(x.shape);
  expect(await attributions.sum().item()).toBeGreaterThan(0);
});

test('a Trainer trains an imported network', async () => {
  class Classifier extends LightningModule {
    constructor(readonly network: nn.Module) {
      super();
    }
    trainingStep([x, target]: [torch.Tensor, torch.Tensor]): torch.Tensor {
      return nn.functional.crossEntropy(this.network(x) as torch.Tensor, target);
    }
    configureOptimizers() {
      return new optim.SGD(this.parameters(), { lr: 0.05 });
    }
  }
  const { 'lstm/x': x, 'lstm/target': target } = await networkArrays();
  const model = new Classifier(await loadNetwork('lstm-dynamo'));
  const before = await model.trainingStep([x!, target!]).item();
  const loader = new data.DataLoader(new data.TensorDataset(x!, target!), { batchSize: 3 });
  const trainer = new Trainer({
    maxEpochs: 5,
    logger: false,
    enableProgressBar: false,
    enableCheckpointing: false,
    enableModelSummary: false,
  });
  await trainer.fit(model, { trainDataloaders: loader });
  expect(await model.trainingStep([x!, target!]).item()).toBeLessThan(before);
});
