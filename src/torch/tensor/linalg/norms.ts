// Norms, and products of vectors and matrices, for torch.linalg.

import { integer, listOf, oneOf } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type DType, showShape } from '../../../engine/core/meta';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { broadcastShapes } from '../../../engine/ops/shape/broadcast';
import { resolveDim } from '../../../engine/ops/shape/dims';
import { callable } from '../calling/callable';
import { cross as crossProduct } from '../families/linear-algebra';
import type { Tensor } from '../tensor';
import { svdvals } from './spectra';

/** The order of a matrix norm. */
export type MatrixOrd = 'fro' | 'nuc' | number;

/** Options of all norms. */
interface Reduced {
  /** Whether reduced dimensions stay with size 1. Default: false. */
  keepdim?: boolean;
  /** Convert the input to this dtype first. */
  dtype?: DType | null;
}

/** Options of vector norms. */
export interface VectorNormOptions extends Reduced {
  /**
   * The p of (Σ|x|^p)^(1/p). Infinity: the greatest |x|; -Infinity: the least; 0: the number of nonzero elements.
   * Default: 2.
   */
  ord?: number;
  /** Dimensions to reduce; all by default. */
  dim?: number | readonly number[] | null;
}

/** (Σ|x|^ord)^(1/ord) over all elements, or over the dimensions `dim`. */
export const vectorNorm = callable(
  'linalg.vectorNorm(x, ...)',
  (x: Tensor, ...args: Arguments<VectorNormOptions, ['ord', 'dim', 'keepdim', 'dtype']>): Tensor => {
    const defaults = { ord: 2, dim: null, keepdim: false, dtype: null };
    const { ord: p, dim, keepdim, dtype } = parseArgs<VectorNormOptions>('linalg.vectorNorm', [], defaults, args);
    return x.norm({ p, dim: dim as number[] | null, keepdim, dtype: dtype ?? x.dtype });
  },
);

/** Options of matrix norms. */
export interface MatrixNormOptions extends Reduced {
  /**
   * `fro` (default): √Σ|a|². `nuc`: the sum of the singular values. 2 and -2: the greatest and the least singular
   * value. 1 and -1: the greatest and the least Σ|a| of a column; ±Infinity: of a row.
   */
  ord?: MatrixOrd;
  /** The dimensions of the rows and the columns. Default: [-2, -1]. */
  dim?: readonly number[];
}

/** Norms of matrices, by default over the last two dimensions. */
export const matrixNorm = callable(
  'linalg.matrixNorm(A, ...)',
  (A: Tensor, ...args: Arguments<MatrixNormOptions, ['ord', 'dim', 'keepdim', 'dtype']>): Tensor => {
    const name = 'linalg.matrixNorm';
    const defaults = { ord: 'fro' as MatrixOrd, dim: [-2, -1], keepdim: false, dtype: null };
    const { ord, dim, keepdim, dtype } = parseArgs<MatrixNormOptions>(name, [], defaults, args, {
      ord: oneOf('fro', 'nuc', 1, -1, 2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      dim: listOf(integer, 2),
    });
    if (A.shape.length < 2) {
      throw new ShapeError(`${name}: expected at least 2 dimensions, but got shape ${showShape(A.shape)}`);
    }
    return normOfMatrices(name, dtype ? A.to(dtype) : A, ord, dim, keepdim);
  },
);

function normOfMatrices(name: string, A: Tensor, ord: MatrixOrd, dim: readonly number[], keepdim: boolean): Tensor {
  const dims = dim.map((d) => resolveDim(name, d, A.shape.length));
  const [rows, columns] = dims as [number, number];
  if (dims.length !== 2 || rows === columns) {
    throw new ArgumentError(`${name}: expected dim to be two different dimensions, but got ${showShape(dim)}`);
  }
  if (ord === 'fro') return A.norm({ p: 2, dim: dims, keepdim });
  if (ord === 'nuc' || Math.abs(ord) === 2) {
    const values = svdvals(A.movedim(dims, [-2, -1]));
    const result = ord === 'nuc' ? values.sum(-1) : ord > 0 ? greatest(values, -1) : values.amin(-1);
    return keepdim ? result.reshape(A.shape.map((size, d) => (dims.includes(d) ? 1 : size))) : result;
  }
  const [summed, compared] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  const sums = A.norm({ p: 1, dim: summed, keepdim: true });
  const result = ord > 0 ? greatest(sums, compared, true) : sums.amin(compared, { keepdim: true });
  return keepdim ? result : result.squeeze(dims);
}

/** The greatest element along a dimension; 0 if there is none. */
const greatest = (x: Tensor, dim: number, keepdim = false): Tensor =>
  x.shape.at(dim) === 0 ? x.sum(dim, keepdim) : x.amax(dim, keepdim);

/** Options of `norm`. */
export interface NormOptions extends Reduced {
  /**
   * null (default): the 2-norm of the elements as one vector, whatever the shape. Otherwise the order of a vector or
   * matrix norm.
   */
  ord?: MatrixOrd | null;
  /** One dimension for vector norms, two for matrix norms. Default: all. */
  dim?: number | readonly number[] | null;
}

/** A vector or matrix norm: `matrixNorm` if two dimensions are reduced and `ord` is given, else `vectorNorm`. */
export const norm = callable(
  'linalg.norm(A, ...)',
  (A: Tensor, ...args: Arguments<NormOptions, ['ord', 'dim', 'keepdim', 'dtype']>): Tensor => {
    const defaults = { ord: null, dim: null, keepdim: false, dtype: null };
    const { ord, dim, keepdim, dtype } = parseArgs<NormOptions>('linalg.norm', [], defaults, args);
    const count = dim === null ? A.shape.length : [dim].flat().length;
    if (ord === null) return vectorNorm(A, { dim, keepdim, dtype });
    if (dim === null && count !== 1 && count !== 2) {
      throw new ShapeError(
        `linalg.norm: expected 1 or 2 dimensions if ord is given and dim is not, but got shape ${showShape(A.shape)}`,
      );
    }
    if (count === 2) return matrixNorm(A, { ord, keepdim, dtype, ...(dim !== null && { dim: [dim].flat() }) });
    if (typeof ord !== 'string') return vectorNorm(A, { ord, dim, keepdim, dtype });
    throw new ArgumentError(`linalg.norm: expected two dimensions for ord '${ord}', but got ${count}`);
  },
);

/** The cross product of vectors of three elements along a dimension (default: the last). The shapes broadcast. */
export const cross = callable(
  'linalg.cross(input, other, ...)',
  (input: Tensor, other: Tensor, options: { dim?: number } = {}): Tensor => {
    const { dim } = parseArgs<{ dim?: number }>('linalg.cross', [], { dim: -1 }, [options]);
    if (input.shape.length !== other.shape.length) {
      throw new ShapeError(
        `linalg.cross: expected tensors with the same number of dimensions, but got shapes ${showShape(input.shape)} and ${showShape(other.shape)}`,
      );
    }
    return crossProduct(input, other, { dim });
  },
);

/** Σ x · y along a dimension (default: the last). The shapes broadcast. */
export const vecdot = callable(
  'linalg.vecdot(x, y, ...)',
  (x: Tensor, y: Tensor, options: { dim?: number } = {}): Tensor => {
    const { dim } = parseArgs<{ dim?: number }>('linalg.vecdot', [], { dim: -1 }, [options]);
    const { length } = broadcastShapes('linalg.vecdot', [x.value, y.value]);
    return x.mul(y).sum(resolveDim('linalg.vecdot', dim, length));
  },
);

/**
 * The product of several matrices, in the order that takes the fewest multiplications. The first and the last may be
 * vectors.
 */
export const multiDot = callable('linalg.multiDot(tensors: tensors)', (tensors: readonly Tensor[]): Tensor => {
  if (tensors.length < 2) {
    throw new ArgumentError(`linalg.multiDot: expected at least 2 tensors, but got ${tensors.length}`);
  }
  const last = tensors.length - 1;
  tensors.forEach(({ shape }, i) => {
    const fits = shape.length === 2 || (shape.length === 1 && (i === 0 || i === last));
    if (!fits) throw new ShapeError(`linalg.multiDot: expected a matrix at ${i}, but got shape ${showShape(shape)}`);
  });
  const matrices = tensors.map((x, i) => (x.shape.length === 2 ? x : x.unsqueeze(i === 0 ? 0 : 1)));
  matrices.slice(1).forEach(({ shape }, i) => {
    const before = matrices[i]!.shape;
    if (before[1] === shape[0]) return;
    throw new ShapeError(
      `linalg.multiDot: expected as many rows as the matrix before has columns, but got shapes ${showShape(before)} and ${showShape(shape)}`,
    );
  });
  let product = chained(matrices);
  if (tensors[last]!.shape.length === 1) product = product.squeeze(-1);
  return tensors[0]!.shape.length === 1 ? product.squeeze(0) : product;
});

/**
 * The product of a chain of matrices. Source: Cormen, Leiserson, Rivest & Stein, Introduction to Algorithms, section
 * 15.2.
 */
function chained(matrices: readonly Tensor[]): Tensor {
  const sizes = [matrices[0]!.shape[0]!, ...matrices.map(({ shape }) => shape[1]!)];
  const count = matrices.length;
  const cost = matrices.map(() => new Array<number>(count).fill(0));
  const split = matrices.map(() => new Array<number>(count).fill(0));
  for (let length = 1; length < count; length++) {
    for (let i = 0; i + length < count; i++) {
      const j = i + length;
      cost[i]![j] = Number.POSITIVE_INFINITY;
      for (let k = i; k < j; k++) {
        const here = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (here < cost[i]![j]!) [cost[i]![j], split[i]![j]] = [here, k];
      }
    }
  }
  const product = (i: number, j: number): Tensor =>
    i === j ? matrices[i]! : product(i, split[i]![j]!).matmul(product(split[i]![j]! + 1, j));
  return product(0, count - 1);
}
