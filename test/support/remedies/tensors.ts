// Rows of what tensors, their methods and the functions of the same names refuse.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { converts, does, options, type Row, typed } from './row';

const F = nn.functional;
const of = (dtype: torch.DType, ...shape: number[]): Tensor => torch.ones(shape, { dtype });
const floats = of('float32', 2);
const whole = of('int64', 2);
const bools = of('bool', 2);
const halves = of('float16', 2);
const square = of('float32', 2, 2);
const places = torch.tensor([0, 1]);
const mask = torch.tensor([true, true]);
const late = torch.tensor([1]).mul(2).sum();
const p = of('float32', 2);

export const tensors: readonly Row[] = [
  converts('bitwiseAnd', (x) => x.bitwiseAnd(1), floats),
  converts('bitwiseNot', (x) => x.bitwiseNot(), floats),
  converts('gcd', (x) => x.gcd(x), floats),
  converts('sub', (x) => x.sub(x), bools),
  does(
    'sub',
    () => bools.sub(bools),
    'use logicalXor',
    () => bools.logicalXor(bools),
  ),
  converts('rsub', (x) => torch.rsub(x, 1), bools),
  does(
    'rsub',
    () => torch.rsub(bools, 1),
    'use logicalNot',
    () => bools.logicalNot(),
  ),
  converts('neg', (x) => x.neg(), bools),
  does(
    'neg',
    () => bools.neg(),
    'use a logical operation',
    () => bools.logicalNot(),
  ),
  does(
    'fft.fft',
    () => torch.fft.fft(floats.repeat(3)),
    'torch.stack([x, torch.zerosLike(x)], -1) makes pairs',
    () => torch.fft.fft(torch.stack([floats, torch.zerosLike(floats)], -1)),
  ),
  does(
    'signal.windows.exponential',
    () => torch.signal.windows.exponential(4, { center: 1 }),
    'use sym: false',
    () => torch.signal.windows.exponential(4, { center: 1, sym: false }),
  ),
  converts('positive', (x) => x.positive(), bools),
  converts('isin', (x) => torch.isin(x, x), bools),
  converts('cov', (x) => torch.cov(x), bools),
  converts('cov', (x) => torch.cov(square, { aweights: x }), whole),
  converts('isclose', (x) => torch.isclose(floats, x), whole),
  converts('heaviside', (x) => torch.heaviside(floats, x), whole),
  converts('indexAdd', (x) => floats.indexAdd(0, places, x), whole),
  converts('indexCopy', (x) => floats.indexCopy(0, places, x), whole),
  converts('indexPut', (x) => floats.indexPut([places], x), whole),
  converts('scatter', (x) => floats.scatter(0, places, x), whole),
  converts('scatterReduce', (x) => floats.scatterReduce(0, places, x, 'sum'), whole),
  converts('maskedScatter', (x) => floats.maskedScatter(mask, x), whole),
  converts('maskedScatter', (x) => floats.maskedScatter(x, floats), whole),
  converts('maskedFill', (x) => floats.maskedFill(x, 1), whole),
  converts('maskedSelect', (x) => floats.maskedSelect(x), whole),
  converts('where', (x) => torch.where(x, 1, 2), floats),
  converts('where', (x) => torch.where(x, floats, floats), whole),
  converts('add_', (x) => x.clone().add_(floats), whole),
  converts('softmax', (x) => F.softmax(x, 0), whole),
  converts('gelu', (x) => F.gelu(x), whole),
  converts('mean', (x) => x.mean(), whole),
  converts('matmul', (x) => x.matmul(floats), whole),
  converts('frexp', (x) => torch.frexp(x), whole),
  does(
    'cat',
    () => torch.cat([torch.tensor(1), torch.tensor(2)]),
    'use stack()',
    () => torch.stack([torch.tensor(1), torch.tensor(2)]),
  ),
  converts('linalg.det', (x) => torch.linalg.det(x), of('int64', 2, 2)),
  converts('nextafter', (x) => torch.nextafter(x, x), halves),
  converts('floorDivide', (x) => x.floorDivide(x), bools),
  converts('div', (x) => x.div(x, { roundingMode: 'trunc' }), bools),
  converts('floorDivide', (x) => x.floorDivide(x), bools),
  converts('pow', (x) => x.pow(-1), whole),
  converts('gradient', (x) => torch.gradient(x), of('uint8', 3)),
  converts('bitwiseLeftShift', (x) => x.bitwiseLeftShift(1), floats),
  converts('indexSelect', (x) => floats.indexSelect(0, x), floats),
  converts('at', (x) => floats.at(x), floats),
  converts('poisson', (x) => torch.poisson(x), whole),
  does(
    'view',
    () => square.t().view(4),
    'use reshape()',
    () => square.t().reshape(4),
  ),
  converts('view', (x) => (x.dtype === 'int64' ? x : x.view('int64' as never)), square),
  does(
    'normal_',
    () => whole.clone().normal_(),
    "draw floats and convert them with .to('int64')",
    () => floats.clone().normal_().to('int64'),
  ),
  does(
    'rand',
    () => torch.rand(2, { dtype: 'int64' }),
    "draw float32 and convert it with .to('int64')",
    () => torch.rand(2).to('int64'),
  ),
  does(
    'random_',
    () => whole.clone().random_(),
    'call it as random_(from, to)',
    () => whole.clone().random_(0, 9),
  ),
  does(
    'bitwiseLeftShift',
    () => whole.bitwiseLeftShift(1.5),
    'write Math.trunc(1.5)',
    () => whole.bitwiseLeftShift(Math.trunc(1.5)),
  ),
  does(
    'bitwiseAnd',
    () => whole.bitwiseAnd(1.5),
    'write Math.trunc(1.5)',
    () => whole.bitwiseAnd(Math.trunc(1.5)),
  ),
  does(
    'at',
    () => floats.at('::-1'),
    'use flip()',
    () => floats.flip(0),
  ),
  does(
    'H',
    () => of('float32', 2, 2, 2).H,
    'use mH',
    () => of('float32', 2, 2, 2).mH,
  ),
  options('multinomial', (o) => torch.multinomial(floats, 3, o)),
  does(
    'item',
    () => floats.item(),
    'use tolist()',
    () => floats.tolist(),
  ),
  does(
    'tensorSplit',
    () => square.tensorSplit(torch.tensor([1]) as never),
    'tolist() first',
    async () => square.tensorSplit((await torch.tensor([1]).tolist()) as number[]),
  ),
  does(
    'double',
    () => (floats as never as { double(): Tensor }).double(),
    'write x.float()',
    () => floats.float(),
  ),
  typed('numpy', () => (floats as never as { numpy(): unknown }).numpy(), 'await x.data()', { x: floats }),
  typed('numpy', () => (floats as never as { numpy(): unknown }).numpy(), 'await x.tolist()', { x: floats }),
  typed(
    'Tensor',
    () => new (torch.Tensor as never as new (n: number[]) => Tensor)([1, 2]),
    'torch.tensor([1, 2], { dtype: torch.float32 })',
  ),
  typed('Tensor', () => new (torch.Tensor as never as new (n: number[]) => Tensor)([1, 2]), 'torch.zeros(2, 3)'),
  typed('setDefaultDtype', () => torch.setDefaultDtype('float16'), 'torch.zeros(2, { dtype: torch.float16 })'),
  does(
    'setDefaultDtype',
    () => torch.setDefaultDtype('float16'),
    'model.half() for a module',
    () => new nn.Linear(1, 1).half(),
  ),
  does(
    'setDefaultDtype',
    () => torch.setDefaultDtype('float16'),
    'torch.autocast(() => …)',
    () => torch.autocast(() => floats.add(1)),
  ),
  typed('fromNumpy', () => torch.fromNumpy(5 as never), 'torch.tensor(array)', { array: new Float32Array(2) }),
  typed('Variable', () => torch.autograd.Variable([1, 2] as never), 'torch.tensor(data)', { data: [1, 2] }),
  typed('FloatTensor', () => torch.FloatTensor('a' as never), 'torch.tensor(data, { dtype: torch.float32 })', {
    data: [1, 2],
  }),
  typed('LongTensor', () => torch.LongTensor(floats as never), "x.to('int64')", { x: floats }),
  options('tensor', (o) => torch.tensor([1, 2], o), { requiresGrad: true }),
  typed(
    'full',
    () => torch.full([2], late as never),
    'await item()',
    { item: () => torch.tensor(3).item() },
    (value) => torch.full([2], value),
  ),
  typed('data', () => (p.data = floats as never), 'torch.noGrad(() => p.copy_(x))', { p, x: floats }),
  typed('Tensor', () => floats[0], 'x.at(0)', { x: floats }),
  typed('Tensor', () => (floats as never as number) + 1, 'x.add(1)', { x: floats }),
  typed('Tensor', () => (floats as never as number) + 1, 'await x.item()', { x: torch.tensor(1) }),
  does(
    'Tensor',
    () => (floats as never as number) + 1,
    '}` in texts',
    () => `${floats}`,
  ),
  typed(
    'at',
    () => square.at(mask, mask).add_(1),
    'await mask.nonzero({ asTuple: true })',
    { mask },
    ([i]) => floats.at(i),
  ),
  does(
    'sum',
    () => floats.sum({ dim: 0, dtyp: 1 } as never),
    'dtype',
    () => floats.sum({ dim: 0, dtype: 'float32' }),
  ),
  does(
    'exp',
    () => (torch.exp as (...args: unknown[]) => Tensor)(floats, { dtype: 'int64' }),
    'convert with .to(dtype)',
    () => torch.exp(floats).to('int64'),
  ),
  does(
    'stackModuleState',
    () => torch.func.stackModuleState([new nn.Linear(1, 1), new nn.Linear(1, 1).eval()]),
    'call train() or eval() on all of them',
    () => torch.func.stackModuleState([new nn.Linear(1, 1).eval(), new nn.Linear(1, 1).eval()]),
  ),
];
