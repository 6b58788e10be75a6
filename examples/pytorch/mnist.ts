// PyTorch's example `mnist` in TypeScript: a convolutional network that reads digits, trained by Adadelta.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';

const F = nn.functional;

export const defaults = {
  batchSize: 64,
  testBatchSize: 1000,
  epochs: 14,
  lr: 1.0,
  gamma: 0.7,
  dropout1: 0.25,
  dropout2: 0.5,
  dryRun: false,
  seed: 1,
  logInterval: 10,
  saveModel: false,
  /** The folder or the address of MNIST's four files. */
  data: 'mnist/',
  trainSize: 60_000,
  testSize: 10_000,
};
type Args = typeof defaults;

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 32, 3, 1);
  conv2 = new nn.Conv2d(32, 64, 3, 1);
  dropout1: nn.Dropout;
  dropout2: nn.Dropout;
  fc1 = new nn.Linear(9216, 128);
  fc2 = new nn.Linear(128, 10);
  constructor({ dropout1, dropout2 }: Args) {
    super();
    this.dropout1 = new nn.Dropout(dropout1);
    this.dropout2 = new nn.Dropout(dropout2);
  }
  forward(x: Tensor) {
    x = F.relu(this.conv1(x));
    x = F.relu(this.conv2(x));
    x = F.maxPool2d(x, 2);
    x = this.dropout1(x);
    x = torch.flatten(x, 1);
    x = F.relu(this.fc1(x));
    x = this.dropout2(x);
    x = this.fc2(x);
    return F.logSoftmax(x, 1);
  }
}

type Loader = data.DataLoader<[Tensor, number]>;

async function train(
  args: Args,
  model: Net,
  device: torch.Device,
  trainLoader: Loader,
  optimizer: optim.Adadelta,
  epoch: number,
) {
  model.train();
  let batch = 0;
  for await (let [input, target] of trainLoader) {
    [input, target] = [input.to(device), target.to(device)];
    optimizer.zeroGrad();
    const output = model(input);
    const loss = F.nllLoss(output, target);
    loss.backward();
    optimizer.step();
    if (batch % args.logInterval === 0) {
      console.log(
        `Epoch ${epoch}, image ${batch * args.batchSize} of ${args.trainSize}: loss ${(await loss.item()).toFixed(6)}`,
      );
      if (args.dryRun) break;
    }
    batch++;
  }
}

async function test(args: Args, model: Net, device: torch.Device, testLoader: Loader) {
  model.eval();
  let testLoss: Tensor = torch.tensor(0);
  let correct: Tensor = torch.tensor(0);
  for await (let [input, target] of testLoader) {
    [input, target] = [input.to(device), target.to(device)];
    torch.noGrad(() => {
      const output = model(input);
      testLoss = testLoss.add(F.nllLoss(output, target, { reduction: 'sum' }));
      const pred = output.argmax(1, true);
      correct = correct.add(pred.eq(target.viewAs(pred)).sum());
    });
  }
  const loss = (await testLoss.item()) / args.testSize;
  console.log(`Test: average loss ${loss.toFixed(6)}, ${await correct.item()} of ${args.testSize} right`);
}

export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  torch.manualSeed(args.seed);
  const device = torch.device('cuda');

  const transform = new vision.transforms.Compose([
    new vision.transforms.ToTensor(),
    new vision.transforms.Normalize([0.1307], [0.3081]),
  ]);
  const dataset1 = await vision.datasets.MNIST(args.data, { train: true, transform, limit: args.trainSize });
  const dataset2 = await vision.datasets.MNIST(args.data, { train: false, transform, limit: args.testSize });
  const trainLoader = new data.DataLoader(dataset1, { batchSize: args.batchSize, shuffle: true });
  const testLoader = new data.DataLoader(dataset2, { batchSize: args.testBatchSize, shuffle: true });

  const model = new Net(args).to(device);
  const optimizer = new optim.Adadelta(model.parameters(), { lr: args.lr });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 1, gamma: args.gamma });
  for (let epoch = 1; epoch <= args.epochs; epoch++) {
    await train(args, model, device, trainLoader, optimizer, epoch);
    await test(args, model, device, testLoader);
    scheduler.step();
  }
  if (args.saveModel) await torch.save(model.stateDict(), 'mnist_cnn.safetensors');
}
