// Labels for argument lists, which let editors show the names of parameters. A type cannot turn a string into a label,
// so every name is written out.

/**
 * For each parameter name, a tuple of one argument with the name as its label. If a name is missing here, editors show
 * no name for that parameter. A comment here documents every parameter of that name that has no comment of its own; it
 * appears in the reference and in the declarations.
 */
// biome-ignore format: a list of names
export interface Labelled<T> {
  _randomSamples: [_randomSamples: T];
  /** The matrix, or a batch of them: [..., m, n]. */
  A: [A: T];
  a: [a: T]; a0: [a0: T]; a1: [a1: T]; a2: [a2: T]; abs: [abs: T];
  /** Whether to add to the existing values instead of overwriting them. */
  accumulate: [accumulate: T];
  activation: [activation: T]; activationLayer: [activationLayer: T]; addBiasKv: [addBiasKv: T]; additionalForwardArgs: [additionalForwardArgs: T];
  addZeroAttn: [addZeroAttn: T]; adjusted: [adjusted: T]; adjustLrFn: [adjustLrFn: T]; affine: [affine: T]; aggregate: [aggregate: T];
  aggregationLevel: [aggregationLevel: T]; alignCorners: [alignCorners: T]; aligned: [aligned: T]; allOps: [allOps: T]; allowEmpty: [allowEmpty: T];
  allowLowQualityMatches: [allowLowQualityMatches: T]; allowUnused: [allowUnused: T];
  /** The factor of the second operand. */
  alpha: [alpha: T];
  alphaOverlay: [alphaOverlay: T]; amsgrad: [amsgrad: T];
  anchor: [anchor: T]; anchorGenerator: [anchorGenerator: T]; anchors: [anchors: T]; angle: [angle: T]; annealEpochs: [annealEpochs: T];
  annealStrategy: [annealStrategy: T]; antialias: [antialias: T]; append: [append: T]; applyExifOrientation: [applyExifOrientation: T]; approximate: [approximate: T];
  /** The arguments of the function, in their order. */
  args: [args: T];
  aspectRatios: [aspectRatios: T]; atol: [atol: T]; atrousRates: [atrousRates: T]; attentionDropout: [attentionDropout: T]; attnMask: [attnMask: T];
  attr: [attr: T]; attrDimSummation: [attrDimSummation: T]; attributeToLayerInput: [attributeToLayerInput: T];
  attributeToNeuronInput: [attributeToNeuronInput: T]; attributions: [attributions: T]; auxLogits: [auxLogits: T]; average: [average: T];
  averageAttnWeights: [averageAttnWeights: T]; avgFn: [avgFn: T]; axis0: [axis0: T]; axis1: [axis1: T];
  /** The right-hand side: [..., m, k]. */
  B: [B: T];
  b: [b: T];
  /** The network that gives feature maps. */
  backbone: [backbone: T];
  backboneName: [backboneName: T]; backoffFactor: [backoffFactor: T];
  /** The base of the powers. */
  base: [base: T];
  baseChannels: [baseChannels: T]; baseConstraint: [baseConstraint: T];
  baseDistribution: [baseDistribution: T]; baselines: [baselines: T]; baseLr: [baseLr: T]; baseMomentum: [baseMomentum: T]; baseTransform: [baseTransform: T]; baseWidth: [baseWidth: T];
  /** The batch. */
  batch: [batch: T];
  batch1: [batch1: T]; batch2: [batch2: T]; batchFirst: [batchFirst: T];
  /** The shape of the batch. */
  batchShape: [batchShape: T];
  /** The batch's number, from 0. */
  batchIdx: [batchIdx: T];
  batchSize: [batchSize: T]; batchSizePerImage: [batchSizePerImage: T]; batchSizes: [batchSizes: T]; bboxRegWeights: [bboxRegWeights: T];
  bboxXformClip: [bboxXformClip: T]; beta: [beta: T]; beta2Decay: [beta2Decay: T]; betas: [betas: T]; bgIouThresh: [bgIouThresh: T];
  bgIouThreshLow: [bgIouThreshLow: T];
  /** Added to each channel; null for nothing. */
  bias: [bias: T];
  bidirectional: [bidirectional: T]; bins: [bins: T];
  /** The number of bits that each channel keeps, 0 to 8. */
  bits: [bits: T];
  blank: [blank: T]; block: [block: T]; blockConfig: [blockConfig: T]; blocks: [blocks: T]; blockSetting: [blockSetting: T]; blockSize: [blockSize: T]; bn: [bn: T]; bnB: [bnB: T];
  bnEps: [bnEps: T]; bnRm: [bnRm: T]; bnRv: [bnRv: T]; bnSize: [bnSize: T]; bnW: [bnW: T]; boundaries: [boundaries: T];
  /** Boxes [N, 4]: xmin, ymin, xmax, ymax. */
  boxes: [boxes: T];
  /** The first boxes, [N, 4]. */
  boxes1: [boxes1: T];
  /** The second boxes, [M, 4]. */
  boxes2: [boxes2: T];
  boxFormat: [boxFormat: T]; boxHead: [boxHead: T]; boxPredictor: [boxPredictor: T]; boxRegression: [boxRegression: T];
  boxRoiPool: [boxRoiPool: T]; boxTensor: [boxTensor: T]; boxWeight: [boxWeight: T]; brightness: [brightness: T]; bucketCounts: [bucketCounts: T];
  bucketLimits: [bucketLimits: T]; budget: [budget: T]; bytes: [bytes: T]; cacheSize: [cacheSize: T]; canonicalLevel: [canonicalLevel: T];
  canonicalScale: [canonicalScale: T];
  /** The canvas to draw on. */
  canvas: [canvas: T];
  canvasSize: [canvasSize: T];
  /** Texts, or lists of words. */
  captions: [captions: T];
  category: [category: T];
  ceilMode: [ceilMode: T]; center: [center: T]; centered: [centered: T]; chainDepth: [chainDepth: T]; channelLabels: [channelLabels: T];
  channels: [channels: T]; channelsLast: [channelsLast: T]; checkHash: [checkHash: T]; chunks: [chunks: T]; clampingMode: [clampingMode: T];
  classifier: [classifier: T]; classLogits: [classLogits: T]; classMetrics: [classMetrics: T]; classToIdx: [classToIdx: T]; clip: [clip: T];
  /** The greatest absolute value of an element. */
  clipValue: [clipValue: T];
  close: [close: T]; cmap: [cmap: T];
  /** Vectors that stand for images. */
  codes: [codes: T];
  coefficients: [coefficients: T]; color: [color: T]; colors: [colors: T];
  colorSpace: [colorSpace: T]; columnCounts: [columnCounts: T]; columnTotals: [columnTotals: T]; comment: [comment: T];
  componentDistribution: [componentDistribution: T]; compressionLevel: [compressionLevel: T]; computeMode: [computeMode: T]; computeUv: [computeUv: T];
  concentration: [concentration: T]; concentration0: [concentration0: T]; concentration1: [concentration1: T]; concepts: [concepts: T];
  condition: [condition: T]; configDict: [configDict: T]; connectivity: [connectivity: T];
  /** The set of values that is asked for. */
  constraint: [constraint: T];
  contrast: [contrast: T];
  conv: [conv: T]; convB: [convB: T]; convDepth: [convDepth: T]; convLayers: [convLayers: T]; convStemConfigs: [convStemConfigs: T]; convW: [convW: T];
  cooldown: [cooldown: T]; copy: [copy: T]; count: [count: T]; countIncludePad: [countIncludePad: T]; counts: [counts: T];
  covarianceMatrix: [covarianceMatrix: T]; createGraph: [createGraph: T];
  /** Constraints, in their order. */
  cseq: [cseq: T];
  customAttributionFunc: [customAttributionFunc: T];
  customDecoder: [customDecoder: T]; customEncoder: [customEncoder: T]; cutoffs: [cutoffs: T]; cycleMomentum: [cycleMomentum: T];
  /** The dtype: float32 or float16. */
  d: [d: T];
  dampening: [dampening: T];
  /** Numbers: nested arrays, a typed array, or a tensor. */
  data: [data: T];
  dataformats: [dataformats: T]; dataIter: [dataIter: T]; dataRange: [dataRange: T];
  /** The loader's number, from 0. */
  dataloaderIdx: [dataloaderIdx: T];
  /** The data set. */
  dataset: [dataset: T];
  /** The data set, of which only the length is asked. */
  dataSource: [dataSource: T];
  /** The share of the average that stays, in [0, 1]. */
  decay: [decay: T];
  /** The layer that is copied. */
  decoderLayer: [decoderLayer: T];
  decoupledWeightDecay: [decoupledWeightDecay: T]; degrees: [degrees: T];
  delta: [delta: T]; descending: [descending: T]; destination: [destination: T]; detectionsPerImg: [detectionsPerImg: T];
  /** Any of PyTorch's names: every tensor is on WebGPU. */
  device: [device: T];
  df: [df: T];
  /** Which diagonal: 0 is the main one, positive ones lie above. */
  diagonal: [diagonal: T];
  dilation: [dilation: T];
  /** The dimension, counted from the end where it is negative. */
  dim: [dim: T];
  dim0: [dim0: T];
  /** The other of the two dimensions. */
  dim1: [dim1: T];
  dim2: [dim2: T]; dimension: [dimension: T];
  dimFeedforward: [dimFeedforward: T]; dimReduced: [dimReduced: T];
  /** The dimensions. */
  dims: [dims: T];
  directory: [directory: T]; displacement: [displacement: T];
  distanceFunction: [distanceFunction: T]; distanceMode: [distanceMode: T]; distortionScale: [distortionScale: T]; distReduceFx: [distReduceFx: T];
  distribution: [distribution: T]; divFactor: [divFactor: T]; divisorOverride: [divisorOverride: T]; divValue: [divValue: T]; dModel: [dModel: T];
  doublePrecision: [doublePrecision: T]; downsample: [downsample: T];
  /** The factor by which height and width shrink. */
  downscaleFactor: [downscaleFactor: T];
  drawBaselineFromDistrib: [drawBaselineFromDistrib: T]; dropLast: [dropLast: T]; dropout: [dropout: T]; dropoutAux: [dropoutAux: T]; dropoutP: [dropoutP: T];
  dropRate: [dropRate: T];
  /** The element type of the result. */
  dtype: [dtype: T];
  earlyExaggeration: [earlyExaggeration: T]; edgeitems: [edgeitems: T]; elements: [elements: T];
  elementwiseAffine: [elementwiseAffine: T]; embedDim: [embedDim: T]; embedding: [embedding: T]; embeddingDim: [embeddingDim: T]; embeddings: [embeddings: T];
  embeddingSize: [embeddingSize: T]; enabled: [enabled: T]; enableGqa: [enableGqa: T];
  /** The layer that is copied. */
  encoderLayer: [encoderLayer: T];
  /** The last number, or the one after it. */
  end: [end: T];
  endDim: [endDim: T];
  endFactor: [endFactor: T]; endPoint: [endPoint: T]; endpoints: [endpoints: T]; enforceSorted: [enforceSorted: T];
  /** The epoch. */
  epoch: [epoch: T];
  epochs: [epochs: T];
  eps: [eps: T];
  /** A small number that keeps denominators away from 0. */
  epsilon: [epsilon: T];
  equalNan: [equalNan: T]; etaMin: [etaMin: T]; etas: [etas: T]; evalReturnNodes: [evalReturnNodes: T];
  eventDim: [eventDim: T]; eventShape: [eventShape: T]; example: [example: T]; exclude: [exclude: T];
  /** Whether the values are given for each of the batch. */
  expand: [expand: T];
  experimentalSets: [experimentalSets: T]; exponent: [exponent: T]; extendedSummary: [extendedSummary: T]; extensions: [extensions: T];
  extraBlocks: [extraBlocks: T];
  /** The file: a path, an address, a File or bytes. */
  f: [f: T];
  faces: [faces: T]; factor: [factor: T]; falseNegativeCounts: [falseNegativeCounts: T];
  falsePositiveCounts: [falsePositiveCounts: T]; fastMode: [fastMode: T]; fcLayers: [fcLayers: T]; featmapNames: [featmapNames: T];
  featureMask: [featureMask: T];
  /** Feature maps, [N, C, H, W]. */
  features: [features: T];
  fgIouThresh: [fgIouThresh: T]; figSize: [figSize: T]; figure: [figure: T]; fileName: [fileName: T];
  /** A path, an address, or a file. */
  filename: [filename: T];
  filenameSuffix: [filenameSuffix: T]; filepath: [filepath: T];
  /** The value of pixels that lie outside the picture: one number, or one for each channel. */
  fill: [fill: T];
  fillLabels: [fillLabels: T];
  /** The number that every element is. */
  fillValue: [fillValue: T];
  finalDivFactor: [finalDivFactor: T]; finalNmsThresh: [finalNmsThresh: T]; firstClass: [firstClass: T];
  fitIntercept: [fitIntercept: T]; fixedSize: [fixedSize: T]; flow: [flow: T]; flushSecs: [flushSecs: T]; fmt: [fmt: T];
  /** The function that is called. */
  fn: [fn: T];
  font: [font: T];
  fontSize: [fontSize: T]; forceTrain: [forceTrain: T];
  /** The format of the boxes in the result. */
  format: [format: T];
  forwardFunc: [forwardFunc: T]; fp: [fp: T]; fps: [fps: T]; freeze: [freeze: T];
  from: [from: T]; from_: [from_: T]; fromInterpRepTransform: [fromInterpRepTransform: T]; full: [full: T]; fullMatrices: [fullMatrices: T];
  /** The function that is called. */
  func: [func: T];
  gain: [gain: T];
  /** The factor. */
  gamma: [gamma: T];
  gaussianKernel: [gaussianKernel: T];
  /** Where random numbers come from; without it, the default generator. */
  generator: [generator: T];
  globalStep: [globalStep: T]; gradient: [gradient: T];
  gradOutputs: [gradOutputs: T]; gradTensors: [gradTensors: T]; grid: [grid: T]; gridSize: [gridSize: T]; groundtruthLabels: [groundtruthLabels: T];
  /** Blocks of channels that do not see each other. */
  groups: [groups: T];
  growthFactor: [growthFactor: T]; growthInterval: [growthInterval: T]; growthRate: [growthRate: T]; gtLabels: [gtLabels: T];
  gtMasks: [gtMasks: T]; hard: [hard: T]; head: [head: T]; headBias: [headBias: T]; height: [height: T]; hiddenChannels: [hiddenChannels: T];
  /** Features of the state. */
  hiddenSize: [hiddenSize: T];
  high: [high: T]; highThreshold: [highThreshold: T]; historySize: [historySize: T];
  /** Called with the module and what it takes or gives; a value that it gives takes the place of that. */
  hook: [hook: T];
  hparamDict: [hparamDict: T];
  hparamDomainDiscrete: [hparamDomainDiscrete: T]; hue: [hue: T];
  /** The states h and c before. */
  hx: [hx: T];
  id: [id: T]; idxs: [idxs: T]; ignore: [ignore: T]; ignoreIndex: [ignoreIndex: T];
  /** The picture, [C, H, W]. */
  image: [image: T];
  imageMean: [imageMean: T];
  /** The pictures: a list of [C, H, W], or [N, C, H, W]. */
  images: [images: T];
  imageSize: [imageSize: T]; imageSizes: [imageSizes: T]; imageStd: [imageStd: T];
  /** The pictures, [N, C, H, W]. */
  img: [img: T];
  imgShape: [imgShape: T]; imgTensor: [imgTensor: T]; in1Features: [in1Features: T]; in2Features: [in2Features: T];
  inceptionBlocks: [inceptionBlocks: T];
  /** Channels of the input. */
  inChannels: [inChannels: T];
  inChannelsList: [inChannelsList: T]; include: [include: T];
  includeBackground: [includeBackground: T]; includeLastOffset: [includeLastOffset: T]; includeSelf: [includeSelf: T];
  /** Values of another device or run, to be added to the state. */
  incoming: [incoming: T];
  /** How many sizes of A come before those of its inverse. */
  ind: [ind: T];
  /** The indices, int64. */
  index: [index: T];
  /** The indices, int64. */
  indices: [indices: T];
  /** Where the parts begin, or how many equal parts there are. */
  indicesOrSections: [indicesOrSections: T];
  inFeatures: [inFeatures: T]; inFmt: [inFmt: T]; init: [init: T];
  initial: [initial: T]; initialAccumulatorValue: [initialAccumulatorValue: T]; initScale: [initScale: T]; initWeights: [initWeights: T]; inplace: [inplace: T];
  inplanes: [inplanes: T];
  /** The tensor that the function takes. */
  input: [input: T];
  /** The first input. */
  input1: [input1: T];
  /** The second input. */
  input2: [input2: T];
  inputChannels: [inputChannels: T]; inputFormat: [inputFormat: T];
  inputLengths: [inputLengths: T];
  /** The inputs of the model. */
  inputs: [inputs: T];
  inputSize: [inputSize: T]; inputToModel: [inputToModel: T]; inShape: [inShape: T];
  internalBatchSize: [internalBatchSize: T]; interpolateDims: [interpolateDims: T]; interpolateMode: [interpolateMode: T]; interpolation: [interpolation: T];
  interpretableModel: [interpretableModel: T]; invertedResidual: [invertedResidual: T]; invertedResidualSetting: [invertedResidualSetting: T];
  iouThresh: [iouThresh: T]; iouThreshold: [iouThreshold: T]; iouThresholds: [iouThresholds: T]; iouType: [iouType: T]; isCausal: [isCausal: T];
  isValidFile: [isValidFile: T];
  /** How many elements, or which element. */
  k: [k: T];
  k1: [k1: T]; k2: [k2: T]; kdim: [kdim: T]; keepBase: [keepBase: T];
  /** Whether the dimension stays, with size 1. */
  keepdim: [keepdim: T];
  keepVars: [keepVars: T];
  /** The size of the window: one number, or one for each dimension. */
  kernelSize: [kernelSize: T];
  kernelWidth: [kernelWidth: T];
  /** The name. */
  key: [key: T];
  keyPaddingMask: [keyPaddingMask: T]; keypoints: [keypoints: T]; L: [L: T];
  labelBackgroundColors: [labelBackgroundColors: T]; labelColors: [labelColors: T]; labelImg: [labelImg: T]; labels: [labels: T];
  labelsGetter: [labelsGetter: T]; labelSmoothing: [labelSmoothing: T];
  /** The rate, or the function that is called. */
  lambd: [lambd: T];
  lambda: [lambda: T]; lambdaCoord: [lambdaCoord: T];
  lambdaNoobj: [lambdaNoobj: T]; largest: [largest: T]; lastChannel: [lastChannel: T]; lastEpoch: [lastEpoch: T]; latentDim: [latentDim: T];
  /** The layer, or its name. */
  layer: [layer: T];
  layerAttribution: [layerAttribution: T]; layerAttrMethod: [layerAttrMethod: T]; layerNormEps: [layerNormEps: T]; layers: [layers: T];
  layerScale: [layerScale: T]; layout: [layout: T]; learningRate: [learningRate: T]; leaveParametrized: [leaveParametrized: T]; left: [left: T];
  length: [length: T]; lengths: [lengths: T]; like: [like: T]; linear: [linear: T]; linearB: [linearB: T]; linearW: [linearW: T];
  lineSearchFn: [lineSearchFn: T]; linewidth: [linewidth: T]; listener: [listener: T]; loader: [loader: T]; loc: [loc: T]; logDir: [logDir: T];
  logger: [logger: T]; logInput: [logInput: T]; logits: [logits: T]; logProb: [logProb: T]; logProbs: [logProbs: T]; logTarget: [logTarget: T]; low: [low: T];
  lower: [lower: T];
  /** The least value. */
  lowerBound: [lowerBound: T];
  lowThreshold: [lowThreshold: T]; lr: [lr: T]; lrDecay: [lrDecay: T]; lrLambda: [lrLambda: T];
  lrMax: [lrMax: T]; lrMin: [lrMin: T]; M: [M: T]; magnitude: [magnitude: T]; mainTag: [mainTag: T]; mapLocation: [mapLocation: T];
  /** Feature maps, by name. */
  maps: [maps: T];
  margin: [margin: T];
  /** A tensor of bools: true for the elements that are meant. */
  mask: [mask: T];
  maskHead: [maskHead: T]; maskLogits: [maskLogits: T]; maskMatchedIdxs: [maskMatchedIdxs: T];
  maskPredictor: [maskPredictor: T]; maskRoiPool: [maskRoiPool: T]; masks: [masks: T]; mat: [mat: T]; mat1: [mat1: T]; mat2: [mat2: T];
  matchedIdxs: [matchedIdxs: T]; materializeGrads: [materializeGrads: T];
  /** The greatest value; null for none. */
  max: [max: T];
  maxBins: [maxBins: T]; maxBytes: [maxBytes: T];
  maxDetectionThresholds: [maxDetectionThresholds: T]; maxEval: [maxEval: T]; maxExamplesPerBatch: [maxExamplesPerBatch: T]; maxFpr: [maxFpr: T];
  maximize: [maximize: T]; maxIter: [maxIter: T]; maxLength: [maxLength: T]; maxLr: [maxLr: T]; maxMomentum: [maxMomentum: T]; maxNorm: [maxNorm: T];
  maxnorm: [maxnorm: T]; maxQueue: [maxQueue: T]; maxRatio: [maxRatio: T]; maxSize: [maxSize: T]; maxVal: [maxVal: T]; mean: [mean: T];
  meanVector: [meanVector: T]; median: [median: T]; memoryEfficient: [memoryEfficient: T]; memoryIsCausal: [memoryIsCausal: T];
  memoryKeyPaddingMask: [memoryKeyPaddingMask: T]; memoryMask: [memoryMask: T]; metadata: [metadata: T]; metadataHeader: [metadataHeader: T];
  method: [method: T]; methods: [methods: T]; metric: [metric: T]; metricA: [metricA: T]; metricB: [metricB: T]; metricDict: [metricDict: T];
  /** The values to log or watch, by name. */
  metrics: [metrics: T];
  milestones: [milestones: T];
  /** The least value; null for none. */
  min: [min: T];
  minArea: [minArea: T]; minDist: [minDist: T]; minGradNorm: [minGradNorm: T];
  minlength: [minlength: T]; minLr: [minLr: T]; minRatio: [minRatio: T]; minSize: [minSize: T]; minVal: [minVal: T];
  mixtureDistribution: [mixtureDistribution: T]; mixtureWidth: [mixtureWidth: T];
  /** Whether to train; false to evaluate. */
  mode: [mode: T];
  /** The model. */
  model: [model: T];
  modelDir: [modelDir: T];
  modelId: [modelId: T]; models: [models: T];
  /** The module. */
  module: [module: T];
  /** The modules, in their order. */
  modules: [modules: T];
  momentum: [momentum: T]; momentumDecay: [momentumDecay: T];
  multiAvgFn: [multiAvgFn: T]; multiclassMode: [multiclassMode: T]; multidimAverage: [multidimAverage: T]; multioutput: [multioutput: T];
  /** Whether the perturbation is multiplied by the inputs. */
  multiplyByInputs: [multiplyByInputs: T];
  N: [N: T];
  /** The number of elements, rows or repetitions. */
  n: [n: T];
  /** The name. */
  name: [name: T];
  nan: [nan: T]; nanStrategy: [nanStrategy: T]; nBins: [nBins: T];
  nClasses: [nClasses: T];
  /** The number of dimensions of the result. */
  nComponents: [nComponents: T];
  needWeights: [needWeights: T];
  /** The negative examples, which should end up far from the anchors. */
  negative: [negative: T];
  negativeSlope: [negativeSlope: T];
  neginf: [neginf: T]; nEpochs: [nEpochs: T]; nesterov: [nesterov: T];
  /** The factor from now on. */
  newFactor: [newFactor: T];
  newFormat: [newFormat: T];
  /** The number of steps without infinities after which the scale grows. */
  newInterval: [newInterval: T];
  /** The new factor by which losses are multiplied. */
  newScale: [newScale: T];
  newState: [newState: T]; newStyle: [newStyle: T]; nhead: [nhead: T]; nIterWithoutProgress: [nIterWithoutProgress: T];
  nmsThresh: [nmsThresh: T]; nNeighbors: [nNeighbors: T]; nonBlocking: [nonBlocking: T]; nonlinearity: [nonlinearity: T]; norm: [norm: T];
  normalize: [normalize: T]; normalizedShape: [normalizedShape: T]; normFirst: [normFirst: T]; normLayer: [normLayer: T]; normOrd: [normOrd: T];
  normType: [normType: T]; nPerturbSamples: [nPerturbSamples: T]; nPowerIterations: [nPowerIterations: T]; nrow: [nrow: T]; nSamples: [nSamples: T];
  nsCoefficients: [nsCoefficients: T]; nsSteps: [nsSteps: T]; nSteps: [nSteps: T]; ntSamples: [ntSamples: T]; ntSamplesBatchSize: [ntSamplesBatchSize: T];
  ntType: [ntType: T]; num: [num: T]; numAnchors: [numAnchors: T]; numBoxes: [numBoxes: T]; numChannels: [numChannels: T];
  /** How many classes there are. */
  numClasses: [numClasses: T];
  numDecoderLayers: [numDecoderLayers: T]; numEmbeddings: [numEmbeddings: T]; numEncoderLayers: [numEncoderLayers: T]; numFeatures: [numFeatures: T];
  numFilters: [numFilters: T]; numGroups: [numGroups: T]; numHeads: [numHeads: T]; numInitFeatures: [numInitFeatures: T]; numLabels: [numLabels: T];
  numLayers: [numLayers: T]; numMagnitudeBins: [numMagnitudeBins: T]; numOps: [numOps: T];
  /** The channels of the result: 1 or 3. */
  numOutputChannels: [numOutputChannels: T];
  numOutputs: [numOutputs: T]; numParameters: [numParameters: T]; numProposals: [numProposals: T]; numSamples: [numSamples: T];
  numThresholds: [numThresholds: T]; numTraining: [numTraining: T];
  /** Which diagonal: 0 is the main one, positive ones lie above. */
  offset: [offset: T];
  offsets: [offsets: T]; oldFormat: [oldFormat: T]; only: [only: T];
  onlyInputs: [onlyInputs: T]; onProgress: [onProgress: T]; operator: [operator: T];
  /** The optimizer. */
  optimizer: [optimizer: T];
  optional: [optional: T];
  /** Further parameters, by name. */
  options: [options: T];
  ord: [ord: T];
  /** The parameter as it is stored. */
  original: [original: T];
  originalImage: [originalImage: T];
  /** The second operand, which is broadcast to the first. */
  other: [other: T];
  /** Channels of the output. */
  outChannels: [outChannels: T];
  outFeatures: [outFeatures: T];
  outFmt: [outFmt: T]; outlierPerc: [outlierPerc: T]; output: [output: T]; outputPadding: [outputPadding: T]; outputRatio: [outputRatio: T];
  /** The outputs of the model. */
  outputs: [outputs: T];
  /** Height and width of the output, or one number for both. */
  outputSize: [outputSize: T];
  outShape: [outShape: T];
  /** The probability, or the power of a norm. */
  p: [p: T];
  /** The sequences, packed. */
  packedSequences: [packedSequences: T];
  pad: [pad: T];
  paddedSequences: [paddedSequences: T];
  /** How many elements are added on each side. */
  padding: [padding: T];
  paddingIdx: [paddingIdx: T]; paddingMode: [paddingMode: T]; paddingSide: [paddingSide: T];
  paddingValue: [paddingValue: T]; padIfNeeded: [padIfNeeded: T]; padValue: [padValue: T]; param: [param: T];
  /** The parameters. */
  parameters: [parameters: T];
  parametrization: [parametrization: T];
  /** Parameters, or groups of them with options of their own. */
  params: [params: T];
  parts: [parts: T]; pass: [pass: T]; patience: [patience: T]; pctStart: [pctStart: T];
  permFunc: [permFunc: T]; perplexity: [perplexity: T]; perSampleWeights: [perSampleWeights: T]; persistent: [persistent: T];
  perturbationsPerEval: [perturbationsPerEval: T]; perturbFunc: [perturbFunc: T]; perturbInterpretableSpace: [perturbInterpretableSpace: T];
  perturbRadius: [perturbRadius: T]; picture: [picture: T]; place: [place: T]; places: [places: T]; planes: [planes: T]; policy: [policy: T];
  posinf: [posinf: T];
  /** The positive examples, which should end up close to the anchors. */
  positive: [positive: T];
  positiveFraction: [positiveFraction: T]; postfix: [postfix: T]; postNmsTopN: [postNmsTopN: T];
  posWeight: [posWeight: T]; power: [power: T]; precision: [precision: T]; precisionMatrix: [precisionMatrix: T]; predicted: [predicted: T];
  predictions: [predictions: T]; predLabels: [predLabels: T];
  /** The predictions of the model: classes, scores or probabilities. */
  preds: [preds: T];
  prefix: [prefix: T]; preNmsTopN: [preNmsTopN: T]; prepend: [prepend: T];
  primals: [primals: T]; prob: [prob: T]; probs: [probs: T]; profile: [profile: T];
  /** How much is done. */
  progress: [progress: T];
  projSize: [projSize: T];
  /** Proposed boxes, [N, 4]. */
  proposals: [proposals: T];
  purgeStep: [purgeStep: T];
  /** The second distribution, or the quantiles. */
  q: [q: T];
  query: [query: T]; radius: [radius: T]; raiseException: [raiseException: T]; rate: [rate: T]; ratio: [ratio: T];
  /** The share of the greatest singular value below which others count as 0. */
  rcond: [rcond: T];
  recall: [recall: T]; recomputeScaleFactor: [recomputeScaleFactor: T]; recThresholds: [recThresholds: T]; recurse: [recurse: T];
  reduce: [reduce: T];
  /** 'mean', 'sum' or 'none', which gives a loss for each element. */
  reduction: [reduction: T];
  referenceBoxes: [referenceBoxes: T]; regressionTargets: [regressionTargets: T];
  reinterpretedBatchNdims: [reinterpretedBatchNdims: T]; relCodes: [relCodes: T]; reluAttributions: [reluAttributions: T];
  removeDuplicate: [removeDuplicate: T]; replacement: [replacement: T]; replacementVal: [replacementVal: T];
  replaceStrideWithDilation: [replaceStrideWithDilation: T]; representationSize: [representationSize: T];
  /** Whether `backward` gives the tensor a gradient. */
  requiresGrad: [requiresGrad: T];
  rescale: [rescale: T]; respectLabels: [respectLabels: T]; retainGraph: [retainGraph: T]; returnContrastSensitivity: [returnContrastSensitivity: T];
  returnConvergenceDelta: [returnConvergenceDelta: T]; returnedLayers: [returnedLayers: T]; returnFullImage: [returnFullImage: T];
  returnIndices: [returnIndices: T]; returnInputShape: [returnInputShape: T]; returnLayers: [returnLayers: T]; returnNodes: [returnNodes: T]; rho: [rho: T];
  /** The strength of the penalty on weights. */
  ridge: [ridge: T];
  /** The folder of the files: an address, a path, or files by name. */
  root: [root: T];
  roundNearest: [roundNearest: T]; rows: [rows: T]; rtol: [rtol: T]; rules: [rules: T]; runName: [runName: T];
  runningMean: [runningMean: T]; runningVar: [runningVar: T]; s0: [s0: T]; s1: [s1: T];
  /** The sample. */
  sample: [sample: T];
  /** The order of the indices. */
  sampler: [sampler: T];
  sampleRate: [sampleRate: T];
  /** The shape of the sample: how many draws, in front of the distribution's own shape. */
  sampleShape: [sampleShape: T];
  samplingRatio: [samplingRatio: T]; saturation: [saturation: T]; scalarValue: [scalarValue: T];
  /** The factor, or the spread of the distribution. */
  scale: [scale: T];
  scaleActivation: [scaleActivation: T]; scaleEach: [scaleEach: T]; scaleFactor: [scaleFactor: T]; scaleFn: [scaleFn: T]; scaleGradByFreq: [scaleGradByFreq: T];
  scaleMode: [scaleMode: T]; scaleRange: [scaleRange: T]; scales: [scales: T]; scaleTril: [scaleTril: T]; schedulers: [schedulers: T];
  /** The number of batches a step, by the epoch from which it holds. */
  scheduling: [scheduling: T];
  sciMode: [sciMode: T];
  /** Scores, [N] or [N, classes]. */
  scores: [scores: T];
  scoreThresh: [scoreThresh: T]; seed: [seed: T]; sequence: [sequence: T];
  sequences: [sequences: T]; setBiasToZero: [setBiasToZero: T]; sets: [sets: T];
  /** Whether gradients become null, rather than zeros. */
  setToNone: [setToNone: T];
  severity: [severity: T]; sha256: [sha256: T];
  /** The sizes of the dimensions. */
  shape: [shape: T];
  /** The factor of the sharpness: 0 is blurred, 1 changes nothing. */
  sharpnessFactor: [sharpnessFactor: T];
  shear: [shear: T]; shifts: [shifts: T]; showColorbar: [showColorbar: T];
  showProgress: [showProgress: T]; sideRange: [sideRange: T]; sigma: [sigma: T]; sign: [sign: T];
  /** Ends it when it is aborted. */
  signal: [signal: T];
  signs: [signs: T];
  similarity: [similarity: T]; similarityFunc: [similarityFunc: T];
  /** The sizes of the dimensions. */
  size: [size: T];
  sizeDivisible: [sizeDivisible: T]; sizes: [sizes: T];
  skipBegin: [skipBegin: T]; skipEnd: [skipEnd: T]; slidingWindowShapes: [slidingWindowShapes: T]; sndTensor: [sndTensor: T]; some: [some: T];
  sorted: [sorted: T]; sortedIndices: [sortedIndices: T]; sortedSequence: [sortedSequence: T];
  /** The tensor whose elements are taken. */
  source: [source: T];
  sparse: [sparse: T];
  sparseGrad: [sparseGrad: T]; sparsity: [sparsity: T]; spatialScale: [spatialScale: T]; splitSize: [splitSize: T];
  splitSizeOrSections: [splitSizeOrSections: T]; splitSizes: [splitSizes: T]; spread: [spread: T]; squared: [squared: T]; squeezeChannels: [squeezeChannels: T];
  /** The tensor whose elements are taken. */
  src: [src: T];
  srcIsCausal: [srcIsCausal: T]; srcKeyPaddingMask: [srcKeyPaddingMask: T]; srcMask: [srcMask: T]; stable: [stable: T];
  /** 'fit', 'validate', 'test' or 'predict'. */
  stage: [stage: T];
  stagesOutChannels: [stagesOutChannels: T]; stagesRepeats: [stagesRepeats: T];
  /** The first number. */
  start: [start: T];
  startDim: [startDim: T]; startFactor: [startFactor: T];
  startPoint: [startPoint: T]; startpoints: [startpoints: T];
  /** The result of `stateDict` of such an object. */
  stateDict: [stateDict: T];
  stats: [stats: T]; status: [status: T]; std: [std: T];
  stdevs: [stdevs: T];
  /** The distance from one to the next. */
  step: [step: T];
  /** How many numbers there are. */
  steps: [steps: T];
  stepSize: [stepSize: T]; stepSizeDown: [stepSizeDown: T]; stepSizes: [stepSizes: T];
  stepSizeUp: [stepSizeUp: T]; stepsPerEpoch: [stepsPerEpoch: T]; stochasticDepthProb: [stochasticDepthProb: T];
  /** Where in the memory the view begins, in elements. */
  storageOffset: [storageOffset: T];
  strict: [strict: T];
  /** The step from one window to the next. */
  stride: [stride: T];
  strides: [strides: T]; suggest: [suggest: T]; sum: [sum: T]; sumSquares: [sumSquares: T];
  suppressDiffWarning: [suppressDiffWarning: T]; swaLr: [swaLr: T]; swap: [swap: T];
  /** The number of positions. */
  sz: [sz: T];
  t0: [t0: T];
  /** The name under which it is shown. */
  tag: [tag: T];
  tags: [tags: T];
  tagScalarDict: [tagScalarDict: T]; tangents: [tangents: T];
  /** The outputs that the model should give. */
  target: [target: T];
  targetLengths: [targetLengths: T];
  /** The outputs that the model should give. */
  targets: [targets: T];
  targetSize: [targetSize: T]; targetTransform: [targetTransform: T];
  /** 'binary', 'multiclass' or 'multilabel'. */
  task: [task: T];
  tau: [tau: T]; temperature: [temperature: T];
  /** The tensor. */
  tensor: [tensor: T];
  tensor1: [tensor1: T]; tensor2: [tensor2: T]; tensorName: [tensorName: T];
  /** The tensors, in their order. */
  tensors: [tensors: T];
  testElements: [testElements: T];
  testSplitRatio: [testSplitRatio: T]; textString: [textString: T]; tgtIsCausal: [tgtIsCausal: T]; tgtKeyPaddingMask: [tgtKeyPaddingMask: T];
  tgtMask: [tgtMask: T]; theta: [theta: T]; threePhase: [threePhase: T];
  /** The value from which on it changes. */
  threshold: [threshold: T];
  thresholdMode: [thresholdMode: T];
  thresholds: [thresholds: T]; title: [title: T]; titles: [titles: T]; tMax: [tMax: T]; tMult: [tMult: T]; to: [to: T];
  toInterpRepTransform: [toInterpRepTransform: T]; tol: [tol: T]; toleranceChange: [toleranceChange: T]; toleranceGrad: [toleranceGrad: T]; top: [top: T];
  topK: [topK: T]; topkCandidates: [topkCandidates: T]; totalCount: [totalCount: T]; totalIters: [totalIters: T]; totalLength: [totalLength: T];
  totalNorm: [totalNorm: T]; totalSteps: [totalSteps: T]; trackRunningStats: [trackRunningStats: T]; train: [train: T]; trainableLayers: [trainableLayers: T];
  /** Batches of drawn inputs, what the network gave for them, and their weights. */
  trainData: [trainData: T];
  /** The trainer. */
  trainer: [trainer: T];
  training: [training: T]; trainReturnNodes: [trainReturnNodes: T];
  /** The transform that resizes and normalises the pictures, and scales the results back. */
  transform: [transform: T];
  transformationMatrix: [transformationMatrix: T]; transformInput: [transformInput: T];
  /** The transforms, in their order. */
  transforms: [transforms: T];
  translate: [translate: T];
  /** Whether the convolution is a transposed one. */
  transpose: [transpose: T];
  trueNegativeCounts: [trueNegativeCounts: T]; truePositiveCounts: [truePositiveCounts: T]; truths: [truths: T]; tseq: [tseq: T];
  type: [type: T]; type1: [type1: T]; type2: [type2: T]; typeP: [typeP: T]; typeQ: [typeQ: T]; unflattenedSize: [unflattenedSize: T]; units: [units: T];
  unpackData: [unpackData: T]; unpackPivots: [unpackPivots: T]; unsafe: [unsafe: T]; unsortedIndices: [unsortedIndices: T]; UPLO: [UPLO: T]; upper: [upper: T];
  /** The greatest value. */
  upperBound: [upperBound: T];
  /** The factor by which height and width grow. */
  upscaleFactor: [upscaleFactor: T];
  /** The address. */
  url: [url: T];
  useBuffers: [useBuffers: T]; useInputStats: [useInputStats: T];
  useStrictTrace: [useStrictTrace: T];
  /** The number. */
  val: [val: T];
  validateArgs: [validateArgs: T];
  /** The number, or the tensor of one. */
  value: [value: T];
  valueRange: [valueRange: T];
  /** The values. */
  values: [values: T];
  /** The variance of each element. */
  var: [variance: T];
  vdim: [vdim: T];
  /** The vector, [m]. */
  vec: [vec: T];
  vec1: [vec1: T]; vec2: [vec2: T]; ver: [ver: T];
  /** Whether it is said on the console. */
  verbose: [verbose: T];
  version: [version: T];
  verticalFlip: [verticalFlip: T]; vertices: [vertices: T]; vidTensor: [vidTensor: T]; visibility: [visibility: T]; vmax: [vmax: T]; vmin: [vmin: T];
  vocabSize: [vocabSize: T]; walltime: [walltime: T];
  /** The weights. */
  weight: [weight: T];
  weightDecay: [weightDecay: T]; weights: [weights: T]; weightsOnly: [weightsOnly: T];
  width: [width: T]; widthMult: [widthMult: T]; widthPerGroup: [widthPerGroup: T]; words: [words: T]; workers: [workers: T]; wrap: [wrap: T];
  /** The input. */
  x: [x: T];
  /** The first input. */
  x1: [x1: T];
  /** The second input. */
  x2: [x2: T];
  xValues: [xValues: T];
  /** The values. */
  y: [y: T];
  zeroDivision: [zeroDivision: T]; zeroInfinity: [zeroInfinity: T]; zeroInitLast: [zeroInitLast: T];
  zeroInitResidual: [zeroInitResidual: T];
}
