// A process of tests in Node that trains until it is killed: its only weights are the steps taken, and a checkpoint is written at each.
import process from 'node:process';
import { nn, ones, optim, type Tensor, zeros } from 'lamplight';
import { LambdaCallback, LightningModule, ModelCheckpoint, Trainer } from 'lamplight/lightning';

const LARGE = 1_000_000;

class Counter extends LightningModule {
  w = new nn.Parameter(zeros(LARGE));
  trainingStep(): Tensor {
    // Its gradient is -1, and so is the learning rate's share of it.
    return this.w.sum().neg();
  }
  configureOptimizers() {
    return new optim.SGD(this.parameters(), { lr: 1 });
  }
}

const told = new LambdaCallback({ onTrainBatchEnd: (trainer) => void process.send?.(trainer.globalStep) });
const checkpoint = new ModelCheckpoint({ dirpath: process.argv[2]!, everyNTrainSteps: 1, saveTopK: 1, saveLast: true });
await new Trainer({
  maxEpochs: -1,
  logger: false,
  enableProgressBar: false,
  callbacks: [told, checkpoint],
}).fit(
  new Counter(),
  Array.from({ length: 50 }, () => ones(1)),
);
