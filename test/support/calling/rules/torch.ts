// Owns what the calls of torch, einops, tensorboard, worker, Tensor may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const torch: Rules = {
  ceilings: {
    torch: { promise: 34, misspelt: 20, many: 49, unnamed: 37, valid: 20, taken: 184, fewer: 3 },
    einops: { valid: 1, unnamed: 3, misspelt: 2, many: 4 },
    worker: { valid: 2, unnamed: 2, taken: 3 },
    Tensor: { unnamed: 13, taken: 11, valid: 2 },
  },
  reasons: [
    {
      why: 'left out, as in PyTorch',
      calls:
        /^torch\.distributions\.\w+ logits$|^(torch|Tensor)\.(bernoulli p|bincount weights|clamp_? max|clip_? max|scatter_? reduce|searchsorted side|sliceScatter (start|end)|asStridedScatter storageOffset)$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch',
      calls:
        /^torch\.(cumulativeTrapezoid x|trapezoid x|eye m|vander N|setPrintoptions profile|compile (mode|name)|save format|where (input|other)|hub\.loadStateDictFromUrl (modelDir|fileName))$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch, where the graph is kept as createGraph says and all leaves get gradients',
      calls: /^(torch\.autograd|Tensor)\.backward (gradient|gradTensors|retainGraph|inputs)$/,
      takes: ['null'],
    },
    {
      why: 'NaN is a number, with which PyTorch computes, too',
      calls: /^(torch|Tensor)\.((linspace|logspace) (start|end)|norm p|tensor data|newTensor data|asTensor data)$/,
      takes: ['NaN'],
    },
    {
      why: 'numbers of any kind and any number of them, none too',
      calls: /^(torch\.(tensor|asTensor)|Tensor\.newTensor) data$/,
      takes: ['[]', 'true', 'dtype'],
    },
    {
      why: 'in the place of dim it is unbiased, as in PyTorch',
      calls: /^(torch|Tensor)\.(std|var|stdMean|varMean) dim$/,
      takes: ['true'],
    },
    {
      why: "PyTorch's compilers, of which there is none here, have any names",
      calls: /^torch\.compile (backend|mode|name)$/,
      takes: ["''", "'foo'"],
    },
    { why: 'a tensor may stand for its dtype, as in PyTorch', calls: /^Tensor\.to dtype$/, takes: ['dtype'] },
    { why: 'a size to be found', calls: /^Tensor\.(reshape|expand) #\d$/, takes: ['-1'] },
    { why: 'a dimension, counted from the end', calls: /^Tensor\.permute #\d$/, takes: ['-1'] },
    {
      why: 'any object that pickle can write, numbers and texts too',
      calls: /^torch\.(save obj|saveBytes object)$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype'],
    },
    { why: 'a file without tensors', calls: /^torch\.safetensors\.(save tensors|saveFile #1)$/, takes: ['{}'] },
    { why: 'any whole number is a seed', calls: /\bmanualSeed seed$/, takes: ['-1', '1e12'] },
    {
      why: 'the path of a folder, or the name of a file, which may be any text',
      calls:
        /^torch\.(CheckpointStore name|hub\.setDir path|hub\.loadStateDictFromUrl (modelDir|fileName)|CheckpointStore\.(save|load|remove|has) name)$/,
      takes: ["'foo'"],
    },
    { why: 'no checkpoint has this name', calls: /^torch\.CheckpointStore\.has name$/, takes: ["''"] },
    {
      why: 'an address, which may be relative',
      calls: /^torch\.hub\.loadStateDictFromUrl url$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'equal to nothing but such a transform, as with == in PyTorch',
      calls: /^torch\.distributions\.\w+\.equals (other|one missing)$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', ''],
    },
    {
      why: 'draws of one event, or of none',
      calls: /^torch\.distributions\.Distribution (batchShape|eventShape)$/,
      takes: ['[]'],
    },
    {
      why: 'it has a default, as in PyTorch',
      calls: /^torch\.distributions\.(Binomial|Multinomial) without totalCount$/,
      takes: [''],
    },
    {
      why: 'JavaScript itself calls them, JSON with a key, and nobody else would give them anything',
      calls: /\.(toString|toJSON) (misspelt|one too many|two too many)$/,
      takes: [''],
    },
    {
      why: 'sizes, indices, shapes or items, of which there may be any number',
      calls:
        /^torch\.((Bool|Byte|Half|Int|Long)Tensor|broadcastShapes) two too many$|^torch\.tuple (misspelt|(one|two) too many)$|^Tensor\.(at|repeat) two too many$/,
      takes: [''],
    },
    {
      why: 'what the function itself is called with',
      calls: /^torch\.checkpoint ((one|two) too many|misspelt)$/,
      takes: [''],
    },
    {
      why: 'any object is copied, and may have any names',
      calls: /^torch\.(deepcopy|isTensor) misspelt$/,
      takes: [''],
    },
    {
      why: 'texts of a log: tags, names and words before them may be any text',
      calls: /^tensorboard\.SummaryWriter( (logDir|comment|filenameSuffix)|\.\w+ (tag|mainTag|textString|runName))$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'left out, as in PyTorch',
      calls: /^tensorboard\.SummaryWriter( logDir|\.(addPrCurve weights|addHparams (hparamDomainDiscrete|runName)))$/,
      takes: ['null'],
    },
    {
      why: 'a loss that became NaN is what a log is for, and a boolean counts as 0 or 1',
      calls: /^tensorboard\.SummaryWriter\.addScalar scalarValue$/,
      takes: ['NaN', 'true'],
    },
    {
      why: 'a list, or a tensor, is an object that may cross',
      calls: /^worker\.(proxy object|transfer value)$/,
      takes: ['[]', 'dtype'],
    },
  ],
};
