// Matrix products, sums of products, and determinants.

import { einsum, linalg } from '../../../../torch';
import type { Operator, Operators } from '../call';

/** alpha · A · B + beta · C, with A and B transposed if the node says so. */
const Gemm: Operator = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const [alpha, beta] = [call.float('alpha', 1), call.float('beta', 1)];
  const left = call.int('transA', 0) === 1 ? a.t() : a;
  const right = call.int('transB', 0) === 1 ? b.t() : b;
  const product = left.matmul(right);
  const scaled = alpha === 1 ? product : product.mul(alpha);
  const c = call.optionalTensor(2);
  if (!c) return scaled;
  return scaled.add(beta === 1 ? c : c.mul(beta));
};

const Einsum: Operator = (call) => {
  const operands = call.inputs.map((_, i) => call.tensor(i));
  return einsum(call.text('equation').replaceAll(' ', ''), ...operands);
};

export const products: Operators = {
  MatMul: (call) => call.tensor(0).matmul(call.tensor(1)),
  Gemm,
  Einsum,
  Det: (call) => linalg.det(call.tensor(0).float()).to(call.tensor(0).dtype),
};
