// Loops that train one network on the same batches: written by hand, and by a Trainer, with and without what it logs.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { LightningModule, MemoryLogger, ProgressBar, Trainer } from 'lamplight/lightning';
import { Accuracy, F1Score } from 'lamplight/metrics';
import type { TrainingRow } from '../rows/row';

export type Batch = [x: Tensor, labels: Tensor];

/** A loop takes its batches from where it is told, and ends where they do. */
type Loop = (row: TrainingRow, batches: AsyncIterable<Batch>) => Promise<void>;

/** Batches of a pass over the data. */
const BATCHES = 16;

/** Batches of random examples of a row's shape. */
export function batchesOf(row: TrainingRow, size: number): data.DataLoader<Batch, Batch> {
  torch.manualSeed(0);
  const count = size * BATCHES;
  const inputs = torch.randn(count, ...row.batch().x.shape.slice(1));
  const labels = torch.randint(0, row.classes, [count]);
  const set = new data.TensorDataset(inputs, labels);
  return new data.DataLoader(set, { batchSize: size }) as unknown as data.DataLoader<Batch, Batch>;
}

const metricsOf = ({ classes }: TrainingRow) => ({
  accuracy: new Accuracy({ task: 'multiclass', numClasses: classes }),
  f1: new F1Score({ task: 'multiclass', numClasses: classes }),
});

function started(row: TrainingRow) {
  torch.manualSeed(1);
  const network = row.lamplight();
  return { network, lossFn: new nn.CrossEntropyLoss(), optimizer: new optim.Adam(network.parameters()) };
}

const byHand: Loop = async (row, batches) => {
  const { network, lossFn, optimizer } = started(row);
  for await (const [x, labels] of batches) {
    optimizer.zeroGrad();
    lossFn(network(x), labels).backward();
    optimizer.step();
  }
};

const byHandWithMetrics: Loop = async (row, batches) => {
  const { network, lossFn, optimizer } = started(row);
  const { accuracy, f1 } = metricsOf(row);
  for await (const [x, labels] of batches) {
    optimizer.zeroGrad();
    const scores = network(x);
    lossFn(scores, labels).backward();
    optimizer.step();
    accuracy.update(scores.detach(), labels);
    f1.update(scores.detach(), labels);
  }
};

class Classifier extends LightningModule {
  network: nn.UnaryModule;
  lossFn = new nn.CrossEntropyLoss();
  constructor(row: TrainingRow) {
    super();
    torch.manualSeed(1);
    this.network = row.lamplight();
  }
  trainingStep([x, labels]: Batch): Tensor {
    return this.lossFn(this.network(x), labels);
  }
  configureOptimizers() {
    return new optim.Adam(this.parameters());
  }
}

class LoggingClassifier extends Classifier {
  readonly metrics: ReturnType<typeof metricsOf>;
  constructor(row: TrainingRow) {
    super(row);
    this.metrics = metricsOf(row);
  }
  override trainingStep([x, labels]: Batch): Tensor {
    const scores = this.network(x);
    const loss = this.lossFn(scores, labels);
    const { accuracy, f1 } = this.metrics;
    accuracy.update(scores.detach(), labels);
    f1.update(scores.detach(), labels);
    this.log('train_loss', loss, { progBar: true, onEpoch: true });
    this.logDict({ accuracy, f1 }, { onStep: false, onEpoch: true });
    return loss;
  }
}

const quiet = { maxEpochs: 1, enableCheckpointing: false, enableModelSummary: false } as const;

const byTrainer: Loop = async (row, batches) => {
  await new Trainer({ ...quiet, logger: false, enableProgressBar: false }).fit(new Classifier(row), batches);
};

const byTrainerThatLogs: Loop = async (row, batches) => {
  const element = typeof document === 'undefined' ? null : document.body.appendChild(document.createElement('div'));
  await new Trainer({
    ...quiet,
    logger: new MemoryLogger(),
    logEveryNSteps: 1,
    callbacks: [new ProgressBar({ element })],
  }).fit(new LoggingClassifier(row), batches);
};

export const loops = {
  'by hand': byHand,
  Trainer: byTrainer,
  'by hand, two metrics': byHandWithMetrics,
  'Trainer that logs each step, two metrics and a bar': byTrainerThatLogs,
} as const satisfies Record<string, Loop>;

export type LoopName = keyof typeof loops;

export const loopNames = Object.keys(loops) as LoopName[];
