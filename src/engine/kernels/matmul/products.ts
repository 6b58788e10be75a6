// Lowers the operations of matrix products.
import type { LowerContext, Lowering } from '../../compiler/ir';
import { invariant } from '../../core/errors';
import { numel } from '../../core/meta';
import { BATCH_DIMS, batchSteps, type MatmulAttrs, matmulSizes } from '../../ops/linalg/matmul-sizes';
import { matmulPasses } from './passes';

/** Lowers a product that may add input 2 to every row, or also sum the first operand's rows into output 1. */
export function matmul(
  { inputs: [a, b], outputs: [y], attrs, adapter }: LowerContext<MatmulAttrs>,
  extra: 'bias' | 'sums' | null,
): Lowering {
  const { rows, cols, inner } = matmulSizes(a!, b!, attrs);
  const dims = batchSteps(y!.shape.slice(0, -2), a!, b!);
  invariant(dims.length === BATCH_DIMS, `a matrix product over ${dims.length} separate batch dimensions`);
  const [a1, b1] = [a!.shape[a!.shape.length - 1]!, b!.shape[b!.shape.length - 1]!];
  const [m, ka] = attrs.transposeA ? [1, a1] : [a1, 1];
  const [kb, n] = attrs.transposeB ? [1, b1] : [b1, 1];
  const shape = { m: rows, k: inner, n: cols, batch: numel(y!.shape.slice(0, -2)), ...attrs };
  const product = { ...shape, steps: { m, ka, kb, n }, dims, bias: extra === 'bias', sums: extra === 'sums' };
  return matmulPasses(product, adapter);
}
