// Checks special functions, parts of numbers and bounds against PyTorch, and their in-place forms against those out of place.

import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { type Call, checkCall } from '../support/calls';
import { expectNumbers } from '../support/close';
import { loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

interface SpecialCall extends Call {
  /** Set for functions of torch.special alone. */
  readonly namespace?: 'special';
  /** The name of the output's gradient function. */
  readonly gradFn?: string;
}

const fixture = await loadFixture<SpecialCall>('special');

type Options = Readonly<Record<string, never>>;
type Function = (...args: unknown[]) => Tensor;

/** Functions whose arguments are not just the tensors and then the options; the others are called so. */
const calls: Record<string, (xs: Tensor[], options: Options) => Tensor> = {
  polygamma: ([x], { n }) => torch.polygamma(n!, x!),
  frexp: ([x], { part }) => torch.frexp(x!)[part!]!,
  clamp: ([x, first, second], { bounds }) =>
    bounds === 'max' ? torch.clamp(x!, { max: first! }) : torch.clamp(x!, first!, second ?? null),
  clampMin: ([x, bound], { min }) => torch.clampMin(x!, bound ?? min!),
  clampMax: ([x, bound], { max }) => torch.clampMax(x!, bound ?? max!),
  xlogy: ([x, y], { self, other }) => (self ? torch.xlogy(self, x!) : torch.xlogy(x!, y ?? other!)),
  copysign: ([x, y], { other }) => torch.copysign(x!, y ?? other!),
  bitwiseLeftShift: ([x, y], { other }) => torch.bitwiseLeftShift(x!, y ?? other!),
  bitwiseRightShift: ([x, y], { other }) => torch.bitwiseRightShift(x!, y ?? other!),
  rsub: ([x, y], { other, ...options }) => torch.rsub(x!, y ?? other!, options),
};

describe('against PyTorch', () => {
  test.each(sampled(fixture.cases, 48))('$name', async (item) => {
    const plain = ((item.namespace ? torch.special : torch) as unknown as Record<string, Function>)[item.op]!;
    const call =
      calls[item.op] ?? ((xs, options) => plain(...xs, ...(Object.keys(options).length > 0 ? [options] : [])));
    await checkCall(fixture, item, (xs, options) => {
      const output = call(xs, options as Options);
      if (item.gradFn && output.requiresGrad) expect(output.gradFn).toBe(item.gradFn);
      return output;
    });
  });
});

describe('in place', () => {
  const one = torch.tensor([0.3, 0.6, 0.9]);
  const names: [name: string, ...args: unknown[]][] = [
    ...['lgamma', 'digamma', 'erfinv', 'i0', 'sinc', 'logit', 'deg2rad', 'rad2deg', 'sgn'].map((name): [string] => [
      name,
    ]),
    ...['hypot', 'xlogy', 'copysign', 'ldexp', 'nextafter'].map((name): [string, Tensor] => [name, one]),
    ['polygamma', 1],
    ['mvlgamma', 1],
    ['clampMin', 0.4],
    ['clampMax', one.mul(0.9)],
    ['igamma', one],
    ['igammac', one],
    ['heaviside', one],
  ];

  test.each(sampled(names, 4))('%s_ gives what it gives out of place, and its gradient', async (name, ...args) => {
    const call = (x: Tensor, method: string) => (x as unknown as Record<string, Function>)[method]!(...args);
    const leaves = [0, 1].map(() => torch.tensor([0.2, 0.5, 0.7], { requiresGrad: !/igamma|heaviside/.test(name) }));
    const [y, z] = [call(leaves[0]!.mul(1), name), call(leaves[1]!.mul(1), `${name}_`)];
    expectNumbers(await z.data(), await y.data());
    if (!y.requiresGrad) return;
    for (const result of [y, z]) result.square().sum().backward();
    expectNumbers(await leaves[1]!.grad!.data(), await leaves[0]!.grad!.data());
  });

  test('integers keep their dtype, or say that they cannot', async () => {
    const x = () => torch.tensor([12, -18]);
    expect(
      await x()
        .gcd_(torch.tensor([8, 12]))
        .tolist(),
    ).toEqual([4, 6]);
    expect(
      await x()
        .lcm_(torch.tensor([8, 12]))
        .tolist(),
    ).toEqual([24, 36]);
    expect(await x().bitwiseLeftShift_(1).tolist()).toEqual([24, -36]);
    expect(
      await x()
        .bitwiseRightShift_(torch.tensor([2, 1]))
        .tolist(),
    ).toEqual([3, -9]);
    expect(await x().clampMax_(3).tolist()).toEqual([3, -18]);
    expect(() => x().lgamma_()).toThrow(/lgamma_: the result is float32, which cannot be written into .* int64/);
    expect(() => x().clampMin_(0.5)).toThrow(/clampMin_: the result is float32/);
  });
});

test('derivatives of higher order are right at 0 too', async () => {
  // sinc″(0) = -π²/3, I₀″(0) = ½
  for (const [fn, expected] of [
    [torch.sinc, -(Math.PI ** 2) / 3],
    [torch.i0, 0.5],
  ] as const) {
    const x = torch.zeros(1, { requiresGrad: true });
    const [slope] = torch.autograd.grad(fn(x).sum(), [x], null, { createGraph: true });
    const [second] = torch.autograd.grad(slope!.sum(), [x]);
    expectNumbers(await second!.data(), [expected]);
  }
});

test('torch.special has the names of SciPy', () => {
  const { special } = torch;
  const names = [
    'expit',
    'gammaln',
    'psi',
    'gammainc',
    'gammaincc',
    'multigammaln',
    'erf',
    'logit',
    'softmax',
    'round',
  ];
  expect(names.filter((name) => !(name in special))).toEqual([]);
  expect([special.psi, special.expit, special.gammaln]).toEqual([torch.digamma, torch.sigmoid, torch.lgamma]);
});

test('arguments that do not fit are named', () => {
  const [floats, whole, flags] = [torch.ones(2), torch.tensor([1, 2]), torch.tensor([true, false])];
  expect(() => torch.gcd(floats, floats)).toThrow(/gcd: expected integers, but got dtype float32/);
  expect(() => torch.bitwiseLeftShift(flags, flags)).toThrow(/bitwiseLeftShift: expected integers, but got dtype bool/);
  expect(() => torch.bitwiseLeftShift(whole, 1.5)).toThrow(/bitwiseLeftShift: expected whole numb/);
  expect(() => torch.hypot(whole, whole)).toThrow(/hypot: expected operands of dtype float32, but got int64/);
  expect(() => torch.frexp(whole)).toThrow(/frexp: expected dtype float32, but got int64/);
  expect(() => torch.heaviside(whole, floats)).toThrow(
    /heaviside: expected tensors of one dtype, but got int64 and float32/,
  );
  expect(() => torch.polygamma(-1, floats)).toThrow(/polygamma: expected a whole n ≥ 0, but got -1/);
  expect(() => torch.mvlgamma(floats, 0)).toThrow(/mvlgamma: expected a whole p ≥ 1, but got 0/);
  expect(() => torch.mvlgamma(floats, {} as never)).toThrow(/mvlgamma: missing 1 required argument: 'p'/);
  expect(() => torch.logit(floats, { epsilon: 1 } as never)).toThrow(/logit: got an unknown argument 'epsilon'/);
  expect(() => torch.positive(flags)).toThrow(/positive: expected numbers, but got dtype bool/);
  expect(() => torch.isin(flags, 1)).toThrow(/isin: expected numbers, but got dtype bool/);
  expect(() => torch.clamp(floats)).toThrow(/clamp: expected min or max .* but got neither/);
  const a = torch.ones(2, { requiresGrad: true });
  expect(() => torch.igamma(a, a).sum().backward()).toThrow(
    /igamma: there is no gradient with respect to the first argument/,
  );
});
