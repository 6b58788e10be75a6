// Rows of what files, exports and what is drawn refuse; most of them run what is loaded, which takes a device.

import { readFile } from 'node:fs/promises';
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import * as interpret from 'lamplight/interpret';
import * as onnx from 'lamplight/onnx';
import { toPython } from 'lamplight/pytorch';
import { SummaryWriter } from 'lamplight/tensorboard';
import { models, transforms } from 'lamplight/vision';
import { PaperCanvas } from '../paper-canvas';
import { notingCanvas } from '../plot-canvas';
import { written } from './folder';
import { scaled } from './optim';
import { converts, does, onDevice, options, type Row, silent, typed, warned } from './row';

const ones = (...shape: number[]): Tensor => torch.ones(shape);
const { visualizeImageAttr, visualizeTimeseriesAttr } = interpret.visualization;
const exported = (model: nn.Module, o: object = {}, shape = [2, 3]): Promise<Uint8Array> =>
  onnx.export(model as never, ones(...shape), o as never) as never;
const linear = () => new nn.Linear(3, 2);
const loaded = async () =>
  onnx.load(await exported(new nn.Sequential(new nn.Sequential(linear()), new nn.Linear(2, 1)))) as Promise<
    nn.Module & ((x: Tensor) => Promise<Tensor>)
  >;

/** A network whose forward is given. */
class Net extends nn.Module {
  fc = linear();
  constructor(private readonly of: (this: Net, x: Tensor) => unknown) {
    super();
  }
  forward(x: Tensor): Tensor {
    return this.of.call(this, x) as Tensor;
  }
}

const big = torch.rand(2000, 3);
class Held extends Net {
  constructor() {
    super(function held(x) {
      return x.matmul((this as unknown as { big: Tensor }).big.t());
    });
    this.registerBuffer('big', torch.rand(2000, 3));
  }
}

class Kept extends nn.Module {
  constructor(persistent: boolean) {
    super();
    this.registerBuffer('a', torch.rand(2, 3).mul(2), { persistent });
  }
  forward(x: Tensor): Tensor {
    return x.mul((this as unknown as { a: Tensor }).a);
  }
}

const normed = (): nn.Linear => nn.utils.weightNorm(linear());
/** A file that has its weights in another one beside it. */
async function beside(): Promise<Uint8Array> {
  await exported(new nn.Linear(300, 300), { f: written('net.onnx'), externalData: true }, [2, 300]);
  return new Uint8Array(await readFile(written('net.onnx')));
}
const saved = async (o: object): Promise<unknown> => torch.load(await torch.saveBytes({ x: ones(100) }, 'npz'), o);
const ran = (model: nn.Module) => toPython(model as never, { example: ones(2, 3) } as never);
const writer = () => new SummaryWriter({ logDir: written() } as never);
const twice = (step: number): Promise<string> =>
  warned(() => {
    const log = writer();
    log.addEmbedding(ones(2, 3));
    log.addEmbedding(ones(2, 3), { globalStep: step });
  });
/** The second derivative of draws by their parameter. */
async function slopes(of: (draws: Tensor) => Tensor): Promise<void> {
  const concentration = torch.ones(1, { requiresGrad: true });
  const draws = of(await new torch.distributions.Gamma(concentration, 1).rsample());
  const [slope] = torch.autograd.grad(draws.mul(concentration.square()).sum(), concentration, { createGraph: true });
  torch.autograd.grad(slope!.sum(), concentration, { allowUnused: true });
}

const canvas = () => new PaperCanvas() as never;
const series = (channelsLast: boolean): Promise<string> =>
  warned(() =>
    visualizeTimeseriesAttr(torch.arange(6).reshape(3, 2).float(), torch.arange(6).reshape(3, 2).float(), {
      channelsLast,
      canvas: notingCanvas() as never,
    }),
  );
const slow = (o: object): Promise<string> =>
  warned(() =>
    new interpret.Lime(new nn.Linear(20_000, 1)).attribute(ones(1, 20_000), { target: 0, nSamples: 1, ...o } as never),
  );

/** A data set's order that a pass draws anew. */
const averaged = async (load: (count: Tensor) => unknown): Promise<void> => {
  const average = new optim.swaUtils.AveragedModel(linear());
  average.loadStateDict({ ...average.stateDict(), n_averaged: (await load(torch.tensor([1]).mul(2).sum())) as Tensor });
  average.updateParameters(linear());
};

export const files: readonly Row[] = onDevice({
  'takes … bytes, more than …; if it is to be trusted, allow more with maxBytes': does(
    'the given bytes',
    () => saved({ maxBytes: 300 }),
    'allow more with maxBytes',
    () => saved({ maxBytes: 10_000 }),
  ),
  "onnx: expected input '…' of dtype": converts(
    'onnx',
    async (x) => (await loaded())(x),
    torch.ones(2, 3, { dtype: 'int64' }),
  ),
  'call the network, or take features from it with createFeatureExtractor': does(
    'onnx',
    async () => ((await loaded()).children()[0] as unknown as (x: Tensor) => unknown)(ones(2, 3)),
    'call the network',
    async () => (await loaded())(ones(2, 3)),
  ),
  'read its weights with torch.load, or export the model with torch.onnx.export': typed(
    'the given bytes',
    async () => onnx.load(await torch.saveBytes({ x: ones(1) }, 'npz')),
    'torch.load',
    {},
    async (load) => load(await torch.saveBytes({ x: ones(1) })),
  ),
  'the model does other operations at other sizes': does(
    'onnx.export',
    () => exported(new Net((x) => [x.relu(), x.tanh(), x.sigmoid()][x.shape[0]! % 3]), { dynamicAxes: { input: [0] } }),
    'leave these sizes out of dynamicAxes',
    () => exported(new Net((x) => [x.relu(), x.tanh(), x.sigmoid()][x.shape[0]! % 3])),
  ),
  'make it from tensors, or leave these sizes out of dynamicAxes': does(
    'onnx.export',
    () =>
      exported(new Net((x) => x.mul(torch.tensor(Array.from({ length: x.shape[0]! }, (_, i) => [Math.sin(i)])))), {
        dynamicAxes: { input: [0] },
      }),
    'leave these sizes out of dynamicAxes',
    () => exported(new Net((x) => x.mul(torch.tensor(Array.from({ length: x.shape[0]! }, (_, i) => [Math.sin(i)]))))),
  ),
  'register it with persistent: true': options('toPython', (o) => ran(new Kept(o.persistent)), { persistent: false }),
  'a normalized … has other weights': does(
    'toPython',
    () => ran(normed()),
    'call nn.utils.removeWeightNorm(layer) first',
    () => ran(nn.utils.removeWeightNorm(normed())),
  ),
  'OnnxModule: expected no call': does(
    'OnnxModule',
    () => Reflect.construct(onnx.OnnxModule, []),
    'onnx.load makes networks of files',
    loaded,
  ),
  'give that file: externalData': does(
    'onnx.load',
    async () => onnx.load(await beside()),
    'give that file: externalData: { "net.onnx.data": … }',
    async () =>
      onnx.load(await beside(), {
        externalData: { 'net.onnx.data': new Uint8Array(await readFile(written('net.onnx.data'))) },
      } as never),
  ),
  'write torch.randnLike(x) or torch.randLike(x), which are traced': does(
    'toPython',
    () => ran(new Net((x) => x.add(torch.randn(2, 3)))),
    'write torch.randnLike(x) or torch.randLike(x)',
    () => ran(new Net((x) => x.add(torch.randnLike(x)).add(torch.randLike(x)))),
  ),
  'call registerBuffer with it in the constructor': does(
    'toPython',
    () => ran(new Net((x) => x.matmul(big.t()))),
    'call registerBuffer with it in the constructor',
    () => ran(new Held()),
  ),
  'which these replace; give globalStep': does(
    'addEmbedding',
    () => twice(0),
    'give globalStep',
    () => silent(twice(1)),
  ),
  'pass useStrictTrace: false': options('addGraph', (o) =>
    writer().addGraph(
      new Net(function both(x) {
        return { y: this.fc(x) };
      }) as never,
      ones(1, 3),
      o,
    ),
  ),
  'choose another sign or a smaller outlierPerc': does(
    'visualizeImageAttr',
    () =>
      visualizeImageAttr(ones(4, 4, 3).neg(), null, {
        method: 'heat_map',
        sign: 'positive',
        canvas: canvas(),
      } as never),
    'choose another sign',
    () =>
      visualizeImageAttr(ones(4, 4, 3).neg(), null, {
        method: 'heat_map',
        sign: 'negative',
        canvas: canvas(),
      } as never),
  ),
  'take one of the batch by .at(0)': converts(
    'visualizeImageAttr',
    (x) => visualizeImageAttr(x, null, { method: 'heat_map', canvas: canvas() } as never),
    ones(1, 4, 4, 3),
  ),
  'pass channelsLast: …': does(
    'visualizeTimeseriesAttr',
    () => series(false),
    'pass channelsLast: true',
    () => silent(series(true)),
  ),
  'since there is no OffscreenCanvas here; pass { canvas }': options(
    'visualizeImageAttr',
    (o) => visualizeImageAttr(ones(4, 4, 3), null, { method: 'heat_map', ...o } as never),
    {},
    { canvas: canvas() },
  ),
  'is slow to fit; group them by a featureMask': does(
    'Lime',
    () => slow({}),
    'group them by a featureMask',
    () => silent(slow({ featureMask: torch.arange(20_000).remainder(2).reshape(1, -1) })),
  ),
  'expected a call before step()': does(
    'GradScaler.unscale_',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      scaler.unscale_(optimizer);
    },
    'call update() once a step',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      await scaler.update();
      scaler.unscale_(optimizer);
    },
  ),
  'GradScaler.step: expected one call for an optimizer': does(
    'GradScaler.step',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      await scaler.step(optimizer);
    },
    'call update() once a step',
    async () => {
      const { scaler, optimizer } = scaled();
      await scaler.step(optimizer);
      await scaler.update();
      await scaler.step(optimizer);
    },
  ),
  'load torch.tensor(await count.item())': typed(
    'AveragedModel.updateParameters',
    () => averaged((count) => count),
    'torch.tensor(await count.item())',
    { count: torch.tensor([1]).mul(2).sum() },
    (made) => averaged(() => made),
  ),
  'put a sigmoid before it, or use binaryCrossEntropyWithLogits': does(
    'binaryCrossEntropy',
    () => nn.functional.binaryCrossEntropy(torch.tensor([1.5, 2]), ones(2)).item(),
    'put a sigmoid before it, or use binaryCrossEntropyWithLogits',
    async () => {
      const x = torch.tensor([1.5, 2]);
      await nn.functional.binaryCrossEntropy(x.sigmoid(), ones(2)).item();
      await nn.functional.binaryCrossEntropyWithLogits(x, ones(2)).item();
    },
  ),
  'give trainReturnNodes and evalReturnNodes': does(
    'The nodes obtained by tracing the model in eval mode are not a subsequence of those obtained in train mode, or the other way round',
    () =>
      warned(() =>
        models.getGraphNodeNames(
          new Net(function other(x) {
            return this.training ? this.fc(x).relu() : this.fc(x);
          }),
          ones(1, 3),
        ),
      ),
    'give trainReturnNodes and evalReturnNodes',
    () =>
      models.createFeatureExtractor(
        new Net(function other(x) {
          return this.training ? this.fc(x).relu() : this.fc(x);
        }),
        { trainReturnNodes: ['relu'], evalReturnNodes: ['fc'] },
      ),
  ),
  'detach() the draws where': does(
    'Gamma',
    () => slopes((x) => x),
    'detach() the draws where second derivatives are taken',
    () => slopes((x) => x.detach()),
  ),
  'padIfNeeded adds what is missing': does(
    'RandomCrop',
    () => new transforms.RandomCrop(8)(ones(3, 4, 4)),
    'padIfNeeded adds what is missing',
    () => new transforms.RandomCrop(8, { padIfNeeded: true })(ones(3, 4, 4)),
  ),
});
