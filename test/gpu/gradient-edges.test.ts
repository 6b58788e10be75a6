// Checks values and gradients at the edges against PyTorch: at 0, infinity, NaN and huge numbers, at bounds and where elements tie.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import { expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { checkFunction, type FunctionCall } from '../support/function-calls';
import { sampled } from '../support/sample';

const fixture = await loadFixture<FunctionCall>('gradient_edges');

const prefixed = (prefix: string, room: object) =>
  Object.entries(room).map(([name, value]) => [`${prefix}.${name}`, value] as const);

/** `where`, whose method begins at another argument, and the values of functions whose places are the implementation's where elements are equal. */
const values = {
  where: (condition: Tensor, x: Tensor, y: Tensor) => torch.where(condition, x, y),
  kthvalue: (x: Tensor, k: number, dim: number) => torch.kthvalue(x, k, dim).values,
  mode: (x: Tensor, dim: number) => torch.mode(x, dim).values,
  topk: (x: Tensor, k: number, dim: number) => torch.topk(x, k, dim).values,
};

const rooms = Object.fromEntries([
  ...prefixed('F', nn.functional),
  ...prefixed('special', torch.special),
  ...prefixed('linalg', torch.linalg),
  ...prefixed('values', values),
]);

test.each(sampled(fixture.cases, 48))('$name', (item) =>
  checkFunction(fixture, item, rooms, { rtol: 1e-4, atol: 5e-6 }),
);

test('one flat pixel does not spoil the gradients of all', async () => {
  const leaf = (...numbers: number[]) => torch.tensor(numbers, { dtype: torch.float32, requiresGrad: true });
  const [y, x] = [leaf(0, 1), leaf(0, 1)];
  torch.atan2(y, x).sum().backward();
  expectNumbers(await y.grad!.data(), [0, 0.5]);
  expectNumbers(await x.grad!.data(), [0, -0.5]);
  const far = leaf(Infinity, 0.5);
  nn.functional.smoothL1Loss(far, torch.zeros(2), { reduction: 'sum' }).backward();
  nn.functional.huberLoss(far, torch.zeros(2), { reduction: 'sum' }).backward();
  expectNumbers(await far.grad!.data(), [2, 1]);
  const great = leaf(1e25, 2e25, 3e25);
  expectNumbers([await great.std().item()], [1e25]);
  expect(await great.var().item()).toBe(Infinity);
});
