// Products of vectors and matrices: matmul, and the functions for particular ranks.

import { either, integer, listOf, number } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { named } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/linalg/matmul';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { family } from '../family';
import { made } from '../made';
import type { Tensor } from '../tensor';

const { methods, op, inPlace } = family();
export default methods;

/** The matrix product, for every combination of ranks that PyTorch has. */
export const matmul = op(
  'matmul(input, other)',
  (input: Tensor, other: Tensor): Tensor => made(ops.matmul(input.value, other.value)),
);

/** The product of two matrices. Shape: [n, m] and [m, p] → [n, p]. */
export const mm = op('mm(input, mat2)', (input: Tensor, /** The second matrix, [m, p]. */ mat2: Tensor): Tensor => {
  if (input.shape.length !== 2 || mat2.shape.length !== 2) {
    throw new ShapeError(
      `mm: expected two matrices, but got shapes ${showShape(input.shape)} and ${showShape(mat2.shape)}; use matmul`,
    );
  }
  return input.matmul(mat2);
});

/** The products of two batches of matrices. Shape: [b, n, m] and [b, m, p] → [b, n, p]. */
export const bmm = op('bmm(input, mat2)', (input: Tensor, /** The second matrix, [m, p]. */ mat2: Tensor): Tensor => {
  if (input.shape.length !== 3 || mat2.shape.length !== 3 || input.shape[0] !== mat2.shape[0]) {
    throw new ShapeError(
      `bmm: expected two batches with the same number of matrices, but got shapes ${showShape(input.shape)} and ${showShape(mat2.shape)}; use matmul`,
    );
  }
  const y = input.matmul(mat2);
  named(y.value, 'BmmBackward0');
  return y;
});

function expectRanks(op: string, tensors: readonly Tensor[], ranks: readonly number[]): void {
  if (tensors.every((x, i) => x.shape.length === ranks[i])) return;
  const shapes = tensors.map((x) => showShape(x.shape)).join(' and ');
  throw new ShapeError(`${op}: expected tensors of ${ranks.join(' and ')} dimensions, but got shapes ${shapes}`);
}

/** A matrix times a vector. */
export const mv = op('mv(input, vec)', (input: Tensor, /** The vector, [m]. */ vec: Tensor): Tensor => {
  expectRanks('mv', [input, vec], [2, 1]);
  return input.matmul(vec);
});

/** Σ input · other of two vectors. */
export const dot = op('dot(input, tensor)', (input: Tensor, tensor: Tensor): Tensor => {
  expectRanks('dot', [input, tensor], [1, 1]);
  return input.matmul(tensor);
});

/** The outer product of two vectors: y_ij = input_i · vec2_j. Shape: [n, m]. */
export const outer = op('outer(input, vec2)', (input: Tensor, /** The second vector. */ vec2: Tensor): Tensor => {
  expectRanks('outer', [input, vec2], [1, 1]);
  return input.unsqueeze(1).mul(vec2);
});

/**
 * The factors of `addmm` and its relatives: beta · input + alpha · product. With beta 0, even NaN in the input is
 * ignored.
 */
export interface ProductFactors {
  /** The factor of the tensor that the product is added to. */
  beta?: number;
  alpha?: number;
}

/** beta · input + alpha · (mat1 mat2); the input broadcasts. */
export const addmm = op(
  'addmm(input, mat1, mat2, ...)',
  (
    input: Tensor,
    /** The first matrix, [n, m]. */ mat1: Tensor,
    /** The second matrix, [m, p]. */ mat2: Tensor,
    factors: ProductFactors = {},
  ): Tensor => {
    return plusProduct('addmm', input, mat1.mm(mat2), factors, 'AddmmBackward0');
  },
);

/** `addmm`, in place. */
export const addmm_ = inPlace(addmm, { readsOld: false });

/** beta · input + alpha · (batch1 batch2), matrix by matrix; the input broadcasts. */
export const baddbmm = op(
  'baddbmm(input, batch1, batch2, ...)',
  (
    input: Tensor,
    /** The first matrices, [b, n, m]. */ batch1: Tensor,
    /** The second matrices, [b, m, p]. */ batch2: Tensor,
    factors: ProductFactors = {},
  ): Tensor => {
    return plusProduct('baddbmm', input, batch1.bmm(batch2), factors, 'BaddbmmBackward0');
  },
);

/** `baddbmm`, in place. */
export const baddbmm_ = inPlace(baddbmm, { readsOld: false });

/** beta · input + alpha · (mat vec); the input broadcasts. */
export const addmv = op(
  'addmv(input, mat, vec, ...)',
  (
    input: Tensor,
    /** The matrix, [n, m]. */ mat: Tensor,
    /** The vector, [m]. */ vec: Tensor,
    factors: ProductFactors = {},
  ): Tensor => {
    return plusProduct('addmv', input, mv(mat, vec), factors, 'AddmvBackward0');
  },
);

/** `addmv`, in place. */
export const addmv_ = inPlace(addmv, { readsOld: false });

/** beta · input + alpha · (vec1 ⊗ vec2); the input broadcasts. */
export const addr = op(
  'addr(input, vec1, vec2, ...)',
  (
    input: Tensor,
    /** The first vector. */ vec1: Tensor,
    /** The second vector. */ vec2: Tensor,
    factors: ProductFactors = {},
  ): Tensor => {
    const product = outer(vec1, vec2);
    const { beta, alpha } = parseArgs<ProductFactors>('addr', [], { beta: 1, alpha: 1 }, [factors]);
    for (const [factor, number] of Object.entries({ beta, alpha })) {
      if (product.isFloatingPoint() || Number.isInteger(number)) continue;
      throw new ArgumentError(`addr: expected a whole ${factor} for dtype ${product.dtype}, but got ${number}`);
    }
    if (product.dtype !== 'bool') return plusProduct('addr', input, product, { beta, alpha }, 'AddrBackward0');
    // For bools, a factor only counts as zero or nonzero.
    const times = (x: Tensor, factor: number) => (factor === 0 ? x.logicalXor(x) : x);
    return times(product, alpha).add(times(input, beta));
  },
);

/** `addr`, in place. */
export const addr_ = inPlace(addr, { readsOld: false });

/** beta · input + alpha · Σ over the batch of (batch1 batch2); the input broadcasts. */
export const addbmm = op(
  'addbmm(input, batch1, batch2, ...)',
  (
    input: Tensor,
    /** The first matrices, [b, n, m]. */ batch1: Tensor,
    /** The second matrices, [b, m, p]. */ batch2: Tensor,
    factors: ProductFactors = {},
  ): Tensor => {
    expectRanks('addbmm', [batch1, batch2], [3, 3]);
    const [b, n, m] = batch1.shape as [number, number, number];
    const [b2, m2, p] = batch2.shape as [number, number, number];
    if (b !== b2 || m !== m2) {
      throw new ShapeError(
        `addbmm: expected two batches with the same number of matrices and matching sizes, but got shapes ${showShape(batch1.shape)} and ${showShape(batch2.shape)}`,
      );
    }
    const product = batch1
      .permute(1, 0, 2)
      .reshape(n, b * m)
      .matmul(batch2.reshape(b * m, p));
    return plusProduct('addbmm', input, product, factors, 'AddbmmBackward0');
  },
);

/** `addbmm`, in place. */
export const addbmm_ = inPlace(addbmm, { readsOld: false });

/** beta · input + alpha · product. As in PyTorch, integers take both factors without their fractions. */
function plusProduct(op: string, input: Tensor, product: Tensor, factors: ProductFactors, name: string): Tensor {
  const given = parseArgs<ProductFactors>(op, [], { beta: 1, alpha: 1 }, [factors]);
  const whole = (factor: number) => (product.isFloatingPoint() ? factor : Math.trunc(factor));
  const [beta, alpha] = [whole(given.beta), whole(given.alpha)];
  const scaled = alpha === 1 ? product : product.mul(alpha);
  const sum = scaled.add(beta === 0 ? input.mul(0).nanToNum() : beta === 1 ? input : input.mul(beta));
  named(sum.value, name);
  return sum;
}

interface TensordotOptions {
  dims?: number | readonly [readonly number[], readonly number[]];
}

/**
 * The sum of products over the last n dimensions of `a` and the first n of `b` (default: 2), or over listed dimensions
 * of each.
 */
export const tensordot = callable(
  'tensordot(a, b, dims?: numbers, ...)',
  (
    /** The first. */ a: Tensor,
    /** The second. */ b: Tensor,
    ...args: Arguments<TensordotOptions, ['dims']>
  ): Tensor => {
    const { dims } = parseArgs<TensordotOptions>('tensordot', [], { dims: 2 }, args, {
      dims: either(number, listOf(listOf(integer), 2)),
    });
    const ranks = [a.shape.length, b.shape.length] as const;
    if (typeof dims === 'number' && !(Number.isInteger(dims) && dims >= 0 && dims <= Math.min(...ranks))) {
      throw new ArgumentError(
        `tensordot: expected a number of dimensions from 0 to ${Math.min(...ranks)}, but got ${dims}`,
      );
    }
    const [left, right] =
      typeof dims === 'number'
        ? [Array.from({ length: dims }, (_, i) => ranks[0] - dims + i), Array.from({ length: dims }, (_, i) => i)]
        : [
            dims[0].map((d) => resolveDim('tensordot', d, ranks[0])),
            dims[1].map((d) => resolveDim('tensordot', d, ranks[1])),
          ];
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
  },
);

/**
 * Sums products over the last dimension of both. If one has no dimensions, the plain product. Shape: [..., n] and [*,
 * n] → [..., *].
 */
export const inner = op('inner(input, other)', (input: Tensor, other: Tensor): Tensor => {
  if (input.shape.length === 0 || other.shape.length === 0) return input.mul(other);
  if (input.shape.at(-1) !== other.shape.at(-1)) {
    throw new ShapeError(
      `inner: expected equal last dimensions, but got shapes ${showShape(input.shape)} and ${showShape(other.shape)}`,
    );
  }
  return tensordot(input, other, [[-1], [-1]]);
});

/** The Kronecker product: blocks of each element of `input` times the whole of `other`. The sizes multiply. */
export const kron = op('kron(input, other)', (input: Tensor, other: Tensor): Tensor => {
  const rank = Math.max(input.shape.length, other.shape.length);
  const padded = (x: Tensor) => [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const [a, b] = [padded(input), padded(other)];
  const blocks = input.reshape(a.flatMap((size) => [size, 1])).mul(other.reshape(b.flatMap((size) => [1, size])));
  return blocks.reshape(a.map((size, d) => size * b[d]!));
});

/**
 * The cross product of vectors of three elements along a dimension (by default the first of size 3). The shapes
 * broadcast.
 */
export const cross = op(
  'cross(input, other, ...)',
  (input: Tensor, other: Tensor, ...args: Arguments<{ dim?: number | null }, ['dim']>): Tensor => {
    const { dim } = parseArgs<{ dim?: number | null }>('cross', [], { dim: null }, args);
    const shape = broadcastShapes('cross', [input.value, other.value]);
    const d = dim === null ? shape.indexOf(3) : resolveDim('cross', dim, shape.length);
    if (d < 0 || shape[d] !== 3) {
      throw new ShapeError(
        `cross: expected a dimension of size 3, but got shapes ${showShape(input.shape)} and ${showShape(other.shape)}`,
      );
    }
    const [x, y] = [input.expand(shape), other.expand(shape)];
    const product = x
      .roll(-1, d)
      .mul(y.roll(-2, d))
      .sub(x.roll(-2, d).mul(y.roll(-1, d)));
    named(product.value, 'LinalgCrossBackward0');
    return product;
  },
);

/** The same as `dot`, since real numbers are their own conjugates. */
export const vdot = op('vdot(input, other)', (input: Tensor, other: Tensor): Tensor => dot(input, other));
