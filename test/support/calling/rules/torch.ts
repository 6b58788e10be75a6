// Owns what the calls of torch, einops, tensorboard, worker, Tensor may take.
import type { Rules } from '.';

export const torch: Rules = {
  doors: ['torch', 'einops', 'worker', 'Tensor'],
  reasons: [
    { why: 'an order of norms', calls: /^torch\.linalg\.(matrixNorm|norm) ord$/, takes: ['-1'] },
    { why: 'a sum that is not asked for', calls: /^torch\.hub\.loadStateDictFromUrl sha256$/, takes: ['null'] },
    { why: 'a place that shows nothing', calls: /^torch\.setDisplay without place$/, takes: [''] },
    {
      why: 'a method by name, of which there is one here',
      calls: /^torch\.linalg\.(svd|svdvals|lstsq) driver$/,
      takes: ['null', "''", "'foo'"],
    },
    {
      why: 'left out, as in PyTorch',
      calls: /^torch\.linalg\.((pinv|matrixRank) [ar]tol|lstsq rcond|(norm|vectorNorm|matrixNorm) (ord|dtype))$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch',
      calls:
        /^torch\.distributions\.\w+ logits$|^(torch|Tensor)\.(bernoulli p|bincount weights|clamp_? max|clip_? max|scatter_? reduce|gradient spacing|device index|tensor shape|searchsorted side|sliceScatter (start|end)|asStridedScatter storageOffset)$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch',
      calls:
        /^torch\.(cumulativeTrapezoid x|trapezoid x|eye m|vander N|setPrintoptions profile|compile (mode|name)|(CheckpointStore\.)?save format|where (input|other)|hub\.loadStateDictFromUrl (modelDir|fileName)|((CheckpointStore\.)?load|hub\.loadStateDictFromUrl) (mapLocation|only)|distributions\.constraints\.cat lengths)$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch, where the graph is kept as createGraph says and all leaves get gradients',
      calls: /^(torch\.autograd|Tensor)\.backward (gradient|gradTensors|retainGraph|inputs)$/,
      takes: ['null'],
    },
    {
      why: 'NaN is a number, with which PyTorch computes, too',
      calls:
        /^(torch|Tensor)\.((linspace|logspace) (start|end)|norm p|tensor data|newTensor data|asTensor data|scalarTensor s)$/,
      takes: ['NaN'],
    },
    {
      why: 'numbers of any kind and any number of them, none too',
      calls: /^(torch\.(tensor|asTensor)|Tensor\.newTensor) data$/,
      takes: ['[]', 'true', 'dtype'],
    },
    { why: '1, as in PyTorch', calls: /^(torch|Tensor)\.(std|var|stdMean|varMean) correction$/, takes: ['null'] },
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
    { why: 'a bool is the number 0 or 1, as in PyTorch', calls: /^torch\.arange step$/, takes: ['true'] },
    { why: 'a size to be found', calls: /^Tensor\.(reshape|expand) #\d$/, takes: ['-1'] },
    { why: 'a dimension, counted from the end', calls: /^Tensor\.permute #\d$/, takes: ['-1'] },
    {
      why: 'any object that pickle can write, numbers and texts too',
      calls: /^torch\.(save obj|saveBytes object|CheckpointStore\.save object)$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype'],
    },
    {
      why: 'the beginnings of the names of tensors, as in any text or list of texts',
      calls: /^torch\.((CheckpointStore\.)?load|hub\.loadStateDictFromUrl) only$/,
      takes: ["''", "'foo'", '[]'],
    },
    {
      why: 'a name or options, which say the format; without them it is safetensors',
      calls: /^torch\.saveBytes #2$/,
      takes: ["''", "'foo'", '{}'],
    },
    {
      why: 'an object in the first place is what is saved, copied or asked about, and may have any names',
      calls: /^torch\.(saveBytes|safetensors\.save|deepcopy|isTensor) unnamed$/,
      takes: [''],
    },
    {
      why: 'anything at all may be asked about, and copied',
      calls: /^torch\.(isTensor|deepcopy) #1$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype'],
    },
    {
      why: 'what a distribution does not have, and says so; shapes are walked on the first of them',
      calls:
        /^torch\.distributions\.\w+\.(cdf|icdf|entropy|perplexity|enumerateSupport|expand|rsample|forwardShape|inverseShape) valid$/,
      takes: [''],
    },
    {
      why: 'these need a worker that runs: test/gpu/worker.test.ts calls them',
      calls: /^worker\.(connect|terminate) valid$/,
      takes: [''],
    },
    {
      why: 'left out, as in torchinfo and in PyTorch',
      calls: /^torch\.(summary (inputSize|inputData|colNames|dtypes)|GradScaler\.update newScale)$/,
      takes: ['null'],
    },
    {
      why: 'left out by name, where its place takes null',
      calls: /^torch\.(batch|instance)Norm without (weight|bias)$/,
      takes: [''],
    },
    {
      why: 'windows that lie apart: one, where the input is shorter',
      calls: /^torch\.\w+Pool\dd stride$/,
      takes: ['1e12'],
    },
    { why: 'the size of the kernel, as where it is left out', calls: /^torch\.maxPool2d stride$/, takes: ['[]'] },
    {
      why: 'the output is made, and refused where it is too large, when its numbers are asked for',
      calls: /^torch\.adaptive(Avg|Max)Pool1d outputSize$/,
      takes: ['1e12'],
    },
    {
      why: 'within dualLevel alone: test/gpu/functions.test.ts',
      calls: /^torch\.autograd\.forwardAd\.makeDual valid$/,
      takes: [''],
    },
    { why: 'a norm of matrices, as in PyTorch', calls: /^torch\.linalg\.cond p$/, takes: ['-1'] },
    { why: 'no columns, settings or dtypes', calls: /^torch\.summary (colNames|dtypes|rowSettings)$/, takes: ['[]'] },
    {
      why: "arguments of the optimizer's step, which looks at them once gradients are known to be finite",
      calls: /^torch\.GradScaler\.step (misspelt|one too many|two too many)$/,
      takes: [''],
    },
    {
      why: "the body of Python's with statement, which has no name",
      calls: /^torch\.(scope|amp\.autocast|autograd\.(enableGrad|inferenceMode|noGrad|setGradEnabled)) unnamed$/,
      takes: [''],
    },
    {
      why: 'any number of tensors, or of arguments of a function, which have no names in PyTorch either',
      calls: /^torch\.(blockDiag|cartesianProd|checkpoint|einsum|func\.(vjp|linearize)) unnamed$/,
      takes: [''],
    },
    {
      why: 'any object may cross, whatever its names, and what crosses stands in the first place',
      calls: /^worker\.(proxy|transfer) unnamed$/,
      takes: [''],
    },
    { why: 'any number of tensors, and the pattern behind them', calls: /^einops\.einsum unnamed$/, takes: [''] },
    { why: 'sizes of axes, which have any names', calls: /^einops\.EinMix unnamed$/, takes: [''] },
    {
      why: 'an operator in Python, whose operand has no name',
      calls: /^torch\.distributions\.\w+\.equals unnamed$/,
      takes: [''],
    },
    {
      why: 'refuses every call: there is neither NumPy nor float64',
      calls: /^(torch\.fromNumpy|Tensor\.(numpy|double)) valid$/,
      takes: [''],
    },
    {
      why: 'the method of the base, which says that the distribution, or the transform, has none, as in PyTorch',
      calls:
        /^torch\.distributions\.(AbsTransform\.logAbsDetJacobian|(Bernoulli|Independent)\.(rsample|cdf|icdf)|Beta\.enumerateSupport|Distribution\.(logProb|entropy|sample)) valid$/,
      takes: [''],
    },
    {
      why: 'no dimension for what is the same for all examples, and a list of none for a list of none',
      calls: /^torch\.func\.vmap (inDims|outDims)$/,
      takes: ['null', '[]'],
    },
    {
      why: 'another tensor, or a list of none',
      calls: /^torch\.meshgrid indexing$/,
      takes: ['[]', 'dtype'],
    },
    {
      why: 'left out, as in PyTorch: nothing by name, and safetensors',
      calls: /^torch\.(func\.functionalCall without kwargs|func\.functionalCall one missing|saveBytes one missing)$/,
      takes: [''],
    },
    { why: 'nothing by name, as in PyTorch', calls: /^torch\.func\.functionalCall kwargs$/, takes: ['null'] },
    {
      why: 'nothing is replaced, and the only argument of a module need not stand in a list',
      calls: /^torch\.func\.functionalCall (parametersAndBuffers|args)$/,
      takes: ['[]'],
    },
    { why: 'a number, which a boolean is in Python', calls: /^torch\.scalarTensor s$/, takes: ['true'] },
    { why: 'a file without tensors', calls: /^torch\.safetensors\.(save|saveFile) tensors$/, takes: ['{}'] },
    { why: 'any whole number is a seed', calls: /\bmanualSeed seed$/, takes: ['-1', '1e12'] },
    {
      why: 'the path of a folder, or the name of a file, which may be any text',
      calls:
        /^torch\.(CheckpointStore name|gpu\.init tuning|save f|safetensors\.saveFile filename|hub\.setDir path|hub\.loadStateDictFromUrl (modelDir|fileName)|CheckpointStore\.(save|load|remove|has) name)$/,
      takes: ["'foo'"],
    },
    { why: 'no checkpoint has this name', calls: /^torch\.CheckpointStore\.has name$/, takes: ["''"] },
    {
      why: 'an address, which may be relative',
      calls: /^torch\.(hub\.loadStateDictFromUrl url|load f|safetensors\.(loadFile|safeOpen) filename)$/,
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
      calls:
        /^tensorboard\.SummaryWriter( (logDir|comment|filenameSuffix)|\.\w+ (tag|mainTag|textString|runName|labels|category|title))$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'left out, as in PyTorch',
      calls:
        /^tensorboard\.SummaryWriter( logDir|\.(addPrCurve(Raw)? weights|addImageWithBoxes labels|addHparams (hparamDomainDiscrete|runName)))$/,
      takes: ['null'],
    },
    {
      why: 'a loss that became NaN is what a log is for, and a boolean counts as 0 or 1',
      calls: /^tensorboard\.SummaryWriter\.addScalar scalarValue$/,
      takes: ['NaN', 'true'],
    },
    {
      why: 'a list, or a tensor, is an object that may cross',
      calls: /^worker\.(proxy #1|transfer value)$/,
      takes: ['[]', 'dtype'],
    },
  ],
};
