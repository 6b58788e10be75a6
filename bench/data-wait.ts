// Measures how much of its time a training loop waits for data: pictures that are read from files, decoded and changed at random.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { datasets, transforms } from 'lamplight/vision';

/** The time of a loop of steps, in milliseconds, and how much of it was spent waiting for batches. */
export interface DataWait {
  numWorkers: number;
  steps: number;
  adapter: string;
  total: number;
  waited: number;
}

declare global {
  interface Window {
    dataWait(numWorkers: number, batchSize: number, steps: number): Promise<DataWait>;
  }
}

const SIZE = 96;
const CROP = 32;
/** Passes are of this many pictures, whatever the number of steps. */
const PICTURES = 64;
/** Steps that are not counted: plans are compiled, and workers start. */
const WARM_UP = 4;

/** Noise, which a PNG cannot make small. */
async function pictures(): Promise<Record<string, Blob>> {
  const files: Record<string, Blob> = {};
  for (let i = 0; i < PICTURES; i++) {
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    const pixels = Uint8ClampedArray.from({ length: 4 * SIZE * SIZE }, (_, k) =>
      k % 4 === 3 ? 255 : 256 * Math.random(),
    );
    canvas.getContext('2d')!.putImageData(new ImageData(pixels, SIZE, SIZE), 0, 0);
    files[`${i % 10}/${i}.png`] = await canvas.convertToBlob({ type: 'image/png' });
  }
  return files;
}

window.dataWait = async (numWorkers, batchSize, steps) => {
  torch.manualSeed(0);
  const transform = new transforms.Compose([
    new transforms.RandomCrop(CROP),
    new transforms.RandomHorizontalFlip(),
    new transforms.ToTensor(),
  ]);
  const set = await datasets.ImageFolder(await pictures(), { transform });
  const loader = new data.DataLoader(set, { batchSize, shuffle: true, numWorkers, persistentWorkers: numWorkers > 0 });
  const model = new nn.Sequential(
    new nn.Conv2d(3, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear((32 * CROP * CROP) / 16, 10),
  );
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  let step = 0;
  let start = 0;
  let waited = 0;
  while (step < WARM_UP + steps) {
    let asked = performance.now();
    for await (const [x, y] of loader) {
      if (step >= WARM_UP) waited += performance.now() - asked;
      optimizer.zeroGrad();
      const loss = lossFn(model(x), y);
      loss.backward();
      optimizer.step();
      // Read back at every step, so that the time of the GPU does not count as waiting for data.
      await loss.item();
      if (++step === WARM_UP) start = performance.now();
      if (step === WARM_UP + steps) break;
      asked = performance.now();
    }
  }
  const total = performance.now() - start;
  loader.dispose();
  const { vendor = '', architecture = '' } = torch.gpu.adapterInfo() ?? {};
  return { numWorkers, steps, adapter: `${vendor} ${architecture}`.trim(), total, waited };
};
