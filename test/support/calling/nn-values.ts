// Owns arguments that work for nn: its functions, the calls of layers and the methods of containers.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';

const { ones, tensor } = torch;

const square = (): Tensor => ones(3, 3);
const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const classes = (...size: number[]): Tensor => torch.zeros(size, { dtype: 'int64' });
const line = (): Tensor => ones(1, 2, 4);
const plane = (): Tensor => ones(1, 2, 4, 4);
const space = (): Tensor => ones(1, 2, 4, 4, 4);
const states = (): Tensor => ones(2, 1, 4);
const linear = () => new nn.Linear(2, 2);
const conv = () => new nn.Conv2d(2, 2, 1).eval();
const norm1d = () => new nn.BatchNorm1d(2).eval();
const norm2d = () => new nn.BatchNorm2d(2).eval();
const parameters = (): Tensor[] => {
  const parameter = ones(2, { requiresGrad: true });
  parameter.sum().backward();
  return [parameter];
};
const statistics = { bnRm: () => ones(2), bnRv: () => ones(2), bnEps: 1e-5, bnW: () => ones(2), bnB: () => ones(2) };
const ctc = {
  logProbs: () => torch.zeros(4, 1, 3),
  targets: () => whole(1, 2),
  inputLengths: [4],
  targetLengths: [2],
};
/** Places of maxima, as pooling of 4 by 2 returns them. */
const places = (...size: number[]) => classes(...size);

const nothing = class Same extends nn.Module {
  forward(x: Tensor): Tensor {
    return x;
  }
};

export const givenToNn: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  'nn.Sequential': [() => new nn.Linear(3, 3)],
  'nn.Transformer::generateSquareSubsequentMask': { sz: 3 },
  'nn.Embedding::fromPretrained': { embeddings: square },
  'nn.EmbeddingBag::fromPretrained': { embeddings: square },
  'nn.functional.affineGrid': { theta: () => ones(1, 2, 3), size: [1, 1, 2, 2] },
  'nn.functional.bilinear': { input1: () => ones(3, 2), input2: () => ones(3, 2), weight: () => ones(4, 2, 2) },
  'nn.functional.convTranspose1d': { input: line, weight: () => ones(2, 2, 2) },
  'nn.functional.convTranspose3d': { input: space, weight: () => ones(2, 2, 2, 2, 2) },
  'nn.functional.cosineEmbeddingLoss': { input1: square, input2: square, target: () => ones(3) },
  'nn.functional.ctcLoss': ctc,
  'nn.functional.dropoutMasks': { from: 'device' },
  'nn.functional.fold': { input: () => ones(1, 4, 1), outputSize: 2, kernelSize: 2 },
  'nn.functional.fractionalMaxPool2d': { input: plane, kernelSize: 2, outputSize: 2 },
  'nn.functional.fractionalMaxPool3d': { input: space, kernelSize: 2, outputSize: 2 },
  'nn.functional.gridSample': { input: plane, grid: () => ones(1, 2, 2, 2) },
  'nn.functional.localResponseNorm': { input: plane, size: 2 },
  'nn.functional.maxUnpool2d': { input: plane, indices: () => places(1, 2, 4, 4), kernelSize: 2 },
  'nn.functional.maxUnpool3d': { input: space, indices: () => places(1, 2, 4, 4, 4), kernelSize: 2 },
  'nn.init.calculateGain': { nonlinearity: 'relu' },
  'nn.init.constant_': { tensor: square, val: 1 },
  'nn.init.sparse_': { tensor: square, sparsity: 0.5 },
  'nn.init.dirac_': { tensor: () => ones(2, 2, 3) },
  'nn.attention.sdpaKernel': { backends: 0, fn: () => () => null },
  'nn.utils.prune.identity': { module: linear, name: 'weight' },
  'nn.utils.prune.customFromMask': { module: linear, name: 'weight', mask: () => ones(2, 2) },
  'nn.utils.prune.globalUnstructured': {
    parameters: () => [[linear(), 'weight']],
    pruningMethod: nn.utils.prune.Identity,
  },
  'nn.utils.prune.l1Unstructured': { module: linear, name: 'weight', amount: 1 },
  'nn.utils.prune.lnStructured': { module: linear, name: 'weight', amount: 1, n: 2, dim: 0 },
  'nn.utils.prune.randomStructured': { module: linear, name: 'weight', amount: 1, dim: 0 },
  'nn.utils.prune.randomUnstructured': { module: linear, name: 'weight', amount: 1 },
  'nn.utils.prune.remove': { module: () => nn.utils.prune.identity(linear(), 'weight'), name: 'weight' },
  ...Object.fromEntries(
    ['L1Unstructured', 'RandomUnstructured', 'RandomStructured', 'LnStructured', 'Identity', 'CustomFromMask'].flatMap(
      (name) => [
        [`nn.utils.prune.${name}.computeMask`, { t: square, defaultMask: square }],
        [`nn.utils.prune.${name}::apply`, [linear, 'weight', 1]],
      ],
    ),
  ),
  'nn.utils.prune.L1Unstructured': { amount: 1 },
  'nn.utils.prune.RandomUnstructured': { amount: 1 },
  'nn.utils.prune.RandomStructured': { amount: 1 },
  'nn.utils.prune.LnStructured': { amount: 1, n: 2 },
  'nn.utils.prune.LnStructured::apply': [linear, 'weight', 1, 2, 0],
  'nn.utils.prune.Identity::apply': [linear, 'weight'],
  'nn.utils.prune.CustomFromMask': { mask: square },
  'nn.utils.prune.CustomFromMask::apply': [linear, 'weight', () => ones(2, 2)],
  'nn.utils.clipGradNorm_': { parameters, maxNorm: 1 },
  'nn.utils.clipGradValue_': { parameters, clipValue: 1 },
  'nn.utils.clipGradsWithNorm_': { parameters, maxNorm: 1, totalNorm: () => tensor(2) },
  'nn.utils.parametersToVector': { parameters },
  'nn.utils.vectorToParameters': { vec: () => ones(2), parameters },
  'nn.utils.fuseConvBnEval': { conv, bn: norm2d },
  'nn.utils.fuseConvBnWeights': { convW: () => ones(2, 2, 1, 1), convB: () => ones(2), ...statistics },
  'nn.utils.fuseLinearBnEval': { linear: () => linear().eval(), bn: norm1d },
  'nn.utils.fuseLinearBnWeights': { linearW: () => ones(2, 2), linearB: () => ones(2), ...statistics },
  'nn.utils.parametrize.ParametrizationList': {
    modules: () => [new nothing()],
    original: () => new nn.Parameter(square()),
  },
  'nn.utils.parametrize.ParametrizationList.assign': { value: square },
  'nn.utils.parametrize.registerParametrization': {
    module: linear,
    tensorName: 'weight',
    parametrization: () => new nothing(),
  },
  'nn.utils.parametrize.removeParametrizations': {
    module: () => nn.utils.parametrize.registerParametrization(linear(), 'weight', new nothing()),
    tensorName: 'weight',
  },
  'nn.utils.removeSpectralNorm': { module: () => nn.utils.spectralNorm(linear()) },
  'nn.utils.removeWeightNorm': { module: () => nn.utils.weightNorm(linear()) },
  'nn.utils.rnn.PackedSequence': { data: square, batchSizes: [2, 1] },
  'nn.utils.rnn.packPaddedSequence': { input: square, lengths: [3, 2, 1] },
  'nn.utils.rnn.packSequence': { sequences: () => [square()] },
  'nn.utils.rnn.padPackedSequence': { sequence: () => new nn.utils.rnn.PackedSequence(square(), [2, 1]) },
  'nn.utils.rnn.unpackSequence': { packedSequences: () => new nn.utils.rnn.PackedSequence(square(), [2, 1]) },
  'nn.utils.rnn.unpadSequence': { paddedSequences: square, lengths: [1, 2, 3] },
  'nn.utils.skipInit': [nn.Linear, 2, 2],
  // Of every module, walked on the first one.
  'nn.AdaptiveAvgPool1d.registerBuffer': { name: 'other', tensor: square },
  'nn.AdaptiveAvgPool1d.registerParameter': { name: 'other', param: () => new nn.Parameter(square()) },
  'nn.AdaptiveAvgPool1d.registerModule': { name: 'other', module: linear },
  'nn.AdaptiveAvgPool1d.addModule': { name: 'other', module: linear },
  'nn.AdaptiveAvgPool1d.getSubmodule': { target: 'child' },
  'nn.AdaptiveAvgPool1d.setSubmodule': { target: 'child', module: linear },
  'nn.AdaptiveAvgPool1d.getParameter': { target: 'child.weight' },
  'nn.AdaptiveAvgPool1d.getBuffer': { target: 'table' },
  'nn.AdaptiveAvgPool1d.loadStateDict': {
    stateDict: () => ({ table: square(), 'child.weight': ones(2, 2), 'child.bias': ones(2) }),
  },
  // Calls of layers.
  'nn.AdaptiveLogSoftmaxWithLoss()': { input: square, target: () => classes(3) },
  'nn.AdaptiveLogSoftmaxWithLoss.logProb': { input: square },
  'nn.AdaptiveLogSoftmaxWithLoss.predict': { input: square },
  'nn.BatchNorm2d()': { input: () => ones(2, 3, 2, 2) },
  'nn.BatchNorm3d()': { input: () => ones(2, 3, 2, 2, 2) },
  'nn.Bilinear()': { input1: () => ones(3, 2), input2: () => ones(3, 2) },
  'nn.CTCLoss()': ctc,
  'nn.Conv2d()': { input: plane },
  'nn.Conv3d()': { input: space },
  'nn.ConvTranspose2d()': { input: plane },
  'nn.ConvTranspose3d()': { input: space },
  'nn.CosineEmbeddingLoss()': { input1: square, input2: square, target: () => ones(3) },
  'nn.EmbeddingBag()': { input: () => whole(2, 2) },
  'nn.Fold()': { input: () => ones(1, 4, 1) },
  'nn.GRU()': { input: square },
  'nn.GRUCell()': { input: square },
  'nn.LSTM()': { input: square },
  'nn.LSTMCell()': { input: square },
  'nn.RNN()': { input: square },
  'nn.RNNCell()': { input: square },
  'nn.LazyBatchNorm1d()': { input: square },
  'nn.LazyBatchNorm2d()': { input: () => ones(2, 2, 2, 2) },
  'nn.LazyBatchNorm3d()': { input: () => ones(2, 2, 2, 2, 2) },
  'nn.LazyConv1d()': { input: line },
  'nn.LazyConv2d()': { input: plane },
  'nn.LazyConv3d()': { input: space },
  'nn.LazyConvTranspose1d()': { input: line },
  'nn.LazyConvTranspose2d()': { input: plane },
  'nn.LazyConvTranspose3d()': { input: space },
  'nn.LazyInstanceNorm1d()': { input: line },
  'nn.LazyInstanceNorm2d()': { input: plane },
  'nn.LazyInstanceNorm3d()': { input: space },
  'nn.LazyLinear()': { input: square },
  'nn.MaxUnpool2d()': { input: plane, indices: () => places(1, 2, 4, 4) },
  'nn.MaxUnpool3d()': { input: space, indices: () => places(1, 2, 4, 4, 4) },
  'nn.MultiMarginLoss()': { input: square, target: () => classes(3) },
  'nn.MultiheadAttention()': { query: states, key: states, value: states },
  'nn.NLLLoss()': { input: square, target: () => classes(3) },
  'nn.Upsample()': { input: plane },
  // Methods of containers.
  'nn.ModuleDict.get': { key: 'first' },
  'nn.ModuleDict.has': { key: 'first' },
  'nn.ModuleDict.pop': { key: 'first' },
  'nn.ModuleDict.set': { key: 'other', module: linear },
  'nn.ModuleDict.update': [() => ({ other: linear() })],
  'nn.ModuleList.at': { index: 0 },
  'nn.ModuleList.append': { module: linear },
  'nn.ModuleList.extend': { modules: () => [linear()] },
  'nn.ModuleList.insert': { index: 0, module: linear },
  'nn.ModuleList.pop': { key: 0 },
  'nn.ParameterDict.get': { key: 'first' },
  'nn.ParameterDict.has': { key: 'first' },
  'nn.ParameterDict.pop': { key: 'first' },
  'nn.ParameterDict.set': { key: 'other', value: square },
  'nn.ParameterDict.update': [() => ({ other: square() })],
  'nn.ParameterList.append': { value: square },
  'nn.ParameterList.extend': { values: () => [square()] },
};

/** What is done with a fresh object of a class before its methods are called. */
export const nnReady: Readonly<Record<string, (object: never) => void>> = {
  'nn.AdaptiveAvgPool1d': (module: nn.AdaptiveAvgPool1d) => {
    module.registerBuffer('table', square());
    module.registerModule('child', linear());
  },
  'nn.LazyLinear.resetParameters': (layer: nn.LazyLinear) => void layer(square()),
  'nn.ModuleDict': (dict: nn.ModuleDict) => void dict.set('first', linear()),
  'nn.ModuleList': (list: nn.ModuleList) => void list.append(linear()),
  'nn.Upsample': (layer: nn.Upsample) => {
    layer.scaleFactor = 2;
  },
  'nn.ParameterDict': (dict: nn.ParameterDict) => void dict.set('first', square()),
};
