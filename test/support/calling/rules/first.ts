// Owns where a first parameter that takes a tensor takes something else as well, each with its reason; all others must refuse it.
import type { DoorReason } from '.';

const NUMBERS = ['NaN', 'true', '-1', '1.5', '1e12'] as const;
const ANYTHING = ['null', "''", "'foo'", '{}', '[]', ...NUMBERS] as const;

const reasons: readonly DoorReason[] = [
  {
    why: "a number, as PyTorch's function of the name takes one",
    calls:
      /^torch\.((add|sub|mul|div|trueDivide|floorDivide|remainder|pow|bitwiseLeftShift|bitwiseRightShift|bucketize|special\.(xlogy|xlog1py|zeta)) input|isin elements|resultType tensor1)$/,
    takes: NUMBERS,
  },
  { why: 'a count, however large', calls: /^(torch|Tensor)\.repeatInterleave repeats$/, takes: ['1e12'] },
  {
    why: "a number, as the operand of a tensor's operator",
    calls: /^Tensor\.\w+ other$/,
    takes: NUMBERS,
  },
  {
    why: 'a number, which stands for the parameter of a distribution, or for a bound, as in PyTorch',
    calls: /^torch\.distributions\.(constraints\.\w+ (lower|upper)Bound|\w+ (loc|df1?|rate|concentration1?))$/,
    takes: NUMBERS,
  },
  {
    why: 'anything at all is copied, asked about, saved and compared',
    calls:
      /^torch\.((deepcopy|isTensor) #1|save obj|saveBytes object|CheckpointStore\.save object|distributions\.\w+\.equals other)$/,
    takes: ANYTHING,
  },
  {
    why: 'numbers for a tensor, as torch.tensor takes them',
    calls: /^vision\.tvTensors\.\w+ data$/,
    takes: ['[]', ...NUMBERS],
  },
  { why: 'a list is a data set, one of nothing too', calls: /^data\.\w+\.add other$/, takes: ['[]'] },
  { why: 'what is no data stays as it is, as in PyTorch', calls: /^data\.defaultConvert data$/, takes: ANYTHING },
  {
    why: 'gives what it is given, whatever that is, as in PyTorch',
    calls:
      /^(nn\.Identity\(\) x|lightning\.LightningModule\.predictStep batch|vision\.datasets\.StandardTransform\(\) input)$/,
    takes: [...ANYTHING, 'promise'],
  },
  {
    why: 'a list of no tensors, as in PyTorch',
    calls: /^torch\.(autograd\.backward tensors|GradScaler\.scale outputs)$/,
    takes: ['[]'],
  },
];

/** Whether a first parameter that takes a tensor takes this as well. */
export const takesBesides = (call: string, parameter: string, key: string): boolean =>
  reasons.some(({ calls, takes }) => takes.includes(key) && calls.test(`${call} ${parameter}`));
