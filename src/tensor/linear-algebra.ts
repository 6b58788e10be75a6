// Products of vectors and matrices beside matmul, and distances between rows.
import { showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { named } from '../graph/record';
import { wrapDim } from './base';
import type { Tensor } from './tensor';

function expectRanks(op: string, tensors: readonly Tensor[], ranks: readonly number[]): void {
  if (tensors.every((x, i) => x.shape.length === ranks[i])) return;
  const shapes = tensors.map((x) => showShape(x.shape)).join(' and ');
  throw new ShapeError(`${op}: expected tensors of ${ranks.join(' and ')} dimensions, but got shapes ${shapes}`);
}

/** A matrix times a vector. */
export function mv(input: Tensor, vec: Tensor): Tensor {
  expectRanks('mv', [input, vec], [2, 1]);
  return input.matmul(vec);
}

/** Σ input · other of two vectors. */
export function dot(input: Tensor, other: Tensor): Tensor {
  expectRanks('dot', [input, other], [1, 1]);
  return input.matmul(other);
}

/** Every product of an element of one vector and one of the other. Shape: [n, m]. */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  expectRanks('outer', [input, vec2], [1, 1]);
  return input.unsqueeze(1).mul(vec2);
}

/** Factors of `addmm` and `baddbmm`: beta · input + alpha · product. With beta 0 the input's values do not matter. */
export interface ProductFactors {
  beta?: number;
  alpha?: number;
}

/** beta · input + alpha · (mat1 mat2); the input broadcasts. */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, factors: ProductFactors = {}): Tensor {
  return plusProduct(input, mat1.mm(mat2), factors, 'AddmmBackward0');
}

/** beta · input + alpha · (batch1 batch2), matrix by matrix; the input broadcasts. */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, factors: ProductFactors = {}): Tensor {
  return plusProduct(input, batch1.bmm(batch2), factors, 'BaddbmmBackward0');
}

function plusProduct(input: Tensor, product: Tensor, { beta = 1, alpha = 1 }: ProductFactors, name: string): Tensor {
  const scaled = alpha === 1 ? product : product.mul(alpha);
  const sum = scaled.add(beta === 0 ? input.mul(0).nanToNum() : beta === 1 ? input : input.mul(beta));
  named(sum.value, name);
  return sum;
}

/** The sum of products over the last n dimensions of `a` and the first n of `b`, or over listed ones of each (default 2). */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const ranks = [a.shape.length, b.shape.length] as const;
  if (typeof dims === 'number' && !(Number.isInteger(dims) && dims >= 0 && dims <= Math.min(...ranks))) {
    throw new ArgumentError(
      `tensordot: expected a number of dimensions from 0 to ${Math.min(...ranks)}, but got ${dims}`,
    );
  }
  const [left, right] =
    typeof dims === 'number'
      ? [Array.from({ length: dims }, (_, i) => ranks[0] - dims + i), Array.from({ length: dims }, (_, i) => i)]
      : [dims[0].map((d) => wrapDim('tensordot', d, ranks[0])), dims[1].map((d) => wrapDim('tensordot', d, ranks[1]))];
  if (left.length !== right.length || left.some((d, i) => a.shape[d] !== b.shape[right[i]!])) {
    throw new ShapeError(
      `tensordot: expected equal sizes, but got dimensions [${left.join(', ')}] of ${showShape(a.shape)} and [${right.join(', ')}] of ${showShape(b.shape)}`,
    );
  }
  const rows = a.shape.map((_, d) => d).filter((d) => !left.includes(d));
  const cols = b.shape.map((_, d) => d).filter((d) => !right.includes(d));
  const count = (x: Tensor, of: readonly number[]) => of.reduce((n, d) => n * x.shape[d]!, 1);
  const product = a
    .permute([...rows, ...left])
    .reshape(count(a, rows), count(a, left))
    .matmul(b.permute([...right, ...cols]).reshape(count(b, right), count(b, cols)));
  return product.reshape([...rows.map((d) => a.shape[d]!), ...cols.map((d) => b.shape[d]!)]);
}

/** The p-norm distance of every row of x1 [..., P, M] to every row of x2 [..., R, M]. Shape: [..., P, R]. Its gradient is 0 where rows are equal. */
export function cdist(x1: Tensor, x2: Tensor, { p = 2 }: { p?: number } = {}): Tensor {
  if (x1.shape.length < 2 || x2.shape.length < 2 || x1.shape.at(-1) !== x2.shape.at(-1)) {
    throw new ShapeError(
      `cdist: expected matrices of equally long rows, but got shapes ${showShape(x1.shape)} and ${showShape(x2.shape)}`,
    );
  }
  if (!(p >= 0)) throw new ArgumentError(`cdist: expected p ≥ 0, but got ${p}`);
  const apart = x1.unsqueeze(-2).sub(x2.unsqueeze(-3));
  if (p === 0) return apart.ne(0).float().sum(-1);
  if (p === 1) return apart.abs().sum(-1);
  if (p === Number.POSITIVE_INFINITY) return apart.abs().amax(-1);
  const same = apart.eq(0);
  const powers = p === 2 ? apart.square() : apart.abs().maskedFill(same, 1).pow(p).maskedFill(same, 0);
  const sum = powers.sum(-1);
  const zero = sum.eq(0);
  const root = sum.maskedFill(zero, 1);
  return (p === 2 ? root.sqrt() : root.pow(1 / p)).maskedFill(zero, 0);
}
