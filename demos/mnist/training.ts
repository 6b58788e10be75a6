// The course's training run on MNIST, as a sequence of events: whoever reads them sets the pace, and pauses by not reading on.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import type { Mnist } from 'lamplight-notebook/mnist/files';
import { createModel, type MnistModel } from './models';
import type { EpochResult, Hyperparameters, StepCounters } from './protocol';
import { SteadyCounters } from './steady-counters';

export type TrainingEvent =
  | {
      readonly type: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly images: number;
    }
  | {
      readonly type: 'losses';
      /** The first of these steps, counted from the beginning of the run. */
      readonly first: number;
      readonly losses: readonly number[];
      readonly accuracies: readonly number[];
    }
  | { readonly type: 'evaluating'; readonly epoch: number; readonly step: number; readonly steps: number }
  | { readonly type: 'epoch'; readonly result: EpochResult };

/** How many steps' losses are read back together: as many as take about this long, so that the GPU is not kept waiting. */
const READ_INTERVAL = 250;
/** Few sizes, so that few plans are compiled for reading. */
const READ_SIZES = [50, 20, 10, 5, 2, 1];
/** Steps at the beginning of an epoch that are not yet counted as steady. */
const WARM_UP = 3;

/** The adapter in words, and whether it is the processor in disguise. */
export async function describeAdapter(): Promise<{ adapter: string; software: boolean }> {
  const { kind, vendor, architecture, description } = await torch.init();
  const adapter = description || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
  return { adapter, software: kind === 'software' };
}

export class Trainer {
  readonly model: MnistModel;
  readonly stepsPerEpoch: number;
  /** Epochs completed. */
  epoch = 0;
  /** Whether the network has seen a batch, or weights were loaded: before that its last layer has no shape. */
  initialized = false;

  private readonly optimizer: optim.Optimizer;
  private readonly lossFn = new nn.CrossEntropyLoss({ reduction: 'sum' });
  private readonly trainLoader;
  private readonly testLoader;
  private readonly trainLength: number;
  private readonly testLength: number;
  private readonly arrived: TrainingEvent[] = [];
  private unread = noneUnread(0);
  private reads: Promise<void>[] = [];
  private workBeside = 0;
  private disturbed = false;
  private readonly counters = new SteadyCounters();

  /** `accuracy` also counts right answers while training, at the cost of a few dispatches a step. */
  constructor(
    mnist: Mnist,
    readonly settings: Hyperparameters,
    private readonly options: { readonly accuracy: boolean },
  ) {
    const { batchSize, limit, lr, seed } = settings;
    // PyTorch's order of random draws: seed, network, then each pass of a loader.
    torch.manualSeed(seed);
    this.model = createModel(settings.model);
    const parameters = this.model.parameters();
    this.optimizer =
      settings.optimizer === 'adam' ? new optim.Adam(parameters, { lr }) : new optim.SGD(parameters, { lr });
    const trainSet =
      limit < mnist.train.length
        ? new data.Subset(
            mnist.train,
            Array.from({ length: limit }, (_, i) => i),
          )
        : mnist.train;
    this.trainLoader = new data.DataLoader(trainSet, { batchSize, shuffle: true });
    this.testLoader = new data.DataLoader(mnist.test, { batchSize, shuffle: true });
    this.trainLength = trainSet.length;
    this.testLength = mnist.test.length;
    this.stepsPerEpoch = this.trainLoader.length;
  }

  /** Elements of all parameters; null before the lazy layer has its shape. */
  get parameterCount(): number | null {
    if (!this.initialized) return null;
    return this.model.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0);
  }

  /** What one step asks of WebGPU, in the steady state of the latest epoch; null before there is one. */
  get steadyStep(): StepCounters | null {
    return this.counters.steadyStep;
  }

  /** The same, or for a run too short to become steady what its last step asked. */
  get perStep(): StepCounters | null {
    return this.counters.steadyStep ?? this.counters.unsteady;
  }

  /** Trains and tests, epoch after epoch, until `epochs` are completed in all. */
  async *run(epochs: number): AsyncGenerator<TrainingEvent, void, void> {
    while (this.epoch < epochs) {
      const began = performance.now();
      const trainLoss = yield* this.train();
      const { testLoss, testAccuracy } = yield* this.evaluate();
      const seconds = (performance.now() - began) / 1000;
      const result = { epoch: this.epoch, trainLoss, testLoss, testAccuracy, seconds };
      this.epoch++;
      yield { type: 'epoch', result };
    }
  }

  /** Does work between the steps, whose calls to WebGPU are then not taken for a step's. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    this.workBeside++;
    this.disturbed = true;
    try {
      return await work();
    } finally {
      this.workBeside--;
      this.disturbed = true;
    }
  }

  /** Reads the losses that are still on the device, for a run that has been paused. */
  async catchUp(): Promise<TrainingEvent[]> {
    this.read();
    await Promise.all(this.reads.splice(0));
    return this.arrived.splice(0);
  }

  private async *train(): AsyncGenerator<TrainingEvent, number, void> {
    const { model, optimizer, lossFn, epoch, stepsPerEpoch } = this;
    model.train();
    this.counters.begin();
    this.unread = noneUnread(epoch * stepsPerEpoch);
    let totalTrainLoss: Tensor = torch.tensor(0);
    let step = 0;
    for await (const [inputs, targets] of this.trainLoader) {
      optimizer.zeroGrad();
      const preds = model(inputs);
      const trainLoss = lossFn(preds, targets);
      trainLoss.backward();
      optimizer.step();
      totalTrainLoss = totalTrainLoss.add(trainLoss);
      this.initialized = true;
      step++;
      const images = inputs.shape[0]!;
      this.note(images, trainLoss, preds, targets);
      this.counters.step(step > WARM_UP && !this.disturbed && images === this.settings.batchSize);
      this.disturbed = this.workBeside > 0;
      yield { type: 'step', epoch, step, steps: stepsPerEpoch, images };
      if (this.unread.losses.length >= this.unread.enough) this.read();
      yield* this.arrived.splice(0);
    }
    yield* await this.catchUp();
    const meanTrainLoss = totalTrainLoss.div(this.trainLength).detach();
    return meanTrainLoss.item();
  }

  private async *evaluate(): AsyncGenerator<TrainingEvent, { testLoss: number; testAccuracy: number }, void> {
    const { model, lossFn, epoch } = this;
    model.eval();
    let totalTestLoss: Tensor = torch.tensor(0);
    let correct: Tensor = torch.tensor(0);
    let step = 0;
    for await (const [inputs, targets] of this.testLoader) {
      const preds = model(inputs);
      totalTestLoss = totalTestLoss.add(lossFn(preds, targets).detach());
      correct = correct.add(model.predict(inputs).eq(targets).sum());
      yield { type: 'evaluating', epoch, step: ++step, steps: this.testLoader.length };
    }
    const meanTestLoss = totalTestLoss.div(this.testLength).detach();
    const [testLoss, right] = await Promise.all([meanTestLoss.item(), correct.item()]);
    model.train();
    return { testLoss, testAccuracy: right / this.testLength };
  }

  private note(images: number, loss: Tensor, preds: Tensor, targets: Tensor): void {
    const { sizes, losses, correct } = this.unread;
    sizes.push(images);
    losses.push(loss.detach());
    if (this.options.accuracy) correct.push(preds.argmax(-1).eq(targets).sum());
  }

  /** Reads losses back while training goes on; they come out as an event later. */
  private read(): void {
    const { first, sizes, losses, correct, since } = this.unread;
    if (losses.length === 0) return;
    const milliseconds = (performance.now() - since) / losses.length;
    const enough = READ_SIZES.find((size) => size * milliseconds <= READ_INTERVAL) ?? 1;
    this.unread = noneUnread(first + losses.length, enough);
    const values = Promise.all([torch.stack(losses).data(), correct.length > 0 ? torch.stack(correct).data() : []]);
    // What a read asks of WebGPU it asks now; the step's count begins after it.
    this.counters.restart();
    const read = values.then(([sums, counts]) => {
      this.reads = this.reads.filter((one) => one !== read);
      const perImage = (values: ArrayLike<number>) => sizes.map((size, i) => (values[i] ?? Number.NaN) / size);
      const accuracies = counts.length > 0 ? perImage(counts) : [];
      this.arrived.push({ type: 'losses', first, losses: perImage(sums), accuracies });
    });
    // A read that fails stays in the list, and its error is thrown where the list is next awaited.
    read.catch(() => {});
    this.reads.push(read);
  }
}

/** Losses on the device that nobody has read, and how many make a read worth while. */
interface Unread {
  readonly first: number;
  readonly enough: number;
  readonly since: number;
  readonly sizes: number[];
  readonly losses: Tensor[];
  readonly correct: Tensor[];
}

const noneUnread = (first: number, enough = 1): Unread => ({
  first,
  enough,
  since: performance.now(),
  sizes: [],
  losses: [],
  correct: [],
});
