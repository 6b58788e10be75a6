// Lays fifty training steps of five small models under five optimizers beside PyTorch's loss curves from the same seed.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface Curve extends FixtureCase {
  readonly model: keyof typeof models;
  readonly optimizer: keyof typeof optimizers;
  readonly options: { readonly lr: number };
  readonly seed: number;
  /** Of a batch of inputs. */
  readonly shape: readonly number[];
  /** How many classes the labels have; 0 where the target is a sum of sines, -1 where it is the input. */
  readonly classes: number;
  /** How many batches take turns. */
  readonly batches: number;
  readonly losses: readonly number[];
}

class MLP extends nn.Module {
  fc1 = new nn.Linear(6, 16);
  fc2 = new nn.Linear(16, 16);
  fc3 = new nn.Linear(16, 1);
  forward(x: Tensor) {
    return this.fc3(torch.tanh(this.fc2(torch.tanh(this.fc1(x)))));
  }
}

class CNN extends nn.Module {
  conv1 = new nn.Conv2d(1, 4, 3, { padding: 1 });
  bn1 = new nn.BatchNorm2d(4);
  pool = new nn.MaxPool2d(2);
  conv2 = new nn.Conv2d(4, 6, 3, { padding: 1 });
  bn2 = new nn.BatchNorm2d(6);
  drop = new nn.Dropout(0.5).eval();
  fc = new nn.Linear(54, 4);
  forward(x: Tensor) {
    x = this.pool(F.relu(this.bn1(this.conv1(x))));
    x = this.pool(F.relu(this.bn2(this.conv2(x))));
    return this.fc(this.drop(x.flatten(1)));
  }
}

/** A stem, one basic block that halves the image and doubles the channels, and a classifier. */
class ResNet extends nn.Module {
  stem = new nn.Conv2d(3, 4, 3, { padding: 1, bias: false });
  bn0 = new nn.BatchNorm2d(4);
  conv1 = new nn.Conv2d(4, 8, 3, { stride: 2, padding: 1, bias: false });
  bn1 = new nn.BatchNorm2d(8);
  conv2 = new nn.Conv2d(8, 8, 3, { padding: 1, bias: false });
  bn2 = new nn.BatchNorm2d(8);
  downsample = new nn.Sequential(new nn.Conv2d(4, 8, 1, { stride: 2, bias: false }), new nn.BatchNorm2d(8));
  pool = new nn.AdaptiveAvgPool2d(1);
  fc = new nn.Linear(8, 4);
  forward(x: Tensor) {
    x = F.relu(this.bn0(this.stem(x)));
    const y = this.bn2(this.conv2(F.relu(this.bn1(this.conv1(x)))));
    return this.fc(this.pool(F.relu(y.add(this.downsample(x)))).flatten(1));
  }
}

class Autoencoder extends nn.Module {
  encoder = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(4, 8, 3, { stride: 2, padding: 1 }),
    new nn.ReLU(),
  );
  decoder = new nn.Sequential(
    new nn.ConvTranspose2d(8, 4, 3, { stride: 2, padding: 1 }),
    new nn.ReLU(),
    new nn.ConvTranspose2d(4, 1, 3, { stride: 2, padding: 1, outputPadding: 1 }),
  );
  forward(x: Tensor) {
    return this.decoder(this.encoder(x));
  }
}

class Recurrent extends nn.Module {
  lstm = new nn.LSTM(3, 8, { batchFirst: true });
  fc = new nn.Linear(8, 3);
  forward(x: Tensor) {
    return this.fc(this.lstm(x)[0].at(':', -1));
  }
}

const models = {
  mlp: () => new MLP(),
  cnn: () => new CNN(),
  resnet: () => new ResNet(),
  autoencoder: () => new Autoencoder(),
  lstm: () => new Recurrent(),
} satisfies Record<string, () => nn.UnaryModule>;

type Build = (parameters: nn.Parameter[], options: Curve['options']) => optim.Optimizer;

const optimizers = {
  SGD: (parameters, options) => new optim.SGD(parameters, options),
  Adam: (parameters, options) => new optim.Adam(parameters, options),
  AdamW: (parameters, options) => new optim.AdamW(parameters, options),
  RMSprop: (parameters, options) => new optim.RMSprop(parameters, options),
  Adagrad: (parameters, options) => new optim.Adagrad(parameters, options),
} satisfies Record<string, Build>;

const { cases } = await loadFixture<Curve>('curves');

function batch({ shape, classes }: Curve): [x: Tensor, y: Tensor] {
  const x = torch.randn(shape);
  if (classes > 0) return [x, torch.randint(0, classes, [shape[0]!])];
  return [x, classes === 0 ? x.sin().sum(1, { keepdim: true }) : x];
}

/** The losses of as many steps as PyTorch took, in one tensor; nothing is read back on the way. */
function train(curve: Curve): Tensor {
  torch.manualSeed(curve.seed);
  const batches = Array.from({ length: curve.batches }, () => batch(curve));
  const model: nn.UnaryModule = models[curve.model]();
  const optimizer = optimizers[curve.optimizer](model.parameters(), curve.options);
  const lossFn = curve.classes > 0 ? new nn.CrossEntropyLoss() : new nn.MSELoss();
  const losses = curve.losses.map((_, step) => {
    const [x, y] = batches[step % batches.length]!;
    optimizer.zeroGrad();
    const loss = lossFn(model(x), y);
    loss.backward();
    optimizer.step();
    return loss.detach();
  });
  return torch.stack(losses);
}

test('every model meets every optimizer', () => {
  const met = new Set(cases.map(({ model, optimizer }) => `${model} ${optimizer}`));
  expect(met.size).toBe(25);
  expect(cases.every(({ losses }) => losses.length === 50)).toBe(true);
});

// One in six takes each model with another optimizer.
test.each(sampled(cases, 12))('$name: fifty losses are PyTorch’s', async (curve) => {
  const losses = await train(curve).data();
  const apart = curve.losses.map((expected, step) => Math.abs(Number(losses[step]) / expected - 1));
  const worst = apart.indexOf(Math.max(...apart));
  expect(apart[worst], `step ${worst}: ${losses[worst]}, expected ${curve.losses[worst]}`).toBeLessThan(1e-4);
});
