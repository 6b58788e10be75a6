// PyTorch's example `super_resolution` in TypeScript: an efficient sub-pixel network (Shi et al. 2016) that enlarges pictures.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { discs } from './pictures';

const F = nn.functional;

export const defaults = {
  upscaleFactor: 3,
  batchSize: 64,
  testBatchSize: 10,
  nEpochs: 2,
  lr: 0.01,
  seed: 123,
  /** Pixels of a side of the large pictures. */
  cropSize: 256,
  trainSize: 200,
  testSize: 100,
  /** Writes the weights after each epoch. */
  checkpoints: false,
};

class Net extends nn.Module {
  relu = new nn.ReLU();
  conv1 = new nn.Conv2d(1, 64, [5, 5], [1, 1], [2, 2]);
  conv2 = new nn.Conv2d(64, 64, [3, 3], [1, 1], [1, 1]);
  conv3 = new nn.Conv2d(64, 32, [3, 3], [1, 1], [1, 1]);
  conv4: nn.Conv2d;
  pixelShuffle: nn.PixelShuffle;
  constructor(upscaleFactor: number) {
    super();
    this.conv4 = new nn.Conv2d(32, upscaleFactor ** 2, [3, 3], [1, 1], [1, 1]);
    this.pixelShuffle = new nn.PixelShuffle(upscaleFactor);
    this.initializeWeights();
  }
  forward(x: Tensor) {
    x = this.relu(this.conv1(x));
    x = this.relu(this.conv2(x));
    x = this.relu(this.conv3(x));
    x = this.pixelShuffle(this.conv4(x));
    return x;
  }
  initializeWeights() {
    nn.init.orthogonal_(this.conv1.weight, nn.init.calculateGain('relu'));
    nn.init.orthogonal_(this.conv2.weight, nn.init.calculateGain('relu'));
    nn.init.orthogonal_(this.conv3.weight, nn.init.calculateGain('relu'));
    nn.init.orthogonal_(this.conv4.weight);
  }
}

/** Pairs of a picture made small and the picture itself, both of one channel, as of the luminance. */
function pairs(count: number, cropSize: number, upscaleFactor: number) {
  const target = discs(count, 1, cropSize - (cropSize % upscaleFactor));
  return new data.TensorDataset(F.avgPool2d(target, upscaleFactor), target);
}

/** Trains, and returns the pictures of the last test batch, made large by the network: [n, 1, size, size]. */
export async function main(options: Partial<typeof defaults> = {}) {
  const args = { ...defaults, ...options };
  const device = torch.device('cuda');
  torch.manualSeed(args.seed);

  const trainSet = pairs(args.trainSize, args.cropSize, args.upscaleFactor);
  const testSet = pairs(args.testSize, args.cropSize, args.upscaleFactor);
  const trainingDataLoader = new data.DataLoader(trainSet, { batchSize: args.batchSize, shuffle: true });
  const testingDataLoader = new data.DataLoader(testSet, { batchSize: args.testBatchSize, shuffle: false });

  const model = new Net(args.upscaleFactor).to(device);
  const criterion = new nn.MSELoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: args.lr });

  async function train(epoch: number) {
    let epochLoss = 0;
    let iteration = 0;
    for await (const batch of trainingDataLoader) {
      const [input, target] = [batch[0].to(device), batch[1].to(device)];
      optimizer.zeroGrad();
      const loss = criterion(model(input), target);
      const lossValue = await loss.item();
      epochLoss += lossValue;
      loss.backward();
      optimizer.step();
      iteration++;
      console.log(`Epoch ${epoch} (${iteration}/${trainingDataLoader.length}): loss ${lossValue.toFixed(6)}`);
    }
    console.log(`Epoch ${epoch}: average loss ${(epochLoss / trainingDataLoader.length).toFixed(6)}`);
  }

  async function test() {
    let avgPsnr = 0;
    let prediction: Tensor | undefined;
    for await (const batch of testingDataLoader) {
      const [input, target] = [batch[0].to(device), batch[1].to(device)];
      const enlarged = torch.noGrad(() => model(input));
      const mse = torch.noGrad(() => criterion(enlarged, target));
      avgPsnr += 10 * Math.log10(1 / (await mse.item()));
      prediction = enlarged;
    }
    console.log(`Average PSNR ${(avgPsnr / testingDataLoader.length).toFixed(6)} dB`);
    return prediction!;
  }

  let prediction: Tensor | undefined;
  for (let epoch = 1; epoch <= args.nEpochs; epoch++) {
    await train(epoch);
    prediction = await test();
    if (args.checkpoints) await torch.save(model.stateDict(), `model_epoch_${epoch}.safetensors`);
  }
  return prediction;
}
