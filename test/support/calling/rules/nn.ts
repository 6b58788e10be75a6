// Owns what the calls of nn, optim may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const nn: Rules = {
  ceilings: {
    nn: { unnamed: 152, many: 257, misspelt: 115, valid: 86, promise: 1, fewer: 3 },
    optim: { valid: 14, many: 46, misspelt: 19, unnamed: 7 },
  },
  reasons: [
    { why: 'the rate of the optimizer by default', calls: /^optim\.\w+ lr$/, takes: ['null'] },
    { why: 'so long that it does not end', calls: /^optim\.lrScheduler\.\w+ (t0|stepSize)$/, takes: ['1e12'] },
    { why: 'a tensor gives its rows as batches', calls: /updateBn loader$/, takes: ['dtype'] },
    { why: 'windows that lie apart: one, where the input is shorter', calls: /[pP]ool\dd stride$/, takes: ['1e12'] },
    { why: 'the size of the kernel, as where it is left out', calls: /Pool2d stride$/, takes: ['[]'] },
    {
      why: 'the output is made, and refused where it is too large, when the layer is called',
      calls:
        /^nn\.(functional\.)?(\w*Pool\dd|Fold|PixelShuffle|PixelUnshuffle|ChannelShuffle|LocalResponseNorm|AdaptiveLogSoftmaxWithLoss) (outputSize|upscaleFactor|downscaleFactor|groups|size|nClasses)$/i,
      takes: ['1e12'],
    },
    { why: 'any number but 0, as in PyTorch', calls: / divisorOverride$/, takes: ['-1', '1e12'] },
    { why: 'counted from the end, as in PyTorch', calls: / paddingIdx$/, takes: ['-1'] },
    { why: 'a factor that a tensor may hold', calls: /functional\.(batch|instance)Norm momentum$/, takes: ['dtype'] },
    { why: 'drawn, as where they are left out', calls: /FractionalMaxPool\dd outputRatio$/, takes: ['null'] },
    { why: 'numbers of any type, converted as PyTorch promotes them', calls: / _randomSamples$/, takes: ['dtype'] },
    {
      why: 'whatever it is given is what it returns',
      calls: /^nn\.Identity\(\) x$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'promise'],
    },
    {
      why: 'a state of zeros, as where it is left out',
      calls: /^nn\.(RNN|GRU|LSTM)(Cell)?\(\) (h0|h|state)$/,
      takes: ['null'],
    },
    { why: 'one value, as in PyTorch', calls: /^nn\.(Layer|RMS)Norm normalizedShape$/, takes: ['[]'] },
    {
      why: 'nothing yet, as in PyTorch',
      calls: /^nn\.(ModuleDict|ModuleList|ParameterDict|ParameterList) (modules|parameters|values)$/,
      takes: ['null', '[]'],
    },
    {
      why: 'nothing has that name',
      calls: /^nn\.(ModuleDict|ParameterDict)\.has name$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype', 'promise'],
    },
    {
      why: 'that of the queries, as where it is left out',
      calls: /^nn\.MultiheadAttention (kdim|vdim)$/,
      takes: ['null'],
    },
    { why: 'is told when the layer is called, as in PyTorch', calls: /^nn\.Upsample mode$/, takes: ["''", "'foo'"] },
    { why: 'any text before the names, or none', calls: /\.(named\w+|stateDict) prefix$/, takes: ["''", "'foo'"] },
    { why: 'the name of a module to come', calls: /\.setSubmodule path$/, takes: ["'foo'"] },
    {
      why: 'left out',
      calls:
        /^nn\.functional\.(embeddingBag (offsets|perSampleWeights)|instanceNorm running(Mean|Var)|pad value|scaledDotProductAttention (attnMask|scale))$/,
      takes: ['null'],
    },
    {
      why: 'names the caller in errors',
      calls: /^nn\.init\.fans op$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'promise'],
    },
    {
      why: 'added to a variance, as the equation says',
      calls: /^nn\.utils\.fuse\w+ bnEps$/,
      takes: ['-1', '1.5', '1e12'],
    },
    { why: 'a convolution without one', calls: /^nn\.utils\.fuse\w+ convB$/, takes: ['null'] },
    { why: 'the norm of nothing is 0, as in PyTorch', calls: /^nn\.utils\.getTotalNorm tensors$/, takes: ['[]'] },
    { why: 'no tensor of this name', calls: /isParametrized tensorName$/, takes: ['null', "''", "'foo'"] },
    {
      why: 'numbers of any type, converted as PyTorch promotes them',
      calls: /^nn\.utils\.(rnn\.padSequence sequences|vectorToParameters vector)$/,
      takes: ['dtype'],
    },
  ],
};
