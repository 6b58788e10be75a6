// Checks functions and methods that are other ways to call what is tested elsewhere, and dtypes that are not there.
import * as torch from 'lamplight';
import { expect, test } from 'vitest';

const x = () =>
  torch.tensor([
    [1, -2, 3],
    [0, 5, -6],
  ]);

test('functions of methods', async () => {
  expect(torch.unflatten(x(), 1, [3, 1]).shape).toEqual([2, 3, 1]);
  expect(await torch.narrow(x(), 1, 1, 2).tolist()).toEqual([
    [-2, 3],
    [5, -6],
  ]);
  expect(await torch.select(x(), 0, -1).tolist()).toEqual([0, 5, -6]);
  expect(torch.broadcastTo(x(), [4, 2, 3]).shape).toEqual([4, 2, 3]);
  expect(await torch.asStrided(x(), [2], [4], 1).tolist()).toEqual([-2, -6]);
  expect(torch.numel(x())).toBe(6);
  expect(torch.isTensor(x())).toBe(true);
  expect(torch.isTensor([1])).toBe(false);
  expect(await torch.logicalXor(x().gt(0), x().lt(4)).tolist()).toEqual([
    [false, true, false],
    [true, true, true],
  ]);
  expect(await torch.var(x().float()).item()).toBeCloseTo(14.9667, 4);
  expect(await torch.maskedFill(x(), x().lt(0), 9).at(1).tolist()).toEqual([0, 5, 9]);
  expect(await torch.indexFill(x(), 1, torch.tensor([0, -1]), 7).tolist()).toEqual([
    [7, -2, 7],
    [7, 5, 7],
  ]);
  expect(await torch.concat([x(), x()]).sum().item()).toBe(2);
  expect(await torch.clip(x(), 0, 2).ravel().tolist()).toEqual([1, 0, 2, 0, 2, 0]);
});

test('comparisons and logic in place keep the dtype', async () => {
  expect(await x().gt_(0).tolist()).toEqual([
    [1, 0, 1],
    [0, 1, 0],
  ]);
  const y = x().ne_(0);
  expect(y.dtype).toBe('int64');
  expect(await y.logicalAnd_(x().lt(0)).logicalNot_().at(1).tolist()).toEqual([1, 1, 0]);
});

test('whole tensors compare by value', async () => {
  const y = x().float();
  expect(await y.equal(x().float())).toBe(true);
  expect(await torch.equal(y, y.at(0))).toBe(false);
  expect(await y.allclose(y.mul(1 + 1e-6))).toBe(true);
  expect(await torch.allclose(y, y.add(1))).toBe(false);
  const gaps = torch.tensor([Number.NaN, Number.POSITIVE_INFINITY]);
  expect(await torch.allclose(gaps, gaps)).toBe(false);
  expect(await torch.allclose(gaps, gaps, { equalNan: true })).toBe(true);
  expect(() => y.isclose(x())).toThrow(/one dtype, but got float32 and int64/);
});

test('places with values put or added', async () => {
  const indices = [torch.tensor([0, 1, 0]), torch.tensor([1, 1, -2])];
  const values = torch.tensor([10, 20, 30]);
  expect(await x().indexPut_(indices, values, { accumulate: true }).tolist()).toEqual([
    [1, 38, 3],
    [0, 25, -6],
  ]);
  expect(await torch.indexPut(x(), indices, values).at(0).tolist()).toEqual([1, 30, 3]);
  const mask = torch.tensor([true, false, true]);
  expect(await torch.maskedScatter(x(), mask, torch.tensor([7, 8, 9, 10, 11])).tolist()).toEqual([
    [7, -2, 8],
    [9, 5, 10],
  ]);
});

test('a number or a single element fills', async () => {
  expect(await torch.zeros(2).fill_(torch.tensor(3)).tolist()).toEqual([3, 3]);
  expect(() => torch.zeros(2).fill_(torch.ones(2))).toThrow(/a number or a 0-d tensor, but got shape \[2\]/);
});

test('float16 says what to do where the device lacks it', async () => {
  await torch.init();
  if (torch.gpu.isFloat16Supported()) return;
  const dtype = torch.float16;
  expect(() => torch.zeros(2, { dtype })).toThrow(/zeros: .* got float16, .*; use float32/);
  expect(() => torch.zeros(2).to(dtype)).toThrow(/to: .* got float16, .*; use float32/);
});
