// Matrix products: batched, with an optional bias. Transposed operands are read in place instead of being copied.
import { kernels } from '../../compiler/texts';
import { ShapeError } from '../../core/errors';
import { isFloat, type Meta, numel, showShape } from '../../core/meta';
import { expectFloat, expectOfWeight, named, record, recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { add, mul } from '../pointwise/arithmetic';
import { expand, sum } from '../reduction/reduce';
import { broadcastShapes } from '../shape/broadcast';
import { cast, reshape } from '../shape/cast';
import { permute } from '../shape/shape';
import { BATCH_DIMS, batchSteps, type MatmulAttrs, matmulSizes } from './matmul-sizes';

/** The kernels of products, loaded when a plan first needs them. */
const kernel = kernels('matmul', () => import('../../kernels/usual-bundle'), 'matmul');

/** y[z,m,n] = b[n] + Σ_k A[z,m,k] · B[z,k,n], where A and B are the operands after their transposes; batch dimensions broadcast. */
const matmulOp: Op<MatmulAttrs> = {
  name: 'matmul',
  readsHalf: true,
  gradName: 'MmBackward0',
  readsSaved: true,
  infer([a, b, bias], attrs) {
    expectFloat('matmul', 'the first operand', a!);
    expectFloat('matmul', 'the second operand', b!);
    const { rows, cols } = matmulSizes(a!, b!, attrs);
    if (bias) {
      expectFloat('matmul', 'bias', bias);
      if (bias.shape.length !== 1 || bias.shape[0] !== cols) {
        throw new ShapeError(`matmul: expected bias of shape [${cols}], but got ${showShape(bias.shape)}`);
      }
    }
    const batch = broadcastShapes('matmul', [batchOf(a!), batchOf(b!)]);
    return [{ shape: [...batch, rows, cols], dtype: 'float32' }];
  },
  lower: (context) => kernel().products.matmul(context, context.inputs[2] ? 'bias' : null),
  vjp([dy], { inputs: [a, b, bias], attrs: { transposeA, transposeB }, needs, read }) {
    const da = () =>
      transposeA ? product(read(b!), dy!, transposeB, true) : product(dy!, read(b!), false, !transposeB);
    if (bias && transposeB && needs[1] && needs[2] && a!.shape.length === 2 && numel(b!.shape) > 0) {
      const [dw, dbias] = recordAll(linearWeightGradOp, [dy!, read(a!)], undefined);
      return [needs[0] ? da() : null, dw!, dbias!];
    }
    const db = () =>
      transposeB ? product(dy!, read(a!), true, transposeA) : product(read(a!), dy!, !transposeA, false);
    const grads = [needs[0] ? da() : null, needs[1] ? db() : null];
    if (!bias) return grads;
    const leading = dy!.shape.slice(0, -1).map((_, d) => d);
    return [...grads, needs[2] ? sum(dy!, leading) : null];
  },
  saves: { inputs: [0, 1] },
  growth: 'product',
};

/**
 * The gradients of a linear layer's weight and bias in one pass: dw = dyᵀ · x, and db = Σ dy over the rows. Inputs: dy,
 * x.
 */
const linearWeightGradOp: Op<undefined> = {
  name: 'linearWeightGrad',
  readsHalf: true,
  infer([dy, x]) {
    const [rows, cols] = [dy!.shape[1]!, x!.shape[1]!];
    return [
      { shape: [rows, cols], dtype: 'float32' },
      { shape: [rows], dtype: 'float32' },
    ];
  },
  lower: (context) => kernel().products.matmul({ ...context, attrs: { transposeA: true, transposeB: false } }, 'sums'),
  vjp([g, gb], { inputs: [dy, x], needs }) {
    const byWeight = needs[0] && g ? product(x!, g, false, true) : null;
    const byBias = needs[0] && gb ? expand(gb, dy!.shape) : null;
    return [
      byWeight && byBias ? add(byWeight, byBias) : (byWeight ?? byBias),
      needs[1] && g ? product(dy!, g, false, false) : null,
    ];
  },
  growth: 'rowProduct',
};

const batchOf = (x: Meta): Meta => ({ shape: x.shape.slice(0, -2), dtype: x.dtype });

/**
 * Product of operands of at least 2 dimensions. If only the first has batch dimensions, they become rows; so the
 * gradient of the second is one product, not a batch of products to sum.
 */
export function product(
  a: Value,
  b: Value,
  transposeA: boolean,
  transposeB: boolean,
  bias: Value | null = null,
): Value {
  const inputs = (x: Value) => (bias ? [x, b, bias] : [x, b]);
  const attrs = { transposeA, transposeB };
  if (a.shape.length === 2 && b.shape.length === 2) return record(matmulOp, inputs(a), attrs);
  if (transposeA || b.shape.length !== 2) {
    const batch = broadcastShapes('matmul', [batchOf(a), batchOf(b)]);
    if (batchSteps(batch, a, b).length <= BATCH_DIMS) return record(matmulOp, inputs(a), attrs);
    const whole = (x: Value) => expand(x, [...batch, ...x.shape.slice(-2)]);
    return product(whole(a), whole(b), transposeA, transposeB, bias);
  }
  const rows = numel(a.shape.slice(0, -1));
  const y = record(matmulOp, inputs(reshape(a, [rows, a.shape[a.shape.length - 1]!])), attrs);
  return named(reshape(y, [...a.shape.slice(0, -1), y.shape[1]!]), 'UnsafeViewBackward0');
}

/**
 * a[..., M, K] · b[..., K, N] → [..., M, N] as in torch.matmul: batch dimensions broadcast; a 1-D `a` is a row and a 1-D
 * `b` a column, and that dimension is absent from the result.
 */
export function matmul(a: Value, b: Value): Value {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      `matmul: expected operands of at least one dimension, but got ${showShape(a.shape)} and ${showShape(b.shape)}; multiply by a scalar with mul`,
    );
  }
  const left = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b;
  const y = wholeNumbers(left, right) ?? product(left, right, false, false);
  if (left === a && right === b) return y.shape.length > 2 ? named(y, 'UnsafeViewBackward0') : y;
  const shape = y.shape.slice(0, -2);
  if (left === a) shape.push(y.shape[y.shape.length - 2]!);
  if (right === b) shape.push(y.shape[y.shape.length - 1]!);
  return named(reshape(y, shape), vectorProducts[`${a.shape.length}${b.shape.length}`] ?? 'UnsafeViewBackward0');
}

/** PyTorch's names for the gradient functions of products with vectors, keyed by the ranks of both operands. */
const vectorProducts: Record<string, string> = { 11: 'DotBackward0', 21: 'MvBackward0', 12: 'SqueezeBackward4' };

/**
 * The product of matrices of one integer dtype, in that dtype; null for other dtypes. It multiplies and sums
 * elementwise, since the matmul kernels know only floats.
 */
function wholeNumbers(a: Value, b: Value): Value | null {
  if (isFloat(a.dtype) || a.dtype === 'bool' || a.dtype !== b.dtype) return null;
  if (a.shape[a.shape.length - 1] !== b.shape[b.shape.length - 2]) return null;
  const products = mul(reshape(a, [...a.shape, 1]), reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]));
  return cast(sum(products, -2), a.dtype);
}

/** x[..., K] · w[N, K]ᵀ + bias[N] → [..., N], as in torch.nn.functional.linear; w[K] and bias[] give [...]. */
export function linear(x: Value, w: Value, bias: Value | null): Value {
  if (w.shape.length === 1) {
    const y = linear(x, reshape(w, [1, ...w.shape]), bias && reshape(bias, [1]));
    return reshape(y, y.shape.slice(0, -1));
  }
  if (w.shape.length !== 2 || x.shape.length === 0 || x.shape[x.shape.length - 1] !== w.shape[1]) {
    throw new ShapeError(
      `linear: expected input [..., in] for weight [out, in], but got input ${showShape(x.shape)} for weight ${showShape(w.shape)}`,
    );
  }
  expectOfWeight('linear', x, w);
  if (isFloat(x.dtype)) expectFloat('linear', 'weight', w);
  const rows = () => (x.shape.length === 1 ? reshape(x, [1, ...x.shape]) : x);
  const whole = isFloat(x.dtype) ? null : wholeNumbers(rows(), permute(w, [1, 0]));
  if (whole) {
    const y = x.shape.length === 1 ? reshape(whole, [w.shape[0]!]) : whole;
    return bias ? add(y, bias) : y;
  }
  if (x.shape.length > 1) {
    const y = product(x, w, false, true, bias);
    return bias && x.shape.length === 2 ? named(y, 'AddmmBackward0') : y;
  }
  const row = product(rows(), w, false, true, bias);
  return named(reshape(row, [w.shape[0]!]), bias ? 'UnsafeViewBackward0' : 'SqueezeBackward4');
}
