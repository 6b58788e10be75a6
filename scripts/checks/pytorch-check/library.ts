// What `npm run check -- pytorch-check` writes: networks as Python, their weights and outputs, and checkpoints with the losses that come next.
import { writeFileSync } from 'node:fs';
import * as torch from 'lamplight';
import { nn, optim, vision } from 'lamplight';
import * as F from 'lamplight/functional';
import { toPython } from 'lamplight/pytorch';
import { families } from '../../../test/support/onnx/small-networks';

const BATCH = 8;
const STEPS = 10;

class LeNet5 extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5, { padding: 2 });
  conv2 = new nn.Conv2d(6, 16, 5);
  fc1 = new nn.Linear(400, 120);
  fc2 = new nn.Linear(120, 84);
  fc3 = new nn.Linear(84, 10);

  override forward(x: torch.Tensor): torch.Tensor {
    const low = F.maxPool2d(F.relu(this.conv1(x)), 2);
    const high = F.maxPool2d(F.relu(this.conv2(low)), 2);
    const flat = high.view(x.size(0), -1);
    return this.fc3(F.relu(this.fc2(F.relu(this.fc1(flat)))));
  }
}

class Classifier extends nn.Module {
  embed = new nn.Embedding(50, 16);
  lstm = new nn.LSTM(16, 32, { batchFirst: true, numLayers: 2 });
  fc = new nn.Linear(32, 5);

  override forward(tokens: torch.Tensor): torch.Tensor {
    const [states] = this.lstm(this.embed(tokens));
    return this.fc(states.at(':', -1));
  }
}

class Encoder extends nn.Module {
  embed = new nn.Embedding(50, 16);
  position = new nn.Parameter(torch.randn(1, 64, 16));
  encoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true, dropout: 0 }),
    2,
  );
  head = new nn.Linear(16, 50);

  constructor() {
    super();
    this.head.weight = this.embed.weight;
  }

  override forward(tokens: torch.Tensor): torch.Tensor {
    const x = this.embed(tokens).add(this.position.at(':', `:${tokens.size(1)}`));
    return this.head(this.encoder(x).mean(1));
  }
}

interface Case {
  readonly name: string;
  readonly model: () => nn.Module;
  readonly inputs: (count: number) => torch.Tensor;
  readonly targets: (count: number) => torch.Tensor;
  readonly optimizer: (parameters: nn.Parameter[]) => optim.Optimizer;
  readonly scheduler: (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler;
  /** The scheduler steps with every batch. */
  readonly byBatch?: boolean;
  /** It normalises by batches, which are halves in two processes. */
  readonly normalises?: boolean;
}

const pictures = (channels: number, size: number) => (count: number) => torch.rand(count, channels, size, size);
const classes =
  (most: number, ...size: number[]) =>
  (count: number) =>
    torch.randint(0, most, [count, ...size]);
const { StepLR, CosineAnnealingLR, OneCycleLR, SequentialLR, ConstantLR, ExponentialLR, MultiStepLR } =
  optim.lrScheduler;

/** Networks that go on training. */
const trained: readonly Case[] = [
  {
    name: 'LeNet5',
    model: () => new LeNet5(),
    inputs: pictures(1, 28),
    targets: classes(10),
    optimizer: (parameters) => new optim.Adam(parameters, { lr: 1e-3 }),
    scheduler: (optimizer) => new StepLR(optimizer, { stepSize: 1, gamma: 0.7 }),
  },
  {
    name: 'ResNet18',
    model: () => vision.models.resnet18({ numClasses: 10 }),
    inputs: pictures(3, 64),
    targets: classes(10),
    // Batches of eight are normalised over few numbers, so that greater steps carry rounding far.
    optimizer: (parameters) => new optim.SGD(parameters, { lr: 1e-5, momentum: 0.9, weightDecay: 1e-4 }),
    scheduler: (optimizer) => new CosineAnnealingLR(optimizer, { tMax: 10 }),
    normalises: true,
  },
  {
    name: 'LSTMClassifier',
    model: () => new Classifier(),
    inputs: classes(50, 7),
    targets: classes(5),
    optimizer: (parameters) => new optim.AdamW(parameters, { lr: 1e-3 }),
    scheduler: (optimizer) => new OneCycleLR(optimizer, { maxLr: 0.01, totalSteps: 40 }),
    byBatch: true,
  },
  {
    name: 'UNet',
    model: () => vision.models.unet({ inChannels: 3, numClasses: 2, baseChannels: 8 }),
    inputs: pictures(3, 16),
    targets: classes(2, 16, 16),
    optimizer: (parameters) => new optim.RMSprop(parameters, { lr: 1e-4 }),
    scheduler: (optimizer) =>
      new SequentialLR(
        optimizer,
        [new ConstantLR(optimizer, { factor: 0.5, totalIters: 2 }), new ExponentialLR(optimizer, { gamma: 0.9 })],
        [2],
      ),
    normalises: true,
  },
  {
    name: 'Transformer',
    model: () => new Encoder(),
    inputs: classes(50, 12),
    targets: classes(50),
    optimizer: (parameters) => new optim.Adam(parameters, { lr: 1e-3 }),
    scheduler: (optimizer) => new MultiStepLR(optimizer, { milestones: [1, 3] }),
  },
];

const { models } = vision;

/** Networks whose outputs are compared, with the size of their pictures. */
const networks: Readonly<Record<string, readonly [make: () => nn.Module, size: number]>> = {
  alexnet: [() => models.alexnet(), 64],
  vgg11_bn: [() => models.vgg11Bn(), 32],
  resnet50: [() => models.resnet50(), 64],
  densenet121: [() => models.densenet121(), 64],
  googlenet: [() => models.googlenet({ initWeights: false }), 96],
  inception_v3: [() => models.inceptionV3({ initWeights: false }), 96],
  squeezenet1_1: [() => models.squeezenet1_1(), 64],
  mobilenet_v2: [() => models.mobilenetV2(), 64],
  mobilenet_v3_small: [() => models.mobilenetV3Small(), 64],
  shufflenet_v2: [() => models.shufflenetV2X0_5(), 64],
  efficientnet_b0: [() => models.efficientnetB0(), 64],
  convnext_tiny: [() => models.convnextTiny(), 64],
  vit_b_16: [() => models.vitB16({ imageSize: 32 }), 32],
  fcn_resnet50: [() => models.segmentation.fcnResnet50(), 64],
  deeplabv3_resnet50: [() => models.segmentation.deeplabv3Resnet50(), 64],
};

/** Networks of the export that PyTorch does not take: boxes of whole numbers, and a parametrized layer. */
const APART: ReadonlySet<string> = new Set(['regions', 'normalised']);

/** All names, those that train first. */
export const names = (): string[] => [
  ...trained.map(({ name }) => name),
  ...Object.keys(families).filter((name) => !APART.has(name)),
  ...Object.keys(networks),
];

/** What the Python side is to do with the files of a network. */
export interface Written {
  readonly trains: boolean;
  readonly normalises: boolean;
  readonly losses: readonly number[];
}

const call = (model: nn.Module, x: unknown): unknown => model(...([x].flat() as never[]));

function exampleOf(name: string): { model: nn.Module; x: torch.Tensor | readonly unknown[] } {
  const small = families[name]?.();
  if (small) return { model: small.model, x: small.inputs };
  const [make, size] = networks[name]!;
  return { model: make(), x: torch.rand(2, 3, size, size) };
}

/** Writes the files of a network into a folder. */
export async function write(name: string, folder: string): Promise<Written> {
  torch.manualSeed(0);
  const at = (ending: string) => `${folder}/${name}${ending}`;
  const known = trained.find((one) => one.name === name);
  if (!known) {
    const { model, x } = exampleOf(name);
    model.eval();
    writeFileSync(at('.py'), toPython(model, x, { name: 'Net' }));
    await torch.save({ model: model.stateDict() }, at('.pt'));
    await torch.save({ x, y: torch.noGrad(() => call(model, x)) }, at('_call.pt'));
    return { trains: false, normalises: false, losses: [] };
  }
  return writeTraining(known, at);
}

async function writeTraining(one: Case, at: (ending: string) => string): Promise<Written> {
  const model = one.model();
  const x = one.inputs(BATCH * STEPS);
  const y = one.targets(BATCH * STEPS);
  const optimizer = one.optimizer(model.parameters());
  const scheduler = one.scheduler(optimizer);
  const loss = new nn.CrossEntropyLoss();
  const epoch = async (): Promise<number[]> => {
    const losses: torch.Tensor[] = [];
    for (let k = 0; k < STEPS; k++) {
      const result = loss(call(model, x.narrow(0, k * BATCH, BATCH)) as torch.Tensor, y.narrow(0, k * BATCH, BATCH));
      optimizer.zeroGrad();
      result.backward();
      optimizer.step();
      if (one.byBatch) scheduler.step();
      losses.push(result.detach());
    }
    if (!one.byBatch) scheduler.step();
    return Promise.all(losses.map((each) => each.item()));
  };
  await epoch();
  const states = { model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() };
  await torch.save({ ...states, epoch: 0 }, at('.pt'));
  await torch.save({ x, y }, at('_data.pt'));
  model.eval();
  const few = x.narrow(0, 0, 2);
  await torch.save({ x: few.clone(), y: torch.noGrad(() => call(model, few)) }, at('_call.pt'));
  model.train();
  for (const trainer of ['torchrun', 'ray'] as const) {
    const options = { name: one.name, trainer, optimizer, scheduler, loss };
    writeFileSync(at(trainer === 'ray' ? '_ray.py' : '.py'), toPython(model, few, options));
  }
  return { trains: true, normalises: one.normalises ?? false, losses: [...(await epoch()), ...(await epoch())] };
}
