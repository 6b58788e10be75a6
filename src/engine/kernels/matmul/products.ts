// Lowers the operations of matrix products.
import type { LowerContext, Lowering, StridedView } from '../../compiler/ir';
import { invariant } from '../../core/errors';
import { contiguousStrides, numel } from '../../core/meta';
import { BATCH_DIMS, batchSteps, type MatmulAttrs, matmulSizes, type Operand } from '../../ops/linalg/matmul-sizes';
import { matmulPasses } from './passes';

/** Lowers a product that may add input 2 to every row, or also sum the first operand's rows into output 1. */
export function matmul(context: LowerContext<MatmulAttrs>, extra: 'bias' | 'sums' | null): Lowering {
  const [a, b] = context.inputs;
  const lowering = lowered(context, extra, a!, b!);
  invariant(lowering, 'a matrix product over more separate batch dimensions than the kernels know');
  // Processors' kernels load an operand faster from a copy in their order.
  if (context.adapter.kind === 'software') return lowering;
  return {
    ...lowering,
    ...(extra === null && { turned: () => matmul(turned(context), null) }),
    viewed: ([p, q, ...others]) => {
      if (others.some(Boolean) || ![p, q].every((view) => !view || isReadable(view))) return undefined;
      return lowered(context, extra, { ...a!, ...p }, { ...b!, ...q });
    },
  };
}

/** The product as it is transposed: (A · B)ᵀ = Bᵀ · Aᵀ. */
function turned(context: LowerContext<MatmulAttrs>): LowerContext<MatmulAttrs> {
  const [a, b] = context.inputs;
  const { shape, dtype } = context.outputs[0]!;
  const { transposeA, transposeB } = context.attrs;
  return {
    ...context,
    inputs: [b!, a!],
    outputs: [{ shape: [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!], dtype }],
    attrs: { transposeA: !transposeB, transposeB: !transposeA },
  };
}

/** Whether the kernels can read a view, and find neighbours in it along the rows or the columns. */
function isReadable({ shape, strides, offset }: StridedView): boolean {
  const near = (d: number) => strides[d] === 1 || shape[d] === 1;
  return offset === 0 && strides.every((stride) => stride >= 0) && (near(shape.length - 1) || near(shape.length - 2));
}

/** The product of operands with strides; undefined if it walks more separate batch dimensions than BATCH_DIMS. */
function lowered(
  { outputs: [y], attrs, adapter }: LowerContext<MatmulAttrs>,
  extra: 'bias' | 'sums' | null,
  a: Operand,
  b: Operand,
): (Lowering & { readonly kind: 'passes' }) | undefined {
  const { rows, cols, inner } = matmulSizes(a, b, attrs);
  const dims = batchSteps(y!.shape.slice(0, -2), a, b);
  if (dims.length > BATCH_DIMS) return undefined;
  const pair = ({ shape, strides = contiguousStrides(shape) }: Operand, transpose: boolean) => {
    const [outer, near] = strides.slice(-2) as [number, number];
    return transpose ? [near, outer] : [outer, near];
  };
  const [m, ka] = pair(a, attrs.transposeA) as [number, number];
  const [kb, n] = pair(b, attrs.transposeB) as [number, number];
  // Which way lies together in memory decides between the tiles for vectors.
  const ways = {
    transposeA: a.strides ? ka !== 1 : attrs.transposeA,
    transposeB: b.strides ? n !== 1 : attrs.transposeB,
  };
  const shape = { m: rows, k: inner, n: cols, batch: numel(y!.shape.slice(0, -2)), ...ways };
  const product = { ...shape, steps: { m, ka, kb, n }, dims, bias: extra === 'bias', sums: extra === 'sums' };
  return matmulPasses(product, adapter);
}
