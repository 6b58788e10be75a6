// Sets what the library says to misuses beside PyTorch's text for the same ones: a typed error that names the same facts.
import * as torch from 'lamplight';
import { data, nn, optim, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { type FixtureCase, loadFixture } from '../support/fixtures';

type Kind = 'shape' | 'rank' | 'dtype' | 'index' | 'argument' | 'option' | 'autograd';

interface Misuse extends FixtureCase {
  readonly kind: Kind;
  /** What PyTorch says. */
  readonly message: string;
  /** What in it any good message names: numbers, shapes, dtypes, and names. */
  readonly facts: readonly string[];
}

const { cases } = await loadFixture<Misuse>('misuse');
const { ones, tensor, zeros } = torch;
const F = nn.functional;
const { lrScheduler } = optim;
const whole = (...size: number[]): Tensor => ones(size, { dtype: 'int64' });
const leaf = (...size: number[]): Tensor => ones(size, { requiresGrad: true });
const bools = (...list: boolean[]): Tensor => tensor(list);

/** Calls what the types rightly refuse. */
const loosely = (owner: object, name: string, ...args: unknown[]): unknown => {
  const member: unknown = Reflect.get(owner, name);
  if (typeof member !== 'function') throw new Error(`there is no ${name}`);
  return /^[A-Z]/.test(name) ? Reflect.construct(member, args) : Reflect.apply(member, owner, args);
};
const layer = (name: string, ...args: unknown[]): unknown => loosely(nn, name, ...args);
const f = (name: string, ...args: unknown[]): unknown => loosely(F, name, ...args);
const sgd = (options: object = {}): optim.SGD => new optim.SGD([leaf(1)], { lr: 0.1, ...options });
const optimizer = (name: string, options: object): unknown => loosely(optim, name, [leaf(1)], options);
const image = ones(1, 1, 4, 4);
const larger = ones(1, 1, 5, 5);
const kernel = ones(1, 1, 3, 3);
const [a23, a45] = [ones(2, 3), ones(4, 5)];

const calls: Record<string, () => unknown> = {
  'shape: mul': () => ones(3, 4).mul(ones(2, 4)),
  'shape: add in place': () => ones(3).add_(a23),
  'shape: where': () => torch.where(ones(2).bool(), ones(3), ones(3)),
  'shape: maximum': () => torch.maximum(ones(2, 5), ones(2, 6)),
  'shape: broadcast to': () => ones(3).broadcastTo(2, 4),
  'shape: mm': () => torch.mm(a23, a45),
  'shape: bmm batches': () => torch.bmm(ones(2, 3, 4), ones(3, 4, 5)),
  'shape: bmm inner': () => torch.bmm(ones(2, 3, 4), ones(2, 5, 6)),
  'shape: mv': () => torch.mv(a23, ones(4)),
  'shape: dot': () => torch.dot(ones(2), ones(3)),
  'shape: addmm': () => torch.addmm(ones(5), a23, a45),
  'shape: einsum sizes': () => torch.einsum('ij,jk->ik', a23, a45),
  'shape: tensordot': () => torch.tensordot(a23, a45, 1),
  'shape: cdist': () => torch.cdist(a23, ones(2, 4)),
  'shape: reshape': () => a23.reshape(4, 2),
  'shape: unflatten': () => ones(2, 6).unflatten(1, [4, 2]),
  'shape: expand to fewer': () => a23.expand(3),
  'rank: cat': () => torch.cat([ones(2), ones(2, 2)]),
  'shape: narrow': () => ones(5).narrow(0, 3, 4),
  'shape: unfold': () => ones(5).unfold(0, 6, 1),
  'shape: mask': () => a23.at(bools(true, false, true)),
  'shape: gather': () => a23.gather(0, whole(2, 4)),
  'shape: pad reflect': () => F.pad(ones(1, 1, 3), [3, 0], { mode: 'reflect' }),
  'shape: conv channels 3d': () => new nn.Conv3d(2, 4, 3)(ones(1, 3, 5, 5, 5)),
  'shape: conv weight groups': () => F.conv2d(ones(1, 4, 5, 5), ones(3, 2, 3, 3), { groups: 2 }),
  'shape: conv bias': () => F.conv2d(larger, ones(2, 1, 3, 3), { bias: ones(3) }),
  'shape: conv transpose channels': () => new nn.ConvTranspose2d(3, 4, 2)(ones(1, 5, 4, 4)),
  'shape: conv transpose output size': () =>
    new nn.ConvTranspose2d(1, 1, 3, { stride: 2 })(image, { outputSize: [12, 12] }),
  'shape: batch norm channels': () => new nn.BatchNorm2d(3)(ones(2, 4, 5, 5)),
  'shape: batch norm of one value': () => new nn.BatchNorm1d(3)(ones(1, 3)),
  'shape: group norm channels': () => new nn.GroupNorm(2, 4)(ones(2, 6, 3)),
  'shape: lstm input': () => new nn.LSTM(3, 4)(ones(5, 2, 7)),
  'shape: gru state': () => new nn.GRU(3, 4)(ones(5, 2, 3), ones(1, 6, 4)),
  'shape: pixel shuffle': () => new nn.PixelShuffle(2)(ones(1, 6, 2, 2)),
  'shape: max unpool': () => new nn.MaxUnpool2d(2)(ones(1, 1, 2, 2), whole(1, 1, 3, 3)),
  'shape: mse loss': () => F.mseLoss(a23, ones(2, 4)),
  'shape: bce loss': () => F.binaryCrossEntropy(ones(2), ones(3)),
  'shape: bce with logits loss': () => F.binaryCrossEntropyWithLogits(ones(2), ones(3)),
  'shape: cross entropy weight': () => F.crossEntropy(ones(2, 5), tensor([0, 1]), { weight: ones(4) }),
  'shape: backward gradient': () => leaf(2).mul(2).backward(ones(3)),
  'shape: empty max': () => zeros(0).max(),
  'shape: empty argmax': () => zeros(0).argmax(),
  'shape: ragged list': () => tensor([[1, 2], [3]]),
  'rank: mm': () => torch.mm(ones(2), ones(2, 2)),
  'rank: bmm': () => torch.bmm(a23, ones(2, 3, 4)),
  'rank: dot': () => torch.dot(ones(2, 2), ones(2)),
  'rank: outer': () => torch.outer(ones(2, 2), ones(2)),
  'rank: einsum': () => torch.einsum('ijk->i', a23),
  'rank: t': () => ones(2, 3, 4).t(),
  'rank: permute': () => a23.permute(0, 1, 2),
  'rank: conv1d': () => new nn.Conv1d(1, 1, 2)(larger),
  'rank: conv transpose': () => new nn.ConvTranspose2d(1, 1, 2)(ones(5, 5)),
  'rank: max pool': () => F.maxPool2d(ones(4, 4), 2),
  'rank: adaptive pool': () => new nn.AdaptiveAvgPool2d(2)(ones(4, 4)),
  'rank: batch norm': () => new nn.BatchNorm2d(3)(ones(2, 3, 4)),
  'rank: lstm': () => new nn.LSTM(3, 4)(ones(3)),
  'rank: interpolate': () => F.interpolate(ones(4, 4), { scaleFactor: 2, mode: 'bilinear' }),
  'rank: pad': () => F.pad(ones(3), [1, 1, 1, 1]),
  'dtype: mean': () => whole(3).mean(),
  'dtype: matmul': () => ones(2, 2).matmul(whole(2, 2)),
  'dtype: gather': () => a23.gather(0, a23),
  'dtype: index select': () => ones(3).indexSelect(0, ones(2)),
  'dtype: embedding': () => new nn.Embedding(3, 2)(ones(2)),
  'dtype: cross entropy': () => F.crossEntropy(ones(2, 5), ones(2)),
  'dtype: one hot': () => F.oneHot(ones(3), 2),
  'dtype: in place': () => whole(2).add_(ones(2)),
  'dtype: requires grad': () => whole(2).requiresGrad_(),
  'dtype: bitwise': () => torch.bitwiseAnd(ones(2), ones(2)),
  'dtype: where': () => torch.where(ones(2), ones(2), ones(2)),
  'dtype: masked fill': () => ones(2).maskedFill(ones(2), 0),
  'index: below': () => ones(3).at(-4),
  'index: select': () => a23.select(1, 3),
  'index: unsqueeze': () => a23.unsqueeze(4),
  'index: squeeze': () => a23.squeeze(2),
  'index: transpose': () => a23.transpose(0, -3),
  'index: cat': () => torch.cat([ones(2), ones(2)], { dim: 1 }),
  'index: softmax': () => a23.softmax(5),
  'index: cumsum': () => a23.cumsum(2),
  'index: flip': () => ones(2).flip(1),
  'index: size': () => a23.size(2),
  'argument: linear': () => layer('Linear', 2),
  'argument: linear name': () => layer('Linear', 2, 3, { biass: true }),
  'argument: linear twice': () => layer('Linear', 2, 3, { inFeatures: 2 }),
  'argument: conv name': () => layer('Conv2d', 3, 4, 3, { pading: 1 }),
  'argument: conv transpose': () => layer('ConvTranspose2d', 3),
  'argument: batch norm': () => layer('BatchNorm2d'),
  'argument: group norm': () => layer('GroupNorm', 2),
  'argument: max pool': () => layer('MaxPool2d'),
  'argument: lstm cell': () => layer('LSTMCell', 3),
  'argument: adam name': () => optimizer('Adam', { beta: 0.9 }),
  'argument: too many': () => layer('Linear', 2, 3, true, 'float32', 5, 6),
  'argument: interpolate': () => f('interpolate', image),
  'argument: interpolate both': () => f('interpolate', image, { size: 2, scaleFactor: 2 }),
  'argument: cat nothing': () => torch.cat([]),
  'argument: stack nothing': () => torch.stack([]),
  'argument: step': () => loosely(lrScheduler, 'StepLR', sgd()),
  'argument: one cycle': () => loosely(lrScheduler, 'OneCycleLR', sgd(), { maxLr: 0.1 }),
  'option: conv out groups': () => layer('Conv2d', 4, 3, 3, { groups: 2 }),
  'option: conv padding mode': () => layer('Conv2d', 1, 1, 3, { paddingMode: 'mirror' }),
  'option: conv padding': () => layer('Conv2d', 1, 1, 3, { padding: 'full' }),
  'option: conv stride': () => F.conv2d(larger, kernel, { stride: 0 }),
  'option: conv negative padding': () => F.conv2d(larger, kernel, { padding: -1 }),
  'option: conv dilation': () => F.conv2d(larger, kernel, { dilation: 0 }),
  'option: output padding': () => F.convTranspose2d(larger, kernel, { outputPadding: 1 }),
  'option: avg pool padding': () => F.avgPool2d(larger, 2, { padding: 2 }),
  'option: pad mode': () => f('pad', ones(1, 1, 3), [1, 1], { mode: 'mirror' }),
  'option: pad length': () => F.pad(ones(3), [1]),
  'option: group norm': () => layer('GroupNorm', 3, 4),
  'option: dropout': () => layer('Dropout', 1.5),
  'option: embedding padding': () => layer('Embedding', 3, 2, { paddingIdx: 5 }),
  'option: attention heads': () => layer('MultiheadAttention', 5, 2),
  'option: interpolate mode': () => f('interpolate', image, { size: 2, mode: 'cubic' }),
  'option: align corners': () => f('interpolate', image, { size: 2, mode: 'nearest', alignCorners: true }),
  'option: grid sample mode': () => f('gridSample', image, ones(1, 2, 2, 2), { mode: 'area' }),
  'option: reduction': () => f('mseLoss', ones(2), ones(2), { reduction: 'avg' }),
  'option: huber delta': () => F.huberLoss(ones(2), ones(2), { delta: 0 }),
  'option: smooth l1 beta': () => F.smoothL1Loss(ones(2), ones(2), { beta: -1 }),
  'option: label smoothing': () => F.crossEntropy(ones(2, 5), tensor([0, 1]), { labelSmoothing: 1.5 }),
  'option: rounding mode': () => loosely(torch, 'div', ones(2), ones(2), { roundingMode: 'up' }),
  'option: gelu': () => f('gelu', ones(2), { approximate: 'erf' }),
  'option: split': () => ones(5).split([2, 2]),
  'option: chunk': () => ones(5).chunk(0),
  'option: split in none': () => ones(5).split(0),
  'option: flatten': () => a23.flatten(1, 0),
  'option: roll': () => torch.roll(a23, [1, 2], [0]),
  'option: topk': () => ones(3).topk(4),
  'option: arange step': () => torch.arange(0, 5, 0),
  'option: arange sign': () => torch.arange(0, 5, -1),
  'option: linspace': () => torch.linspace(0, 1, -2),
  'option: eye': () => torch.eye(-1),
  'option: randint': () => torch.randint(5, 5, [2]),
  'option: randperm': () => torch.randperm(-1),
  'option: momentum': () => sgd({ momentum: -1 }),
  'option: weight decay': () => sgd({ weightDecay: -1 }),
  'option: nesterov': () => sgd({ nesterov: true }),
  'option: beta': () => optimizer('Adam', { betas: [1.5, 0.9] }),
  'option: eps': () => optimizer('Adam', { eps: -1 }),
  'option: alpha': () => optimizer('RMSprop', { alpha: -1 }),
  'option: lr decay': () => optimizer('Adagrad', { lrDecay: -1 }),
  'option: warm restarts': () => loosely(lrScheduler, 'CosineAnnealingWarmRestarts', sgd(), 0),
  'option: plateau mode': () => loosely(lrScheduler, 'ReduceLROnPlateau', sgd(), { mode: 'least' }),
  'option: batch size': () => new data.DataLoader(new data.TensorDataset(ones(3)), { batchSize: 0 }),
  'option: random split': () => data.randomSplit(new data.TensorDataset(ones(5)), [2, 2]),
  'option: buffer name': () => new nn.ReLU().registerBuffer('a.b', null),
  'option: submodule': () => new nn.Sequential(new nn.ReLU()).getSubmodule('1'),
  'option: einsum output': () => torch.einsum('ij->k', a23),
  'option: sum twice': () => a23.sum([0, 0]),
  'autograd: non-leaf': () => new optim.SGD([leaf(1).mul(2)], { lr: 0.1 }),
  'autograd: requires grad of a result': () => leaf(1).mul(2).requiresGrad_(false),
  'autograd: unused': () => torch.autograd.grad(leaf(1).sum(), leaf(1)),
  'autograd: view of a leaf in place': () => leaf(3).at(0).add_(1),
};

/** A fact as the library writes it: camelCase, dtypes by their names in `torch`, shapes in brackets. */
function spelt(fact: string): string {
  const dtype: Record<string, string> = { long: 'int64', 'long int': 'int64', float: 'float32' };
  const shape = /^(\d+)x(\d+)$/.exec(fact);
  if (shape) return `[${shape[1]}, ${shape[2]}]`;
  return dtype[fact.toLowerCase()] ?? fact.replace(/_([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

/** Whether a message names a fact: a number as a whole number, anything else wherever it stands. */
function names(message: string, fact: string, kind: Kind): boolean {
  const word = spelt(fact).toLowerCase();
  const text = message.toLowerCase();
  // A shape shows its rank.
  if (kind === 'rank' && /^\d$/.test(word)) {
    const ranks = [...text.matchAll(/\[([\d, ]*)\]/g)].map(([, sizes]) => sizes!.split(',').length);
    if (ranks.includes(Number(word))) return true;
  }
  if (!/^(-?[\d.]+|[a-z])$/.test(word)) return text.includes(word);
  return new RegExp(`(?<![\\w.])${word.replace('.', '\\.')}(?![0-9]|\\.[0-9])`).test(text);
}

test('there are at least eighty misuses, each called here', () => {
  const tried = cases.filter(({ name }) => name in calls);
  expect(tried.length).toBeGreaterThanOrEqual(80);
  expect(Object.keys(calls).filter((name) => !cases.some((one) => one.name === name))).toEqual([]);
  expect(cases.filter(({ name }) => !(name in calls)).map(({ name }) => name)).toEqual([]);
});

test.each(cases)('$name', ({ name, kind, message, facts }) => {
  let error: unknown = null;
  try {
    calls[name]!();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `PyTorch: ${message}`).toBeInstanceOf(torch.LamplightError);
  const ours = (error as Error).message;
  const unnamed = facts.filter((fact) => !names(ours, fact, kind));
  expect(unnamed, `PyTorch: ${message}\n     ours: ${ours}`).toEqual([]);
});
