// Owns what the walk of the calling rule leaves out, each with its reason.

interface Apart {
  readonly why: string;
  readonly ids: RegExp;
}

export const apart: readonly Apart[] = [
  { why: 'runs in a worker', ids: /^(data\.serve|worker\.expose)$/ },
  {
    why: 'is called by the library alone',
    ids: /^(data\.CsvTable|.*\.drawFor$|nn\.Module::blank|torch\.(invariant|Tensor::of)|torch\.Generator\.(fill24|skip|\w+NextNormal|random64)|Tensor\.accumulate|.*\.upgradeState)$/,
  },
  {
    why: 'the library makes its objects, whose constructors no declaration shows',
    ids: /^torch\.(Device$|distributions\.constraints\.[A-Z]|gpu\.(Explanation|Profile|TuningReport)|safetensors\.SafeOpen|autograd\.FunctionContext|Tensor$|FloatTensor$)|^onnx\.OnnxModule$/,
  },
  {
    why: 'draws the weights of a whole network in every call; those of a smaller one go by the same function',
    ids: /^vision\.models\.(?!squeezenet|SqueezeNet|BasicBlock|Bottleneck|createFeatureExtractor|get|listModels)|^vision\.detection\.(?!fastrcnnLoss|maskrcnnLoss|FastRCNN|MaskRCNN(Heads|Predictor)|SSDMatcher|SSDHead|YOLOv1Loss)(\w*rcnn|ssd|retinanet|yolo|FasterRCNN|MaskRCNN|SSD|YOLO|KeypointRCNN)|^nn\.Transformer$/i,
  },
  {
    why: 'a step of a transform, which its call takes with pictures that it has looked at',
    ids: /^vision\.transforms\.\w+\.(draw|apply|applyTo|transform|makeParams|batchKind|outputInfo)$/,
  },
  {
    why: 'a rule of propagation, which LRP calls with its own arguments',
    ids: /^interpret\.\w+\.(relevance|manipulated)$/,
  },
  {
    why: 'an abstract class, whose methods are walked on objects of the classes that extend it',
    ids: /^(torch\.autograd\.Function(::apply)?|metrics\.Metric|lightning\.Callback|optim\.Optimizer|optim\.lrScheduler\.LRScheduler)$/,
  },
  {
    why: 'the errors of objects that have not been fitted name the method that does it',
    ids: /^interpret\.\w+\.(weights|classes|representation|bias)$/,
  },
  { why: 'refuses every call: L-BFGS has one group, as in PyTorch', ids: /^optim\.LBFGS\.addParamGroup$/ },
  { why: 'refuses every call: a stream has no items by index', ids: /^data\.(Chain|Iterable)Dataset\.get$/ },
  {
    why: 'a hook, which the loop calls with its own arguments',
    ids: /^lightning\.\w+\.(on[A-Z]\w*|setup|teardown|lrSchedulerStep|optimizerZeroGrad|optimizerStep|watched|fetched|getMetrics)$/,
  },
];
