// Checks pointwise operations and their gradients against PyTorch, and broadcasting by properties.
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNumbers, fromFixture, type Tolerance } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface PointwiseCase extends FixtureCase {
  readonly kind: 'unary' | 'scalar' | 'reversed' | 'binary' | 'ternary' | 'where';
  readonly op: string;
  readonly scalar: number;
  readonly options: Record<string, never>;
  /** Inputs outside the domain, infinite or NaN: values are checked, gradients are not. */
  readonly special: boolean;
}

const fixture = await loadFixture<PointwiseCase>('pointwise');

const unary: Record<string, (x: Tensor, options: Record<string, never>) => Tensor> = {
  neg: torch.neg,
  abs: torch.abs,
  sign: torch.sign,
  square: torch.square,
  exp: torch.exp,
  expm1: torch.expm1,
  log: torch.log,
  log1p: torch.log1p,
  sqrt: torch.sqrt,
  rsqrt: torch.rsqrt,
  reciprocal: torch.reciprocal,
  sin: torch.sin,
  cos: torch.cos,
  tanh: torch.tanh,
  sigmoid: torch.sigmoid,
  logsigmoid: F.logsigmoid,
  relu: torch.relu,
  relu6: (x) => F.relu6(x),
  silu: (x) => F.silu(x),
  hardtanh: (x) => F.hardtanh(x),
  leakyRelu: F.leakyRelu,
  gelu: F.gelu,
  softplus: F.softplus,
  elu: F.elu,
  selu: (x) => F.selu(x),
  clamp: torch.clamp,
  floor: torch.floor,
  ceil: torch.ceil,
  round: torch.round,
  isnan: torch.isnan,
  isinf: torch.isinf,
  isfinite: torch.isfinite,
  logicalNot: torch.logicalNot,
  exp2: torch.exp2,
  log2: torch.log2,
  log10: torch.log10,
  tan: torch.tan,
  asin: torch.asin,
  acos: torch.acos,
  atan: torch.atan,
  sinh: torch.sinh,
  cosh: torch.cosh,
  asinh: torch.asinh,
  acosh: torch.acosh,
  atanh: torch.atanh,
  erf: torch.erf,
  erfc: torch.erfc,
  trunc: torch.trunc,
  frac: torch.frac,
  softsign: F.softsign,
  nanToNum: (x, options) => torch.nanToNum(x, options),
};

const binary: Record<string, (a: Tensor, b: Tensor, options: Record<string, never>) => Tensor> = {
  add: torch.add,
  sub: torch.sub,
  mul: torch.mul,
  div: torch.div,
  pow: torch.pow,
  remainder: torch.remainder,
  fmod: torch.fmod,
  atan2: torch.atan2,
  isclose: (a, b, options) => torch.isclose(a, b, options),
  maximum: torch.maximum,
  minimum: torch.minimum,
  eq: torch.eq,
  ne: torch.ne,
  lt: torch.lt,
  le: torch.le,
  gt: torch.gt,
  ge: torch.ge,
  logicalAnd: (a, b) => a.logicalAnd(b),
  logicalOr: (a, b) => a.logicalOr(b),
  logicalXor: (a, b) => a.logicalXor(b),
};

const ternary: Record<string, (a: Tensor, b: Tensor, c: Tensor, options: Record<string, never>) => Tensor> = {
  lerp: (a, b, c) => torch.lerp(a, b, c),
  addcmul: torch.addcmul,
  addcdiv: torch.addcdiv,
};

const scalar: Record<string, (x: Tensor, value: number, options: Record<string, never>) => Tensor> = {
  add: torch.add,
  sub: torch.sub,
  mul: torch.mul,
  div: torch.div,
  pow: torch.pow,
  maximum: torch.maximum,
  eq: torch.eq,
  ne: torch.ne,
  lt: torch.lt,
  le: torch.le,
  gt: torch.gt,
  ge: torch.ge,
};

/** Where the number stands first. */
const reversed: Record<string, (x: Tensor, value: number) => Tensor> = {
  rpow: (x, value) => torch.pow(value, x),
  rsub: (x, value) => torch.rsub(x, value),
  rdiv: (x, value) => torch.tensor(value).div(x),
};

/** How a case is computed from its inputs; undefined for operations that the library has not got. */
function functionOf({ kind, op, scalar: value, options }: PointwiseCase) {
  switch (kind) {
    case 'unary':
      return unary[op] && ((x: Tensor) => unary[op]!(x, options));
    case 'scalar':
      return scalar[op] && ((x: Tensor) => scalar[op]!(x, value, options));
    case 'binary':
      return binary[op] && ((a: Tensor, b: Tensor) => binary[op]!(a, b, options));
    case 'ternary':
      return (a: Tensor, b: Tensor, c: Tensor) => ternary[op]!(a, b, c, options);
    case 'where':
      return (condition: Tensor, a: Tensor, b: Tensor) => torch.where(condition, a, b);
    case 'reversed':
      return (x: Tensor) => reversed[op]!(x, value);
  }
}

/** Powers of 1e3 and 1e30 lose a digit: the error of e^(y ln x) grows with |y ln x|. PyTorch's gradient of acosh cancels near 1. */
const tolerances: Record<string, Tolerance> = {
  pow: { rtol: 5e-5 },
  remainder: { atol: 2e-4 },
  fmod: { atol: 2e-4 },
  acosh: { rtol: 2e-5 },
  addcdiv: { atol: 5e-6 }, // sums of quotients that cancel
};

const inputsOf: Record<PointwiseCase['kind'], readonly string[]> = {
  unary: ['x'],
  scalar: ['x'],
  reversed: ['x'],
  binary: ['a', 'b'],
  ternary: ['a', 'b', 'c'],
  where: ['condition', 'a', 'b'],
};

/** PyTorch's vectorised gelu gives NaN at infinity, its scalar one infinity, as ours. */
const quirks = new Set(['gelu-special']);

const cases = fixture.cases.filter((c) => functionOf(c) && !quirks.has(c.name));

describe('against PyTorch', () => {
  test('every case is of an operation that exists', () =>
    expect(cases.length).toBe(fixture.cases.length - quirks.size));

  test.each(sampled(cases, 64))('$name', async (c) => {
    const key = (part: string) => `${c.name}/${part}`;
    const names = inputsOf[c.kind];
    const inputs = names.map((name) => fromFixture(fixture.tensor(key(name)), true));
    const call = functionOf(c) as (...inputs: Tensor[]) => Tensor;
    const output = call(...inputs);
    if (fixture.has(key('dy')) && !c.special) output.backward(fromFixture(fixture.tensor(key('dy'))));
    await expectClose(output, fixture.tensor(key('output')), tolerances[c.op]);
    if (c.special) return;
    for (const [i, name] of names.entries()) {
      if (!fixture.has(key(`grad_${name}`))) continue;
      await expectClose(inputs[i]!.grad!, fixture.tensor(key(`grad_${name}`)), tolerances[c.op]);
    }
  });
});

describe('integers', () => {
  test('wrap in uint8', async () => {
    const x = torch.tensor([250, 3], { dtype: torch.uint8 });
    expect(await x.add(10).tolist()).toEqual([4, 13]);
    expect(await x.mul(2).tolist()).toEqual([244, 6]);
  });

  test('divide with floor and sign of the divisor', async () => {
    const x = torch.tensor([-7, 7, -6]);
    expect(await x.floorDivide(2).tolist()).toEqual([-4, 3, -3]);
    expect(await x.remainder(3).tolist()).toEqual([2, 1, 0]);
    expect(await x.pow(3).tolist()).toEqual([-343, 343, -216]);
  });

  test('become floats, bytes and bools as PyTorch casts', async () => {
    const x = torch.tensor([-7.5, 300.7, 256, Number.NaN]);
    expect(await x.at('0:3').to(torch.uint8).tolist()).toEqual([249, 44, 0]);
    expect(await x.at('0:3').to(torch.int64).tolist()).toEqual([-7, 300, 256]);
    expect(await torch.tensor([Number.NaN, 0, -0, 2]).to(torch.bool).tolist()).toEqual([true, false, false, true]);
  });
});

describe('elementary functions', () => {
  test('of whole powers are whole', async () => {
    expect(await torch.tensor([1, 8, 1024, 0.25]).log2().tolist()).toEqual([0, 3, 10, -2]);
    expect(await torch.tensor([1, 1000, 1e6]).log10().tolist()).toEqual([0, 3, 6]);
    expect(await torch.tensor([0, 10, -3]).exp2().tolist()).toEqual([1, 1024, 0.125]);
  });

  test('of bits', async () => {
    const x = torch.tensor([12, 10, -1]);
    expect(await x.bitwiseAnd(6).tolist()).toEqual([4, 2, 6]);
    expect(await torch.bitwiseOr(x, torch.tensor([3, 5, 0])).tolist()).toEqual([15, 15, -1]);
    expect(await x.bitwiseXor(x).tolist()).toEqual([0, 0, 0]);
    expect(await x.bitwiseNot().tolist()).toEqual([-13, -11, 0]);
    expect(await torch.tensor([1, 255], { dtype: torch.uint8 }).bitwiseNot().tolist()).toEqual([254, 0]);
    expect(await torch.tensor([true, false]).bitwiseNot().tolist()).toEqual([false, true]);
    expect(() => torch.ones(2).bitwiseAnd(1)).toThrow(/bitwiseAnd: expected integers or bools, but got dtype float32/);
  });

  test('in place give what they give out of place, with the same gradient', async () => {
    const calls: [(x: Tensor) => Tensor, (x: Tensor) => Tensor][] = [
      [(x) => x.tan(), (x) => x.tan_()],
      [(x) => x.atan2(x.detach().add(1)), (x) => x.atan2_(x.detach().add(1))],
      [(x) => x.log2(), (x) => x.log2_()],
      [(x) => x.fmod(0.3), (x) => x.fmod_(0.3)],
      [(x) => x.lerp(torch.ones(3), 0.2), (x) => x.lerp_(torch.ones(3), 0.2)],
      [
        (x) => x.addcmul(torch.ones(3), torch.ones(3), { value: 2 }),
        (x) => x.addcmul_(torch.ones(3), torch.ones(3), { value: 2 }),
      ],
      [(x) => x.nanToNum({ nan: 3 }), (x) => x.nanToNum_({ nan: 3 })],
      [(x) => x.erf(), (x) => x.erf_()],
    ];
    for (const [plain, inPlace] of calls) {
      const [a, b] = [0, 1].map(() => torch.tensor([0.2, 0.5, 0.7], { requiresGrad: true }));
      const [y, z] = [plain(a!.mul(1)), inPlace(b!.mul(1))];
      y.square().sum().backward();
      z.square().sum().backward();
      expectNumbers(await z.data(), await y.data());
      expectNumbers(await b!.grad!.data(), await a!.grad!.data());
    }
  });

  test('keep the integers of integers', async () => {
    const x = torch.tensor([-7, 7, 5]);
    expect(await x.trunc().tolist()).toEqual([-7, 7, 5]);
    expect(await x.fmod(3).tolist()).toEqual([-1, 1, 2]);
    expect(await x.addcmul(x, torch.tensor([1, 2, 3]), { value: 2 }).tolist()).toEqual([-21, 35, 35]);
  });
});

/** A shape, and one that broadcasts against it. */
const shapePairs = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 5 }), left: fc.boolean(), right: fc.boolean() }), { maxLength: 4 })
  .chain((dims) =>
    fc.nat({ max: dims.length }).map((cut) => {
      const left = dims.map(({ size, left }) => (left ? 1 : size));
      const right = dims.map(({ size, right }) => (right ? 1 : size)).slice(cut);
      return { left, right };
    }),
  );

describe('broadcasting', () => {
  test('agrees with indexing by remainder, both ways', async () => {
    await fc.assert(
      fc.asyncProperty(shapePairs, async ({ left, right }) => {
        const a = torch
          .arange(left.reduce((n, size) => n * size, 1))
          .to(torch.float32)
          .reshape(left)
          .requiresGrad_();
        const b = torch
          .arange(right.reduce((n, size) => n * size, 1))
          .to(torch.float32)
          .reshape(right)
          .requiresGrad_();
        const y = a.mul(100).add(b);
        const shape = left.map((size, d) => {
          const other = right[d - (left.length - right.length)] ?? 1;
          return size === 1 ? other : size;
        });
        expect(y.shape).toEqual(shape);
        y.sum().backward();
        const expected: number[] = [];
        const aGrad = new Float32Array(a.numel());
        const bGrad = new Float32Array(b.numel());
        const count = shape.reduce((n, size) => n * size, 1);
        for (let i = 0; i < count; i++) {
          const [p, q] = [placeIn(left, shape, i), placeIn(right, shape, i)];
          expected.push(p * 100 + q);
          aGrad[p]! += 100;
          bGrad[q]! += 1;
        }
        expectNumbers(await y.data(), expected);
        expectNumbers(await a.grad!.data(), aGrad);
        expectNumbers(await b.grad!.data(), bGrad);
      }),
      { numRuns: 25 },
    );
  });

  test('names both shapes when they do not fit', () => {
    expect(() => torch.zeros(2, 3).add(torch.zeros(2, 4))).toThrow(/add: .*\[2, 3\] and \[2, 4\]/);
  });
});

/** Where element `index` of the broadcast shape comes from in an operand of shape `own`. */
function placeIn(own: readonly number[], shape: readonly number[], index: number): number {
  let rest = index;
  let place = 0;
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const i = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
    const size = own[d - (shape.length - own.length)];
    if (size === undefined) continue;
    if (size !== 1) place += i * step;
    step *= size;
  }
  return place;
}

describe('four elements at a time', () => {
  const numbers = (shape: readonly number[], step: number) => {
    const count = shape.reduce((n, size) => n * size, 1);
    return Array.from({ length: count }, (_, i) => ((i * step) % 101) - 50);
  };
  /** By the rules of broadcasting, in loops. */
  const broadcast = (a: readonly number[], from: readonly number[], to: readonly number[]) => {
    const strides = from.map((size, d) => (size === 1 ? 0 : from.slice(d + 1).reduce((n, s) => n * s, 1)));
    const lead = to.length - from.length;
    return Array.from({ length: to.reduce((n, size) => n * size, 1) }, (_, i) => {
      let rest = i;
      let at = 0;
      for (let d = to.length - 1; d >= 0; d--) {
        if (d >= lead) at += (rest % to[d]!) * strides[d - lead]!;
        rest = Math.floor(rest / to[d]!);
      }
      return a[at]!;
    });
  };

  test.each([
    [[0], [1]],
    [[1], [1]],
    [[3], [3]],
    [[67], [67]],
    [[67], []],
    [[257], [1]],
    [[9, 8], [8]],
    [[9, 7], [7]],
    [
      [9, 8],
      [9, 1],
    ],
    [
      [13, 11],
      [13, 1],
    ],
    [
      [3, 5, 4, 2],
      [5, 1, 1],
    ],
    [
      [3, 5, 3, 3],
      [5, 1, 1],
    ],
    [
      [3, 5, 12],
      [3, 1, 12],
    ],
    [
      [3, 5, 12],
      [1, 5, 1],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 5],
    ],
  ])('%j and %j broadcast, in floats, integers and bools', async (shape, other) => {
    const [a, b] = [numbers(shape, 37), numbers(other, 53)];
    const wide = broadcast(b, other, shape);
    const x = torch.tensor(a, { dtype: torch.float32 }).reshape(shape);
    const y = torch.tensor(b, { dtype: torch.float32 }).reshape(other);
    expectNumbers(
      await x.mul(y).add(y).data(),
      a.map((v, i) => v * wide[i]! + wide[i]!),
    );
    expectNumbers(
      await y.to(torch.int32).sub(x.to(torch.int32)).data(),
      a.map((v, i) => wide[i]! - v),
    );
    expectNumbers(
      await x.gt(y).data(),
      a.map((v, i) => (v > wide[i]! ? 1 : 0)),
    );
  });

  test('the last elements of a packed gradient leave those behind it alone', async () => {
    const layers = [new torch.nn.Linear(3, 67), new torch.nn.Linear(67, 1)] as const;
    const model = new torch.nn.Sequential(...layers);
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0 });
    const x = torch.ones(5, 3);
    for (let step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      model(x).sum().backward();
      optimizer.step();
    }
    expectNumbers(await layers[1].bias!.grad!.data(), [5]);
    expectNumbers(await layers[0].bias!.grad!.data(), (await layers[1].weight.mul(5).data()) as Float32Array);
  });
});
