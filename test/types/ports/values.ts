// What ports write about values that are read back, attributions, detectors' targets and Lightning's hyperparameters compiles.
import * as torch from 'lamplight';
import { data, nn, type Tensor } from 'lamplight';
import {
  GradCam,
  IntegratedGradients,
  LayerActivation,
  LayerConductance,
  LayerGradCam,
  LayerIntegratedGradients,
  NeuronConductance,
  NeuronGradient,
} from 'lamplight/interpret';
import { LightningModule, Trainer } from 'lamplight/lightning';
import {
  BinaryAccuracy,
  KLDivergence,
  MeanSquaredError,
  Perplexity,
  StructuralSimilarityIndexMeasure,
  TotalVariation,
} from 'lamplight/metrics';
import { detection, tvTensors } from 'lamplight/vision';

export async function lists(x: Tensor): Promise<number> {
  const numbers: number[] = await x.tolist();
  const rows: number[][] = await x.tolist();
  const flags: boolean[] = await x.gt(0).tolist();
  const total = (await x.tolist<number[]>()).reduce((a, b) => a + b, 0);
  const nested: torch.NestedArray = await x.tolist();
  // @ts-expect-error texts are in no tensor
  const texts: string[] = await x.tolist();
  return total + numbers.length + rows.length + flags.length + Number(nested) + texts.length;
}

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  lstm = new nn.LSTM(2, 2);
  fc = new nn.Linear(2, 2);
  forward(x: Tensor): Tensor {
    return this.fc(this.lstm(this.conv(x).flatten(2).permute(2, 0, 1))[0].at(-1));
  }
}

export function attributions(net: Net, x: Tensor): Tensor[] {
  const target = 1;
  const [ofLayer, delta] = new LayerConductance(net, net.conv).attribute(x, { target, returnConvergenceDelta: true });
  const [byPlace] = new IntegratedGradients(net).attribute(x, torch.zerosLike(x), {
    target,
    returnConvergenceDelta: true,
  });
  const several = new LayerIntegratedGradients(net, [net.conv, net.fc]).attribute(x, { target });
  const memory = new LayerActivation(net, 'lstm').attribute<Tensor[]>(x);
  return [
    new LayerConductance(net, net.conv).attribute(x, { target }).detach(),
    new LayerActivation(net, 'fc').attribute(x).detach(),
    new LayerGradCam(net, net.conv).attribute({ inputs: x, target }).relu(),
    new GradCam(net, 'conv').attribute({ inputs: x, target }).relu(),
    new NeuronConductance(net, net.fc).attribute(x, { neuronSelector: 1, target }).detach(),
    new NeuronConductance(net, net.fc).attribute({ inputs: x, neuronSelector: [1], target }).detach(),
    new NeuronGradient(net, net.fc).attribute(x, { neuronSelector: (y) => y.sum(1) }).detach(),
    new NeuronGradient(net, net.fc).attribute(x, 1, { attributeToNeuronInput: true }),
    ofLayer.detach(),
    delta.mean(),
    byPlace.detach(),
    ...several.map((each) => each.detach()),
    ...new LayerActivation(net, net.lstm).attribute(x).map((each) => each.detach()),
    ...memory,
  ];
}

/** Metrics are called with a batch, by place or by name, of whatever base they are. */
export const figures = (x: Tensor): Tensor[] => [
  new BinaryAccuracy()(x, x),
  new MeanSquaredError()(x, x),
  new KLDivergence()({ p: x, q: x }),
  new Perplexity()(x, x),
  new TotalVariation()(x),
  new StructuralSimilarityIndexMeasure()(x, x),
  ...new StructuralSimilarityIndexMeasure({ returnFullImage: true })(x, x),
];

interface Target {
  boxes: Tensor;
  labels: Tensor;
  imageId: number;
}

export async function detect(images: Tensor[], targets: Target[]): Promise<Tensor> {
  const detector = detection.fasterrcnnResnet50Fpn({ numClasses: 2 });
  const { lossClassifier, lossBoxReg } = await detector(images, targets);
  await detector(images, [{ boxes: images[0]!, labels: images[1]!, area: images[2]! }]);
  const [found] = await detector.eval()(images);
  const losses = await detection.ssd300Vgg16()(images, targets);
  const boxes = new tvTensors.BoundingBoxes([[1, 2, 3, 4]], {
    format: 'XYXY',
    canvasSize: [9, 9],
    dtype: torch.float32,
  });
  return lossClassifier.add(lossBoxReg).add(losses.classification).add(found!.scores.sum()).add(boxes.sum());
}

interface Settings {
  lr: number;
  hidden: number;
}

export class Typed extends LightningModule<Settings> {
  constructor(settings: Settings) {
    super();
    this.saveHyperparameters(settings);
    this.saveHyperparameters({ lr: this.hparams.lr * 2 });
    // @ts-expect-error a rate is a number
    this.saveHyperparameters({ lr: 'fast' });
  }
  override forward(x: Tensor): Tensor {
    return x.mul(this.hparams.hidden);
  }
}

export const fitted = (typed: Typed): Promise<unknown> => new Trainer({ maxEpochs: 1 }).fit(typed);

export async function firstBatch(x: Tensor, y: Tensor): Promise<number> {
  const loader = new data.DataLoader(new data.TensorDataset(x, y), { batchSize: 2 });
  const [images, labels] = await loader.first();
  const Tensor = torch.cuda.isAvailable() ? torch.cuda.FloatTensor : torch.FloatTensor;
  const valid = new torch.autograd.Variable(Tensor(images.size(0), 1).fill_(1), { requiresGrad: false });
  const [gradient] = torch.autograd.grad({
    outputs: valid,
    inputs: x,
    createGraph: true,
    retainGraph: true,
    onlyInputs: true,
  });
  torch.backends.cudnn.benchmark = true;
  return labels.type(torch.int64).add(gradient!).numel() + x.type().length;
}
