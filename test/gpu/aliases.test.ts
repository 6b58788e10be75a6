// Checks the second names of methods, and those that give a tensor another shape in place, by what PyTorch does.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectNumbers } from '../support/close';

const positive = () => torch.tensor([0.2, 0.5, 0.9]);
const large = () => torch.tensor([1.5, 2.5, -3.5]);
const other = torch.tensor([0.9, 0.5, 0.1]);

/** A second name, the first one, and what they are called with; `_` forms are checked beside those out of place. */
const pairs: [alias: string, name: string, make: () => Tensor, ...args: unknown[]][] = [
  ['absolute', 'abs', large],
  ['negative', 'neg', large],
  ['subtract', 'sub', large, other, { alpha: 2 }],
  ['multiply', 'mul', large, other],
  ['divide', 'div', large, other, { roundingMode: 'floor' }],
  ['trueDivide', 'div', large, other],
  ['clip', 'clamp', large, -1, 2],
  ['fix', 'trunc', large],
  ['arccos', 'acos', positive],
  ['arcsin', 'asin', positive],
  ['arctan', 'atan', positive],
  ['arctan2', 'atan2', positive, other],
  ['arccosh', 'acosh', () => torch.tensor([1.5, 2, 9])],
  ['arcsinh', 'asinh', large],
  ['arctanh', 'atanh', positive],
  ['greater', 'gt', positive, other],
  ['greaterEqual', 'ge', positive, other],
  ['less', 'lt', positive, 0.5],
  ['lessEqual', 'le', positive, other],
  ['notEqual', 'ne', positive, other],
];

type Method = (...args: unknown[]) => Tensor;
const call = (x: Tensor, name: string, args: readonly unknown[]) =>
  (x as unknown as Record<string, Method>)[name]!(...args);

describe('second names', () => {
  test.each(pairs)('%s is %s', async (alias, name, make, ...args) => {
    const expected = call(make(), name, args);
    const given = call(make(), alias, args);
    expect(given.dtype).toBe(expected.dtype);
    expectNumbers(await given.data(), await expected.data());
    const x = make();
    expect(call(x, `${alias}_`, args)).toBe(x);
    expect(x.dtype).toBe('float32');
    expectNumbers(await x.data(), await expected.data());
  });

  test('of shapes', async () => {
    const x = torch.arange(24).reshape(2, 3, 4);
    expect(x.moveaxis(0, -1).shape).toEqual([3, 4, 2]);
    expect(x.swapdims(0, 2).shape).toEqual([4, 3, 2]);
    for (const y of [x.mT, x.mH, x.adjoint(), torch.adjoint(x)]) expect(y.shape).toEqual([2, 4, 3]);
    expect(await x.select(0, 0).H.at(1).tolist()).toEqual([1, 5, 9]);
    expect([x.ndimension(), x.nelement()]).toEqual([3, 24]);
    expect(() => torch.ones(3).mT).toThrow(/mT: expected matrices or batches of them, but got shape \[3\]/);
    expect(() => x.H).toThrow(/H: expected a matrix, but got shape \[2, 3, 4\]; use mH/);
  });

  test('of facts about a tensor', async () => {
    const sizes = (['float32', 'int64', 'int32', 'uint32', 'uint8', 'bool'] as const).map((dtype) => {
      const x = torch.zeros(2, 3, { dtype });
      return [x.elementSize(), x.itemsize, x.nbytes, x.isSigned()];
    });
    expect(sizes).toEqual([
      [4, 4, 24, true],
      [8, 8, 48, true],
      [4, 4, 24, true],
      [4, 4, 24, false],
      [1, 1, 6, false],
      [1, 1, 6, false],
    ]);
    expect(torch.isSigned(torch.ones(1))).toBe(true);
    expect(torch.isSameSize(torch.zeros(2, 3), torch.zeros(2, 3))).toBe(true);
    expect(torch.zeros(2, 3).isSameSize(torch.zeros(3, 2))).toBe(false);
    expect(await torch.isNonzero(torch.tensor([[0.5]]))).toBe(true);
    expect(await torch.tensor(0).isNonzero()).toBe(false);
    await expect(torch.zeros(2).isNonzero()).rejects.toThrow(
      /isNonzero: expected a tensor with one element, but got shape \[2\]/,
    );
  });

  test("of number types, with PyTorch's figures", () => {
    expect(torch.finfo(torch.float32)).toEqual({
      dtype: 'float32',
      bits: 32,
      eps: 1.1920928955078125e-7,
      max: 3.4028234663852886e38,
      min: -3.4028234663852886e38,
      tiny: 1.1754943508222875e-38,
      smallestNormal: 1.1754943508222875e-38,
      resolution: 1e-6,
    });
    expect(torch.finfo(torch.float16)).toMatchObject({ eps: 0.0009765625, max: 65504, tiny: 6.103515625e-5 });
    expect(torch.iinfo(torch.int32)).toEqual({ dtype: 'int32', bits: 32, max: 2147483647, min: -2147483648 });
    expect(torch.iinfo(torch.uint8)).toMatchObject({ bits: 8, max: 255, min: 0 });
    expect(() => torch.finfo(torch.int32)).toThrow(/finfo: expected a floating-point dtype, but got int32; use iinfo/);
    expect(() => torch.iinfo(torch.bool)).toThrow(/iinfo: expected an integer dtype, but got bool/);
  });

  test('of filling', async () => {
    const x = torch.ones(2, 2, { requiresGrad: true });
    const value = torch.tensor(3, { dtype: 'float32', requiresGrad: true });
    expect(await torch.fill(x, 7).tolist()).toEqual([
      [7, 7],
      [7, 7],
    ]);
    torch.fill(x, value).sum().backward();
    expect(await value.grad!.item()).toBe(4);
    expect(x.at(1).storageOffset()).toBe(2);
  });

  test('sums to a size that broadcasts', async () => {
    const x = torch.ones(2, 3, { requiresGrad: true });
    const y = x.sumToSize(1, 3);
    expect(await y.tolist()).toEqual([[2, 2, 2]]);
    expect(await x.sumToSize([3]).tolist()).toEqual([2, 2, 2]);
    y.mul(torch.tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(await x.grad!.tolist()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(() => x.sumToSize(3, 1)).toThrow(/sumToSize: expected a size that broadcasts to \[2, 3\], but got \[3, 1\]/);
  });
});

describe('another shape in place', () => {
  test('over the same memory, whose other tensors keep theirs', async () => {
    const y = torch.arange(6).view(2, 3);
    const other = y.view(6);
    expect(y.t_()).toBe(y);
    expect([y.shape, y.stride(), [y.stride(0), y.stride(-1)]]).toEqual([
      [3, 2],
      [1, 3],
      [1, 3],
    ]);
    y.add_(torch.tensor([[10], [20], [30]]));
    expect(await y.tolist()).toEqual([
      [10, 13],
      [21, 24],
      [32, 35],
    ]);
    expect(await other.tolist()).toEqual([10, 21, 32, 13, 24, 35]);
    expect(y.unsqueeze_(1).shape).toEqual([3, 1, 2]);
    expect(y.swapdims_(0, 2).shape).toEqual([2, 1, 3]);
    expect(y.squeeze_().shape).toEqual([2, 3]);
    expect(y.swapaxes_(0, 1).transpose_(1, 0).shape).toEqual([2, 3]);
    expect(await y.asStrided_([2], [4], 1).tolist()).toEqual([21, 35]);
    expect(torch.zeros(1, 2, 1, 3).squeeze_([0, 2]).shape).toEqual([2, 3]);
    expect(() => y.unsqueeze_(3)).toThrow(/unsqueeze_: expected a dimension/);
    expect(y.shape).toEqual([2]);
  });

  test('passes the gradient', async () => {
    const x = torch.tensor([1, 2, 3, 4], { requiresGrad: true, dtype: 'float32' });
    const y = x.mul(2).view(2, 2).clone();
    y.t_().unsqueeze_(0);
    expect(y.gradFn).toBe('UnsqueezeBackward1');
    expect(x.mul(1).view(1, 4).clone().squeeze_(0).gradFn).toBe('SqueezeBackward4');
    expect(x.mul(1).view(2, 2).clone().t_().gradFn).toBe('TBackward1');
    y.mul(
      torch.tensor([
        [1, 10],
        [100, 1000],
      ]),
    )
      .sum()
      .backward();
    expect(await x.grad!.tolist()).toEqual([2, 200, 20, 2000]);
    const w = torch.ones(2, { requiresGrad: true });
    y.detach().squeeze_();
    const z = x.detach().clone().view(2, 2);
    z.t_().mul_(w);
    z.sum().backward();
    expect(await w.grad!.tolist()).toEqual([3, 7]);
  });

  test('is a change in place: of a leaf an error, and of a saved tensor too', async () => {
    const x = torch.tensor([1, 2, 3], { requiresGrad: true, dtype: 'float32' });
    expect(() => x.unsqueeze_(0)).toThrow(/a leaf tensor that requires grad .* in-place operation/);
    expect(() => x.at('0:2').unsqueeze_(0)).toThrow(/a leaf tensor that requires grad \(or a view of one\)/);
    const y = x.mul(1);
    const z = y.mul(y);
    y.unsqueeze_(0);
    expect(() => z.sum().backward()).toThrow(/changed by an in-place operation/);
    torch.noGrad(() => x.unsqueeze_(0));
    expect([x.shape, x.isLeaf, x.requiresGrad]).toEqual([[1, 3], true, true]);
    x.mul(torch.tensor([[4, 5, 6]]))
      .sum()
      .backward();
    expect(await x.grad!.tolist()).toEqual([[4, 5, 6]]);
  });
});

describe('gradients', () => {
  test('detach_ makes a leaf', async () => {
    const x = torch.tensor([1, 2], { requiresGrad: true, dtype: 'float32' });
    const y = x.mul(3);
    expect(torch.detach_(y)).toBe(y);
    expect([y.requiresGrad, y.isLeaf, y.gradFn]).toEqual([false, true, null]);
    y.mul_(x).sum().backward();
    expect(await x.grad!.tolist()).toEqual([3, 6]);
    expect(torch.ones(2, { requiresGrad: true }).detach_().requiresGrad).toBe(false);
    expect(() => x.mul(1).at('0:1').detach_()).toThrow(/detach_: a view cannot be detached in place; use detach\(\)/);
    const saved = x.mul(1);
    const square = saved.mul(saved);
    saved.detach_();
    expect(() => square.sum().backward()).toThrow(/changed by an in-place operation/);
  });

  test('a hook sees the leaf after its gradient has grown', async () => {
    const x = torch.tensor([1, 2], { requiresGrad: true, dtype: 'float32' });
    const seen: unknown[] = [];
    const handle = x.registerPostAccumulateGradHook((param) => seen.push(param, param.grad!.clone()));
    x.mul(3).sum().backward();
    x.mul(2).sum().backward();
    handle.remove();
    x.sum().backward();
    expect(seen).toHaveLength(4);
    expect(seen[0]).toBe(x);
    expect(seen[2]).toBe(x);
    expect(await (seen[1] as Tensor).tolist()).toEqual([3, 3]);
    expect(await (seen[3] as Tensor).tolist()).toEqual([5, 5]);
    expect(() => x.mul(1).registerPostAccumulateGradHook(() => {})).toThrow(/this tensor is not a leaf/);
    expect(() => torch.ones(1).registerPostAccumulateGradHook(() => {})).toThrow(/does not require grad/);
  });

  test('retainsGrad tells whether retainGrad was called', async () => {
    const x = torch.ones(2, { requiresGrad: true });
    const y = x.mul(2);
    expect([x.retainsGrad, y.retainsGrad]).toEqual([false, false]);
    x.retainGrad();
    y.retainGrad();
    y.retainGrad();
    expect([x.retainsGrad, y.retainsGrad]).toEqual([false, true]);
    y.sum().backward();
    expect(await y.grad!.tolist()).toEqual([1, 1]);
  });
});
