// Owns arguments that work: for a parameter by its name, and for a function where the name means something else.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor, vision } from 'lamplight';
import { givenToData } from './data-values';
import { datasetsReady, givenToDatasets } from './dataset-values';
import { givenToInterpret, interpretNames, interpretReady } from './interpret-values';
import { givenToLightning, lightningNames, lightningReady } from './lightning-values';
import { givenToMetrics, metricNames, metricsReady } from './metric-values';
import { givenToNn, nnReady } from './nn-values';
import { givenToOptim } from './optim-values';
import { givenToTorch, torchReady } from './torch-values';
import { givenToVision, visionNames, visionReady } from './vision-values';

const { ones, tensor } = torch;

const square = (): Tensor => ones(3, 3);
const vector = (): Tensor => ones(3);
const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const picture = (): Tensor => ones(3, 8, 8, { dtype: 'uint8' });
const boxes = (): Tensor =>
  tensor([
    [0.5, 1, 4, 5],
    [2, 2, 6, 7],
  ]);
const optimizer = () => new optim.SGD([ones(2, { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });

/** Values by the names of parameters; a function makes a fresh one. */
const byName: Readonly<Record<string, unknown>> = {
  ...{ input: square, other: square, src: square, source: square, values: vector, tensor: square, self: square },
  ...{
    tensor1: square,
    tensor2: square,
    mat1: square,
    mat2: square,
    mat: square,
    vec: vector,
    vec1: vector,
    vec2: vector,
  },
  ...{
    batch1: () => ones(2, 3, 3),
    batch2: () => ones(2, 3, 3),
    weight: square,
    a: 0.5,
    b: square,
    x: vector,
    y: vector,
    x1: square,
    x2: square,
  },
  ...{
    tensors: () => [square(), square()],
    index: () => whole(3, 3),
    indices: () => whole(3, 3),
    mask: () => square().bool(),
  },
  ...{ condition: () => square().bool(), target: square, dim: 0, dims: [0, 1], dim0: 0, dim1: 1, axis0: 0, axis1: 1 },
  ...{ size: [3, 3], shape: [3, 3], sizes: [3, 3], start: 0, end: 4, steps: 3, step: 1, n: 3, k: 1, q: 0.5, p: 0.5 },
  ...{
    value: 1,
    fillValue: 1,
    min: 0,
    max: 1,
    exponent: 2,
    threshold: 0.5,
    shifts: 1,
    offset: 0,
    length: 1,
    count: 2,
    bins: 3,
  },
  ...{
    split: 1,
    splitSize: 1,
    splitSizes: [1, 2],
    splitSizeOrSections: 1,
    indicesOrSections: [1],
    chunks: 1,
    row: 3,
    col: 3,
  },
  ...{
    dtype: 'float32',
    destination: [1, 0],
    maxnorm: 1,
    boundaries: vector,
    sortedSequence: vector,
    elements: square,
    testElements: square,
  },
  ...{ numSamples: 2, prob: () => square().div(2), f: (y: unknown) => y, fn: (y: unknown) => y, weights: () => null },
  ...{
    outputSize: 2,
    kernelSize: 2,
    stride: 1,
    padding: 1,
    inChannels: 2,
    outChannels: 2,
    inFeatures: 3,
    outFeatures: 2,
  },
  ...{
    blockSize: 3,
    groups: 1,
    numFeatures: 3,
    numGroups: 1,
    numChannels: 3,
    upscaleFactor: 2,
    downscaleFactor: 2,
    normType: 2,
  },
  ...{
    normalizedShape: [3],
    numEmbeddings: 4,
    embeddingDim: 2,
    inputSize: 3,
    hiddenSize: 2,
    embedDim: 4,
    numHeads: 2,
    dModel: 4,
    nhead: 2,
  },
  ...{ in1Features: 2, in2Features: 2, cutoffs: [1], nClasses: 3, unflattenedSize: [3], numClasses: 3, scaleFactor: 2 },
  ...{
    optimizer,
    params: () => [ones(2, { requiresGrad: true })],
    lrLambda: (epoch: number) => epoch,
    milestones: [1],
    gamma: 0.5,
    tMax: 3,
    t0: 3,
  },
  ...{
    stepSize: 2,
    swaLr: 0.1,
    baseLr: 0.1,
    maxLr: 1,
    model: () => new nn.Linear(2, 2),
    module: () => new nn.Linear(2, 2),
  },
  ...{
    dataset: () => new data.TensorDataset(ones(4, 2)),
    batchSize: 2,
    sampler: [0, 1, 2, 3],
    loader: () => [ones(2, 2)],
  },
  ...{
    image: picture,
    inpt: picture,
    brightnessFactor: 0.5,
    contrastFactor: 0.5,
    saturationFactor: 0.5,
    hueFactor: 0.25,
    sharpnessFactor: 0.5,
  },
  ...{
    bits: 3,
    top: 1,
    left: 1,
    height: 3,
    width: 3,
    i: 1,
    j: 1,
    h: 2,
    w: 2,
    v: 0,
    angle: 30,
    translate: [1, 1],
    scale: 1,
    shear: [5, 5],
  },
  ...{
    degrees: 30,
    mean: [0.5],
    std: [0.5],
    transforms: () => [new vision.transforms.Identity()],
    permutation: [2, 1, 0],
  },
  ...{
    startpoints: [
      [0, 0],
      [7, 0],
      [7, 7],
      [0, 7],
    ],
    endpoints: [
      [1, 1],
      [7, 0],
      [7, 7],
      [0, 7],
    ],
    displacement: () => torch.zeros(1, 8, 8, 2),
  },
  ...{
    boxes,
    boxes1: boxes,
    boxes2: boxes,
    scores: () => ones(2),
    idxs: () => whole(2),
    iouThreshold: 0.5,
    minSize: 1,
    maxSize: 10,
  },
  ...{
    spatialScale: 1,
    samplingRatio: 2,
    inFmt: 'xyxy',
    outFmt: 'xywh',
    newFormat: 'XYWH',
    format: 'XYXY',
    canvasSize: [8, 8],
    clampingMode: 'soft',
  },
  ...{
    masks: () => ones(2, 4, 4).bool(),
    keypoints: () => ones(1, 2, 2),
    filename: 'picture.png',
    root: 'nowhere',
    path: 'nowhere',
  },
  ...{ hook: () => (x: unknown) => x, listener: () => (x: unknown) => x, bnEps: 1e-5, q: 0.5 },
  ...{ preds: () => ones(4), inputs: () => ones(1, 3, requiresGrad), url: 'https://nowhere.test/a.pt' },
};
const requiresGrad = { requiresGrad: true } as const;

const half = (): Tensor => square().div(2);

/** Where names mean something else behind a door. */
const byDoor: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  metrics: metricNames,
  vision: visionNames,
  lightning: lightningNames,
  interpret: interpretNames,
};

/** Of one function: all its arguments by place, or some by name. Keys of an object are required ones. */
export const given: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  ...givenToMetrics,
  ...givenToInterpret,
  ...givenToLightning,
  ...givenToData,
  ...givenToDatasets,
  ...givenToNn,
  ...givenToOptim,
  ...givenToTorch,
  ...givenToVision,
  '*.getItems': [[0]],
  '*.getBatch': [[0]],
  '*.logProb': { value: half },
  '*.cdf': { value: half },
  '*.icdf': { value: half },
  '*.check': { value: square },
  '*.clamp': { input: square, min: 0 },
  'torch.distributions.Bernoulli': { probs: half },
  'torch.distributions.Binomial': { totalCount: 3, probs: half },
  'torch.distributions.Categorical': { probs: half },
  'torch.distributions.Geometric': { probs: half },
  'torch.distributions.Multinomial': { totalCount: 3, probs: half },
  'torch.distributions.NegativeBinomial': { totalCount: 3, probs: half },
  'torch.distributions.OneHotCategorical': { probs: half },
  'torch.distributions.OneHotCategoricalStraightThrough': { probs: half },
  'torch.distributions.RelaxedBernoulli': { temperature: 1, probs: half },
  'torch.distributions.RelaxedOneHotCategorical': { temperature: 1, probs: half },
  'torch.distributions.Uniform': { low: 0, high: 1 },
  'torch.distributions.Independent': {
    baseDistribution: () => new torch.distributions.Bernoulli(half()),
    reinterpretedBatchNdims: 0,
  },
  'torch.distributions.klDivergence': {
    p: () => new torch.distributions.Normal(0, 1),
    q: () => new torch.distributions.Normal(0, 1),
  },
  'torch.binomial': { count: square, prob: half },
  'torch.lerp': { input: square, end: square, weight: 0.5 },
  'torch.lerp_': { input: square, end: square, weight: 0.5 },
  'torch.clamp_': { input: square, min: 0 },
  'torch.clip_': { input: square, min: 0 },
  'torch.select': { input: square, dim: 0, index: 1 },
  'Tensor.select': { dim: 0, index: 1 },
  'torch.selectScatter': { input: square, src: vector, dim: 0, index: 1 },
  'torch.tensordot': { a: square, b: square },
  'torch.nonzeroStatic': { input: square, size: 2 },
  'torch.mvlgamma': { input: () => square().mul(5), p: 2 },
  'torch.mvlgamma_': { input: () => square().mul(5), p: 2 },
  'torch.iinfo': { dtype: 'int32' },
  'torch.moveaxis': { input: square, source: 0, destination: 1 },
  'Tensor.movedim': { source: 0, destination: 1 },
  'torch.unflatten': { input: square, dim: 0, sizes: [3, 1] },
  'Tensor.unflatten': { dim: 0, sizes: [3, 1] },
  'torch.asStrided': { input: square, size: [2], stride: [1] },
  'Tensor.unfold': { dimension: 0, size: 2, step: 1 },
  'torch.func.jvp': { func: () => (x: Tensor) => x, primals: () => [vector()], tangents: () => [vector()] },
  'nn.TransformerEncoder': { encoderLayer: () => new nn.TransformerEncoderLayer(4, 2), numLayers: 1 },
  'nn.TransformerDecoder': { decoderLayer: () => new nn.TransformerDecoderLayer(4, 2), numLayers: 1 },
  'nn.LocalResponseNorm': { size: 2 },
  'nn.FractionalMaxPool2d': { kernelSize: 2, outputSize: 2 },
  'nn.FractionalMaxPool3d': { kernelSize: 2, outputSize: 2 },
  'nn.functional.pad': { input: square, pad: [1, 1] },
  'nn.functional.nllLoss': { input: square, target: () => torch.zeros(3).long() },
  'nn.functional.multiMarginLoss': { input: square, target: () => torch.zeros(3).long() },
  'nn.functional.prelu': { input: square, weight: vector },
  'nn.functional.batchNorm': { input: square, runningMean: vector, runningVar: vector },
  'nn.functional.embedding': { input: () => whole(2), weight: square },
  'nn.functional.embeddingBag': { input: () => whole(2, 2), weight: square },
  'nn.functional.interpolate': { input: () => ones(1, 1, 2, 2), scaleFactor: 2 },
  'nn.functional.convTranspose2d': { input: () => ones(1, 1, 3, 3), weight: () => ones(1, 1, 2, 2) },
  'torch.baddbmm': { input: () => ones(3, 3, 3), batch1: () => ones(3, 3, 3), batch2: () => ones(3, 3, 3) },
  'torch.baddbmm_': { input: () => ones(3, 3, 3), batch1: () => ones(3, 3, 3), batch2: () => ones(3, 3, 3) },
  'torch.convTranspose1d': { input: () => ones(1, 1, 3), weight: () => ones(1, 1, 2) },
  'torch.convTranspose3d': { input: () => ones(1, 1, 3, 3, 3), weight: () => ones(1, 1, 2, 2, 2) },
  'torch.convTranspose2d': { input: () => ones(1, 1, 3, 3), weight: () => ones(1, 1, 2, 2) },
  'nn.functional.multiHeadAttentionForward': {
    ...{ query: () => ones(3, 2), key: () => ones(3, 2), value: () => ones(3, 2), embedDimToCheck: 2, numHeads: 2 },
    ...{ inProjWeight: () => ones(6, 2), inProjBias: null, biasK: null, biasV: null, addZeroAttn: false, dropoutP: 0 },
    ...{ outProjWeight: () => ones(2, 2), outProjBias: null },
  },
  'nn.functional.scaledDotProductAttention': { query: square, key: square, value: square },
  'vision.transforms.GaussianBlur': { kernelSize: 3 },
  'vision.transforms.Lambda': { lambd: () => (y: unknown) => y },
  'vision.transforms.LinearTransformation': { transformationMatrix: square, meanVector: vector },
  'vision.transforms.ScaleJitter': { targetSize: [4, 4] },
  'vision.transforms.PackedPictures': {
    words: () => torch.zeros(12).to('uint32'),
    channels: 3,
    places: [{ first: 0, size: [4, 4] }],
  },
  'vision.transforms.batched': { transform: () => new vision.transforms.RandomHorizontalFlip() },
  'vision.transforms.functional.clampBoundingBoxes': {
    boxes,
    format: 'XYXY',
    canvasSize: [8, 8],
    clampingMode: 'soft',
  },
  'vision.transforms.functional.convertBoundingBoxFormat': { boxes, oldFormat: 'XYXY', newFormat: 'XYWH' },
  'vision.transforms.functional.elastic': { input: picture, displacement: () => torch.zeros(1, 8, 8, 2) },
  'vision.transforms.functional.erase': { input: picture, i: 1, j: 1, h: 2, w: 2, v: () => ones(3, 2, 2) },
  'vision.transforms.functional.gaussianBlur': { input: picture, kernelSize: 3 },
  'vision.transforms.functional.grayscaleToRgb': { input: () => ones(1, 4, 4) },
  'vision.transforms.functional.normalize': { input: () => ones(1, 4, 4), mean: [0.5], std: [0.5] },
  'vision.transforms.functional.permuteChannels': { input: picture, permutation: [2, 1, 0] },
  'torch.setDefaultDtype': { d: () => 'float32' },
  'vision.transforms.functional.pilToTensor': { picture: () => new vision.Picture(ones(4, 4, 3, { dtype: 'uint8' })) },
  'vision.transforms.functional.sanitizeBoundingBoxes': { boxes, format: 'XYXY', canvasSize: [8, 8] },
  'vision.transforms.functional.toTensor': { picture: () => ones(4, 4, 3, { dtype: 'uint8' }) },
  'nn.Transformer': { dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 4 },
};

/** What is done with a fresh object of a class before its methods are called, or before one of them is. */
export const ready: Readonly<Record<string, (object: never) => void>> = {
  ...metricsReady,
  ...interpretReady,
  ...datasetsReady,
  ...lightningReady,
  ...nnReady,
  ...torchReady,
  ...visionReady,
};

const made = (value: unknown): unknown =>
  typeof value === 'function' && value.length === 0 && !value.prototype ? (value as () => unknown)() : value;

/** A value for a parameter, a fresh one each time. */
export function valid(id: string, own: Readonly<Record<string, unknown>>, name: string): unknown {
  const door = byDoor[id.split('.', 1)[0]!] ?? {};
  const table = [own, door, byName].find((some) => Object.hasOwn(some, name));
  return made(table ? table[name] : square);
}
