// The steady state of steps that are fed by each kind of data set, with random transforms of its pictures.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';
import { expect, test, vi } from 'vitest';
import { ImageDataset } from '../../src/doors/vision/datasets/image-dataset';
import { partOf } from '../support/sample';
import { settled } from '../support/settled';

const { Picture, datasets } = vision;
const { CenterCrop, ColorJitter, Compose, Normalize, RandomApply, RandomChoice, RandomCrop } = vision.transforms;
const { RandomHorizontalFlip, RandomInvert, RandomOrder, RandomResizedCrop, RandomRotation } = vision.transforms;
const { RandomVerticalFlip, ToTensor } = vision.transforms;

const SIZE = 40;
const CROP = 32;
const PICTURES = 16;
const BATCH = 4;
/** A snapshot that is so old is replaced. */
const SNAPSHOT_MILLISECONDS = 2000;

type Item = [Tensor, number];

const augment = new Compose([
  new RandomCrop(CROP, { padding: 4 }),
  new RandomHorizontalFlip(),
  new ColorJitter(0.4, 0.4, 0.4, 0.1),
  new RandomResizedCrop(CROP, { scale: [0.5, 1] }),
]);
const normalize = new Normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
const transform = new Compose([augment, new ToTensor(), normalize]);

/** Bytes of a picture, another one for each number. */
const bytesOf = (picture: number, size = SIZE): Uint8Array =>
  Uint8Array.from({ length: 3 * size * size }, (_, k) => (k * (picture + 7) + picture) % 256);

/** What a user writes: an item is made when it is asked for. */
class Own extends data.Dataset<Item> {
  override get length(): number {
    return PICTURES;
  }
  override get(index: number): Item {
    return [transform(Picture.fromBytes(bytesOf(index), [SIZE, SIZE, 3])), index % 4];
  }
}

const chosen = new Compose([
  new RandomApply([new ColorJitter(0.4, 0.4, 0.4, 0.1)], 0.8),
  new RandomChoice([new RandomHorizontalFlip(), new RandomVerticalFlip()]),
  new RandomOrder([new RandomRotation(10), new RandomInvert()]),
  new RandomApply([new CenterCrop(CROP)], 1),
  new ToTensor(),
  normalize,
]);

/** Items whose transforms are drawn. */
class Chosen extends Own {
  override get(index: number): Item {
    return [chosen(Picture.fromBytes(bytesOf(index), [SIZE, SIZE, 3])), index % 4];
  }
}

/** Pictures in one tensor on the device, of which items are views. */
class Views extends data.Dataset<Item> {
  readonly #pictures = torch.randint(0, 256, [PICTURES, 3, SIZE, SIZE], { dtype: 'uint8' });

  override get length(): number {
    return PICTURES;
  }
  override get(index: number): Item {
    return [normalize(augment(this.#pictures.at(index)).div(255)), index % 4];
  }
}

/** Pictures of one size in memory, as those of CIFAR. */
function packed() {
  const pixels = new Uint8Array(PICTURES * 3 * SIZE * SIZE);
  for (let i = 0; i < PICTURES; i++) pixels.set(bytesOf(i), i * 3 * SIZE * SIZE);
  return new ImageDataset(
    {
      pictures: { count: PICTURES, height: SIZE, width: SIZE, channels: 3, pixels },
      labels: Array.from({ length: PICTURES }, (_, i) => i % 4),
      classes: ['a', 'b', 'c', 'd'],
    },
    { name: 'Packed', root: null, repr: '', listsTargets: true, hasChannels: true },
    { transform },
  );
}

/** Files of pictures of so many sizes. */
async function files(least: number, sizes = 1): Promise<Record<string, Blob>> {
  const all: Record<string, Blob> = {};
  for (let i = 0; i < PICTURES; i++) {
    const size = least + (i % sizes);
    const canvas = new OffscreenCanvas(size, size);
    const bytes = bytesOf(i, size);
    const pixels = Uint8ClampedArray.from({ length: 4 * size * size }, (_, k) =>
      k % 4 === 3 ? 255 : bytes[3 * Math.floor(k / 4) + (k % 4)]!,
    );
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, size, size), 0, 0);
    all[`${i % 4}/${i}.png`] = await canvas.convertToBlob({ type: 'image/png' });
  }
  return all;
}

const differences = (steps: torch.gpu.GpuStats[], name: keyof torch.gpu.GpuStats) =>
  steps.slice(1).map((after, i) => after[name] - steps[i]![name]);

const nothing = ['buffersCreated', 'bindGroupsCreated', 'pipelinesCreated', 'plansCompiled'] as const;

interface Feeding {
  readonly batchSize: number;
  readonly numWorkers?: number;
  /** Steps before those that are counted: plans are compiled and the pool fills. */
  readonly warmUp: number;
  readonly counted: number;
  /** Called after each step. */
  readonly after?: () => void;
}

/** Has the next step find that a snapshot is due. */
function passTime(): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + SNAPSHOT_MILLISECONDS);
}

/**
 * Expects of the counted steps that each is one submit and that nothing is made, although a snapshot falls into them. The snapshot that
 * holds a tensor of the program for the first time makes a buffer to copy it through: the second, a second after the first, since no
 * batch outlives the first. How many steps are taken until then, and until plans have kernels of their own, is a matter of the machine, so both are
 * waited for before.
 */
async function expectSteady(
  dataset: data.Dataset<unknown>,
  model: nn.Module,
  { batchSize, numWorkers = 0, warmUp, counted, after }: Feeding,
): Promise<void> {
  torch.manualSeed(0);
  using loader = new data.DataLoader(dataset, {
    batchSize,
    shuffle: true,
    numWorkers,
    persistentWorkers: numWorkers > 0,
  });
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  const steps: torch.gpu.GpuStats[] = [];
  while (steps.length <= warmUp + counted) {
    for await (const batch of loader) {
      const [inputs, targets] = batch as [Tensor, Tensor];
      optimizer.zeroGrad();
      // No loss is kept, of which each would wait for the collector.
      torch.scope(() => lossFn((model as nn.UnaryModule)(inputs), targets).backward());
      optimizer.step();
      steps.push(torch.gpu.stats());
      after?.();
      if (steps.length === warmUp - 3) await settled();
      if (steps.length === warmUp + 2) passTime();
    }
  }
  vi.restoreAllMocks();
  const last = steps.slice(warmUp, warmUp + counted + 1);
  expect(differences(last, 'submits')).toEqual(new Array(counted).fill(1));
  for (const name of nothing) expect([name, ...differences(last, name)]).toEqual([name, ...new Array(counted).fill(0)]);
}

const collect = (globalThis as unknown as { gc(): void }).gc;

type Fed = [
  from: string,
  () => data.Dataset<unknown> | Promise<data.Dataset<unknown>>,
  workers: number,
  after?: () => void,
];

const fed: readonly Fed[] = [
  ['pictures that a data set of the user makes', () => new Own(), 0],
  ['the same, and the collector comes after each step', () => new Own(), 0, collect],
  ['pictures whose transforms are drawn', () => new Chosen(), 0],
  ['views that a data set of the user makes', () => new Views(), 0],
  ['the same views, and the collector comes after each step', () => new Views(), 0, collect],
  ['pictures in memory', packed, 0],
  ['files', async () => datasets.ImageFolder(await files(SIZE), { transform }), 0],
  ['files that two workers read', async () => datasets.ImageFolder(await files(SIZE), { transform }), 2],
  ['files of several sizes', async () => datasets.ImageFolder(await files(SIZE + 14, 4), { transform }), 0],
];

test.each(partOf(fed, 8))(
  'a step that is fed by %s is one submit, and nothing is made',
  async (_, make, numWorkers, after) => {
    const model = new nn.Sequential(
      new nn.Conv2d(3, 4, 3, { padding: 1 }),
      new nn.ReLU(),
      new nn.MaxPool2d(4),
      new nn.Flatten(),
      new nn.Linear((4 * CROP * CROP) / 16, 4),
    );
    await expectSteady(await make(), model, { batchSize: BATCH, numWorkers, warmUp: 8, counted: 10, after });
  },
);

/** Pictures as those of ImageNet are trained on, of which a batch takes megabytes, and a picture more than what is small. */
const LARGE = 256;
const LARGE_CROP = 224;
const largeTransform = new Compose([
  new RandomResizedCrop(LARGE_CROP),
  new RandomHorizontalFlip(),
  new ToTensor(),
  normalize,
]);

class LargeOwn extends Own {
  override get(index: number): Item {
    return [largeTransform(Picture.fromBytes(bytesOf(index, LARGE), [LARGE, LARGE, 3])), index % 4];
  }
}

const fedLarge: readonly Fed[] = [
  ['files', async () => datasets.ImageFolder(await files(LARGE), { transform: largeTransform }), 0],
  [
    'files that two workers read',
    async () => datasets.ImageFolder(await files(LARGE), { transform: largeTransform }),
    2,
  ],
  ['pictures that a data set of the user makes', () => new LargeOwn(), 0],
];

test.each(partOf(fedLarge, 8))(
  'so it is with batches of sixteen large pictures, by %s',
  async (_, make, numWorkers) => {
    const model = new nn.Sequential(new nn.AvgPool2d(32), new nn.Flatten(), new nn.Linear(3 * 7 * 7, 4));
    await expectSteady(await make(), model, { batchSize: PICTURES, numWorkers, warmUp: 9, counted: 3 });
  },
);
