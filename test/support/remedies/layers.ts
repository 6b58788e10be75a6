// Rows of what layers, their functions and losses refuse.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { converts, does, options, type Row, typed } from './row';

const F = nn.functional;
const of = (dtype: torch.DType, ...shape: number[]): Tensor => torch.ones(shape, { dtype });
const floats = of('float32', 2);
const whole = of('int64', 2);
const bools = of('bool', 2);
const late = () => whole.add(1);
const model = new nn.Linear(2, 1);
const oldState = { running_mean: torch.zeros(2), running_var: torch.ones(2) };
const wide = { forward: (x: Tensor) => torch.cat([x, x]) };

/** A layer whose weight is assigned. */
function weighted(weight: Tensor): void {
  Object.assign(new nn.Linear(2, 1), { weight });
}

class Doubled extends nn.Module {
  forward(x: Tensor): Tensor {
    return wide.forward(x);
  }
}

export const layers: readonly Row[] = [
  converts('crossEntropy', (x) => F.crossEntropy(of('float32', 2, 2), x), bools),
  converts('crossEntropy', (x) => F.crossEntropy(of('float32', 2, 2), x), of('int64', 2, 2)),
  does(
    'crossEntropy',
    () => F.crossEntropy(of('float32', 2, 2), of('int64', 2, 2)),
    'give labels of shape [2]',
    () => F.crossEntropy(of('float32', 2, 2), whole),
  ),
  converts('embedding', (x) => F.embedding(x, of('float32', 3, 2)), floats),
  converts('binaryCrossEntropy', (x) => F.binaryCrossEntropy(floats, x), whole),
  converts('binaryCrossEntropyWithLogits', (x) => F.binaryCrossEntropyWithLogits(floats, x), whole),
  converts('conv2d', (x) => F.conv2d(x, of('float32', 1, 1, 1, 1)), of('uint8', 1, 1, 2, 2)),
  converts('conv2d', (x) => F.conv2d(of('int64', 1, 1, 2, 2), of('int64', 1, 1, 1, 1), x), of('float32', 1)),
  converts('convTranspose2d', (x) => F.convTranspose2d(x, x), of('uint8', 1, 1, 2, 2)),
  converts('prelu', (x) => F.prelu(x, of('float32', 1)), of('float16', 2, 2)),
  converts('groupNorm', (x) => new nn.GroupNorm(1, 2)(x), of('float16', 1, 2, 2)),
  converts('conv2d', (x) => F.conv2d(x, of('float32', 1, 1, 1, 1)), of('float16', 1, 1, 2, 2)),
  converts('scaledDotProductAttention', (x) => F.scaledDotProductAttention(x, x, x), of('int64', 1, 2, 2)),
  converts('interpolate', (x) => F.interpolate(x, { scaleFactor: 2, mode: 'linear' }), of('uint8', 1, 1, 4)),
  converts('pad', (x) => F.pad(x, [1, 1], { mode: 'reflect' }), of('bool', 1, 1, 4)),
  does(
    'maxUnpool2d',
    () => F.maxUnpool2d(of('float32', 1, 1, 2, 2), of('float32', 1, 1, 2, 2), 2),
    'take those of a max pooling with returnIndices',
    () => {
      const [y, at] = F.maxPool2d(of('float32', 1, 1, 4, 4), 2, { returnIndices: true });
      return F.maxUnpool2d(y, at, 2);
    },
  ),
  converts('BatchNorm2d', (x) => new nn.BatchNorm2d(3)(x), of('float32', 3, 4, 4)),
  does(
    'Error(s) in loading state_dict for InstanceNorm2d',
    () => new nn.InstanceNorm2d(2).loadStateDict({ ...oldState }),
    "delete state['running_mean']",
    () => new nn.InstanceNorm2d(2).loadStateDict({}),
  ),
  options('Error(s) in loading state_dict for InstanceNorm2d', (o) =>
    new nn.InstanceNorm2d(2, o).loadStateDict({
      ...oldState,
      ...(o.trackRunningStats ? { num_batches_tracked: torch.tensor(0) } : {}),
    }),
  ),
  does(
    'fuseConvBnEval',
    () => nn.utils.fuseConvBnEval(new nn.Conv2d(1, 1, 1), new nn.BatchNorm2d(1)),
    'call eval() first',
    () => nn.utils.fuseConvBnEval(new nn.Conv2d(1, 1, 1).eval(), new nn.BatchNorm2d(1).eval()),
  ),
  typed(
    'Linear',
    () => weighted(torch.ones(1, 2)),
    'new nn.Parameter(tensor)',
    { tensor: torch.ones(1, 2) },
    (p) => weighted(p),
  ),
  does(
    'Linear',
    () => weighted(torch.ones(1, 2)),
    'write into it with copy_ in torch.noGrad',
    () => torch.noGrad(() => new nn.Linear(2, 1).weight.copy_(torch.ones(1, 2))),
  ),
  typed(
    'packPaddedSequence',
    () => nn.utils.rnn.packPaddedSequence(of('float32', 2, 2, 1), late()),
    'await lengths.tolist()',
    { lengths: late() },
    (lengths) => nn.utils.rnn.packPaddedSequence(of('float32', 2, 2, 1), lengths),
  ),
  typed(
    'packPaddedSequence',
    () => nn.utils.rnn.packPaddedSequence(of('float32', 2, 2, 1), of('int64', 1, 2)),
    'await lengths.flatten().tolist()',
    { lengths: of('int64', 1, 2) },
    (lengths) => nn.utils.rnn.packPaddedSequence(of('float32', 2, 2, 1), lengths),
  ),
  options('packPaddedSequence', (o) => nn.utils.rnn.packPaddedSequence(of('float32', 2, 2, 1), [1, 2], o)),
  typed(
    'unpadSequence',
    () => nn.utils.rnn.unpadSequence(of('float32', 2, 2), late()),
    'await lengths.tolist()',
    { lengths: late() },
    (lengths) => nn.utils.rnn.unpadSequence(of('float32', 2, 2), lengths),
  ),
  does(
    'Parameter',
    () => new nn.Parameter([1, 2] as never),
    'make it one with torch.tensor(…)',
    () => new nn.Parameter(torch.tensor([1.5, 2])),
  ),
  options('registerParametrization', (o) =>
    nn.utils.parametrize.registerParametrization(new nn.Linear(2, 1), 'weight', new Doubled(), o),
  ),
  typed(
    'clipGradNorm_',
    () => nn.utils.clipGradNorm_([model] as never, 1),
    'model.parameters()',
    { model },
    (p) => nn.utils.clipGradNorm_(p, 1),
  ),
  does(
    'mseLoss',
    () => F.mseLoss(floats, floats, { sizeAverage: true } as never),
    "reduction: 'mean', 'sum' or 'none'",
    () => ['mean', 'sum', 'none'].map((reduction) => F.mseLoss(floats, floats, { reduction: reduction as 'mean' })),
  ),
  does(
    'clipGradNorm_',
    () => nn.utils.clipGradNorm_(model.parameters(), 1, { errorIfNonfinite: true } as never),
    'await norm.item()',
    () => nn.utils.clipGradNorm_(model.parameters(), 1).item(),
  ),
];
