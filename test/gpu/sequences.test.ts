// Checks sequences, places in triangles, powers, and tensors like another in dtype against PyTorch.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { loadFixture } from '../support/fixtures';

type Creation = Call & { readonly args: readonly unknown[] };

const fixture = await loadFixture<Creation>('creation');

test.each(fixture.cases)('$name', async (item) => {
  const { op, args } = item;
  await checkCall(fixture, item, ([x], options) => {
    const last = Object.keys(options).length > 0 ? [options] : [];
    if (op.startsWith('new')) return (Reflect.get(x!, op) as (...all: unknown[]) => Tensor).call(x, ...args, ...last);
    return (Reflect.get(torch, op) as (...all: unknown[]) => Tensor)(...(x ? [x] : []), ...args, ...last);
  });
});

test('asTensor keeps what is a tensor already', async () => {
  const x = torch.ones([2], { requiresGrad: true });
  expect(torch.asTensor(x)).toBe(x);
  expect(torch.asTensor(x, { dtype: 'float32' })).toBe(x);
  expect(torch.asTensor(x, { dtype: 'int64' }).dtype).toBe('int64');
  expect(await torch.asTensor([[1, 2.5]]).tolist()).toEqual([[1, 2.5]]);
  expect(torch.asTensor([1, 2], { dtype: 'float32' }).dtype).toBe('float32');
  expect(() => torch.asTensor(x, { dtype: 'float' as never })).toThrow(/asTensor: expected a dtype/);
});

test('a new tensor stands alone', async () => {
  const x = torch.tensor([1, 2.5], { requiresGrad: true });
  const copy = x.newTensor(x.mul(2), { requiresGrad: true });
  expect([copy.isLeaf, copy.requiresGrad, copy.gradFn]).toEqual([true, true, null]);
  expect(await copy.tolist()).toEqual([2, 5]);
  expect(await x.newTensor(torch.tensor([1, 2])).tolist()).toEqual([1, 2]);
  expect(x.newTensor(torch.tensor([1, 2])).dtype).toBe('float32');
  expect(x.newEmpty(3, 4, { dtype: 'bool' }).shape).toEqual([3, 4]);
  expect(() => torch.ones([1], { dtype: 'int64' }).newOnes(2, { requiresGrad: true })).toThrow(/floating-point/);
});

test('the default generator goes on from its state', async () => {
  torch.manualSeed(11);
  torch.randn(3);
  const state = torch.getRngState();
  const expected = await torch.randn(5).tolist();
  torch.manualSeed(0);
  torch.setRngState(state);
  expect(await torch.randn(5).tolist()).toEqual(expected);
  expect(torch.initialSeed()).toBe(11);
});

test('sequences between tensors without dimensions are those between their numbers', async () => {
  const scalar = (x: number) => torch.tensor(x, { dtype: 'float32' });
  const close = (numbers: number[]) => numbers.map((x) => expect.closeTo(x, 6));
  expect(await torch.linspace(scalar(-1.5), scalar(2.25), 6).tolist()).toEqual(
    close([-1.5, -0.75, 0, 0.75, 1.5, 2.25]),
  );
  expect(await torch.linspace(scalar(-1.5), 3, 1).tolist()).toEqual([-1.5]);
  expect(await torch.linspace(0, torch.tensor(7), 4, { dtype: 'int32' }).tolist()).toEqual([0, 2, 4, 7]);
  expect(await torch.linspace(scalar(-3.7), 5, 5, { dtype: 'int32' }).tolist()).toEqual([-3, -1, 1, 3, 5]);
  expect(await torch.logspace(torch.tensor(0), 2, 3).tolist()).toEqual(close([1, 10, 100]));
  const powers = await torch.logspace(scalar(-1), scalar(1), 4, { base: 2 }).tolist();
  expect(powers).toEqual(close([0.5, 0.7937005162239075, 1.2599210739135742, 2]));
  expect(() => torch.linspace(torch.ones(2), 1, 3)).toThrow(/linspace: expected start to be .* got shape \[2\]/);
});

test('what makes no sequence', () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => torch.logspace(0, 1, -1), /logspace: expected steps to be a whole number from 0 to \d+, but got -1/],
    [() => torch.range(0, 1, 0), /range: expected a step from start 0 towards end 1, but got 0/],
    [() => torch.range(0, 1, -1), /range: expected a step from start 0 towards end 1, but got -1/],
    [() => torch.range(0, Number.POSITIVE_INFINITY), /range: expected finite numbers/],
    [() => torch.trilIndices(-1, 2), /trilIndices: expected whole numbers row ≥ 0/],
    [() => torch.triuIndices({ row: 2 } as never), /triuIndices: missing 1 required argument: 'col'/],
    [() => torch.vander(torch.ones(2, 2)), /vander: expected a vector, but got shape \[2, 2\]/],
    [() => torch.vander(torch.ones(2), -1), /vander: expected a whole number of powers N ≥ 0/],
  ];
  for (const [call, message] of cases) expect(call).toThrow(message);
});
