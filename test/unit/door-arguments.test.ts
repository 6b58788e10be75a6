// What constructors and functions behind the doors refuse by the kind of a parameter, and that every parameter may be given by place or by name.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { IntegratedGradients, umap } from 'lamplight/interpret';
import * as lightning from 'lamplight/lightning';
import * as metrics from 'lamplight/metrics';
import { datasets, detection, models, ops, Picture, transforms, tvTensors, utils } from 'lamplight/vision';
import { expect, test } from 'vitest';

/** Calls that a typed program cannot write. */
const loose = <T>(call: T) => call as unknown as (...args: unknown[]) => unknown;
const make =
  (type: unknown) =>
  (...args: unknown[]) =>
    Reflect.construct(type as new () => unknown, args) as unknown;

const boxes = () => torch.ones(2, 4);
const boxed = new tvTensors.BoundingBoxes(boxes(), { format: 'XYXY', canvasSize: [8, 8] });

/** A picture that was not awaited, as `io.readImage(file)` gives it. */
const late = Promise.resolve(torch.ones(3, 4, 4));
const localization = new detection.DenseCapLocalization(2, { anchors: [[4, 4]], numFilters: 2 });
const pictures = new detection.ImageList(torch.ones(1, 3, 8, 8), [[8, 8]]);

const refusals: readonly [say: RegExp, call: () => unknown][] = [
  // A default that is a boolean tells that a boolean is meant, and a promise is awaited first.
  [/^RoIAlign: expected aligned to be a boolean, but got 1$/, () => make(ops.RoIAlign)(7, 1, 2, 1)],
  [
    /^roiAlign: expected spatialScale itself, but got a promise; await it first$/,
    () => loose(ops.roiAlign)(torch.ones(1, 1, 4, 4), torch.ones(1, 5), 2, { spatialScale: Promise.resolve(1) }),
  ],
  [
    /^roiAlign: expected samplingRatio to be a whole number from .* to 256, but got 1000000000000$/,
    () => ops.roiAlign(torch.ones(1, 1, 4, 4), torch.ones(1, 5), 2, { samplingRatio: 1e12 }),
  ],
  [/^MLP: expected hiddenChannels to be a list, each element a whole number/, () => make(ops.MLP)(4, null)],
  [
    /^MultiScaleRoIAlign: expected featmapNames to be a list/,
    () => make(ops.MultiScaleRoIAlign)({ featmapNames: 5, outputSize: 2, samplingRatio: 1 }),
  ],
  [/^FrozenBatchNorm2d: expected numFeatures/, () => make(ops.FrozenBatchNorm2d)('2')],
  [
    /^deformConv2d: expected bias to be a tensor or null, but got "x"$/,
    () =>
      loose(ops.deformConv2d)(torch.ones(1, 1, 4, 4), torch.ones(1, 2, 4, 4), torch.ones(1, 1, 1, 1), { bias: 'x' }),
  ],
  [
    /^stochasticDepth: expected input to be a tensor, but got null$/,
    () => loose(ops.stochasticDepth)(null, 0.5, 'row'),
  ],
  [
    /^stochasticDepth: expected training to be a boolean, but got 0$/,
    () => loose(ops.stochasticDepth)(torch.ones(1), 0.5, 'row', 0),
  ],
  [
    /^Trainer: expected limitTrainBatches to be a finite number of at least 0 or null, but got ""$/,
    () => make(lightning.Trainer)({ limitTrainBatches: '' }),
  ],
  [/^Trainer: expected limitValBatches .* but got \[\]$/, () => make(lightning.Trainer)({ limitValBatches: [] })],
  [
    /^ModelCheckpoint: expected dirpath to be a string or null, but got 5$/,
    () => make(lightning.ModelCheckpoint)({ dirpath: 5 }),
  ],
  [/^GradientAccumulationScheduler: expected epochs/, () => make(lightning.GradientAccumulationScheduler)(null)],
  [
    /^GradientAccumulationScheduler: expected epochs .* but got .*misspelt/,
    () => make(lightning.GradientAccumulationScheduler)({ scheduling: { 0: 1 }, misspelt: 1 }),
  ],
  [/^YOLOv1Loss: got an unknown argument 'misspelt'/, () => make(detection.YOLOv1Loss)({ misspelt: 1 })],
  [
    /^YOLOv1Loss: expected lambdaCoord to be a finite number, but got NaN$/,
    () => make(detection.YOLOv1Loss)({ lambdaCoord: NaN }),
  ],
  [/^YOLOv1: got an unknown argument 'misspelt'/, () => make(detection.YOLOv1)({ misspelt: 1 })],
  [
    /^Matcher: expected allowLowQualityMatches to be a boolean, but got "foo"$/,
    () => make(detection.Matcher)(1, 0, 'foo'),
  ],
  [/^FasterRCNN: expected boxNmsThresh/, () => make(detection.FasterRCNN)(new nn.Identity(), 2, { boxNmsThresh: 'x' })],
  [
    /^FasterRCNN: expected boxScoreThresh to be a number, but got NaN$/,
    () => make(detection.FasterRCNN)(new nn.Identity(), 2, { boxScoreThresh: NaN }),
  ],
  [
    /^FasterRCNN: expected boxPositiveFraction to be a number from 0 to 1, but got 2$/,
    () => make(detection.FasterRCNN)(new nn.Identity(), 2, { boxPositiveFraction: 2 }),
  ],
  [
    /^FasterRCNN: expected imageStd to be a list of numbers greater than 0/,
    () => make(detection.FasterRCNN)(new nn.Identity(), 2, { imageStd: [0, 0, 0] }),
  ],
  [
    /^GeneralizedRCNNTransform: expected imageMean and imageStd of the same length/,
    () => make(detection.GeneralizedRCNNTransform)(8, 8, [0.5], [1, 1, 1]),
  ],
  [
    /^BoxCoder.encode: expected referenceBoxes to be a list of tensors, but got null$/,
    () => loose(new detection.BoxCoder([1, 1, 1, 1]).encode)(null, []),
  ],
  [
    /^AnchorGenerator: expected imageList to be an ImageList, but got null$/,
    () => loose(new detection.AnchorGenerator())(null, []),
  ],
  [
    /^drawKeypoints: expected radius to be a whole number from 0 to 16384, but got 1000000000000$/,
    () => utils.drawKeypoints(torch.zeros(3, 8, 8), torch.ones(1, 1, 2), { radius: 1e12 }),
  ],
  [
    /^drawKeypoints: expected connectivity to be a list of pairs/,
    () => loose(utils.drawKeypoints)(torch.zeros(3, 8, 8), torch.ones(1, 1, 2), { connectivity: 5 }),
  ],
  [
    /^drawBoundingBoxes: expected boxes to be a tensor, but got a promise; await it first$/,
    () => loose(utils.drawBoundingBoxes)(torch.zeros(3, 8, 8), Promise.resolve(1)),
  ],
  [
    /^PeakSignalNoiseRatio: expected base to be a finite number greater than 0, but got "foo"$/,
    () => make(metrics.PeakSignalNoiseRatio)({ dataRange: 1, base: 'foo' }),
  ],
  [
    /^StructuralSimilarityIndexMeasure: expected returnFullImage or returnContrastSensitivity, but got both/,
    () => make(metrics.StructuralSimilarityIndexMeasure)({ returnFullImage: true, returnContrastSensitivity: true }),
  ],
  [
    /^StructuralSimilarityIndexMeasure: expected k1 to be a finite number, but got NaN$/,
    () => make(metrics.StructuralSimilarityIndexMeasure)({ k1: NaN }),
  ],
  [
    /^StructuralSimilarityIndexMeasure: expected sigma to be a number above 0 and up to 256/,
    () => make(metrics.StructuralSimilarityIndexMeasure)({ sigma: 1e12 }),
  ],
  [
    /^StructuralSimilarityIndexMeasure: expected kernelSize/,
    () => make(metrics.StructuralSimilarityIndexMeasure)({ kernelSize: null }),
  ],
  [
    /^MeanMetric: expected nanStrategy .* but got NaN$|^MeanMetric: expected nanStrategy .* but got null$/,
    () => make(metrics.MeanMetric)({ nanStrategy: NaN }),
  ],
  [
    /^MeanAveragePrecision: expected classMetrics to be a boolean/,
    () => make(metrics.MeanAveragePrecision)({ classMetrics: 'x' }),
  ],
  [
    /^BinaryROC: expected thresholds to be a whole number from 2 to 16777216, but got 1000000000000$/,
    () => make(metrics.BinaryROC)({ thresholds: 1e12 }),
  ],
  [
    /^BinaryCalibrationError: expected nBins to be a whole number from 1 to 16777216/,
    () => make(metrics.BinaryCalibrationError)({ nBins: 1e12 }),
  ],
  [
    /^IntegratedGradients: expected nSteps to be a whole number from 1 to 10000 for gausslegendre, but got 1000000000000$/,
    () => new IntegratedGradients(new nn.Linear(2, 1)).attribute(torch.ones(1, 2), { nSteps: 1e12 }),
  ],
  [/^SSDHead: expected inChannels to be a list/, () => make(detection.SSDHead)(null, [1], 2)],
  [/^BasicBlock: expected inplanes to be a whole number/, () => make(models.BasicBlock)(null, 4)],
  [
    /^BasicBlock: got an unknown argument 'norm'; it takes 'inplanes'/,
    () => make(models.BasicBlock)(4, 4, { norm: null }),
  ],
  [/^LastLevelMaxPool: expected no arguments, but got 1$/, () => make(ops.LastLevelMaxPool)(1)],
  [
    /^LastLevelP6P7: expected x to be a list of tensors, at least one, but got null$/,
    () => loose(new ops.LastLevelP6P7(2, 2))([torch.ones(1, 2, 4, 4)], null, ['0']),
  ],
  [
    /^drawBoundingBoxes: expected a colour such as 'red', .* but got "foo"$/,
    () => utils.drawBoundingBoxes(torch.ones(3, 8, 8), torch.ones(1, 4), { labelColors: 'foo' }),
  ],
  [
    /^getModelWeights: expected name to be a string or a function, but got null$/,
    () => loose(models.getModelWeights)(null),
  ],
  [/^getModelBuilder: expected at most 1 argument/, () => loose(models.getModelBuilder)('unet', 1)],
  [/^Image: expected data to be a tensor, .* but got a promise; await it first$/, () => make(tvTensors.Image)(late)],
  [/^Mask: got an unknown argument 'fill'/, () => make(tvTensors.Mask)(torch.ones(2, 2), { fill: 1 })],
  [
    /^wrap: expected no format where like is an instance of Image; bounding boxes alone have one$/,
    () => tvTensors.wrap(torch.ones(3, 2, 2), { like: new tvTensors.Image(torch.ones(3, 2, 2)), format: 'XYXY' }),
  ],
  [
    /^Picture.fromBytes: expected a byte for each of \[2, 2, 3\], but got 3 bytes$/,
    () => Picture.fromBytes([1, 2, 3], [2, 2, 3]),
  ],
  [
    /^DenseCapLocalization: expected imageSize to be a list \[height, width\], but got null$/,
    () => loose(localization)(torch.ones(1, 2, 4, 4), null),
  ],
  [
    /^DenseCapLocalization.extract: missing 3 required arguments: 'features', 'boxes', and 'imageSize'$/,
    () => loose(localization.extract)(),
  ],
  [
    /^DenseCapLocalization.losses: expected predictions to be what a call of the layer gives, but got null$/,
    () => loose(localization.losses)(null, null),
  ],
  [/^DenseCapLocalization.propose: missing 1 required argument: 'predictions'$/, () => loose(localization.propose)()],
  [
    /^BackboneWithFPN: got an unknown argument 'norm'/,
    () => make(detection.BackboneWithFPN)(new nn.Sequential(), { 0: '0' }, [1], 1, { norm: null }),
  ],
  [/^TwoMLPHead.forward: expected its argument to be a tensor/, () => loose(new detection.TwoMLPHead(4, 2))('x')],
  [/^ImageList.to: /, () => loose(pictures.to)('nowhere')],
  [/^Permute.forward: expected its argument to be a tensor, but got null$/, () => loose(new ops.Permute([0]))(null)],
  ...[
    new ops.Permute([0]),
    new ops.FrozenBatchNorm2d(2),
    new models.UNet({ baseChannels: 2 }),
    new models.VisionTransformer({
      imageSize: 32,
      patchSize: 16,
      numLayers: 1,
      numHeads: 2,
      hiddenDim: 16,
      mlpDim: 32,
    }),
    models.segmentation.fcnResnet50(),
  ].map((net): [RegExp, () => unknown] => [
    /^\w+\.forward: expected its argument to be a tensor, but got a string$/,
    () => loose(net)('x'),
  ]),
];

const { functional } = transforms;

const refusedPictures: readonly [say: RegExp, call: () => unknown][] = [
  ...[
    new transforms.Resize([5, 5]),
    new transforms.Normalize([0.5], [0.5]),
    new transforms.Compose([new transforms.Resize([5, 5])]),
    new transforms.ToTensor(),
    new transforms.RandomHorizontalFlip(),
    new transforms.Lambda((x: unknown) => x),
  ].map((transform): [RegExp, () => unknown] => [
    /^\w+: expected a picture or a tensor, but got a promise; await it first$/,
    () => loose(transform)(late),
  ]),
  [/^resize: .* got a promise; await it first$/, () => loose(functional.resize)(late, [5, 5])],
  [/^rotate: expected angle to be a number, but got number NaN$/, () => functional.rotate(torch.ones(3, 4, 4), NaN)],
  [/^rotate: expected angle to be a number, but got null$/, () => loose(functional.rotate)(torch.ones(3, 4, 4), null)],
  [/^rotate: .* got a promise; await it first$/, () => loose(functional.rotate)(torch.ones(3, 4, 4), late)],
  [
    /^affine: expected angle to be a number, but got number NaN$/,
    () => functional.affine(torch.ones(3, 4, 4), { angle: NaN, translate: [0, 0], scale: 1, shear: [0] }),
  ],
  [/^adjustHue: expected hueFactor/, () => loose(functional.adjustHue)(torch.ones(3, 4, 4), '')],
  [
    /^gaussianNoise: expected mean to be a number/,
    () => loose(functional.gaussianNoise)(torch.ones(3, 4, 4), { mean: 'foo' }),
  ],
  [/^ElasticTransform: expected alpha/, () => new transforms.ElasticTransform({ alpha: NaN })],
  ...[null, 7, torch.ones(2), { dtype: 7 }].map((dtype): [RegExp, () => unknown] => [
    /^convertImageDtype: expected (a )?dtype /,
    () => loose(functional.convertImageDtype)(torch.ones(2), dtype),
  ]),
  ...[{ dtype: 7 }, { dtype: {} }, { dtype: { dtype: 'uint8' }, scale: true }].map(
    (options): [RegExp, () => unknown] => [
      /^toDtype: expected dtype to be a dtype/,
      () => loose(functional.toDtype)(torch.ones(2), options),
    ],
  ),
  ...[
    { imageMean: [0.5] },
    { imageStd: [0, 0, 0] },
    { boxNmsThresh: 'x' },
    { boxScoreThresh: NaN },
    { boxPositiveFraction: 2 },
  ].map((options): [RegExp, () => unknown] => [
    new RegExp(`expected ${Object.keys(options)[0]}`),
    () => loose(detection.fasterrcnnMobilenetV3Large320Fpn)({ numClasses: 2, ...options }),
  ]),
];

test('are refused before anything is computed', async () => {
  for (const nEpochs of [200.5, Infinity, true, NaN, -1, 'foo']) {
    await expect(loose(umap)(torch.ones(4, 2), { nEpochs })).rejects.toThrow(
      /^umap: expected nEpochs to be a whole number from 0 to 100000 or null/,
    );
  }
  await expect(async () => loose(datasets.MNIST)('root', { train: 'yes' })).rejects.toThrow(
    /^MNIST: expected train to be a boolean, but got "yes"$/,
  );
  await expect(detection.felzenszwalb(torch.zeros(3, 4, 4), { sigma: 1e12 })).rejects.toThrow(
    /^felzenszwalb: expected sigma to be a number from 0 to 1024/,
  );
});

test('are refused', () => {
  for (const [say, call] of [...refusals, ...refusedPictures]) {
    expect(call).toThrow(torch.LamplightError);
    expect(call).toThrow(say);
  }
});

const parameters = (net: nn.Module) => net.parameters().reduce((sum, p) => sum + p.numel(), 0);

test('networks take every parameter by place, in torchvision’s order, or by name', () => {
  // torchvision: sum(p.numel() for p in SqueezeNet('1_1', 5).parameters()), and so on.
  const counts: readonly [nn.Module, number][] = [
    [new models.SqueezeNet('1_1', 5), 725061],
    [new models.SqueezeNet({ version: '1_1', numClasses: 5 }), 725061],
    [new models.BasicBlock(4, 4), 304],
    [new models.Bottleneck({ inplanes: 8, planes: 2 }), 92],
    [new models.VisionTransformer(32, 16, 1, 2, 16, 32, 0, 0, 5), 14741],
    [new models.VisionTransformer(32, 16, 1, 2, { hiddenDim: 16, mlpDim: 32, numClasses: 5 }), 14741],
    [new models.ResNet(models.BasicBlock, [1, 1, 1, 1], 7), 4909383],
    [new models.MobileNetV2(4, 0.25), 243236],
    [new models.DenseNet(8, [2, 2], 16, 4, 0, 3), 15315],
    [new models.ShuffleNetV2([1, 1, 1], [24, 48, 96, 192, 1024], 5), 245469],
  ];
  for (const [net, count] of counts) expect(parameters(net)).toBe(count);
  expect(new models.AlexNet(3, 0.25).classifier[0]!.toString()).toContain('p=0.25');
  expect(() => make(models.SqueezeNet)('1_1', '5')).toThrow(/^SqueezeNet: expected numClasses to be a whole number/);
  expect(() => make(models.AlexNet)({ numClases: 3 })).toThrow(/^AlexNet: got an unknown argument 'numClases'/);
  expect(() => make(models.MobileNetV2)(4, 1, null, 8, nn.Linear)).toThrow(/^MobileNetV2: expected block to be null/);
});

test('a feature extractor refuses at once a node that there cannot be', () => {
  const net = models.alexnet();
  const extract = (nodes: unknown) => () => loose(models.createFeatureExtractor)(net, nodes);
  expect(extract(['featres'])).toThrow(
    /^createFeatureExtractor: node 'featres' is not present in model; close to it are 'features'/,
  );
  expect(extract(['features.99'])).toThrow(
    /node 'features\.99' is not present in model; close to it are 'features\.\d'/,
  );
  expect(extract([null])).toThrow(/^createFeatureExtractor: expected returnNodes to be a list of names/);
  expect(() => loose(models.createFeatureExtractor)(null, ['a'])).toThrow(
    /^createFeatureExtractor: expected model to be a module, but got null/,
  );
  for (const nodes of [['features'], ['flatten'], ['x'], ['classifier.6'], ['features_0_weight', 'relu_1']]) {
    expect(extract(nodes)).not.toThrow();
  }
});

test('by name where a function has boolean parameters', async () => {
  const x = torch.ones(2, 2);
  expect(ops.stochasticDepth(x, 0.5, 'batch', { training: false })).toBe(x);
  expect(ops.stochasticDepth({ input: x, p: 0.5, mode: 'row', training: false })).toBe(x);
  expect(String(new ops.StochasticDepth({ p: 0.25, mode: 'row' }))).toBe('StochasticDepth(p=0.25, mode=row)');
});

test('modules are called by the names of torchvision’s parameters, and methods too', () => {
  const x = torch.ones(1, 2, 4, 4);
  const shapes: readonly (readonly [made: unknown, shape: readonly number[]])[] = [
    [new ops.Permute([0, 2, 3, 1])({ x }), [1, 4, 4, 2]],
    [new ops.DropBlock2d(0.5, 3)({ input: x }), [1, 2, 4, 4]],
    [new models.BasicBlock(2, 2)({ x }), [1, 2, 4, 4]],
    [new ops.RoIAlign(2, 1, 2)(x, { rois: [torch.ones(3, 4)] }), [3, 2, 2, 2]],
    [loose(new ops.FeaturePyramidNetwork([2], 3))({ x: { x } }), [1, 3, 4, 4]],
    [new ops.FeaturePyramidNetwork([2], 3)({ x }), [1, 3, 4, 4]],
    [new detection.BoxCoder([1, 1, 1, 1]).encodeSingle({ referenceBoxes: boxes(), proposals: boxes() }), [2, 4]],
    [localization.extract({ features: x, boxes: torch.ones(1, 3, 4), imageSize: [8, 8] }), [1, 3, 2, 7, 7]],
    [localization.propose(localization(x, [8, 8])).boxes, [1, 16, 4]],
    [localization.propose({ predictions: localization(x, { imageSize: [8, 8] }) }).boxes, [1, 16, 4]],
    [tvTensors.wrap({ data: boxes(), like: boxed, canvasSize: [9, 9] }), [2, 4]],
  ];
  for (const [made, shape] of shapes) {
    const tensor = made instanceof torch.Tensor ? made : Object.values(made as Record<string, torch.Tensor>)[0]!;
    expect(tensor.shape).toEqual(shape);
  }
  expect(tvTensors.wrap(boxes(), { like: boxed, canvasSize: [9, 9] }).canvasSize).toEqual([9, 9]);
});
