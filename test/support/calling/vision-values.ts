// Owns arguments that work behind the doors of vision, but for its transforms and data sets.
import * as torch from 'lamplight';
import { nn, type Tensor, vision } from 'lamplight';
import { notingCanvas } from '../plot-canvas';

const { ones, rand, tensor } = torch;
const { detection, ops, tvTensors } = vision;

const boxes = (): Tensor =>
  tensor([
    [0.5, 1, 4, 5],
    [2, 2, 6, 7],
  ]);
const map = (): Tensor => ones(1, 4, 8, 8);
const whole = (...values: number[]): Tensor => tensor(values, { dtype: 'int64' });
const maps = () => ({ 0: map() });
const sizes = [[8, 8]];

const anchors = () => new detection.AnchorGenerator([[4]], [[1]]);
const pictures = () => new detection.ImageList(ones(1, 3, 8, 8), [[8, 8]]);
const target = () => ({ boxes: boxes(), labels: whole(1, 1) });
const pool = () => new ops.MultiScaleRoIAlign(['0'], 2, 2);
const heads = () => ({
  boxRoiPool: pool(),
  boxHead: new detection.TwoMLPHead(16, 4),
  boxPredictor: new detection.FastRCNNPredictor(4, 2),
});
const canvas = () => notingCanvas();
const caption = () => ({ boxes: boxes(), captions: ones(2, 3, { dtype: 'int64' }) });
const localization = () => new detection.DenseCapLocalization(4, { anchors: [[4, 4]] });
const predictions = () => localization()(map(), [8, 8]);
const regions = () => localization().sample(new Float32Array(256), [new Float32Array([0, 0, 4, 4])]);
const network = () => new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.ReLU());

/** By the names of parameters. */
export const visionNames: Readonly<Record<string, unknown>> = {
  ...{ anchorGenerator: anchors, imageList: pictures, images: pictures, featureMaps: () => [map()], imageSize: [8, 8] },
  ...{ targets: () => [target()], fgIouThresh: 0.7, bgIouThresh: 0.3, batchSizePerImage: 4, positiveFraction: 0.5 },
  ...{ nmsThresh: 0.5, scoreThresh: 0.05, detectionsPerImg: 3, vocabSize: 3, representationSize: 4, numAnchors: 1 },
  ...{ bboxRegWeights: [10, 10, 5, 5], spatialScale: 1, samplingRatio: 2, outputSize: 2, featmapNames: ['0'] },
};

const given: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  'ops.Conv2dNormActivation()': { input: () => ones(1, 2, 4, 4) },
  'ops.DeformConv2d()': {
    input: () => ones(1, 2, 4, 4),
    offset: () => ones(1, 8, 3, 3),
    mask: () => ones(1, 4, 3, 3),
  },
  'ops.FeaturePyramidNetwork': { inChannelsList: [4], outChannels: 4 },
  'ops.FeaturePyramidNetwork()': { x: maps },
  'ops.FrozenBatchNorm2d()': { x: () => ones(1, 3, 4, 4) },
  'ops.LastLevelMaxPool()': { results: () => [map()], x: () => [map()], names: ['0'] },
  'ops.LastLevelP6P7()': { results: () => [ones(1, 2, 4, 4)], x: () => [ones(1, 2, 4, 4)], names: ['0'] },
  'ops.MLP': { inChannels: 3, hiddenChannels: [4, 2] },
  'ops.MLP()': { input: () => ones(2, 3) },
  'ops.MultiScaleRoIAlign()': { x: maps, boxes: () => [boxes()], imageShapes: sizes },
  'ops.SqueezeExcitation': { inputChannels: 4, squeezeChannels: 2 },
  'ops.SqueezeExcitation()': { input: map },
  'ops.StochasticDepth': { p: 0.5, mode: 'row' },
  'ops.deformConv2d': {
    input: () => ones(1, 2, 4, 4),
    offset: () => ones(1, 8, 3, 3),
    weight: () => ones(2, 2, 2, 2),
  },
  'ops.psRoiAlign': { input: map, boxes: () => [boxes()], outputSize: 2 },
  'ops.psRoiPool': { input: map, boxes: () => [boxes()], outputSize: 2 },
  'ops.roiAlign': { input: map, boxes: () => [boxes()], outputSize: 2 },
  'ops.roiPool': { input: map, boxes: () => [boxes()], outputSize: 2 },
  'ops.PSRoIAlign()': { input: map, rois: () => [boxes()] },
  'ops.PSRoIPool()': { input: map, rois: () => [boxes()] },
  'ops.RoIAlign()': { input: map, rois: () => [boxes()] },
  'ops.RoIPool()': { input: map, rois: () => [boxes()] },
  'ops.Conv3dNormActivation()': { input: () => ones(1, 2, 4, 4, 4) },
  'ops.DropBlock2d()': { input: map },
  'ops.DropBlock3d()': { input: () => ones(1, 4, 4, 4, 4) },
  'ops.Permute': { dims: [1, 0] },
  'ops.Permute()': { x: () => ones(3, 3) },
  'ops.StochasticDepth()': { input: map },
  'ops.sigmoidFocalLoss': { inputs: () => ones(3, 3), targets: () => ones(3, 3) },
  'ops.stochasticDepth': { input: map, p: 0.5, mode: 'row' },
  'utils.drawSegmentationMasks': { image: () => ones(3, 4, 4, { dtype: 'uint8' }), masks: () => ones(2, 4, 4).bool() },
  'utils.flowToImage': { flow: () => ones(2, 4, 4) },
  'utils.saveImage': { tensor: () => ones(3, 4, 4), fp: 'picture.png' },
  'models.BasicBlock': { inplanes: 4, planes: 4 },
  'models.BasicBlock()': { x: map },
  'models.Bottleneck()': { x: map },
  'models.Bottleneck': { inplanes: 4, planes: 1 },
  'models.createFeatureExtractor': { model: network, returnNodes: ['0'] },
  'models.getModel': { name: 'squeezenet1_1' },
  'models.getModelBuilder': { name: 'squeezenet1_1' },
  'models.getModelWeights': { name: 'squeezenet1_1' },
  'models.getWeight': { name: 'SqueezeNet1_1_Weights.DEFAULT' },
  'models.SqueezeNet()': { x: () => ones(1, 3, 32, 32) },
  'detection.AnchorGenerator.generateAnchors': { scales: [4], aspectRatios: [1] },
  'detection.BackboneWithFPN': {
    backbone: network,
    returnLayers: { 0: '0' },
    inChannelsList: [4],
    outChannels: 4,
  },
  'detection.BoxCoder': { weights: [1, 1, 1, 1] },
  'detection.CaptionVocabulary': { captions: ['a red square'] },
  'detection.DefaultBoxGenerator': { aspectRatios: [[2]] },
  'detection.DenseCap': {
    backbone: () => Object.assign(network(), { outChannels: 4 }),
    vocabSize: 3,
  },
  'detection.AnchorGenerator()': { imageList: pictures, featureMaps: () => [map()] },
  'detection.BackboneWithFPN()': { x: () => ones(1, 3, 8, 8) },
  'detection.BoxCoder.encode': { referenceBoxes: () => [boxes()], proposals: () => [boxes()] },
  'detection.BoxCoder.decode': { relCodes: boxes, boxes: () => [boxes()] },
  'detection.BoxCoder.encodeSingle': { referenceBoxes: boxes, proposals: boxes },
  'detection.BoxCoder.decodeSingle': { relCodes: boxes, boxes },
  'detection.CaptionVocabulary.encode': { captions: ['a red square'] },
  'detection.CaptionVocabulary.decode': { captions: [[1, 2]] },
  'detection.DenseCap()': { images: () => [ones(3, 8, 8)], targets: () => [caption()] },
  'detection.DenseCapLocalization.extract': { features: map, boxes: () => boxes().unsqueeze(0), imageSize: [8, 8] },
  'detection.DenseCapLocalization.sample': {
    predicted: () => new Float32Array(8),
    truths: () => [new Float32Array([0, 0, 4, 4])],
  },
  'detection.DenseCapLocalization.losses': { predictions, sample: regions },
  'detection.DenseCapLocalization.propose': { predictions },
  'detection.LSTMCaptioner.loss': { codes: () => ones(2, 4), captions: () => ones(2, 3, { dtype: 'int64' }) },
  'detection.LSTMCaptioner.generate': { codes: () => ones(2, 4) },
  'detection.RPNHead': { inChannels: 4, numAnchors: 1 },
  'detection.RPNHead()': { maps: () => [map()] },
  'detection.RegionProposalNetwork()': { images: pictures, features: maps, targets: () => [target()] },
  'detection.RoIHeads()': {
    features: maps,
    proposals: () => [boxes()],
    imageShapes: sizes,
    targets: () => [target()],
  },
  'detection.DenseCapLocalization': { inChannels: 4 },
  'detection.DenseCapLocalization()': { features: map, imageSize: [8, 8] },
  'detection.ImageList': { tensors: () => ones(1, 3, 8, 8), imageSizes: [[8, 8]] },
  'detection.LSTMCaptioner': { inFeatures: 4, vocabSize: 3 },
  'detection.LSTMCaptioner()': { codes: () => ones(2, 4), captions: () => ones(2, 3, { dtype: 'int64' }) },
  'detection.Matcher': { highThreshold: 0.7, lowThreshold: 0.3 },
  'detection.RegionProposalNetwork': {
    anchorGenerator: anchors,
    head: () => new detection.RPNHead(4, 1),
    fgIouThresh: 0.7,
    bgIouThresh: 0.3,
    batchSizePerImage: 4,
    positiveFraction: 0.5,
    preNmsTopN: { training: 4, testing: 4 },
    postNmsTopN: { training: 4, testing: 4 },
    nmsThresh: 0.5,
  },
  'detection.RoIHeads': {
    boxRoiPool: pool,
    boxHead: () => heads().boxHead,
    boxPredictor: () => heads().boxPredictor,
    fgIouThresh: 0.5,
    bgIouThresh: 0.5,
    batchSizePerImage: 4,
    positiveFraction: 0.5,
    bboxRegWeights: [10, 10, 5, 5],
    scoreThresh: 0.05,
    nmsThresh: 0.5,
    detectionsPerImg: 3,
  },
  'detection.TwoMLPHead': { inChannels: 16, representationSize: 4 },
  'detection.TwoMLPHead()': { x: () => ones(2, 4, 2, 2) },
  'detection.applyBoxRegression': { features: () => ones(2, 3), proposals: boxes, weight: () => ones(4, 3) },
  'detection.detectRegions': { boxes, scores: () => ones(2, 3) },
  'detection.fitBoxRegression': { features: () => rand(2, 3), proposals: boxes, truths: boxes },
  'detection.matchRegions': { boxes, truths: boxes, labels: () => whole(1, 1) },
  'detection.pasteMasksInImage': { masks: () => ones(2, 1, 4, 4), boxes, imgShape: [8, 8] },
  'detection.projectMasksOnBoxes': {
    gtMasks: () => ones(2, 8, 8),
    boxes,
    matchedIdxs: () => whole(0, 1),
    M: 4,
  },
  'detection.FastRCNNConvFCHead': { inputSize: [4, 2, 2], convLayers: [4], fcLayers: [4] },
  'detection.FastRCNNHead': { inChannels: 4, numClasses: 2, spatialScale: 1, outputSize: 2, representationSize: 4 },
  'detection.FastRCNNHead()': { features: map, rois: () => [boxes()] },
  'detection.FastRCNNPredictor': { inChannels: 4, numClasses: 2 },
  'detection.FastRCNNPredictor()': { x: () => ones(2, 4) },
  'detection.MaskRCNNHeads': { inChannels: 4, layers: [4], dilation: 1 },
  'detection.MaskRCNNPredictor': { inChannels: 4, dimReduced: 4, numClasses: 2 },
  'detection.SSDHead': { inChannels: [4], numAnchors: [1], numClasses: 2 },
  'detection.SSDHead()': { maps: () => [map()] },
  'models.getGraphNodeNames': { model: network, example: () => ones(1, 3, 8, 8) },
  'detection.YOLOv1Loss()': { predictions: () => ones(1, 7, 7, 30), targets: () => ones(1, 7, 7, 25) },
  'detection.YOLOv1Loss.encode': {
    targets: () => [{ boxes: new Float32Array([0, 0, 4, 4]), labels: new Int32Array([1]) }],
    sizes: [[8, 8]],
  },
  'detection.fastrcnnLoss': {
    classLogits: () => ones(2, 3),
    boxRegression: () => ones(2, 12),
    labels: () => whole(1, 0),
    regressionTargets: boxes,
  },
  'detection.maskrcnnLoss': {
    maskLogits: () => ones(2, 2, 4, 4),
    proposals: () => [boxes()],
    gtMasks: () => [ones(2, 8, 8)],
    gtLabels: () => [whole(1, 1)],
    maskMatchedIdxs: () => [whole(0, 1)],
  },
  'detection.resnetFpnBackbone': { backboneName: 'resnet18' },
  'detection.sampleRois': { proposals: () => [boxes()], targets: () => [target()] },
  'detection.svmLoss': { scores: () => ones(2, 3), labels: () => whole(1, 0) },
  'tvTensors.BoundingBoxes': { data: boxes, format: 'XYXY', canvasSize: [8, 8] },
  'tvTensors.Image': { data: () => ones(3, 4, 4) },
  'tvTensors.Mask': { data: () => ones(4, 4).bool() },
  'tvTensors.wrap': { data: () => ones(3, 4, 4), like: () => new tvTensors.Image(ones(3, 4, 4)) },
  'io.draw': { tensor: () => ones(4, 4), canvas },
  'io.toCanvas': { tensor: () => ones(4, 4), canvas },
  'io.readImage': { source: 'https://nowhere.test/a.png' },
  'io.fromPixels': { source: () => ({ width: 2, height: 2, data: new Uint8ClampedArray(16) }) },
  Picture: { data: () => ones(4, 4, 3, { dtype: 'uint8' }) },
  'Picture::fromBytes': { bytes: () => new Uint8Array(48), shape: [4, 4, 3] },
};

/** Of one function, class or method. */
export const givenToVision = Object.fromEntries(Object.entries(given).map(([id, args]) => [`vision.${id}`, args]));

/** What objects have been through before their methods are called. */
export const visionReady: Readonly<Record<string, (object: never) => void>> = {};
