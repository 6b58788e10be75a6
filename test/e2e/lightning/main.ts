// The course's model of drawings, trained in a page with a Trainer's defaults, for a test that closes the page and goes on in another.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import {
  LambdaCallback,
  LightningModule,
  ModelCheckpoint,
  ProgressBar,
  seedEverything,
  Trainer,
} from 'lamplight/lightning';

/** What a training is to do. */
export interface Task {
  /** The folder of its checkpoints; in a page the beginning of the names of stores. */
  readonly root: string;
  /** Whether it goes on from the last checkpoint. */
  readonly resume: boolean;
  /** The step at which it stands still, until the page is closed; null to go through. */
  readonly holdAt: number | null;
  /** The step at which the device is lost; null for none. */
  readonly loseAt: number | null;
}

export interface Trained {
  readonly weights: readonly number[];
  readonly steps: number;
  /** What was said on the console. */
  readonly said: readonly string[];
  readonly bestModelPath: string;
  /** The names in the store of the checkpoints, in order. */
  readonly stored: readonly string[];
  /** What `loadFromCheckpoint` makes of the last of them. */
  readonly loaded: readonly number[];
}

declare global {
  interface Window {
    /** Steps taken so far. */
    steps: number;
    fit(task: Task): Promise<Trained>;
    /** Loads every checkpoint of a folder: their steps. */
    stored(root: string): Promise<number[]>;
  }
}

class Drawings extends LightningModule {
  conv1 = new nn.Conv2d(1, 20, 3, { stride: 2, padding: 1 });
  maxpool1 = new nn.MaxPool2d(1);
  linear = new nn.Linear(3920, 3);
  loss = new nn.CrossEntropyLoss();
  override forward(x: Tensor): Tensor {
    return this.linear(this.maxpool1(this.conv1(x).relu()).flatten(1));
  }
  trainingStep([x, y]: [Tensor, Tensor]): Tensor {
    const loss = this.loss(this.forward(x), y);
    this.log('train_loss', loss, { onEpoch: true, progBar: true });
    return loss;
  }
  validationStep([x, y]: [Tensor, Tensor]): void {
    this.log('val_loss', this.loss(this.forward(x), y), { onEpoch: true, progBar: true });
  }
  configureOptimizers() {
    return new optim.Adam(this.parameters(), { lr: 1e-3 });
  }
}

const SIZE = 28;

/** Pictures as a file has them, flattened. */
class Pictures extends data.Dataset<[Tensor, number]> {
  readonly #pixels = Float32Array.from({ length: 40 * SIZE * SIZE }, (_, i) => Math.sin(i * i));
  override get length() {
    return 40;
  }
  override get(i: number): [Tensor, number] {
    const at = i * SIZE * SIZE;
    return [torch.tensor(this.#pixels.subarray(at, at + SIZE * SIZE)).view(1, SIZE, SIZE), i % 3];
  }
}

const folderOf = (root: string) => `${root}/lightning_logs/version_0/checkpoints`;

const numbers = async (module: nn.Module): Promise<number[]> =>
  (await Promise.all(module.parameters().map(async (param) => [...(await param.data())]))).flat();

const said: string[] = [];
for (const name of ['log', 'info', 'warn'] as const) {
  const original = console[name].bind(console);
  console[name] = (...values: unknown[]) => {
    said.push(values.map(String).join(' '));
    original(...values);
  };
}

window.steps = 0;

window.fit = async ({ root, resume, holdAt, loseAt }) => {
  seedEverything(0);
  const [train, val] = data.randomSplit(new Pictures(), [0.8, 0.2]);
  const trainLoader = new data.DataLoader(train!, { batchSize: 10, shuffle: true });
  const valLoader = new data.DataLoader(val!, { batchSize: 10, shuffle: true });
  const model = new Drawings();
  const checkpoint = new ModelCheckpoint({ everyNTrainSteps: 1, saveLast: true });
  const watching = new LambdaCallback({
    onTrainBatchEnd: async (trainer) => {
      window.steps = trainer.globalStep;
      if (window.steps === loseAt) torch.gpu.device()!.destroy();
      if (window.steps === holdAt) await new Promise(() => {});
    },
  });
  const element = document.querySelector('#bar')!;
  const trainer = new Trainer({
    maxEpochs: 2,
    deterministic: true,
    defaultRootDir: root,
    callbacks: [new ProgressBar({ refreshRate: 0, element }), watching, checkpoint],
  });
  await trainer.fit(model, trainLoader, valLoader, { ckptPath: resume ? 'last' : null });
  const store = new torch.CheckpointStore(folderOf(root));
  const loaded = await Drawings.loadFromCheckpoint(checkpoint.lastModelPath);
  return {
    weights: await numbers(model),
    steps: trainer.globalStep,
    said,
    bestModelPath: checkpoint.bestModelPath,
    stored: (await store.list()).map(({ name }) => name).sort(),
    loaded: await numbers(loaded),
  };
};

window.stored = async (root) => {
  const store = new torch.CheckpointStore(folderOf(root));
  const names = (await store.list()).map(({ name }) => name);
  return Promise.all(names.map(async (name) => Number((await store.load(name)).global_step)));
};
