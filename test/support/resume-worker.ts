// A page of its own for a run that is stopped or resumed: it trains with pictures that workers read and that are changed at random.
import * as torch from 'lamplight';
import { data, nn, optim } from 'lamplight';
import { datasets, transforms } from 'lamplight/vision';

/** What the run is to do. */
export interface ResumeTask {
  /** The number of steps of the whole run after which it ends. */
  readonly until: number;
  /** What an earlier run has saved, to go on from. */
  readonly checkpoint: Uint8Array | null;
}

/** What has come of it. */
export interface ResumeResult {
  readonly losses: number[];
  readonly weights: number[];
  readonly checkpoint: Uint8Array;
}

const SIZE = 8;
const PICTURES = 12;

async function pictures(): Promise<Record<string, Blob>> {
  const files: Record<string, Blob> = {};
  for (let i = 0; i < PICTURES; i++) {
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    const bytes = Uint8ClampedArray.from({ length: 4 * SIZE * SIZE }, (_, k) =>
      k % 4 === 3 ? 255 : (37 * i + 11 * k) % 256,
    );
    canvas.getContext('2d')!.putImageData(new ImageData(bytes, SIZE, SIZE), 0, 0);
    files[`${i % 3}/${i}.png`] = await canvas.convertToBlob({ type: 'image/png' });
  }
  return files;
}

async function run({ until, checkpoint }: ResumeTask): Promise<ResumeResult> {
  torch.manualSeed(checkpoint ? 99 : 7);
  const transform = new transforms.Compose([
    new transforms.RandomCrop(SIZE, { padding: 2 }),
    new transforms.RandomHorizontalFlip(),
    new transforms.ColorJitter({ brightness: 0.3, saturation: 0.3 }),
    new transforms.ToTensor(),
  ]);
  const set = await datasets.ImageFolder(await pictures(), { transform });
  const loader = new data.DataLoader(set, { batchSize: 2, shuffle: true, numWorkers: 2 });
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(3 * SIZE * SIZE, 3), new nn.Dropout(0.2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const lossFn = new nn.CrossEntropyLoss();
  let step = 0;
  if (checkpoint) {
    const saved = (await torch.load(checkpoint)) as {
      model: Parameters<typeof model.loadStateDict>[0];
      optimizer: Parameters<typeof optimizer.loadStateDict>[0];
      loader: data.LoaderState;
      step: number;
    };
    model.loadStateDict(saved.model);
    optimizer.loadStateDict(saved.optimizer);
    loader.loadStateDict(saved.loader);
    step = saved.step;
  }
  const losses: number[] = [];
  let state: unknown = null;
  while (step < until) {
    for await (const [x, y] of loader) {
      optimizer.zeroGrad();
      const loss = lossFn(model(x), y);
      loss.backward();
      optimizer.step();
      losses.push(await loss.item());
      step++;
      state = { model: model.stateDict(), optimizer: optimizer.stateDict(), loader: loader.stateDict(), step };
      if (step === until) break;
    }
  }
  const weights = (await model.parameters()[0]!.flatten().tolist()) as number[];
  return { losses, weights, checkpoint: await torch.saveBytes(state as never, 'run.pt') };
}

self.onmessage = ({ data: task }: MessageEvent<ResumeTask>) => {
  run(task).then(
    (result) => self.postMessage({ result }),
    (error: Error) => self.postMessage({ error: `${error.stack}` }),
  );
};
