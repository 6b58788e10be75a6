// Owns which of the walk's values a parameter may take, and why; all others must be refused.

interface Reason {
  readonly why: string;
  readonly takes: readonly string[];
}

const NUMBERS = ['-1', '1.5', '1e12'] as const;

/** By what a parameter's own error says that it takes. */
const told: readonly (Reason & { readonly text: RegExp })[] = [
  { why: 'a flag', text: /to be (true or false|a boolean)/, takes: ['true'] },
  { why: 'left out', text: /\bor null\b/, takes: ['null'] },
  { why: 'any text', text: /\ba string\b/, takes: ["''", "'foo'"] },
  { why: 'an empty list', text: /\ba list\b/, takes: ['[]'] },
  { why: 'an empty object', text: /\ban object\b/, takes: ['{}'] },
  {
    why: 'numbers of any type, converted as PyTorch promotes them',
    text: /\ba tensor\b|\btensors\b/,
    takes: ['dtype'],
  },
  { why: 'a boolean, which PyTorch too counts as 0 or 1', text: /a tensor or a number/, takes: ['true'] },
  { why: 'NaN is a number, with which PyTorch computes, too', text: /a tensor or a number/, takes: ['NaN'] },
  { why: 'a count, of whatever size', text: /a positive integer/, takes: ['1e12'] },
  {
    why: 'a number, whose range is what the equation gives',
    text: /\bnumber|at least|between|from \S+ to/,
    takes: NUMBERS,
  },
];

/** By the names of parameters, where nothing told. */
const named: readonly (Reason & { readonly names: RegExp })[] = [
  {
    why: 'left out',
    names:
      /^(weight|posWeight|bias|stride|maxNorm|divisorOverride|paddingIdx|momentum|generator|size|scaleFactor|distanceFunction|dtype|layout|customEncoder|customDecoder)$/,
    takes: ['null'],
  },
  { why: 'all dimensions, as where none is given', names: /^dims?$/, takes: ['null', '[]'] },
  { why: 'a tensor without dimensions, or one draw', names: /^(size|sampleShape|shape)$/, takes: ['[]'] },
  { why: 'the device that there is', names: /^device$/, takes: ['null'] },
  { why: 'as PyTorch decides without it', names: /^(stable|eps|outputSize|requiresGrad)$/, takes: ['null'] },
  {
    why: 'NaN is a number, with which PyTorch computes, too',
    names: /^(alpha|beta|value|fillValue|nan|posinf|neginf|lowerBound|upperBound|threshold|exponent|min|max|normType)$/,
    takes: ['NaN'],
  },
  {
    why: 'a number, which a boolean is in Python',
    names: /^(alpha|beta|value|fillValue|nan|posinf|neginf)$/,
    takes: ['true', '-1', '1.5', '1e12'],
  },
  {
    why: 'validation by batches over all epochs, as in Lightning',
    names: /^checkValEveryNEpoch$/,
    takes: ['null'],
  },
  {
    why: 'left out, or what the network is called with as it is',
    names: /^(baselines|additionalForwardArgs)$/,
    takes: ['null', 'NaN', '[]', 'true', 'dtype', ...NUMBERS],
  },
  {
    why: 'a dimension, counted from the end',
    names: /^(dim|dims|dim0|dim1|axis0|axis1|startDim|endDim|start|end|index)$/,
    takes: ['-1'],
  },
  {
    why: 'numbers of any type, converted as PyTorch promotes them',
    names:
      /^(input|other|weight|target|value|tensor\d?|mat\d?|batch\d|vec\d?|src|source|end|a|b|x|y|x1|x2|self|posWeight|testElements|elements|values|boundaries|sortedSequence)$/,
    takes: ['dtype'],
  },
  {
    why: 'a number, which a tensor or a list may stand for',
    names: /^(lr|momentum|value|other|fillValue|min|max|padding|kernelSize|threshold|exponent|maxNorm|end|start)$/,
    takes: [...NUMBERS, 'true'],
  },
];

/** Whether a value is taken for a listed reason. `message` is what the parameter says to a text. */
export const allowed = (message: string, parameter: string, key: string): boolean =>
  told.some(({ text, takes }) => text.test(message) && takes.includes(key)) ||
  named.some(({ names, takes }) => names.test(parameter) && takes.includes(key));
