// Owns what functions that work in place do otherwise than those beside them, each with its reason.

interface Difference {
  readonly why: string;
  readonly calls: RegExp;
}

const differences: readonly Difference[] = [
  {
    why: 'draws by the one probability that it is given, while bernoulli takes a tensor of them',
    calls: /^Tensor\.bernoulli_$/,
  },
  { why: 'takes the tensor first, as all that works in place, and polygamma the order', calls: /^torch\.polygamma_$/ },
];

/** Those that no function stands beside, of tensors themselves. */
export const withoutOther: readonly { readonly why: string; readonly ids: readonly string[] }[] = [
  {
    why: 'draws of a distribution over the whole tensor, whatever it held',
    ids: ['uniform_', 'normal_', 'logNormal_', 'exponential_', 'cauchy_', 'geometric_', 'random_'],
  },
  { why: 'numbers in the place of others', ids: ['copy_', 'zero_', 'fillDiagonal_'] },
  { why: 'asks for gradients', ids: ['requiresGrad_'] },
];

export const differsInPlace = (id: string): boolean => differences.some(({ calls }) => calls.test(id));
