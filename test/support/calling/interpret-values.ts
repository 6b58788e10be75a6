// Owns arguments that work behind the door of interpret.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import * as interpret from 'lamplight/interpret';

const { ones, rand } = torch;

type Given = Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>>;

const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const network = () => new nn.Sequential(new nn.Linear(3, 3), new nn.ReLU(), new nn.Linear(3, 1));
const seeing = () => new nn.Sequential(new nn.Conv2d(3, 2, 3), new nn.ReLU(), new nn.Conv2d(2, 1, 3));
const picture = () => ones(1, 3, 8, 8);
const points = () => rand(12, 3);
const identity = (x: unknown) => x;

const concepts = () => [[0, 1].map((id) => new interpret.Concept(id, `concept ${id}`, ones(4, 3)))];

/** By the names of parameters. */
export const interpretNames: Readonly<Record<string, unknown>> = {
  ...{ forwardFunc: network, model: network, layer: '0', layers: ['0'], target: 0, inputSize: [1, 3] },
  ...{ input: () => ones(1, 3), neuronSelector: 0, perturbFunc: (x: Tensor) => [x, x], attributions: () => ones(1, 3) },
  ...{ attributionMethod: () => new interpret.Saliency(network()) },
  ...{ id: 0, name: 'stripes', embedding: () => rand(12, 2), labels: () => whole(12), slidingWindowShapes: [2] },
  ...{ attr: () => ones(4, 4, 3), originalImage: () => ones(4, 4, 3), methods: ['heat_map'], signs: ['positive'] },
  ...{ interpolateDims: [4, 4], layerAttribution: () => ones(1, 2, 2, 2), maps: () => ones(1, 2, 2, 2) },
  ...{ image: picture, content: picture, style: picture, experimentalSets: concepts },
  ...{ startPoint: () => ones(1, 3), endPoint: () => ones(1, 3), data: () => ones(4, 4) },
  trainData: () => [[ones(4, 3), ones(4), ones(4)]],
};

const looking = { model: seeing, image: picture };

/** Of one class or method. */
export const givenToInterpret: Given = {
  'interpret.CAV': { concepts: [], layer: '0', stats: {} },
  'interpret.DefaultClassifier.trainAndEval': { data: () => [[ones(4, 3), whole(4)]] },
  // Of one example nothing is permuted.
  'interpret.FeaturePermutation.attribute': { inputs: () => ones(2, 3) },
  'interpret.InternalAttribution': { forwardFunc: network, layer: '0' },
  'interpret.LayerAttribution': { forwardFunc: network, layer: '0' },
  'interpret.LimeBase': {
    forwardFunc: network,
    interpretableModel: () => new interpret.Ridge(),
    similarityFunc: () => () => 1,
    perturbFunc: () => identity,
    perturbInterpretableSpace: true,
    fromInterpRepTransform: () => identity,
  },
  // Options of other names go on to what is called, so that no error lists those of the methods themselves.
  'interpret.LimeBase.attribute': {
    ...{ inputs: () => ones(1, 3), target: 0, additionalForwardArgs: null, nSamples: 2, perturbationsPerEval: 1 },
    ...{ showProgress: false, onProgress: null },
  },
  'interpret.NoiseTunnel.attribute': {
    ...{ inputs: () => ones(1, 3), ntType: 'smoothgrad', ntSamples: 2, ntSamplesBatchSize: 1, stdevs: 0.5 },
  },
  'interpret.TCAV': {
    model: network,
    layers: ['0'],
    modelId: 'default_model_id',
    classifier: null,
    layerAttrMethod: null,
  },
  'interpret.TCAV.interpret': {
    ...{ inputs: () => ones(1, 3), experimentalSets: concepts, target: 0, additionalForwardArgs: null },
    ...{ showProgress: false, onProgress: null },
  },
  'interpret.sensitivityMax': {
    explanationFunc: () => new interpret.Saliency(network()),
    inputs: () => ones(1, 3),
    perturbFunc: () => identity,
    ...{ perturbRadius: 0.1, nPerturbSamples: 2, normOrd: 'fro' },
  },
  'interpret.PCA.fit': { input: points },
  'interpret.PCA.inverseTransform': { input: () => ones(4, 2) },
  'interpret.convOutputSize': { inputSize: [8, 8], kernelSize: 3 },
  'interpret.deepDream': { ...looking, layer: '0' },
  'interpret.filters': { model: () => new nn.Conv2d(3, 2, 3) },
  'interpret.knnPurity': { input: points, labels: () => whole(12) },
  'interpret.neuralStyle': { model: seeing, content: picture, style: picture, contentLayers: ['0'] },
  'interpret.receptiveField': { model: () => new nn.Sequential(new nn.Conv2d(3, 2, 3)), layer: '0' },
  'interpret.reconstruct': { ...looking, layer: '0' },
  'interpret.scoreAscent': { ...looking, target: 0 },
  'interpret.trustworthiness': { input: points, embedding: () => rand(12, 2) },
  'interpret.tsne': { input: () => rand(32, 3) },
  'interpret.umap': { input: points },
};

/** What objects have been through before their methods are called. */
export const interpretReady: Readonly<Record<string, (object: never) => void>> = {
  'interpret.PCA': (pca: interpret.PCA) => {
    pca.components = ones(2, 3);
    pca.mean = ones(3);
    pca.singularValues = [2, 1];
  },
};
