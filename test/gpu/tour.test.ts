// The courses S0 and S1 as a user writes them, line for line, with small stand-ins for the files they read.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mnistFiles } from '../support/mnist-files';

const F = nn.functional;
const printed: string[] = [];

beforeEach(async () => {
  printed.length = 0;
  vi.spyOn(console, 'log').mockImplementation((...parts) => {
    printed.push(parts.map((part) => (Array.isArray(part) ? `[${part.join(', ')}]` : String(part))).join(' '));
  });
  const files: Record<string, BlobPart> = { ...mnistFiles(200, 200), 'imgs/dog.png': await dog() };
  vi.stubGlobal('fetch', async (address: string) => {
    const file = Object.entries(files).find(([name]) => address.endsWith(name));
    return file ? new Response(new Blob([file[1]])) : new Response(null, { status: 404 });
  });
  document.body.append(document.createElement('canvas'));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  document.querySelector('canvas')?.remove();
});

/** A picture 210 wide and 350 high. */
async function dog(): Promise<Blob> {
  const canvas = new OffscreenCanvas(210, 350);
  const context = canvas.getContext('2d')!;
  const gradient = context.createLinearGradient(0, 0, 210, 350);
  gradient.addColorStop(0, 'tomato');
  gradient.addColorStop(1, 'teal');
  context.fillStyle = gradient;
  context.fillRect(0, 0, 210, 350);
  return canvas.convertToBlob({ type: 'image/png' });
}

class LargeNet extends nn.Module {
  name = 'large';
  conv1 = new nn.Conv2d(3, 5, 5);
  pool = new nn.MaxPool2d(2, 2);
  conv2 = new nn.Conv2d(5, 10, 5);
  fc1 = new nn.Linear(10 * 5 * 5, 32);
  fc2 = new nn.Linear(32, 1);
  forward(x: Tensor) {
    x = this.pool(F.relu(this.conv1(x)));
    x = this.pool(F.relu(this.conv2(x)));
    x = x.view(-1, 10 * 5 * 5);
    x = F.relu(this.fc1(x));
    x = this.fc2(x);
    return x.squeeze(1);
  }
}

test('S0: convolutions, up to LargeNet', async () => {
  const fc = new nn.Linear(100, 30);
  console.log(fc(torch.randn(100)).shape);

  const conv = new nn.Conv2d({ inChannels: 3, outChannels: 7, kernelSize: 5 });
  console.log(conv(torch.randn(32, 3, 128, 128)).shape);
  const conv2 = new nn.Conv2d(3, 7, 5, { padding: 2 });
  const [filters, biases] = conv2.parameters();
  console.log(filters.shape, biases.shape);

  const img = await vision.io.readImage('imgs/dog.png');
  let x: Tensor = torch.tensor(img).to(torch.float32).div(255);
  x = x.permute(2, 0, 1).reshape([1, 3, 350, 210]);
  let y = conv2(x).detach().at(0);
  y = y.sub(y.min()).div(y.max().sub(y.min()));
  for (const channel of y) await vision.io.draw(channel, document.querySelector('canvas')!);

  console.log(new LargeNet()(torch.randn(4, 3, 32, 32)).shape);
  console.log(new nn.MaxPool2d({ kernelSize: 2, stride: 2 })(y).shape);

  expect(printed).toEqual(['[30]', '[32, 7, 124, 124]', '[7, 3, 5, 5] [7]', '[4]', '[7, 175, 105]']);
  expect(img.shape).toEqual([350, 210, 3]);
  expect(new LargeNet().name).toBe('large');
  const canvas = document.querySelector('canvas')!;
  expect([canvas.width, canvas.height]).toEqual([210, 350]);
  expect(await y.min().item()).toBe(0);
  expect(await y.max().item()).toBe(1);
});

test('S0: correlation by hand', async () => {
  const grid = torch
    .tensor([
      [3, 3, 2, 1, 0],
      [0, 0, 1, 3, 1],
      [3, 1, 2, 2, 3],
      [2, 0, 0, 2, 2],
      [2, 0, 0, 0, 1],
    ])
    .to(torch.float32);
  const kernel = torch
    .tensor([
      [0, 1, 2],
      [2, 2, 0],
      [0, 1, 2],
    ])
    .to(torch.float32);
  const result = F.conv2d(grid.reshape(1, 1, 5, 5), kernel.reshape(1, 1, 3, 3));
  expect(await result.at(0, 0, 0).tolist()).toEqual([12, 12, 17]);
});

class CNNModel extends nn.Module {
  conv1: nn.Conv2d;
  relu1 = new nn.ReLU();
  conv2: nn.Conv2d;
  relu2 = new nn.ReLU();
  conv3: nn.Conv2d;
  relu3 = new nn.ReLU();
  final = new nn.LazyLinear({ outFeatures: 10 });
  constructor(inputChannels = 1) {
    super();
    this.conv1 = new nn.Conv2d({ inChannels: inputChannels, outChannels: inputChannels, kernelSize: 3 });
    this.conv2 = new nn.Conv2d({ inChannels: inputChannels, outChannels: 2 * inputChannels, kernelSize: 7, stride: 2 });
    this.conv3 = new nn.Conv2d({
      inChannels: 2 * inputChannels,
      outChannels: 4 * inputChannels,
      kernelSize: 7,
      stride: 2,
    });
  }
  forward(inputs: Tensor) {
    const out1 = this.relu1(this.conv1(inputs));
    const out2 = this.relu2(this.conv2(out1));
    const out3 = this.relu3(this.conv3(out2));
    const output = this.final(out3.reshape(inputs.shape[0], 1, -1));
    return output.at(':', 0);
  }
  predict(inputs: Tensor) {
    return this(inputs).argmax(-1).to(torch.uint8);
  }
}

test('S1: MNIST', async () => {
  const download = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
  const trainSet = await vision.datasets.MNIST('mnist/', { train: true, transform: new vision.transforms.ToTensor() });
  const testSet = await vision.datasets.MNIST('mnist/', { train: false, transform: new vision.transforms.ToTensor() });

  const model = new CNNModel();
  console.log(`${model}`);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
  const lossFn = new nn.CrossEntropyLoss({ reduction: 'sum' });
  const trainLoader = new data.DataLoader(trainSet, { batchSize: 1000, shuffle: true });
  const testLoader = new data.DataLoader(testSet, { batchSize: 1000, shuffle: true });

  for (let epoch = 0; epoch < 5; epoch++) {
    model.train();
    let totalTrainLoss: Tensor = torch.tensor(0);
    for await (const [inputs, targets] of trainLoader) {
      optimizer.zeroGrad();
      const preds = model(inputs);
      const trainLoss = lossFn(preds, targets);
      trainLoss.backward();
      optimizer.step();
      totalTrainLoss = totalTrainLoss.add(trainLoss);
    }
    const meanTrainLoss = totalTrainLoss.div(trainSet.length).detach();
    model.eval();
    let totalTestLoss: Tensor = torch.tensor(0);
    let correct: Tensor = torch.tensor(0);
    for await (const [inputs, targets] of testLoader) {
      const preds = model(inputs);
      totalTestLoss = totalTestLoss.add(lossFn(preds, targets).detach());
      correct = correct.add(model.predict(inputs).eq(targets).sum());
    }
    const meanTestLoss = totalTestLoss.div(testSet.length).detach();
    console.log(
      `Epoch ${epoch}: train loss=${(await meanTrainLoss.item()).toFixed(3)}; test loss=${(await meanTestLoss.item()).toFixed(3)}; accuracy=${(await correct.item()) / testSet.length}`,
    );
  }
  await torch.save(model.stateDict(), 'mnist.safetensors');
  console.log(
    model
      .parameters()
      .map((p) => p.numel())
      .reduce((a, b) => a + b),
  );

  expect(printed[0]).toContain('(final): LazyLinear(in_features=0, out_features=10, bias=True)');
  expect(
    printed
      .slice(1, 6)
      .every((line) => /^Epoch \d: train loss=\d\.\d{3}; test loss=\d\.\d{3}; accuracy=0?\.?\d+$/.test(line)),
  ).toBe(true);
  const losses = printed.slice(1, 6).map((line) => Number(/train loss=([\d.]+)/.exec(line)![1]));
  expect(losses[4]).toBeLessThan(losses[0]!);
  expect(printed[6]).toBe('676');
  expect(`${model}`).toContain('(final): Linear(in_features=16, out_features=10, bias=True)');
  expect(download).toHaveBeenCalledOnce();
});
