// Checks torch.linalg against PyTorch, and larger matrices against what their factors give when they are multiplied.
import type { Tensor } from 'lamplight';
import * as torch from 'lamplight';
import { describe, expect, test } from 'vitest';
import { distance, expectClose, expectNumbers, fromFixture } from '../support/close';
import { type FixtureCase, type FixtureNumber, loadFixture } from '../support/fixtures';
import { isLong, sampled } from '../support/sample';

const { linalg } = torch;

interface LinalgCase extends FixtureCase {
  readonly op: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: number;
  readonly outputs: number;
  /** The one result that has a meaning. */
  readonly only?: number;
}

type Function = (...args: unknown[]) => Tensor | readonly Tensor[];

const fixture = await loadFixture<LinalgCase>('linalg');

/** Which results have signs of their own choice, so that their sizes are compared. */
const free: Record<string, readonly number[]> = { eigh: [1], svd: [0, 2] };

const numbers: Record<string, number> = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

function called({ op, options, outputs, only }: LinalgCase, xs: readonly Tensor[]): readonly Tensor[] {
  const given = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, numbers[value as FixtureNumber] ?? value]),
  );
  const call = (linalg as unknown as Record<string, Function>)[op]!;
  const result = op === 'multiDot' ? call(xs) : call(...xs, ...(Object.keys(given).length > 0 ? [given] : []));
  if (!Array.isArray(result)) return [result as Tensor];
  if (only !== undefined) return [result.at(only) as Tensor];
  const results = op === 'lstsq' ? [result[0], result[2]] : (result as readonly Tensor[]);
  expect(results).toHaveLength(outputs);
  return results.map((x, i) => (free[op]?.includes(i) ? x.abs() : x));
}

/** Of float32, through a few hundred sums, beside float64. */
const TOLERANCE = { rtol: 2e-4, atol: 5e-5 };

describe('against PyTorch', () => {
  test.each(sampled(fixture.cases, 64))('$name', async (item) => {
    const at = (key: string) => `${item.name}/${key}`;
    const wants = fixture.has(at('grad0'));
    const xs = Array.from({ length: item.inputs }, (_, i) =>
      fromFixture(fixture.tensor(at(`x${i}`)), fixture.has(at(`grad${i}`))),
    );
    const results = called(item, xs);
    for (const [i, y] of results.entries()) await expectClose(y, fixture.tensor(at(`output${i}`)), TOLERANCE);
    if (!wants) return;
    const parts = results.flatMap((y, i) =>
      fixture.has(at(`dy${i}`)) ? [y.mul(fromFixture(fixture.tensor(at(`dy${i}`)))).sum()] : [],
    );
    torch.stack(parts).sum().backward();
    for (const [i, x] of xs.entries()) {
      if (!x.requiresGrad) continue;
      const expected = fixture.tensor(at(`grad${i}`));
      const most = Math.max(...Array.from(expected.data, (each) => Math.abs(Number(each))));
      await expectClose(x.grad!, expected, { rtol: 1e-3, atol: 2e-4 * Math.max(1, most) });
    }
  });
});

describe.each(sampled([65, 64], 2))('matrices of %i rows', (n) => {
  const a = () => torch.randn(n, n, { generator: new torch.Generator().manualSeed(n) });
  const positive = () => {
    const x = a();
    return x.matmul(x.mT).div(n).add(torch.eye(n));
  };

  test('equations', async () => {
    const [A, B] = [positive(), a()];
    expect(await distance(A.matmul(linalg.solve(A, B)), B)).toBeLessThan(1e-5);
    expect(await distance(A.matmul(linalg.inv(A)), torch.eye(n))).toBeLessThan(1e-5);
    const L = linalg.cholesky(A);
    expect(await distance(L.matmul(L.mT), A)).toBeLessThan(1e-5);
    const [P, lower, upper] = linalg.lu(B);
    expect(await distance(P.matmul(lower).matmul(upper), B)).toBeLessThan(1e-5);
  });

  test('vectors', async () => {
    const A = a();
    const symmetric = A.add(A.mT);
    const one = torch.eye(n);
    const [Q, R] = linalg.qr(A);
    expect(await distance(Q.matmul(R), A)).toBeLessThan(1e-5);
    expect(await distance(Q.mT.matmul(Q), one)).toBeLessThan(1e-5);
    const [w, V] = linalg.eigh(symmetric);
    expect(await distance(V.mul(w.unsqueeze(-2)).matmul(V.mT), symmetric)).toBeLessThan(3e-5);
    expect(await distance(V.mT.matmul(V), one)).toBeLessThan(1e-5);
    const [U, S, Vh] = linalg.svd(A);
    expect(await distance(U.mul(S.unsqueeze(-2)).matmul(Vh), A)).toBeLessThan(3e-5);
    expect(await distance(U.mT.matmul(U), one)).toBeLessThan(1e-5);
    expect(await distance(Vh.matmul(Vh.mT), one)).toBeLessThan(1e-5);
  });
});

if (isLong())
  test('large matrices are factored by blocks, alone and many at a time', async () => {
    const random = (...size: number[]) =>
      torch.randn(size, { generator: new torch.Generator().manualSeed(size.length) });
    for (const shape of [
      [100, 130],
      [130, 100],
      [2, 97, 97],
    ]) {
      const A = random(...shape);
      const [P, L, U] = linalg.lu(A);
      expect(await distance(P.matmul(L).matmul(U), A)).toBeLessThan(1e-5);
      // Each pivot is the greatest of its column.
      expect(await L.abs().max().item()).toBe(1);
      const [Q, R] = linalg.qr(A);
      expect(await distance(Q.matmul(R), A)).toBeLessThan(1e-5);
      expect(await R.tril(-1).abs().max().item()).toBe(0);
    }
    const x = random(2, 3, 101, 101);
    const A = x.matmul(x.mT).div(101).add(torch.eye(101));
    const L = linalg.cholesky(A);
    expect(await distance(L.matmul(L.mT), A)).toBeLessThan(1e-5);
    expect(await L.triu(1).abs().max().item()).toBe(0);
    for (const upper of [false, true]) {
      const T = upper ? L.mT : L;
      for (const columns of [1, 7]) {
        const B = random(2, 3, 101, columns);
        const X = linalg.solveTriangular(T, B, { upper });
        expect(await distance(T.matmul(X), B)).toBeLessThan(1e-5);
      }
      const unit = linalg.solveTriangular(T.div(20), T, { upper, unitriangular: true });
      const whole = T.div(20).mul(torch.eye(101).neg().add(1)).add(torch.eye(101));
      expect(await distance(whole.matmul(unit), T)).toBeLessThan(1e-5);
    }
  });

if (isLong())
  test('singular vectors of tall and of wide matrices are those of a square one, also of low rank', async () => {
    const random = (...size: number[]) => torch.randn(size, { generator: new torch.Generator().manualSeed(size[0]!) });
    for (const A of [random(2, 90, 33), random(40, 100), random(80, 4).matmul(random(4, 36))]) {
      const [U, S, Vh] = linalg.svd(A, false);
      const one = torch.eye(S.shape.at(-1)!);
      expect(await distance(U.mul(S.unsqueeze(-2)).matmul(Vh), A)).toBeLessThan(1e-5);
      expect(await distance(U.mT.matmul(U), one)).toBeLessThan(1e-5);
      expect(await distance(Vh.matmul(Vh.mT), one)).toBeLessThan(1e-5);
    }
    expect(await linalg.matrixRank(random(80, 4).matmul(random(4, 36))).item()).toBe(4);
  });

test.each([false, true])(
  'a triangular system that is cut in two has the gradients of its columns, upper: %s',
  async (upper) => {
    const random = (...size: number[]) => torch.randn(size, { generator: new torch.Generator().manualSeed(size[0]!) });
    const triangle = upper ? random(200, 200).triu() : random(200, 200).tril();
    const [A, B, dX] = [triangle.div(40).add(torch.eye(200)), random(200, 40), random(200, 40)];
    const solved = (parts: readonly number[]) => {
      const [a, b] = [A.detach().clone().requiresGrad_(), B.clone().requiresGrad_()];
      const X = torch.cat(
        b.split(parts, 1).map((columns) => linalg.solveTriangular(a, columns, { upper })),
        1,
      );
      X.mul(dX).sum().backward();
      return [X.detach(), a.grad!, b.grad!];
    };
    const [whole, parts] = [solved([40]), solved([20, 20])];
    expect(await distance(A.matmul(whole[0]!), B)).toBeLessThan(1e-5);
    for (const [i, x] of whole.entries()) expect(await distance(x, parts[i]!)).toBeLessThan(1e-5);
  },
);

test('ill-conditioned matrices have singular values beside the greatest, and vectors at right angles', async () => {
  const scale = torch.tensor([1, 1e-2, 1e-4, 1e-6, 1e-8, 0]);
  const [Q] = linalg.qr(torch.randn(6, 6, { generator: new torch.Generator().manualSeed(1) }));
  const A = Q.mul(scale).matmul(Q.mT);
  const [U, S, Vh] = linalg.svd(A);
  expect(await distance(S, scale)).toBeLessThan(1e-6);
  expect(await distance(U.mT.matmul(U), torch.eye(6))).toBeLessThan(1e-5);
  expect(await distance(Vh.matmul(Vh.mT), torch.eye(6))).toBeLessThan(1e-5);
  expect(await distance(linalg.eigvalsh(A).flip(0), scale)).toBeLessThan(1e-6);
  for (const size of [1e-30, 1e30]) {
    expect(await distance(linalg.svdvals(torch.eye(3).mul(size)), torch.ones(3).mul(size))).toBeLessThan(1e-6);
  }
});

test('matrices without elements', async () => {
  const none = torch.zeros(0, 0);
  const { LD, pivots } = linalg.ldlFactor(torch.zeros(2, 0, 0));
  expect([LD.shape, pivots.shape, linalg.ldlSolve(LD, pivots, torch.zeros(2, 0, 3)).shape]).toEqual([
    [2, 0, 0],
    [2, 0],
    [2, 0, 3],
  ]);
  expect(await linalg.det(none).item()).toBe(1);
  expect(await linalg.slogdet(none).logabsdet.item()).toBe(0);
  expect(linalg.inv(torch.zeros(0, 3, 3)).shape).toEqual([0, 3, 3]);
  expect(linalg.solve(none, torch.zeros(0, 2)).shape).toEqual([0, 2]);
  expect(linalg.cholesky(none).shape).toEqual([0, 0]);
  expect(linalg.qr(torch.zeros(0, 3)).map(({ shape }) => shape)).toEqual([
    [0, 0],
    [0, 3],
  ]);
  const [Q, R] = linalg.qr(torch.zeros(3, 0), 'complete');
  expect(await Q.tolist()).toEqual(await torch.eye(3).tolist());
  expect(R.shape).toEqual([3, 0]);
  const [U, S, Vh] = linalg.svd(torch.zeros(0, 3));
  expect([U.shape, S.shape]).toEqual([[0, 0], [0]]);
  expect(await Vh.tolist()).toEqual(await torch.eye(3).tolist());
  const shapes = (parts: readonly torch.Tensor[]) => parts.map(({ shape }) => shape);
  expect(shapes([...linalg.lu(torch.zeros(2, 0, 3))])).toEqual([
    [2, 0, 0],
    [2, 0, 0],
    [2, 0, 3],
  ]);
  expect(linalg.eigvalsh(none).shape).toEqual([0]);
  expect(linalg.pinv(torch.zeros(0, 3)).shape).toEqual([3, 0]);
  expect(await linalg.matrixRank(torch.zeros(2, 0, 3)).tolist()).toEqual([0, 0]);
});

describe('errors', () => {
  const zeros = torch.zeros(2, 2);
  const second = torch.stack([torch.eye(2), zeros]);
  const late: [string, () => Tensor, string][] = [
    ['inv', () => linalg.inv(zeros), 'linalg.inv: the diagonal element 1 is zero'],
    ['inv of a batch', () => linalg.inv(second), 'linalg.inv: (Batch element 1): the diagonal element 1 is zero'],
    ['solve', () => linalg.solve(torch.ones(2, 2), torch.ones(2)), 'linalg.solve: the diagonal element 2 is zero'],
    ['luFactor', () => linalg.luFactor(zeros).LU, 'linalg.luFactor: the diagonal element 1 is zero'],
    [
      'cholesky',
      () => linalg.cholesky(second),
      'linalg.cholesky: (Batch element 1): expected a positive-definite matrix',
    ],
    ['ldlFactor', () => linalg.ldlFactor(second).LD, 'linalg.ldlFactor: (Batch element 1): the diagonal element 1 is'],
    [
      'ldlFactorEx',
      () => linalg.ldlFactorEx(zeros, { checkErrors: true }).LD,
      'linalg.ldlFactorEx: the diagonal element 1 is zero',
    ],
    [
      'inv of a large one',
      () => linalg.inv(torch.eye(2, 100).mT.matmul(torch.eye(2, 100))),
      'linalg.inv: the diagonal element 3 is zero',
    ],
    [
      'cholesky of large ones',
      () => linalg.cholesky(torch.stack([torch.eye(100), torch.arange(98, -2, -1).float().diag()])),
      'linalg.cholesky: (Batch element 1): expected a positive-definite matrix, but the leading minor of order 99',
    ],
    ['order', () => linalg.cholesky(torch.diag(torch.tensor([1.5, 2, -1]))), 'the leading minor of order 3'],
  ];
  test.each(late)('%s, when values are read', async (_, call, message) => {
    const error = await call()
      .tolist()
      .then(
        () => null,
        (reason: Error) => reason,
      );
    expect(error).toBeInstanceOf(linalg.LinAlgError);
    expect(error!.message).toContain(message);
  });

  test('a singular determinant is none', async () => {
    expect(await linalg.det(torch.ones(2, 2)).item()).toBe(0);
    expect(await linalg.slogdet(zeros).logabsdet.item()).toBe(Number.NEGATIVE_INFINITY);
  });

  test('the gradient of a singular determinant is its cofactors', async () => {
    const x = torch
      .tensor(
        [
          [1, 2],
          [2, 4],
        ],
        { dtype: torch.float32 },
      )
      .requiresGrad_();
    linalg.det(x).backward();
    expectNumbers(await x.grad!.data(), [4, -2, -2, 1], { rtol: 1e-3 });
  });

  const early: [string, () => unknown, string][] = [
    [
      'not square',
      () => linalg.inv(torch.ones(2, 3)),
      'linalg.inv: expected square matrices [..., n, n], but got shape [2, 3]',
    ],
    [
      'whole numbers',
      () => linalg.det(torch.eye(2).to('int64')),
      'linalg.det: expected matrices of dtype float32, but got int64',
    ],
    ['a vector', () => linalg.qr(torch.ones(2)), 'linalg.qr: expected matrices [..., m, n], but got shape [2]'],
    ['rows', () => linalg.solve(torch.eye(2), torch.ones(3, 1)), 'linalg.solve: expected as many rows of B as A has'],
    ['no tensor', () => linalg.inv(3 as never), 'linalg.inv: expected A to be a tensor, but got number 3'],
    ['chain', () => linalg.multiDot([torch.ones(2, 3), torch.ones(2, 3)]), 'linalg.multiDot: expected as many rows'],
    [
      'pivots',
      () => torch.luSolve(torch.ones(2, 1), torch.eye(2), torch.ones(3)),
      'luSolve: expected pivots of dtype int32 and shape [2] for LU of shape [2, 2], but got float32 [3]',
    ],
    [
      'pivots of LDL',
      () => linalg.ldlSolve(torch.eye(2), torch.ones(2), torch.ones(2, 1)),
      'linalg.ldlSolve: expected pivots of dtype int32 and shape [2] for LD of shape [2, 2], but got float32 [2]',
    ],
    ['a vector of LDL', () => linalg.ldlSolve(torch.eye(2), torch.ones(2), torch.ones(2)), 'linalg.ldlSolve: expected'],
    ['LDL of rows', () => linalg.ldlFactor(torch.ones(2, 3)), 'linalg.ldlFactor: expected square matrices'],
    [
      'tau',
      () => linalg.householderProduct(torch.eye(2), torch.ones(3)),
      'linalg.householderProduct: expected tau [..., k] with at most 2 elements',
    ],
    ['wide', () => linalg.polar(torch.ones(2, 3)), 'linalg.polar: expected at least as many rows as columns'],
    ['sizes', () => linalg.tensorinv(torch.ones(2, 3)), 'linalg.tensorinv: expected the first 2 sizes'],
    ['no upper', () => linalg.solveTriangular(torch.eye(2), torch.eye(2), {} as never), 'linalg.solveTriangular'],
  ];
  test.each(early)('%s, at once', (_, call, message) => expect(call).toThrow(message));

  test('no gradient of LDL', () => {
    const x = torch.eye(2).requiresGrad_();
    expect(() => linalg.ldlFactor(x).LD.sum().backward()).toThrow(torch.AutogradError);
  });

  test('no gradient of a complete Q with more rows than columns', () => {
    const x = torch.randn(3, 2).requiresGrad_();
    expect(() => linalg.qr(x, 'complete').Q.sum().backward()).toThrow(torch.AutogradError);
  });
});

test('names at the top level have the parameters that PyTorch has there', async () => {
  const a = torch.tensor([
    [4, 1.5],
    [1.5, 3],
  ]);
  const same = async (x: Tensor, y: Tensor) => expectNumbers(await x.data(), await y.data(), { atol: 1e-5 });
  await same(torch.inverse(a), linalg.inv(a));
  await same(torch.det(a), torch.tensor(9.75));
  await same(torch.logdet(a), torch.tensor(Math.log(9.75)));
  await same(torch.logdet(a.flip(0)), torch.tensor(Number.NaN));
  const L = torch.cholesky(a);
  await same(torch.choleskySolve(a, L), torch.eye(2));
  await same(torch.choleskySolve(a, torch.cholesky(a, true), true), torch.eye(2));
  const values = torch.svd(torch.ones(3, 2).add(torch.eye(3, 2)), { computeUv: false });
  expect([values.U.shape, values.S.shape, values.V.shape]).toEqual([[3, 3], [2], [2, 2]]);
  expect(await values.U.abs().sum().item()).toBe(0);
  const { U, S, V } = torch.svd(torch.ones(3, 2).add(torch.eye(3, 2)));
  expect([U.shape, V.shape]).toEqual([
    [3, 2],
    [2, 2],
  ]);
  await same(U.mul(S).matmul(V.mT), torch.ones(3, 2).add(torch.eye(3, 2)));
  expect(torch.qr(torch.ones(3, 2), false).Q.shape).toEqual([3, 3]);
  await same(torch.pinverse(a), linalg.inv(a));
  await same(torch.matrixPower(a, -1), linalg.inv(a));
  await same(torch.choleskyInverse(L), linalg.inv(a));
  await same(torch.choleskyInverse(L.mT, true), linalg.inv(a));
  await same(torch.matrixExp(torch.zeros(2, 2)), torch.eye(2));
  const { LU, pivots } = linalg.luFactor(a.flip(0));
  await same(torch.luSolve(a.flip(0), LU, pivots), torch.eye(2));
  const unpacked = torch.luUnpack(LU, pivots);
  await same(unpacked.P.matmul(unpacked.L).matmul(unpacked.U), a.flip(0));
  expect(torch.luUnpack(LU, pivots, false).L.shape).toEqual([0]);
  expect(torch.luUnpack(LU, pivots, { unpackPivots: false }).P.shape).toEqual([0]);
});

test('reflections are those of Q', async () => {
  const A = torch.randn(5, 3, { generator: new torch.Generator().manualSeed(2) });
  const { Q, R } = linalg.qr(A, 'complete');
  const { a, tau } = torch.geqrf(A);
  expect(await distance(torch.orgqr(a, tau), Q.narrow(1, 0, 3))).toBeLessThan(1e-5);
  expect(await distance(torch.ormqr(a, tau, R), A)).toBeLessThan(1e-5);
  expect(await distance(torch.ormqr(a, tau, torch.eye(5), { transpose: true }), Q.mT)).toBeLessThan(1e-5);
  expect(await distance(torch.ormqr(a, tau, torch.eye(5), false), Q)).toBeLessThan(1e-5);
  expect(await distance(torch.ormqr(a, tau, torch.eye(5), false, true), Q.mT)).toBeLessThan(1e-5);
});

test('pivots of many matrices are read one by one', async () => {
  const A = torch.randn(70, 4, 4, { generator: new torch.Generator().manualSeed(3) });
  const { LU, pivots } = linalg.luFactor(A);
  const { P, L, U } = torch.luUnpack(LU, pivots);
  expect(await distance(P.matmul(L).matmul(U), A)).toBeLessThan(1e-5);
});
