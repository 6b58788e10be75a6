// Owns what the calls of nn may take.
import type { Rules } from '.';

export const nn: Rules = {
  doors: ['nn'],
  reasons: [
    { why: 'windows that lie apart: one, where the input is shorter', calls: /[pP]ool\dd stride$/, takes: ['1e12'] },
    { why: 'the size of the kernel, as where it is left out', calls: /(Pool2d|maxUnpool2d) stride$/, takes: ['[]'] },
    {
      why: 'the output is made, and refused where it is too large, when the layer is called',
      calls:
        /^nn\.(functional\.)?(\w*Pool\dd|Fold|PixelShuffle|PixelUnshuffle|ChannelShuffle|LocalResponseNorm|AdaptiveLogSoftmaxWithLoss) (outputSize|upscaleFactor|downscaleFactor|groups|size|nClasses)$/i,
      takes: ['1e12'],
    },
    {
      why: 'a base class, whose methods a subclass completes: test/gpu/layers.test.ts has one',
      calls: /^nn\.utils\.prune\.BasePruningMethod(\.prune|::apply|\.computeMask) valid$/,
      takes: [''],
    },
    {
      why: 'a mask or a weight of any numbers',
      calls: /^nn\.utils\.prune\.\w+\.computeMask (t|defaultMask)$/,
      takes: ['dtype'],
    },
    {
      why: 'a module without state besides its tensors has none to take back',
      calls: /^nn\.\w+\.setExtraState valid$/,
      takes: [''],
    },
    { why: 'any number but 0, as in PyTorch', calls: / divisorOverride$/, takes: ['-1', '1e12'] },
    { why: 'counted from the end, as in PyTorch', calls: / paddingIdx$/, takes: ['-1'] },
    { why: 'a factor that a tensor may hold', calls: /functional\.(batch|instance)Norm momentum$/, takes: ['dtype'] },
    {
      why: 'drawn, as where they are left out',
      calls: /ractionalMaxPool\dd (outputRatio|_randomSamples)$/,
      takes: ['null'],
    },
    { why: 'numbers of any type, converted as PyTorch promotes them', calls: / _randomSamples$/, takes: ['dtype'] },
    {
      why: 'whatever it is given is what it returns',
      calls: /^nn\.Identity(\(\) (x|unnamed|one missing)| (misspelt|one too many|two too many))$/,
      takes: ['', 'null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'promise'],
    },
    {
      why: 'a state of zeros, as where it is left out',
      calls: /^nn\.(RNN|GRU|LSTM)(Cell)?\(\) hx$/,
      takes: ['null'],
    },
    {
      why: 'a state that is on its way is waited for, and any text may be a key in it',
      calls: /^nn\.\w+\.(loadStateDict stateDict|registerBuffer key)$/,
      takes: ['promise', "''", "'foo'"],
    },
    { why: 'in front of the hooks that are there', calls: /^nn\.\w+\.register\w*Hook prepend$/, takes: ['true'] },
    { why: 'one value, as in PyTorch', calls: /^nn\.(Layer|RMS)Norm normalizedShape$/, takes: ['[]'] },
    {
      why: 'nothing yet, as in PyTorch',
      calls: /^nn\.(ModuleDict|ModuleList|ParameterDict|ParameterList) (modules|parameters|values)$/,
      takes: ['null', '[]'],
    },
    {
      why: 'nothing has that name',
      calls: /^nn\.(ModuleDict|ParameterDict)\.has key$/,
      takes: ["''", "'foo'"],
    },
    {
      why: 'a name to come',
      calls: /^nn\.((ModuleDict|ParameterDict)\.set key|\w+\.(register(Buffer|Parameter|Module)|addModule) name)$/,
      takes: ["'foo'"],
    },
    {
      why: 'an object holds modules or parameters by their names, and layers come one by one',
      calls: /^nn\.(Sequential|(ModuleDict|ParameterDict)(\.update)?) unnamed$/,
      takes: [''],
    },
    {
      why: 'a row of no layers, as in PyTorch',
      calls: /^nn\.Sequential (modules|one missing)$/,
      takes: ['{}', ''],
    },
    {
      why: 'passes what follows on to the class, by place or by name',
      calls: /^nn\.utils\.skipInit unnamed$/,
      takes: [''],
    },
    {
      why: 'refuses every call: the modules or parameters in it are called or used from a forward of another',
      calls: /^nn\.(Module|Parameter)(Dict|List)\(\) valid$/,
      takes: [''],
    },
    { why: 'refuses every call: there is no float64 in WGSL', calls: /\.double valid$/, takes: [''] },
    { why: 'no gradients, as in PyTorch', calls: /^nn\.utils\.clipGrad\w+ parameters$/, takes: ['[]'] },
    { why: 'NaN is a number, with which PyTorch fills, too', calls: /^nn\.init\.constant_ val$/, takes: ['NaN'] },
    {
      why: 'that of the queries, as where it is left out',
      calls: /^nn\.MultiheadAttention (kdim|vdim)$/,
      takes: ['null'],
    },
    { why: 'is told when the layer is called, as in PyTorch', calls: /^nn\.Upsample mode$/, takes: ["''", "'foo'"] },
    { why: 'any text before the names, or none', calls: /\.(named\w+|stateDict) prefix$/, takes: ["''", "'foo'"] },
    { why: 'the module itself, as in PyTorch', calls: /\.getSubmodule target$/, takes: ["''"] },
    { why: 'the name of a module to come', calls: /\.setSubmodule target$/, takes: ["'foo'"] },
    {
      why: 'left out',
      calls:
        /^nn\.EmbeddingBag\(\) offsets$|^nn\.functional\.(embeddingBag (offsets|perSampleWeights)|instanceNorm running(Mean|Var)|pad value|scaledDotProductAttention (attnMask|scale))$/,
      takes: ['null'],
    },
    {
      why: 'added to a variance, as the equation says',
      calls: /^nn\.utils\.fuse\w+ bnEps$/,
      takes: ['-1', '1.5', '1e12'],
    },
    { why: 'a convolution without one', calls: /^nn\.utils\.fuse\w+ convB$/, takes: ['null'] },
    { why: 'the norm of nothing is 0, as in PyTorch', calls: /^nn\.utils\.getTotalNorm tensors$/, takes: ['[]'] },
    { why: 'a tensor may stand for its dtype, as in PyTorch', calls: /\.PackedSequence\.to dtype$/, takes: ['dtype'] },
    { why: 'no tensor of this name', calls: /isParametrized tensorName$/, takes: ['null', "''", "'foo'"] },
    {
      why: 'numbers of any type, converted as PyTorch promotes them',
      calls: /^nn\.utils\.(rnn\.padSequence sequences|vectorToParameters vector)$/,
      takes: ['dtype'],
    },
  ],
};
