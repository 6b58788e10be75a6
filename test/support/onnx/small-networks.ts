// Small networks that together use the layers of `nn`, each with an example of its input: what is exported is compared with them.
import * as torch from 'lamplight';
import { models, ops } from 'lamplight/vision';

const { nn } = torch;
const F = nn.functional;

type Inputs = readonly (torch.Tensor | readonly torch.Tensor[])[];

/** A network in the making, and its inputs. */
export interface Example {
  readonly model: torch.nn.Module;
  readonly inputs: Inputs;
}

/** A module around a function of tensors, with other modules as its members. */
class Of extends nn.Module {
  readonly #run: (...inputs: torch.Tensor[]) => unknown;

  constructor(run: (...inputs: torch.Tensor[]) => unknown, members: Record<string, torch.nn.Module> = {}) {
    super();
    this.#run = run;
    for (const [name, module] of Object.entries(members)) this.registerModule(name, module);
  }

  forward(...inputs: torch.Tensor[]): unknown {
    return this.#run(...inputs);
  }
}

const of = (run: (...inputs: torch.Tensor[]) => unknown, members: Record<string, torch.nn.Module> = {}) =>
  new Of(run, members);

/** Several modules, each with the same input; their outputs side by side. */
function beside(modules: readonly torch.nn.Module[]): torch.nn.Module {
  const members = Object.fromEntries(modules.map((module, i) => [`m${i}`, module]));
  return of((x) => modules.map((module) => (module as torch.nn.UnaryModule)(x)), members);
}

const run = (module: torch.nn.Module, ...inputs: unknown[]): torch.Tensor =>
  (module as unknown as (...given: unknown[]) => torch.Tensor)(...inputs);

const labels = (list: readonly number[]) => torch.tensor([...list], { dtype: 'int64' });

/** Classifies sequences of tokens by the last state of an LSTM. */
class LSTMClassifier extends nn.Module {
  embedding = new nn.Embedding(50, 12);
  lstm = new nn.LSTM(12, 16, { numLayers: 2, batchFirst: true, bidirectional: true });
  fc = new nn.Linear(32, 5);

  forward(tokens: torch.Tensor): torch.Tensor {
    const [output] = this.lstm(this.embedding(tokens));
    return this.fc(output.select(1, -1));
  }
}

const tokens = (rows: number, length: number) => torch.randint(0, 50, [rows, length]);

/** Networks of the sizes of papers, made small. */
export const named: Readonly<Record<string, () => Example>> = {
  lenet: () => ({ model: models.lenet5(), inputs: [torch.rand(2, 1, 28, 28)] }),
  resnet18: () => ({ model: models.resnet18({ numClasses: 10 }), inputs: [torch.rand(1, 3, 64, 64)] }),
  lstm: () => ({ model: new LSTMClassifier(), inputs: [tokens(3, 7)] }),
  unet: () => ({ model: models.unet({ baseChannels: 4 }), inputs: [torch.rand(1, 3, 32, 32)] }),
  transformer: () => ({
    model: new nn.TransformerEncoder(
      new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true }),
      2,
    ),
    inputs: [torch.rand(2, 6, 16)],
  }),
};

/** One network a family of layers. */
export const families: Readonly<Record<string, () => Example>> = {
  conv: () => ({
    model: new nn.Sequential(
      new nn.Conv2d(4, 8, 3, { padding: 'same', groups: 2 }),
      new nn.Conv2d(8, 6, [3, 2], { stride: [2, 1], dilation: [1, 2], padding: [2, 1], bias: false }),
      new nn.Conv2d(6, 4, 3, { padding: 1, paddingMode: 'reflect' }),
      new nn.Conv2d(4, 4, 3, { padding: 1, paddingMode: 'circular' }),
    ),
    inputs: [torch.rand(2, 4, 12, 10)],
  }),
  conv1d: () => ({
    model: new nn.Sequential(
      new nn.Conv1d(3, 6, 5, { stride: 2, padding: 2 }),
      new nn.ConvTranspose1d(6, 2, 4, { stride: 2, outputPadding: 1 }),
    ),
    inputs: [torch.rand(2, 3, 17)],
  }),
  conv3d: () => ({
    model: new nn.Sequential(
      new nn.Conv3d(2, 4, 3, { padding: 1, stride: [1, 2, 1] }),
      new nn.ConvTranspose3d(4, 3, 2, { stride: 2 }),
    ),
    inputs: [torch.rand(2, 2, 4, 6, 5)],
  }),
  convTranspose: () => ({
    model: new nn.Sequential(
      new nn.ConvTranspose2d(3, 6, 3, { stride: 2, padding: 1, outputPadding: 1 }),
      new nn.ConvTranspose2d(6, 4, 2, { groups: 2, dilation: 2, bias: false }),
    ),
    inputs: [torch.rand(2, 3, 5, 6)],
  }),
  norms: () => ({
    model: new nn.Sequential(
      new nn.BatchNorm2d(6),
      new nn.GroupNorm(3, 6),
      new nn.InstanceNorm2d(6, { affine: true }),
      new nn.LocalResponseNorm(3),
      new nn.LayerNorm([5, 4]),
      new nn.RMSNorm([4]),
    ),
    inputs: [torch.randn(2, 6, 5, 4)],
  }),
  norms1d: () => {
    const [norm1, norm2] = [new nn.BatchNorm1d(3), new nn.BatchNorm1d(3, { affine: false })];
    return {
      model: of((x) => [run(norm1, x), run(norm2, x.select(2, 0))], { norm1: norm1, norm2: norm2 }),
      inputs: [torch.randn(4, 3, 7)],
    };
  },
  pools: () => ({
    model: beside([
      new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
      new nn.MaxPool2d(2, { ceilMode: true }),
      new nn.MaxPool2d(3, { dilation: 2 }),
      new nn.AvgPool2d(3, { stride: 2, padding: 1 }),
      new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }),
      new nn.AvgPool2d(2, { ceilMode: true }),
      new nn.AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
      new nn.AvgPool2d(2, { divisorOverride: 3 }),
      new nn.LPPool2d(2, 2),
    ]),
    inputs: [torch.rand(2, 3, 9, 11)],
  }),
  pools1d3d: () => {
    const [pool1, pool2] = [new nn.MaxPool1d(3, { stride: 2 }), new nn.AvgPool1d(2)];
    const [pool3, pool4] = [new nn.MaxPool3d(2), new nn.AvgPool3d(2)];
    return {
      model: of((x, y) => [run(pool1, x), run(pool2, x), run(pool3, y), run(pool4, y)], { pool1, pool2, pool3, pool4 }),
      inputs: [torch.rand(2, 3, 9), torch.rand(1, 2, 4, 6, 6)],
    };
  },
  adaptive: () => ({
    model: beside([
      new nn.AdaptiveAvgPool2d(1),
      new nn.AdaptiveAvgPool2d([3, 4]),
      new nn.AdaptiveAvgPool2d([4, 3]),
      new nn.AdaptiveMaxPool2d([3, 4]),
      new nn.AdaptiveMaxPool2d([4, 3]),
    ]),
    inputs: [torch.rand(2, 3, 9, 12)],
  }),
  unpool: () => ({
    model: of((x) => {
      const [y, indices] = F.maxPool2d(x, 2, { returnIndices: true } as never) as unknown as [
        torch.Tensor,
        torch.Tensor,
      ];
      return F.maxUnpool2d(y, indices, 2);
    }),
    inputs: [torch.rand(2, 3, 6, 8)],
  }),
  padding: () => ({
    model: beside([
      new nn.ZeroPad2d([1, 2, 0, 3]),
      new nn.ConstantPad2d(2, 1.5),
      new nn.ReflectionPad2d([2, 1, 1, 2]),
      new nn.ReplicationPad2d([1, 3, 2, 0]),
      new nn.CircularPad2d(2),
      new nn.ZeroPad2d(-1),
    ]),
    inputs: [torch.rand(2, 3, 5, 6)],
  }),
  upsample: () => ({
    model: beside([
      new nn.Upsample({ scaleFactor: 2, mode: 'nearest' }),
      new nn.Upsample({ size: [9, 7], mode: 'nearest' }),
      new nn.Upsample({ size: [9, 7], mode: 'bilinear' }),
      new nn.Upsample({ size: [3, 4], mode: 'bilinear', alignCorners: true }),
      new nn.Upsample({ scaleFactor: 2, mode: 'bicubic' }),
      new nn.Upsample({ size: [8, 9], mode: 'bicubic', alignCorners: true }),
      of((x) => F.interpolate(x, { size: [9, 7], mode: 'nearest-exact' } as never)),
      of((x) => F.interpolate(x, { size: [4, 4], mode: 'area' })),
    ]),
    inputs: [torch.rand(2, 3, 5, 6)],
  }),
  upsample1d: () => ({
    model: of((x, y) => [
      F.interpolate(x, { scaleFactor: 2, mode: 'linear' }),
      F.interpolate(y, { size: [3, 5, 4], mode: 'trilinear' }),
    ]),
    inputs: [torch.rand(2, 3, 5), torch.rand(1, 2, 2, 3, 4)],
  }),
  shuffle: () => ({
    model: new nn.Sequential(
      new nn.PixelShuffle(2),
      new nn.ChannelShuffle(2),
      new nn.PixelUnshuffle(2),
      new nn.Flatten(1, 2),
      new nn.Unflatten(1, [4, -1]),
    ),
    inputs: [torch.rand(2, 8, 4, 6)],
  }),
  fold: () => ({
    model: new nn.Sequential(
      new nn.Unfold(3, { padding: 1, stride: 2 }),
      new nn.Fold([7, 8], 3, { padding: 1, stride: 2 }),
    ),
    inputs: [torch.rand(2, 3, 7, 8)],
  }),
  embedding: () => {
    const [table, bags] = [new nn.Embedding(50, 4, { paddingIdx: 0 }), new nn.EmbeddingBag(50, 4)];
    const most = new nn.EmbeddingBag(50, 4, { mode: 'max' });
    return {
      model: of((x) => [run(table, x), run(bags, x), run(most, x)], { table, bags, most }),
      inputs: [tokens(3, 6)],
    };
  },
  gru: () => {
    const gru = new nn.GRU(5, 7, { numLayers: 2, bidirectional: true });
    return {
      model: of((x, h) => (gru as unknown as (x: torch.Tensor, h: torch.Tensor) => unknown)(x, h), { gru }),
      inputs: [torch.randn(6, 2, 5), torch.randn(4, 2, 7)],
    };
  },
  rnn: () => {
    const [rnn, relu] = [new nn.RNN(5, 7, { bias: false }), new nn.RNN(5, 7, { nonlinearity: 'relu' })];
    return {
      model: of(
        (x) => [
          (rnn as unknown as (x: torch.Tensor) => unknown[])(x),
          (relu as unknown as (x: torch.Tensor) => unknown[])(x),
        ],
        { rnn, relu },
      ),
      inputs: [torch.randn(6, 2, 5)],
    };
  },
  cells: () => {
    const [gruCell, rnnCell, lstmCell] = [new nn.GRUCell(5, 4), new nn.RNNCell(5, 4), new nn.LSTMCell(5, 4)];
    return {
      model: of((x, h) => [run(gruCell, x, h), run(rnnCell, x, h), run(lstmCell, x, [h, h])], {
        gruCell,
        rnnCell,
        lstmCell,
      }),
      inputs: [torch.randn(3, 5), torch.randn(3, 4)],
    };
  },
  attention: () => {
    const attention = new nn.MultiheadAttention(12, 3, { batchFirst: true });
    return {
      model: of((q, k) => run(attention, q, k, k), { attention }),
      inputs: [torch.randn(2, 5, 12), torch.randn(2, 7, 12)],
    };
  },
  decoder: () => {
    const decoder = new nn.TransformerDecoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true });
    return {
      model: of(
        (x, m) => run(decoder, x, m, { tgtMask: nn.Transformer.generateSquareSubsequentMask(5), tgtIsCausal: true }),
        { decoder },
      ),
      inputs: [torch.randn(2, 5, 8), torch.randn(2, 6, 8)],
    };
  },
  activations: () => ({
    model: beside([
      ...[
        new nn.ELU(0.7),
        new nn.GELU(),
        new nn.GELU('tanh'),
        new nn.Hardtanh(-0.5, 0.8),
        new nn.LeakyReLU(0.2),
        new nn.LogSigmoid(),
      ],
      ...[
        new nn.ReLU(),
        new nn.ReLU6(),
        new nn.Sigmoid(),
        new nn.SiLU(),
        new nn.Softplus(),
        new nn.Softplus(2, 1),
        new nn.Tanh(),
      ],
      ...[
        new nn.CELU(0.6),
        new nn.Hardshrink(),
        new nn.Hardsigmoid(),
        new nn.Hardswish(),
        new nn.Mish(),
        new nn.PReLU(4),
      ],
      ...[
        new nn.RReLU(),
        new nn.SELU(),
        new nn.Softshrink(),
        new nn.Softsign(),
        new nn.Tanhshrink(),
        new nn.Threshold(0.1, 2),
      ],
      ...[new nn.Softmax(1), new nn.LogSoftmax(-1), new nn.Softmin(1), new nn.GLU(1)],
    ]),
    inputs: [torch.randn(3, 4, 5)],
  }),
  losses: () => ({
    model: of((x, y) => {
      const p = x.sigmoid();
      const t = y.sigmoid();
      const classes = labels([1, 0, 3, 2]);
      return [
        F.mseLoss(x, y),
        F.l1Loss(x, y),
        F.smoothL1Loss(x, y),
        F.huberLoss(x, y),
        F.binaryCrossEntropy(p, t),
        F.binaryCrossEntropyWithLogits(x, t),
        F.crossEntropy(x, classes),
        F.crossEntropy(x, classes, { weight: torch.tensor([0.2, 0.5, 1, 2, 3]), reduction: 'sum' }),
        F.crossEntropy(x, classes, { reduction: 'none', ignoreIndex: 3 }),
        F.crossEntropy(x, classes, { labelSmoothing: 0.1 }),
        F.nllLoss(x.logSoftmax(1), classes, { weight: torch.tensor([0.2, 0.5, 1, 2, 3]) }),
        F.klDiv(x.logSoftmax(1), t),
        F.cosineSimilarity(x, y),
        F.tripletMarginLoss(x, y, y.neg()),
        F.multiMarginLoss(x, classes),
        F.gaussianNllLoss(x, y, t),
        F.poissonNllLoss(x, t),
      ];
    }),
    inputs: [torch.randn(4, 5), torch.randn(4, 5)],
  }),
  linear: () => {
    const [first, second] = [new nn.Linear(5, 6), new nn.Bilinear(5, 5, 2)];
    return {
      model: of((x, y) => [run(first, x), run(second, x.select(1, 0), y), x.matmul(y.t())], { first, second }),
      inputs: [torch.randn(3, 4, 5), torch.randn(3, 5)],
    };
  },
  views: () => ({
    model: of((x) => [
      x.transpose(0, 2).narrow(0, 1, 3).reshape(-1),
      x.at(':', '1:3', '::2').contiguous(),
      x.flip([1]).permute(2, 0, 1),
      x.unfold(2, 3, 2).sum(-1),
      x.select(1, 1).unsqueeze(0).expand(2, -1, -1).mul(2),
      x.diagonal(0, 1, 2).add(1),
      x.roll(1, 2),
      x.repeat(1, 2, 1),
      torch.stack([x, x.neg()], 1),
      x.chunk(2, 2)[1]!.cumsum(0),
      x.topk(2, { dim: -1 }) as unknown,
      x.sort(-1) as unknown,
      x.max(1) as unknown,
      x.tril(),
      x.std(),
    ]),
    inputs: [torch.randn(2, 4, 6)],
  }),
  arithmetic: () => ({
    model: of((x, y) => [
      x.add(y, { alpha: 2 }).mul(y).sub(1).div(y.abs().add(1)),
      x.remainder(0.7),
      x.fmod(0.7),
      x.floorDivide(0.3),
      torch.where(x.gt(0), x, y.mul(3)),
      x.clamp(-0.5, 0.5),
      x.clamp({ min: 0 }),
      torch.maximum(x, y).exp().log1p(),
      torch.atan2(x, y),
      x.abs().sqrt().pow(1.5),
      x.round().sign().neg(),
      x.lerp(y, 0.3),
      x.gt(y).logicalAnd(x.lt(1)).to('float32'),
      x.erf().add(x.sin()),
      x.norm(),
      x.logsumexp(1),
      x.argmax(1),
      x.prod(1),
      x.abs().rsqrt(),
    ]),
    inputs: [torch.randn(3, 5), torch.randn(3, 5)],
  }),
  dropout: () => ({
    model: new nn.Sequential(
      new nn.Dropout(0.3),
      new nn.Dropout2d(0.2),
      new nn.AlphaDropout(0.1),
      new nn.Conv2d(3, 2, 1),
    ),
    inputs: [torch.randn(2, 3, 4, 4)],
  }),
  bilinear: () => ({ model: new nn.Bilinear(3, 4, 5), inputs: [torch.randn(6, 3), torch.randn(6, 4)] }),
  gridSample: () => ({
    model: of((x, grid) => [
      F.gridSample(x, grid, { alignCorners: false }),
      F.gridSample(x, grid, { mode: 'nearest', paddingMode: 'border', alignCorners: true }),
    ]),
    inputs: [torch.rand(2, 3, 5, 6), torch.rand(2, 4, 4, 2).mul(2.4).sub(1.2)],
  }),
  inPlace: () => ({
    model: of((x) => {
      const y = x.clone();
      y.narrow(1, 1, 2).mul_(3);
      y.at(0).fill_(2);
      return y.add_(1).relu_();
    }),
    inputs: [torch.randn(3, 5)],
  }),
  indices: () => ({
    model: of((x) => [
      x.indexSelect(1, labels([2, 0])),
      x.gather(1, x.argsort(1)),
      x.at(labels([1, 0])),
      x.maskedFill(x.gt(0), 3),
      x.scatterAdd(1, x.argsort(1), x),
      F.oneHot(x.argmax(1), 5),
      x.indexAdd(0, labels([1, 0, 1]), x),
    ]),
    inputs: [torch.randn(3, 5)],
  }),
  whole: () => ({
    model: of((x) => [
      x.add(2).mul(3).sub(1),
      x.floorDivide(2),
      x.remainder(3),
      x.sum(0),
      x.to('float32').mean(),
      x.clamp(1, 4),
      x.cumsum(0),
      torch.where(x.gt(2), x, x.neg()),
    ]),
    inputs: [torch.randint(0, 9, [4, 4])],
  }),
  states: () => {
    const lstm = new nn.LSTM(5, 8);
    return {
      model: of((x, h, c) => run(lstm, x, [h, c]), { lstm }),
      inputs: [torch.randn(6, 2, 5), torch.randn(1, 2, 8), torch.randn(1, 2, 8)],
    };
  },
  projected: () => ({ model: new nn.LSTM(5, 8, { projSize: 3 }), inputs: [torch.randn(6, 2, 5)] }),
  seq2seq: () => ({
    model: new nn.Transformer({ dModel: 8, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 16 }),
    inputs: [torch.randn(5, 2, 8), torch.randn(4, 2, 8)],
  }),
  adaptiveLines: () => ({
    model: of((x, y) => [F.adaptiveAvgPool1d(x, 4), F.adaptiveMaxPool1d(x, 3), F.adaptiveAvgPool3d(y, 2)]),
    inputs: [torch.rand(2, 3, 9), torch.rand(1, 2, 4, 5, 6)],
  }),
  regions: () => ({
    model: of((x, boxes) => ops.roiAlign(x, boxes, [3, 3], { spatialScale: 0.5, aligned: true })),
    inputs: [
      torch.rand(1, 4, 16, 16),
      torch.tensor([
        [0, 1, 2, 20, 24],
        [0, 5, 5, 30, 18],
      ]),
    ],
  }),
  normalised: () => ({ model: nn.utils.weightNorm(new nn.Conv2d(3, 4, 3)), inputs: [torch.rand(1, 3, 6, 6)] }),
};
