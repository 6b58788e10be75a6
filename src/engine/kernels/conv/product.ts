// A convolution of single taps as a matrix product, with the pixels of all images as its columns.
import { type Lowering, type Operand, placed } from '../../compiler/ir';
import type { AdapterProfile } from '../../gpu/device';
import { BATCH_DIMS } from '../../ops/linalg/matmul-sizes';
import { matmulPasses, type Product } from '../matmul/passes';
import type { Correlation } from './forward';

/**
 * Whether to compute a convolution as a matrix product: its kernel is one tap without padding, and the adapter is a
 * CPU. There, the product's tiles share loads among rows and columns, and several small images fill a tile together. On
 * a GPU, the convolution's own tiles do that.
 */
export function isProduct(c: Correlation, { kind }: AdapterProfile): boolean {
  const single = c.kernel[0] * c.kernel[1] === 1 && c.padTop === 0 && c.padLeft === 0;
  const inside = c.outSize.every((length, d) => (length - 1) * c.stride[d]! < c.size[d]!);
  return kind === 'software' && single && inside && c.groups === 1;
}

/** y[n,o,i,j] = b[o] + Σ_c w[o,c] · x[n,c,i·s,j·t]. Inputs: x, w and, optionally, b. */
export function productPasses(c: Correlation, adapter: AdapterProfile): Lowering {
  const plane = c.size[0] * c.size[1];
  const pixels = c.outSize[0] * c.outSize[1];
  const every = pixels === plane;
  const none = { size: 1, a: 0, b: 0 };
  const product: Product = {
    m: c.groupOut,
    k: c.groupIn,
    n: c.batch * pixels,
    batch: 1,
    transposeA: false,
    transposeB: false,
    sums: false,
    bias: c.bias && 'rows',
    steps: { m: c.weight.out, ka: c.weight.in, kb: plane, n: every ? 1 : c.stride[1] },
    dims: Array.from({ length: BATCH_DIMS }, () => none),
    images: {
      cols: pixels,
      step: c.groupIn * plane,
      ...(!every && { rows: { cols: c.outSize[1], step: c.stride[0] * c.size[1] } }),
    },
  };
  const lowering = matmulPasses(product, adapter);
  return { ...lowering, passes: lowering.passes.map((pass) => placed(pass, swapped, 'conv2d')) };
}

/** Swaps inputs 0 and 1, since the weight is the left matrix of the product. */
const swapped = (operand: Operand): Operand =>
  operand.from === 'input' && operand.index < 2 ? { ...operand, index: 1 - operand.index } : operand;
