// The steady state of steps that are fed by each kind of data set, with random transforms of its pictures.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';
import { expect, test } from 'vitest';
import { ImageDataset } from '../../src/vision/datasets/image-dataset';

const { Picture, datasets } = vision;
const { ColorJitter, Compose, Normalize, RandomCrop, RandomHorizontalFlip, RandomResizedCrop, ToTensor } =
  vision.transforms;

const SIZE = 40;
const CROP = 32;
const PICTURES = 16;
const BATCH = 4;
/** Steps before those that are counted: plans are compiled, the pool fills, and the collector has come by. */
const WARM_UP = 60;
const COUNTED = 40;

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
const bytesOf = (picture: number): Uint8Array =>
  Uint8Array.from({ length: 3 * SIZE * SIZE }, (_, k) => (k * (picture + 7) + picture) % 256);

/** What a user writes: an item is made when it is asked for. */
class Own extends data.Dataset<Item> {
  override get length(): number {
    return PICTURES;
  }
  override get(index: number): Item {
    return [transform(Picture.fromBytes(bytesOf(index), [SIZE, SIZE, 3])), index % 4];
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

async function files(): Promise<Record<string, Blob>> {
  const all: Record<string, Blob> = {};
  for (let i = 0; i < PICTURES; i++) {
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    const bytes = bytesOf(i);
    const pixels = Uint8ClampedArray.from({ length: 4 * SIZE * SIZE }, (_, k) =>
      k % 4 === 3 ? 255 : bytes[3 * Math.floor(k / 4) + (k % 4)]!,
    );
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, SIZE, SIZE), 0, 0);
    all[`${i % 4}/${i}.png`] = await canvas.convertToBlob({ type: 'image/png' });
  }
  return all;
}

const differences = (steps: torch.gpu.GpuStats[], name: keyof torch.gpu.GpuStats) =>
  steps.slice(1).map((after, i) => after[name] - steps[i]![name]);

type Counter = 'buffersCreated' | 'bindGroupsCreated' | 'pipelinesCreated' | 'plansCompiled';

const structure: readonly Counter[] = ['pipelinesCreated', 'plansCompiled'];
const everything: readonly Counter[] = ['buffersCreated', 'bindGroupsCreated', ...structure];

// A batch that is made of a user's items is stored, in memory of the pool; what a data set makes as a whole takes none.
test.each<[string, () => data.Dataset<unknown> | Promise<data.Dataset<unknown>>, number, readonly Counter[]]>([
  ['pictures that a data set of the user makes', () => new Own(), 0, structure],
  ['views that a data set of the user makes', () => new Views(), 0, structure],
  ['pictures in memory', packed, 0, everything],
  ['files', async () => datasets.ImageFolder(await files(), { transform }), 0, everything],
  ['files that two workers read', async () => datasets.ImageFolder(await files(), { transform }), 2, everything],
])('a step that is fed by %s is one submit and one plan', async (_, make, numWorkers, none) => {
  torch.manualSeed(0);
  using loader = new data.DataLoader(await make(), {
    batchSize: BATCH,
    shuffle: true,
    numWorkers,
    persistentWorkers: numWorkers > 0,
  });
  const model = new nn.Sequential(
    new nn.Conv2d(3, 4, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(4),
    new nn.Flatten(),
    new nn.Linear((4 * CROP * CROP) / 16, 4),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  const steps: torch.gpu.GpuStats[] = [];
  while (steps.length <= WARM_UP + COUNTED) {
    for await (const batch of loader) {
      const [inputs, targets] = batch as [Tensor, Tensor];
      optimizer.zeroGrad();
      lossFn(model(inputs), targets).backward();
      optimizer.step();
      steps.push(torch.gpu.stats());
    }
  }
  const counted = steps.slice(WARM_UP, WARM_UP + COUNTED + 1);
  expect(differences(counted, 'submits')).toEqual(new Array(COUNTED).fill(1));
  for (const name of none) {
    expect([name, ...differences(counted, name)]).toEqual([name, ...new Array(COUNTED).fill(0)]);
  }
});
