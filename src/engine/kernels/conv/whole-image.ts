// Convolutions whose kernel covers the image, so that each output channel is one number: products of matrices, as a
// linear layer has. For GPUs, whose convolutions share loads among the outputs of a channel, of which these have one.
import { input, type Lowering, type Operand, placed } from '../../compiler/ir';
import type { AdapterProfile } from '../../gpu/device';
import { BATCH_DIMS } from '../../ops/linalg/matmul-sizes';
import { matmulPasses, type Product } from '../matmul/passes';
import type { ConvGeometry } from './geometry';

/** The elements of an image, which are those of a channel's weight. */
const elements = ({ groupIn, kernel: [kh, kw] }: ConvGeometry): number => groupIn * kh * kw;

type Sizes = Pick<Product, 'm' | 'k' | 'n' | 'steps'> & Partial<Product>;

function product(sizes: Sizes, label: string, adapter: AdapterProfile, place = (operand: Operand) => operand) {
  const none = { size: 1, a: 0, b: 0 };
  const dims = Array.from({ length: BATCH_DIMS }, () => none);
  const usual = { batch: 1, transposeA: false, transposeB: false, sums: false, bias: false, dims };
  const lowering = matmulPasses({ ...usual, ...sizes }, adapter);
  return {
    ...lowering,
    passes: lowering.passes.map((pass) =>
      placed(pass, place, pass.label === 'matmul' || pass.label === 'matvec' ? label : pass.label),
    ),
  };
}

/** y[n,o] = b[o] + Σ_e x[n,e] · w[o,e]. Inputs: x, w and, optionally, b. */
export function imageForward(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const k = elements(g);
  const steps = { m: k, ka: 1, kb: 1, n: k };
  return product({ m: g.batch, k, n: g.groupOut, transposeB: true, bias, steps }, 'conv2d', adapter);
}

/** dx[n,e] = b[e] + Σ_o dy[n,o] · w[o,e]. Inputs: dy, w and, if an image is one pixel, optionally b. */
export function imageInputGrad(g: ConvGeometry, bias: boolean, adapter: AdapterProfile): Lowering {
  const n = elements(g);
  const steps = { m: g.groupOut, ka: 1, kb: n, n: 1 };
  return product({ m: g.batch, k: g.groupOut, n, bias, steps }, 'conv2d input gradient', adapter);
}

/** dw[o,e] = Σ_n dy[n,o] · x[n,e], db[o] = Σ_n dy[n,o]. Inputs: x and dy. */
export function imageWeightGrad(g: ConvGeometry, adapter: AdapterProfile): Lowering {
  const n = elements(g);
  const steps = { m: 1, ka: g.groupOut, kb: n, n: 1 };
  const sizes = { m: g.groupOut, k: g.batch, n, transposeA: true, sums: true, steps };
  return product(sizes, 'conv2d weight gradient', adapter, swapped);
}

/** dy, input 1, is the left matrix. */
const swapped = (operand: Operand): Operand => (operand.from === 'input' ? input(1 - operand.index) : operand);
