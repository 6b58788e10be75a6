// Courses S2 and S4 where they read data, line for line, beside PyTorch on the same files.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type DatasetFacts, datasetFacts, fixturePath } from '../../support/dataset-files';
import { settled } from '../../support/settled';

const F = nn.functional;
const { CIFAR10 } = vision.datasets;
const { Compose, Normalize, RandomHorizontalFlip, ToTensor } = vision.transforms;

interface Run {
  readonly name: string;
  readonly parameters: number;
  readonly losses: readonly number[];
  /** Right predictions: of the training and validation pictures, or of the latter alone. */
  readonly correct: readonly number[];
  readonly sizes: readonly number[];
}

const root = fixturePath('cifar-10-python.tar.gz');
const facts = await datasetFacts<DatasetFacts & { mean: number[]; std: number[] }>('CIFAR10 train');
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);

/** What a step submits and creates. */
const counted = () => {
  const { submits, buffersCreated, bindGroupsCreated, pipelinesCreated } = torch.gpu.stats();
  return [submits, buffersCreated, bindGroupsCreated, pipelinesCreated];
};

describe('S2', () => {
  test('statistics of all pictures along a new last dimension are NumPy’s', async () => {
    const cifar = await CIFAR10(root, { train: true, transform: new ToTensor() });
    const images = torch.stack(
      Array.from(cifar, ([image]) => image),
      3,
    );
    expect(images.shape).toEqual([3, 32, 32, facts.length]);
    const mean = (await images.view(3, -1).mean({ dim: 1 }).tolist()) as number[];
    const std = (await images.view(3, -1).std({ dim: 1 }).tolist()) as number[];
    expect([...mean, ...std]).toEqual([...facts.mean, ...facts.std].map((value) => expect.closeTo(value, 5)));
  });

  class Net extends nn.Module {
    conv1 = new nn.Conv2d(3, 16, 3, { padding: 1 });
    conv2 = new nn.Conv2d(16, 8, 3, { padding: 1 });
    fc1 = new nn.Linear(8 * 8 * 8, 32);
    fc2 = new nn.Linear(32, 10);
    forward(x: Tensor): Tensor {
      let out = F.maxPool2d(torch.tanh(this.conv1(x)), 2);
      out = F.maxPool2d(torch.tanh(this.conv2(out)), 2);
      out = out.view(-1, 8 * 8 * 8);
      out = torch.tanh(this.fc1(out));
      return this.fc2(out);
    }
  }

  const fcNet = () =>
    new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(3072, 1024),
      new nn.Tanh(),
      new nn.Linear(1024, 512),
      new nn.Tanh(),
      new nn.Linear(512, 128),
      new nn.Tanh(),
      new nn.Linear(128, 10),
    );

  const labelMap: Readonly<Record<number, number>> = { 0: 0, 1: 1, 8: 2 };

  /** Airplanes, automobiles and ships. */
  async function threeClasses(train: boolean): Promise<[Tensor, number][]> {
    const transform = new Compose([new ToTensor(), new Normalize(rounded(facts.mean), rounded(facts.std))]);
    const cifar = await CIFAR10(root, { train, transform });
    expect(Object.keys(labelMap).map((label) => cifar.classes[Number(label)])).toEqual([
      'airplane',
      'automobile',
      'ship',
    ]);
    const items: [Tensor, number][] = [];
    for (const [image, label] of cifar) if (label in labelMap) items.push([image, labelMap[label]!]);
    return items;
  }

  const networks: [string, () => nn.UnaryModule, number][] = [
    ['S2 convolutional', () => new Net(), 3],
    ['S2 fully connected', fcNet, 1],
  ];

  test.each(networks)('%s: trains on three classes as in PyTorch', async (name, make, epochs) => {
    const expected = await datasetFacts<Run>(name);
    const [train, val] = [await threeClasses(true), await threeClasses(false)];
    expect([train.length, val.length]).toEqual(expected.sizes);
    torch.manualSeed(0);
    const model = make();
    expect(model.parameters().reduce((sum, p) => sum + p.numel(), 0)).toBe(expected.parameters);
    const loader = new data.DataLoader(train, { batchSize: 64, shuffle: true });
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-2 });
    const lossFn = new nn.CrossEntropyLoss();
    const losses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      for await (const [images, labels] of loader) {
        const loss = lossFn(model(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        losses.push(await loss.item());
      }
    }
    expect(losses).toEqual(expected.losses.map((loss) => expect.closeTo(loss, 4)));
    const correct: number[] = [];
    for (const part of [train, val]) {
      let right = 0;
      for await (const [images, labels] of new data.DataLoader(part, { batchSize: 64 })) {
        const [, predicted] = torch.noGrad(() => torch.max(model(images), 1));
        right += await predicted.eq(labels).sum().item();
      }
      correct.push(right);
    }
    expect(correct).toEqual(expected.correct);
  });

  test('steps with a random flip submit once and create nothing', async () => {
    const normalize = new Normalize(rounded(facts.mean), rounded(facts.std));
    const transform = new Compose([new RandomHorizontalFlip(), new ToTensor(), normalize]);
    const cifar = await CIFAR10(root, { transform });
    const model = new Net();
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e-2 });
    const loader = new data.DataLoader(cifar, { batchSize: 40, shuffle: true });
    const perStep: number[][] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      let before = counted();
      for await (const [images, labels] of loader) {
        optimizer.zeroGrad();
        F.crossEntropy(model(images), labels).backward();
        optimizer.step();
        const now = counted();
        perStep.push(now.map((count, i) => count - before[i]!));
        before = now;
      }
      await settled();
    }
    expect(perStep.slice(-3)).toEqual([0, 1, 2].map(() => [1, 0, 0, 0]));
  });
});

describe('S4', () => {
  class Drawings extends data.Dataset<[Tensor, number]> {
    constructor(
      readonly x: Tensor,
      readonly y: readonly number[],
    ) {
      super();
    }
    get length() {
      return this.y.length;
    }
    get(i: number): [Tensor, number] {
      return [this.x.at(i).view(1, 28, 28).div(255), this.y[i]!];
    }
  }

  class DrawingNet extends nn.Module {
    conv1 = new nn.Conv2d(1, 20, 3, { stride: 2, padding: 1 });
    linear = new nn.Linear(20 * 14 * 14, 3);
    forward(x: Tensor): Tensor {
      return this.linear(F.relu(this.conv1(x)).flatten(1));
    }
  }

  test('drawings are split 80/20 and trained on in batches of ten as in PyTorch, in the steady state', async () => {
    const expected = await datasetFacts<Run & { split: number[][]; sum: number }>('S4');
    const kinds = ['violin', 'guitar', 'triangle'];
    const arrays = await Promise.all(
      kinds.map(async (kind) => (await torch.load(fixturePath(`full_numpy_bitmap_${kind}.npy`))) as unknown as Tensor),
    );
    const x = torch.cat(arrays);
    expect([x.dtype, x.shape, await x.sum().item()]).toEqual(['uint8', [60, 784], expected.sum]);
    const y = arrays.flatMap((array, label) => new Array<number>(array.shape[0]!).fill(label));
    torch.manualSeed(0);
    const [train, val] = data.randomSplit(new Drawings(x, y), [0.8, 0.2]) as [
      data.Subset<[Tensor, number]>,
      data.Subset<[Tensor, number]>,
    ];
    expect([train, val].map(({ indices }) => Array.from(indices))).toEqual(expected.split);
    const loader = new data.DataLoader(train, { batchSize: 10, shuffle: true });
    torch.manualSeed(1);
    const model = new DrawingNet();
    const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const losses: Tensor[] = [];
    const perStep: number[][] = [];
    let before = counted();
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const [images, labels] of loader) {
        const loss = F.crossEntropy(model(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        losses.push(loss.detach());
        perStep.push(counted().map((count, i) => count - before[i]!));
        // A plan that has run four times may get kernels of its own, which are compiled beside other steps.
        await settled();
        before = counted();
      }
    }
    const found = await torch.stack(losses).tolist();
    expect(found).toEqual(expected.losses.map((loss) => expect.closeTo(loss, 4)));
    // Batches 3 and 4 of the second pass, which are of the size of those before; the second may bind what the first has got.
    expect(perStep.slice(7, 9).map(([submits, ...created]) => [submits, created.slice(1)])).toEqual(
      [0, 1].map(() => [1, [0, 0]]),
    );
    let correct = 0;
    for await (const [images, labels] of new data.DataLoader(val, { batchSize: 10 })) {
      correct += await model(images).argmax(1).eq(labels).sum().item();
    }
    expect([correct]).toEqual(expected.correct);
  });
});
