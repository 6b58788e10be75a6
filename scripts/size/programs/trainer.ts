// A Trainer that fits a module with a metric for a step.
import { data, nn, optim, rand, randint, type Tensor } from 'lamplight';
import * as F from 'lamplight/functional';
import { LightningModule, Trainer } from 'lamplight/lightning';
import { Accuracy } from 'lamplight/metrics';

class Net extends LightningModule {
  net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10));
  accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 });
  forward(x: Tensor) {
    return this.net(x);
  }
  trainingStep([x, y]: [Tensor, Tensor]) {
    const scores = this(x);
    this.accuracy.update(scores, y);
    this.log('accuracy', this.accuracy, { onEpoch: true });
    return F.crossEntropy(scores, y);
  }
  configureOptimizers() {
    return new optim.Adam(this.parameters(), { lr: 1e-3 });
  }
}

async function train() {
  const set = new data.TensorDataset(rand(8, 1, 28, 28), randint(0, 10, [8]));
  const trainer = new Trainer({
    maxEpochs: 1,
    logger: false,
    enableCheckpointing: false,
    enableModelSummary: false,
    enableProgressBar: false,
  });
  await trainer.fit(new Net(), new data.DataLoader(set, { batchSize: 8 }));
  console.log(await trainer.callbackMetrics.accuracy!.item());
}

void train();
