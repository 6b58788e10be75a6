// Owns which name an error begins with: that of what was called, or another for a reason.

interface Elsewhere {
  readonly why: string;
  /** What is called. */
  readonly calls: RegExp;
  /** What the errors begin with. */
  readonly says: RegExp;
}

/** Layers, and the functions that they call. */
const LAYER =
  /^(linear|conv2d|sequential|embedding|matmul|multiheadattention|batchnorm|instancenorm|roipool|adaptiveavgpool2d|ssdregressionhead|cat)$/;

const elsewhere: readonly Elsewhere[] = [
  {
    why: 'a network that runs: the layer of it that cannot take what comes',
    calls:
      /^(interpret\..*|.*\(\)|torch\.(func\.functionalCall|summary)|onnx\.export|pytorch\.toPython|tensorboard\..*addGraph|vision\.models\.getGraphNodeNames|vision\.detection\.LSTMCaptioner\..*|nn\.AdaptiveLogSoftmaxWithLoss\..*)$/,
    says: LAYER,
  },
  {
    why: 'a function of the user’s, or what is given as one',
    calls: /^(torch\.checkpoint|nn\.utils\.skipInit|interpret\.(NoiseTunnel.*|sensitivityMax)|metrics\.\w+\(\))$/,
    says: /^(mul|linear|saliency|meanmetric|binaryaccuracy|broadcastto)$/,
  },
  {
    why: 'a layer’s call is that of its function, which has checked',
    calls: /^nn\.\w+\(\)$|^einops\.EinMix\(\)$/,
    says: /^(binarycrossentropy(withlogits)?|crossentropy|kldiv|pad|interpolate|softmax|einsum)$/,
  },
  {
    why: 'another name of the same function',
    calls:
      /^(torch\.(arc\w+|greater_?|less_?|fix_?|moveaxis|rowStack|distributions\.identityTransform)|vision\.transforms\.functional\.(hflip|getImageNumChannels))$/,
    says: /^(a(sin|cos|tan)2?h?|gt|lt|trunc|movedim|vstack|composetransform|horizontalflip|getnumchannels)$/,
  },
  {
    why: 'makes the class of its task, as in torchmetrics',
    calls: /^metrics\.[A-Z]\w+$/,
    says: /^(binary|multiclass)\w+$/,
  },
  {
    why: 'a class that is made of others, or becomes another: the one whose argument it is',
    calls:
      /^(nn\.(Lazy\w+|Transformer\w+|AdaptiveLogSoftmaxWithLoss|MultiheadAttention|LSTM|RMSNorm|FractionalMaxPool\dd|Module\w*\.\w+|\w+\.setSubmodule|Parameter\w*(\.\w+)?)|vision\.(detection|ops|models|tvTensors)\.\w+|interpret\.\w+(\.attribute)?|lightning\.Trainer|torch\.distributions\.(Negative)?Binomial)$/,
    says: /^(conv(transpose)?\dd|(batch|instance)norm\dd|linear|dropout|multiheadattention|modulelist|empty|registerbuffer|registermodule|registerparameter|requiresgrad|featurepyramidnetwork|densecaplocalization|matcher|boxcoder|squeezenet|squeezenet11|epsilonrule|layergradcam|timer|tensor|broadcasttensors)$/,
  },
  {
    why: 'a number that operations are asked for: the operation that has no such one',
    calls:
      /^(nn\.(init|utils)\..*|interpret\.(NeuronConductance|PCA)\..*|torch\.(asTensor|autograd\.gradgradcheck|func\.\w+|distributions\.\w+\.rsample)|data\.ConcatDataset)$/,
    says: /^(normal|uniform|norm|cat|movedim|pad|reshape|transpose|at|matmul|tensor|requiresgrad|sample|length)$/,
  },
  {
    why: 'a tensor where a number is meant, with which JavaScript computes',
    calls: /^(optim|interpret|vision\.detection|nn)\.\w+$/,
    says: /^tensor$/,
  },
  {
    why: 'the file, folder or loader that is given, and what reads it',
    calls: /^(lightning|vision|data|torch)\./,
    says: /^(load|savebytes|download|readbytes|makegrid|fit|log|backward|runs|the|(train|val|test|predict)dataloaders)$/,
  },
  {
    why: 'a lazy layer becomes the class without Lazy at its first call, as in PyTorch',
    calls: /^nn\.Lazy\w+\(\)$/,
    says: /^(conv(transpose)?\dd|(batch|instance)norm\dd|linear)$/,
  },
  {
    why: 'an index of a neuron, as the tensor of its layer takes it',
    calls: /^interpret\.Neuron\w+\.attribute$/,
    says: /^at$/,
  },
  {
    why: 'the function that a transform is made of',
    calls: /^torch\.distributions\.\w+Transform\.\w+$/,
    says: /^softplus$/,
  },
  { why: 'rejects what isclose refuses', calls: /^(torch|Tensor)\.allclose$/, says: /^isclose$/ },
  { why: 'what is no data set, by its kind', calls: /^data\.StackDataset$/, says: /^(number|string|boolean)$/ },
  { why: 'PyTorch’s words', calls: /\.loadStateDict$/, says: /^error$/ },
  { why: 'the host has no room, whatever asks for it', calls: /./, says: /^cannot$/ },
];

/** Names as PyTorch and the library spell them: `CTCLoss` calls `ctcLoss`. */
const plain = (name: string): string => name.toLowerCase().replaceAll('_', '');

/** Whether an error begins with what was called: a function, a class, or a method with its class or without. */
export function isUnderName(id: string, message: string): boolean {
  const own = id.replace('()', '').split(/\.|::/).slice(-2).map(plain);
  const said = (/^[\w.]+/.exec(message)?.[0] ?? '').split('.').map(plain);
  if (said.some((word) => own.includes(word))) return true;
  return elsewhere.some(({ calls, says }) => calls.test(id) && said.some((word) => says.test(word)));
}
