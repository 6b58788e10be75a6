// Owns arguments that work for torch, the methods of tensors, einops, tensorboard and worker, where the names alone do not tell.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';

const { distributions, ones, optim, tensor } = torch;
const { constraints, Normal } = distributions;

type Given = Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>>;

const square = (): Tensor => ones(3, 3);
const vector = (): Tensor => ones(3);
const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const leaf = (): Tensor => ones(1, { requiresGrad: true });
const places = (): Tensor => tensor([0, 1, 2]);
const shared = leaf();
const nothing = () => () => null;
const scaling = () => new distributions.AffineTransform(0, 2);
/** An optimizer whose parameter has a gradient. */
const trained = () => {
  const x = leaf();
  x.sum().backward();
  return new optim.SGD([x], { lr: 0.1 });
};
const linear = () => new torch.nn.Linear(3, 2);
/** A canvas as packages for Node have them. */
const canvas = () => ({
  ...{ width: 2, height: 1 },
  getContext: () => ({ getImageData: () => ({ data: new Uint8ClampedArray(8) }) }),
});
/** A file of safetensors without tensors: the length of its header, and that. */
const bytes = () => new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]);
/** A model of ONNX whose one node gives its input. */
const identityModel = () =>
  Uint8Array.from(
    '\b\b:+\n\x10\n\x01x\x12\x01y"\bIdentity\x12\x01gZ\t\n\x01x\x12\x04\n\x02\b\x01b\t\n\x01y\x12\x04\n\x02\b\x01B\x02\x10\x11',
    (letter) => letter.charCodeAt(0),
  );
/** Three by three complex numbers, as pairs. */
const pairs = (): Tensor => ones(3, 3, 2);
const batchShape = { batchShape: [2, 3, 3] };

const pivots = () => torch.tensor([1, 2, 3], { dtype: 'int32' });

/** By the name of a method, and of the one that works in place. */
const methods: Given = {
  asStrided: { size: [2], stride: [1] },
  clip: { min: 0 },
  clamp: { min: 0 },
  mvlgamma: { p: 2 },
  gcd: { other: () => whole(3, 3) },
  lcm: { other: () => whole(3, 3) },
  bitwiseLeftShift: { other: () => whole(3, 3) },
  bitwiseRightShift: { other: () => whole(3, 3) },
  bitwiseAnd: { other: () => whole(3, 3) },
  bitwiseOr: { other: () => whole(3, 3) },
  bitwiseXor: { other: () => whole(3, 3) },
  indexAdd: { dim: 0, index: places, source: square },
  indexCopy: { dim: 0, index: places, source: square },
  indexPut: { indices: () => [places()], values: square },
  scatterReduce: { dim: 0, index: () => torch.zeros(3, 3).long(), src: square, reduce: 'sum' },
  indexReduce: { dim: 0, index: places, source: square, reduce: 'mean' },
  lerp: { end: square, weight: 0.5 },
  baddbmm: { batch1: () => ones(3, 3, 3), batch2: () => ones(3, 3, 3) },
};

/** The same values for a function and for the one that works in place. */
const withInPlace = (given: Given): Given =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, values]) => [
      [name, values],
      [`${name}_`, values],
    ]),
  );

const ofTensors = (given: Given): Given =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, values]) => [
      [`Tensor.${name}`, values],
      [`Tensor.${name}_`, values],
    ]),
  );

export const givenToTorch: Given = {
  ...ofTensors(methods),
  'Tensor.moveaxis': { source: 0, destination: 1 },
  'Tensor.dot': { tensor: vector },
  'Tensor.vdot': { other: vector },
  'Tensor.outer': { vec2: vector },
  'Tensor.bmm': { mat2: () => ones(3, 3, 3) },
  'Tensor.selectScatter': { src: vector, dim: 0, index: 1 },
  'Tensor.asStridedScatter': { src: () => ones(2), size: [2], stride: [1] },
  'Tensor.dsplit': { indicesOrSections: [1] },
  'Tensor.nonzeroStatic': { size: 2 },
  'Tensor.registerHook': { hook: nothing },
  'Tensor.registerPostAccumulateGradHook': { hook: nothing },
  'Tensor.newTensor': { data: () => [1, 2] },
  'Tensor.repeat': { repeats: [2, 2] },
  'Tensor.view': { size: [9] },
  'Tensor.reshape': { shape: [9] },
  'Tensor.permute': { dims: [1, 0] },
  'Tensor.expand': { size: [3, 3] },
  'Tensor.broadcastTo': { size: [3, 3] },
  'Tensor.pad': { amounts: [1, 1] },

  'torch.CheckpointStore': { name: 'runs' },
  'torch.amp.autocast': [nothing],
  'torch.asStridedScatter': { input: square, src: () => ones(2), size: [2], stride: [1] },
  'torch.asTensor': { data: () => [1, 2] },
  'torch.autograd.Variable': { data: vector },
  'torch.autograd.backward': { tensors: () => leaf().mul(2) },
  'torch.autograd.enableGrad': [nothing],
  'torch.autograd.inferenceMode': [nothing],
  'torch.autograd.noGrad': [nothing],
  'torch.autograd.setGradEnabled': [true, nothing],
  'torch.setDisplay': { place: null },
  'torch.batchNorm': {
    input: square,
    weight: vector,
    bias: vector,
    runningMean: vector,
    runningVar: vector,
    training: false,
    momentum: 0.1,
    eps: 1e-5,
  },
  'torch.blockDiag': [square],
  'torch.canCast': { from_: 'float32', to: 'int64' },
  'torch.cartesianProd': [vector],
  'torch.checkpoint': [() => (x: unknown) => square().mul(x as Tensor), square],
  'torch.cuda.manualSeed': { seed: 3 },
  ...Object.fromEntries(
    ['dropout', 'featureDropout', 'alphaDropout', 'featureAlphaDropout'].flatMap((name) =>
      [name, `${name}_`].map((each) => [`torch.${each}`, { input: square, p: 0.5, train: true }]),
    ),
  ),
  'torch.instanceNorm': {
    input: () => ones(1, 3, 3),
    weight: vector,
    bias: vector,
    runningMean: vector,
    runningVar: vector,
    useInputStats: false,
    momentum: 0.1,
    eps: 1e-5,
  },
  'torch.bilinear': { input1: () => ones(3, 2), input2: () => ones(3, 2), weight: () => ones(4, 2, 2) },
  'torch.cosineEmbeddingLoss': { input1: square, input2: square, target: vector },
  'torch.poissonNllLoss': { input: square, target: square, logInput: true, full: false, eps: 1e-8, reduction: 1 },
  'torch.ctcLoss': {
    logProbs: () => torch.zeros(4, 1, 3),
    targets: () => whole(1, 2),
    inputLengths: [4],
    targetLengths: [2],
  },
  'torch.embedding': { weight: square, indices: () => whole(2) },
  'torch.deepcopy': [square],
  'torch.isTensor': [square],
  'torch.linalg.householderProduct': { A: square, tau: vector },
  'torch.linalg.ldlSolve': { LD: square, pivots, B: square },
  'torch.linalg.luSolve': { LU: square, pivots, B: square },
  'torch.linalg.tensorinv': { A: () => ones(2, 3, 6) },
  'torch.linalg.tensorsolve': { A: square, B: vector },
  'torch.luSolve': { input: square, LUData: square, LUPivots: pivots },
  'torch.luUnpack': { LUData: square, LUPivots: pivots },
  'torch.orgqr': { input: square, input2: vector },
  'torch.ormqr': { input: square, tau: vector, other: square },
  'torch.linalg.solveTriangular': { A: square, B: square, upper: true },
  'torch.load': { f: bytes },
  'torch.save': { obj: () => ones(2), f: 'tensor.pt' },
  'torch.saveBytes': [() => ones(2), 'tensor.pt'],
  'torch.tensor': { data: () => [1, 2] },
  'torch.warmup': { fn: nothing },
  'torch.gpu.tune': { fn: nothing },
  'torch.func.vmap': { func: nothing },
  'torch.safetensors.loadFile': { filename: bytes },
  'torch.safetensors.safeOpen': { filename: bytes },
  'torch.safetensors.saveFile': { tensors: () => ({ a: ones(2) }), filename: 'a.safetensors' },
  'torch.CheckpointStore.has': { name: 'run' },
  'torch.Generator.manualSeed': { seed: 3 },
  'torch.Generator.setState': { newState: () => new torch.Generator().getState() },
  'torch.device': { type: 'cuda' },
  'torch.cuda.setDevice': { device: 0 },
  'torch.accelerator.setDeviceIndex': { device: 0 },
  'torch.diagonalScatter': { input: square, src: vector },
  'torch.distributions.CatTransform': { tseq: () => [scaling()] },
  'torch.distributions.StackTransform': { tseq: () => [scaling()] },
  'torch.distributions.ComposeTransform': { parts: () => [scaling()] },
  'torch.distributions.CumulativeDistributionTransform': { distribution: () => new Normal(0, 1) },
  'torch.distributions.Distribution::setDefaultValidateArgs': { value: true },
  'torch.distributions.IndependentTransform': { baseTransform: scaling, reinterpretedBatchNdims: 1 },
  'torch.distributions.MultivariateNormal': { loc: () => ones(3), covarianceMatrix: () => torch.eye(3) },
  'torch.distributions.ContinuousBernoulli': { probs: 0.4 },
  'torch.distributions.LKJCholesky': { dim: 3 },
  'torch.distributions.LKJCholesky.logProb': { value: () => torch.eye(3) },
  'torch.distributions.LogisticNormal.logProb': { value: () => tensor([0.5, 0.5]) },
  'torch.distributions.LowRankMultivariateNormal': { loc: vector, covFactor: square, covDiag: vector },
  'torch.distributions.Wishart': { df: 4, covarianceMatrix: () => torch.eye(3) },
  'torch.distributions.Wishart.logProb': { value: () => torch.eye(3) },
  '*.logSurvivalFunction': { value: square },
  '*.logCdf': { value: square },
  'torch.distributions.MixtureSameFamily': {
    mixtureDistribution: () => new distributions.Categorical(vector().div(3)),
    componentDistribution: () => new Normal(vector(), 1),
  },
  'torch.distributions.ReshapeTransform': { inShape: [3], outShape: [3, 1] },
  'torch.distributions.TransformedDistribution': {
    baseDistribution: () => new Normal(vector(), 1),
    transforms: () => [scaling()],
  },
  'torch.distributions.bijectTo': { constraint: () => constraints.real },
  'torch.distributions.transformTo': { constraint: () => constraints.real },
  'torch.distributions.constraints.cat': { cseq: () => [constraints.real] },
  'torch.distributions.constraints.stack': { cseq: () => [constraints.real] },
  'torch.distributions.constraints.independent': {
    baseConstraint: () => constraints.real,
    reinterpretedBatchNdims: 1,
  },
  ...Object.fromEntries(['fft2', 'ifft2', 'hfft2', 'irfft2'].map((name) => [`torch.fft.${name}`, { input: pairs }])),
  ...Object.fromEntries(
    ['bartlett', 'blackman', 'hamming', 'hann', 'kaiser'].map((name) => [`torch.${name}Window`, { windowLength: 4 }]),
  ),
  ...Object.fromEntries(Object.keys(torch.signal.windows).map((name) => [`torch.signal.windows.${name}`, { M: 4 }])),
  'torch.signal.windows.generalCosine': { M: 4, a: [0.5, 0.5] },
  'torch.distributions.registerKl': { typeP: () => Normal, typeQ: () => Normal, fn: () => () => ones(1) },
  'torch.distributions.AffineTransform.logAbsDetJacobian': { x: square, y: square },
  'torch.distributions.Bernoulli.expand': batchShape,
  'torch.einsum': ['ij->ji', square],
  'torch.func.functionalCall': {
    module: linear,
    parametersAndBuffers: () => Object.fromEntries(linear().namedParameters()),
    args: () => [ones(1, 3)],
    kwargs: () => ({}),
  },
  'torch.func.stackModuleState': { models: () => [linear(), linear()] },
  'torch.func.vjp': [() => (x: Tensor) => x, vector],
  ...withInPlace({
    'torch.indexPut': { input: square, indices: () => [places()], values: square },
    'torch.indexReduce': { input: square, dim: 0, index: places, source: square, reduce: 'mean' },
    'torch.scatterReduce': { input: square, dim: 0, index: () => torch.zeros(3, 3).long(), src: square, reduce: 'sum' },
  }),
  'torch.normal': { mean: vector },
  'torch.promoteTypes': { type1: 'float32', type2: 'int64' },
  'torch.randint': { high: 4, size: [3] },
  'torch.randintLike': { input: square, high: 4 },
  'torch.safetensors.save': [() => ({ a: ones(2) })],
  'torch.scalarTensor': { s: 1 },
  'torch.setRngState': { newState: () => torch.getRngState() },
  'torch.summary': { model: linear },
  'torch.GradScaler.setGrowthFactor': { newFactor: 2 },
  'torch.GradScaler.setBackoffFactor': { newFactor: 0.5 },
  'torch.GradScaler.setGrowthInterval': { newInterval: 10 },
  'torch.GradScaler.unscale_': { optimizer: trained },
  'torch.GradScaler.step': { optimizer: trained },
  'torch.GradScaler.loadStateDict': { stateDict: () => new torch.GradScaler().stateDict() },

  'einops.EinMix': ['b c -> b d', 'c d', () => ({ c: 3, d: 2 })],
  'einops.EinMix()': { input: () => ones(2, 3) },
  'einops.Rearrange()': { input: square },
  'einops.Reduce()': { input: square },
  'einops.Rearrange': { pattern: 'b c -> c b' },
  'einops.Reduce': { pattern: 'b c -> b', reduction: 'sum' },
  'einops.einsum': [square, square, 'i j, j k -> i k'],
  'einops.pack': { tensors: () => [square()], pattern: 'a *' },
  'einops.parseShape': { x: square, pattern: 'a b' },
  'einops.rearrange': { tensor: square, pattern: 'a b -> b a' },
  'einops.reduce': { tensor: square, pattern: 'a b -> a', reduction: 'sum' },
  'einops.repeat': { tensor: square, pattern: 'a b -> b a' },
  'einops.unpack': { tensor: square, packedShapes: [[3]], pattern: 'a *' },

  'onnx.export': { model: linear, example: vector },
  'onnx.load': { source: identityModel },
  'pytorch.toPython': { model: linear, example: vector },
  'tensorboard.SummaryWriter.addScalar': { tag: 'loss', scalarValue: 1 },
  'tensorboard.SummaryWriter.addScalars': { mainTag: 'loss', tagScalarDict: () => ({ a: 1 }) },
  'tensorboard.SummaryWriter.addHistogram': { tag: 'w', values: vector },
  'tensorboard.SummaryWriter.addHistogramRaw': {
    ...{ tag: 'w', min: 0, max: 1, num: 2, sum: 1, sumSquares: 1, bucketLimits: [0, 1], bucketCounts: [1, 1] },
  },
  'tensorboard.SummaryWriter.addImage': { tag: 'image', imgTensor: () => ones(3, 4, 4) },
  'tensorboard.SummaryWriter.addImages': { tag: 'images', imgTensor: () => ones(2, 3, 4, 4) },
  'tensorboard.SummaryWriter.addText': { tag: 'note', textString: 'text' },
  'tensorboard.SummaryWriter.addPrCurve': { tag: 'curve', labels: () => whole(3), predictions: () => ones(3) },
  'tensorboard.SummaryWriter.addPrCurveRaw': {
    ...{ tag: 'curve', truePositiveCounts: vector, falsePositiveCounts: vector, trueNegativeCounts: vector },
    ...{ falseNegativeCounts: vector, precision: vector, recall: vector },
  },
  'tensorboard.SummaryWriter.addTensor': { tag: 'w', tensor: vector },
  'tensorboard.SummaryWriter.addImageWithBoxes': {
    ...{ tag: 'image', imgTensor: () => ones(3, 4, 4), boxTensor: () => ones(1, 4) },
  },
  'tensorboard.SummaryWriter.addFigure': { tag: 'plot', figure: canvas },
  'tensorboard.SummaryWriter.addVideo': { tag: 'video', vidTensor: () => ones(1, 2, 3, 4, 4) },
  'tensorboard.SummaryWriter.addAudio': { tag: 'sound', sndTensor: () => ones(1, 4) },
  'tensorboard.SummaryWriter.addGraph': { model: linear, inputToModel: vector },
  'tensorboard.SummaryWriter.addEmbedding': { mat: square },
  'tensorboard.SummaryWriter.addMesh': { tag: 'mesh', vertices: () => ones(1, 4, 3) },
  'tensorboard.SummaryWriter.addCustomScalars': { layout: () => ({ losses: { both: ['Multiline', ['a', 'b']] } }) },
  'tensorboard.SummaryWriter.addCustomScalarsMultilinechart': { tags: () => ['a', 'b'] },
  'tensorboard.SummaryWriter.addCustomScalarsMarginchart': { tags: () => ['a', 'b', 'c'] },
  'tensorboard.SummaryWriter.addHparams': { hparamDict: () => ({ lr: 0.1 }), metricDict: () => ({ loss: 1 }) },

  'torch.scope': [nothing],
  'torch.func.grad': { func: () => (x: Tensor) => x.sum() },
  'torch.func.gradAndValue': { func: () => (x: Tensor) => x.sum() },
  'torch.func.linearize': [() => (x: Tensor) => x, vector],
  'torch.autograd.forwardAd.dualLevel': { fn: nothing },
  'torch.prelu': { input: square, weight: vector },
  'torch.func.jacfwd': { func: () => (x: Tensor) => x },
  'torch.func.jacrev': { func: () => (x: Tensor) => x },
  'torch.func.hessian': { func: () => (x: Tensor) => x.sum() },
  'torch.func.jacobian': { func: () => (x: Tensor) => x, inputs: vector },
  'torch.autograd.functional.jacobian': { func: () => (x: Tensor) => x, inputs: vector },
  'torch.autograd.functional.hessian': { func: () => (x: Tensor) => x.sum(), inputs: vector },
  'torch.autograd.functional.vjp': { func: () => (x: Tensor) => x.sum(), inputs: vector },
  'torch.autograd.functional.jvp': { func: () => (x: Tensor) => x.sum(), inputs: () => torch.ones(1) },
  'torch.autograd.functional.vhp': { func: () => (x: Tensor) => x.sum(), inputs: () => torch.ones(1) },
  'torch.autograd.functional.hvp': { func: () => (x: Tensor) => x.sum(), inputs: () => torch.ones(1) },
  'torch.autograd.grad': { outputs: () => shared.mul(2), inputs: () => shared },
  'torch.CheckpointStore.save': { name: 'run', object: () => [1] },
  'torch.CheckpointStore.load': { name: 'run' },
  'torch.CheckpointStore.remove': { name: 'run' },
  'worker.proxy': [() => ({})],
  'worker.transfer': [() => ({ numbers: new Float32Array(2) })],
};

const wholeSelf = /^(gcd|lcm|bitwise\w+|bincount)_?$/;

/** The tensor that a method is called on. */
export function selfOf(method: string): Tensor {
  if (/^(backward|registerHook|registerPostAccumulateGradHook)$/.test(method)) return leaf();
  if (/^(item|isNonzero)$/.test(method)) return ones(1);
  if (/^(dot|vdot|outer)$/.test(method)) return vector();
  if (/^(dsplit|bmm|baddbmm_)$/.test(method)) return ones(3, 3, 3);
  if (/^mvlgamma_?$/.test(method)) return square().mul(5);
  if (method === 'bincount') return whole(3);
  return wholeSelf.test(method) ? whole(3, 3) : square();
}

const scaled = (scaler: torch.GradScaler): void => void scaler.scale(leaf());

export const torchReady: Readonly<Record<string, (object: never) => void>> = {
  'torch.GradScaler.unscale_': scaled,
  'torch.GradScaler.step': scaled,
  'torch.GradScaler.update': (scaler: torch.GradScaler) => {
    scaled(scaler);
    scaler.unscale_(trained());
  },
};
