// Cases of gradcheck: reductions, views, and writing and reading by index.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { any, awayFromZero, distinct, type Gradcheck, uniform } from './inputs';

const F = nn.functional;

/** Two sources for some elements, one or none for others. */
const rows = torch.tensor([
  [0, 1],
  [0, 1],
  [1, 1],
]);

export const reductions: Gradcheck[] = [
  ['sum', (a) => a.sum(), [any(2, 3)]],
  ['sum, dim', (a) => a.sum({ dim: [0, 2] }), [any(2, 3, 2)]],
  ['sum, keepdim', (a) => a.sum(1, { keepdim: true }), [any(2, 3)]],
  ['mean', (a) => a.mean(), [any(2, 3)]],
  ['mean, dim', (a) => a.mean({ dim: 0 }), [any(2, 3)]],
  ['prod', (a) => a.prod(), [any(4)]],
  ['prod, dim', (a) => a.prod({ dim: 1 }), [any(2, 3)]],
  ['cumsum', (a) => a.cumsum(1), [any(2, 4)]],
  ['cumprod', (a) => a.cumprod(1), [awayFromZero(2, 4)]],
  ['logcumsumexp', (a) => a.logcumsumexp(1), [any(2, 4)]],
  ['nansum', (a) => a.nansum(0), [any(2, 3)]],
  ['sort', (a) => a.sort({ descending: true })[0], [distinct(2, 4)]],
  ['topk', (a) => a.topk(2)[0], [distinct(2, 4)]],
  ['logsumexp', (a) => a.logsumexp(1), [any(2, 3)]],
  ['var', (a) => a.var(), [any(5)]],
  ['var, dim', (a) => a.var(1, { correction: 0 }), [any(2, 3)]],
  ['std', (a) => a.std(), [any(5)]],
  ['std, dim', (a) => a.std(0, { keepdim: true }), [any(3, 2)]],
  ['norm', (a) => a.norm(), [awayFromZero(5)]],
  ['norm 3, dim', (a) => a.norm(3, 1), [awayFromZero(2, 3)]],
  ['norm 1', (a) => a.norm(1), [awayFromZero(4)], 'once'],
  ['amax', (a) => a.amax(1).square(), [distinct(2, 4)]],
  ['amin', (a) => a.amin(0), [distinct(3, 2)], 'once'],
  ['max', (a) => a.max(), [distinct(6)], 'once'],
  ['min', (a) => a.min(), [distinct(6)], 'once'],
  ['max, dim', (a) => torch.max(a, { dim: 1 })[0].square(), [distinct(2, 4)]],
  ['min, dim', (a) => a.min(0, { keepdim: true })[0], [distinct(3, 2)], 'once'],
  ['median', (a) => a.median(1)[0], [distinct(2, 3)], 'once'],
  ['norm, largest', (a) => a.norm(Number.POSITIVE_INFINITY, 1), [distinct(2, 3)], 'once'],
  ['softmax of few long rows', (a) => a.softmax(1).at(':', '0:2').mul(100), [uniform([1, 6], 0, 1)]],
];

export const shapes: Gradcheck[] = [
  ['reshape', (a) => a.reshape(3, 2), [any(2, 3)]],
  ['view of a transposed part', (a) => a.t().at('1:').reshape(-1), [any(2, 3)]],
  ['permute', (a) => a.permute(2, 0, 1), [any(2, 3, 2)]],
  ['expand', (a) => a.expand(2, 2, 3), [any(2, 1, 3)]],
  ['squeeze, unsqueeze', (a) => a.squeeze(1).unsqueeze(0), [any(2, 1, 3)]],
  ['flatten', (a) => a.flatten(1), [any(2, 2, 2)]],
  ['at, number', (a) => a.at(1), [any(3, 2)]],
  ['at, column', (a) => a.at(':', -1), [any(3, 2)]],
  ['at, steps', (a) => a.at('::2', '1:'), [any(4, 3)]],
  ['at, list', (a) => a.at([2, 0, 2]).square(), [any(3, 2)]],
  ['narrow', (a) => a.narrow(1, 1, 2), [any(2, 4)]],
  ['split', (a) => a.split([1, 2], 1), [any(2, 3)]],
  ['chunk', (a) => a.chunk(2), [any(4, 2)]],
  ['unbind', (a) => a.unbind(1), [any(2, 3)]],
  ['flip', (a) => a.flip(0, 1), [any(2, 3)]],
  ['cat', (a, b) => torch.cat([a, b, a], 1), [any(2, 3), any(2, 1)]],
  ['stack', (a, b) => torch.stack([a, b], 1), [any(2, 3), any(2, 3)]],
  ['clone', (a) => a.clone(), [any(3)]],
  ['pad', (a) => F.pad(a, [1, 2, 0, 1], { value: 3 }), [any(2, 3)]],
  ['pad that crops', (a) => F.pad(a, [-1, 1]), [any(2, 3)]],
  ['pad, reflect', (a) => F.pad(a, [2, 1], { mode: 'reflect' }), [any(2, 3)]],
  ['pad, replicate', (a) => F.pad(a, [2, 1], { mode: 'replicate' }), [any(2, 3)]],
  ['pad, circular', (a) => F.pad(a, [2, 1], { mode: 'circular' }), [any(2, 3)]],
  ['repeat', (a) => a.repeat(2, 1, 3), [any(2, 2)]],
  ['repeatInterleave', (a) => a.repeatInterleave([2, 0, 1], 1), [any(2, 3)]],
  ['roll', (a) => a.roll([1, -1], [0, 1]), [any(2, 3)]],
  ['rot90', (a) => a.rot90(), [any(2, 3)]],
  ['tril, triu', (a) => a.tril().add(a.triu(1)), [any(3, 3)]],
  ['diagonal', (a) => a.diagonal(1, 2, 0), [any(2, 2, 3)]],
  ['meshgrid', (a, b) => torch.meshgrid([a, b]), [any(2), any(3)]],
  [
    'gather',
    (a) =>
      a
        .gather(
          1,
          torch.tensor([
            [0, 0, 2, 1],
            [1, 1, 1, 0],
          ]),
        )
        .square(),
    [any(2, 3)],
  ],
  ['scatter', (a, b) => a.scatter(1, torch.tensor([[1], [2]]), b), [any(2, 3), any(2, 1)]],
  ['scatterAdd', (a, b) => a.scatterAdd(0, torch.tensor([[1, 1]]), b), [any(2, 3), any(2, 2)]],
  ['indexAdd', (a, b) => a.indexAdd(0, torch.tensor([1, 1]), b), [any(2, 2), any(2, 2)]],
  ['indexCopy', (a, b) => a.indexCopy(0, torch.tensor([2, 0]), b), [any(3, 2), any(2, 2)]],
  ['takeAlongDim', (a) => a.takeAlongDim(torch.tensor([[1], [0]]), 1), [any(2, 3)]],
  ['asStrided', (a) => a.asStrided([2, 2], [3, 1], 1), [any(6)]],
  ['scatterReduce, sum', (a, b) => a.scatterReduce(0, rows, b, 'sum'), [any(2, 3), any(3, 2)]],
  ['scatterReduce, mean', (a, b) => a.scatterReduce(0, rows, b, 'mean'), [any(2, 3), any(3, 2)]],
  [
    'scatterReduce, prod',
    (a, b) => a.scatterReduce(0, rows, b, 'prod'),
    [awayFromZero(2, 3), awayFromZero(3, 2)],
    'once',
  ],
  [
    'scatterReduce, amax',
    (a, b) => a.scatterReduce(0, rows, b, 'amax'),
    [distinct(2, 3), uniform([3, 2], 2, 9)],
    'once',
  ],
  [
    'scatterReduce, amin',
    (a, b) => a.scatterReduce(0, rows, b, 'amin', { includeSelf: false }),
    [distinct(2, 3), uniform([3, 2], 2, 9)],
    'once',
  ],
  [
    'indexReduce, prod',
    (a, b) => a.indexReduce(0, torch.tensor([1, 1, 0]), b, 'prod'),
    [awayFromZero(2, 2), awayFromZero(3, 2)],
    'once',
  ],
  ['indexReduce, mean', (a, b) => a.indexReduce(0, torch.tensor([1, 1, 0]), b, 'mean'), [any(2, 2), any(3, 2)]],
  [
    'indexReduce, amax',
    (a, b) => a.indexReduce(0, torch.tensor([1, 1, 0]), b, 'amax'),
    [distinct(2, 2), uniform([3, 2], 2, 9)],
    'once',
  ],
  ['indexPut', (a, b) => a.indexPut([torch.tensor([1, 0, 1])], b, { accumulate: true }), [any(2, 2), any(3, 2)]],
  ['indexSelect', (a) => a.indexSelect(1, torch.tensor([2, 0, 2])), [any(2, 3)]],
  ['take', (a) => a.take(torch.tensor([4, 0, 4])), [any(2, 3)]],
  ['at, two lists', (a) => a.at(torch.tensor([1, 0, 1]), torch.tensor([2, 2, 0])), [any(2, 3)]],
  ['unfold of a dimension', (a) => a.unfold(1, 3, 2), [any(2, 5)]],
  ['movedim, swapaxes', (a) => a.movedim(0, 2).swapaxes(0, 1), [any(2, 3, 2)]],
  ['hstack, vstack', (a, b) => torch.hstack([a, b]).add(torch.vstack([a.t(), b.t()]).t()), [any(2, 1), any(2, 2)]],
];
