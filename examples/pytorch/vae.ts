// PyTorch's example `vae` in TypeScript: a variational autoencoder (Kingma & Welling 2013) of MNIST's digits.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';

const F = nn.functional;

export const defaults = {
  batchSize: 128,
  epochs: 10,
  seed: 1,
  logInterval: 10,
  /** The folder or the address of MNIST's four files. */
  data: 'mnist/',
  trainSize: 60_000,
  testSize: 10_000,
};
type Args = typeof defaults;

class VAE extends nn.Module {
  fc1 = new nn.Linear(784, 400);
  fc21 = new nn.Linear(400, 20);
  fc22 = new nn.Linear(400, 20);
  fc3 = new nn.Linear(20, 400);
  fc4 = new nn.Linear(400, 784);

  encode(x: Tensor): [mu: Tensor, logvar: Tensor] {
    const h1 = F.relu(this.fc1(x));
    return [this.fc21(h1), this.fc22(h1)];
  }
  reparameterize(mu: Tensor, logvar: Tensor) {
    const std = torch.exp(logvar.mul(0.5));
    const eps = torch.randnLike(std);
    return mu.add(eps.mul(std));
  }
  decode(z: Tensor) {
    const h3 = F.relu(this.fc3(z));
    return torch.sigmoid(this.fc4(h3));
  }
  forward(x: Tensor): [recon: Tensor, mu: Tensor, logvar: Tensor] {
    const [mu, logvar] = this.encode(x.view(-1, 784));
    const z = this.reparameterize(mu, logvar);
    return [this.decode(z), mu, logvar];
  }
}

/** Of a batch: how far the pictures are from the originals, and −½ Σ (1 + log σ² − μ² − σ²), the divergence of q(z | x) from N(0, 1). */
function lossFunction(reconX: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) {
  const BCE = F.binaryCrossEntropy(reconX, x.view(-1, 784), { reduction: 'sum' });
  const KLD = logvar.add(1).sub(mu.pow(2)).sub(logvar.exp()).sum().mul(-0.5);
  return BCE.add(KLD);
}

type Loader = data.DataLoader<[Tensor, number]>;

async function train(
  args: Args,
  model: VAE,
  device: torch.Device,
  trainLoader: Loader,
  optimizer: optim.Adam,
  epoch: number,
) {
  model.train();
  let trainLoss: Tensor = torch.tensor(0);
  let batchIdx = 0;
  for await (let [input] of trainLoader) {
    input = input.to(device);
    optimizer.zeroGrad();
    const [reconBatch, mu, logvar] = model(input);
    const loss = lossFunction(reconBatch, input, mu, logvar);
    loss.backward();
    trainLoss = trainLoss.add(loss.detach());
    optimizer.step();
    if (batchIdx % args.logInterval === 0) {
      const each = (await loss.item()) / input.shape[0]!;
      console.log(`Epoch ${epoch}, image ${batchIdx * args.batchSize} of ${args.trainSize}: loss ${each.toFixed(6)}`);
    }
    batchIdx++;
  }
  console.log(`Epoch ${epoch}: average loss ${((await trainLoss.item()) / args.trainSize).toFixed(6)}`);
}

async function test(args: Args, model: VAE, device: torch.Device, testLoader: Loader) {
  model.eval();
  let testLoss: Tensor = torch.tensor(0);
  for await (let [input] of testLoader) {
    input = input.to(device);
    torch.noGrad(() => {
      const [reconBatch, mu, logvar] = model(input);
      testLoss = testLoss.add(lossFunction(reconBatch, input, mu, logvar));
    });
  }
  console.log(`Test: loss ${((await testLoss.item()) / args.testSize).toFixed(6)}`);
}

/** Trains, and returns 64 pictures of random codes: [64, 1, 28, 28], numbers from 0 to 1. */
export async function main(options: Partial<Args> = {}) {
  const args = { ...defaults, ...options };
  torch.manualSeed(args.seed);
  const device = torch.device('cuda');

  const transform = new vision.transforms.ToTensor();
  const trainSet = await vision.datasets.MNIST(args.data, { train: true, transform, limit: args.trainSize });
  const testSet = await vision.datasets.MNIST(args.data, { train: false, transform, limit: args.testSize });
  const trainLoader = new data.DataLoader(trainSet, { batchSize: args.batchSize, shuffle: true });
  const testLoader = new data.DataLoader(testSet, { batchSize: args.batchSize, shuffle: false });

  const model = new VAE().to(device);
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  for (let epoch = 1; epoch <= args.epochs; epoch++) {
    await train(args, model, device, trainLoader, optimizer, epoch);
    await test(args, model, device, testLoader);
  }
  return torch.noGrad(() => model.decode(torch.randn(64, 20).to(device)).view(64, 1, 28, 28));
}
