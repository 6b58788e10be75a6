// Owns where an argument by its place is taken, or refused, otherwise than by its name, each with its reason.
import type { DoorReason } from '.';

const reasons: readonly DoorReason[] = [
  {
    why: 'sizes may stand one by one, so that what stands behind the first is a size',
    calls:
      /^(torch\.(empty|ones|rand|randn|zeros)|Tensor\.(newEmpty|newOnes|newZeros)) (size|requiresGrad|device|dtype)$/,
    takes: ['1e12', '-1', 'true', 'null'],
  },
  {
    why: 'sizes and dimensions may stand one by one, and by name are a list',
    calls: /^Tensor\.(tile dims|flip dims|view size|reshape shape)$/,
    takes: ['-1', '1e12'],
  },
  { why: 'any number of tensors, and by name a list', calls: /^torch\.meshgrid tensors$/, takes: ['dtype'] },
  {
    why: 'of several numbers the first is the start, and a single one the end',
    calls: /^(torch\.(arange (start|step)|randintLike low)|Tensor\.random_ from)$/,
    takes: ['-1', '1.5', '1e12'],
  },
  {
    why: 'a bool is a number, the start among several and the end alone',
    calls: /^torch\.arange (start|step)$/,
    takes: ['true'],
  },
  {
    why: 'any number of metrics may stand one by one, and an object holds them by names of their own',
    calls: /^metrics\.MetricCollection( (prefix|postfix|computeGroups)|\.addMetrics metrics)$/,
    takes: ['null', "''", "'foo'", '[]', 'true'],
  },
  {
    why: 'an argument of the method that it calls, which is given by name alone',
    calls: /^interpret\.(sensitivityMax|NoiseTunnel\.attribute) target$/,
    takes: ['null', 'true', '-1', '1e12'],
  },
  {
    why: 'in the place of dim a boolean is unbiased, as in PyTorch',
    calls: /^(torch|Tensor)\.(std|var|stdMean|varMean) dim$/,
    takes: ['true'],
  },
  {
    why: 'no options stand in the place of those that have names only',
    calls: /^torch\.(randLike|randnLike) dtype$/,
    takes: ['null'],
  },
  {
    why: 'stands behind a parameter that may be left out by name alone',
    calls: /^(torch\.repeatInterleave outputSize|nn\.functional\.interpolate scaleFactor)$/,
    takes: ['null', '1.5'],
  },
];

/** Whether a parameter may take a value by its place otherwise than by its name. */
export const differsByPlace = (call: string, parameter: string, key: string): boolean =>
  reasons.some(({ calls, takes }) => takes.includes(key) && calls.test(`${call} ${parameter}`));
