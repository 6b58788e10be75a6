// Rows of a transposed convolution that doubles an image: forward, and with both gradients.
import { nn } from 'lamplight';
import { filter, image, normal } from '../inputs';
import { convTransposeForward, convTransposeGradients } from '../kernels/conv-transpose';
import type { FunctionRow } from './row';

const { convTranspose2d } = nn.functional;
const shape = { batch: 8, from: 32, to: 16, size: 14 };
const flops = 2 * 8 * 14 * 14 * 32 * 16 * 16;

const row = (kind: 'forward' | 'gradients'): FunctionRow => ({
  kind,
  name: kind === 'forward' ? 'conv-transpose' : 'conv-transpose-gradients',
  title: `conv transpose ${kind === 'forward' ? 'forward' : 'with gradients'} x[8,32,14,14] w[32,16,4,4] s2 p1`,
  flops: kind === 'forward' ? flops : 3 * flops,
  tolerance: 1e-4,
  goal: 3,
  inputs: () => [
    normal(1, [8, 32, 14, 14], 1, { tfjs: image }),
    normal(2, [32, 16, 4, 4], 1 / Math.sqrt(4 * 32), { tfjs: filter }),
  ],
  output: { shape: [8, 16, 28, 28], tfjs: image },
  lamplight: (x, w) => convTranspose2d(x!, w!, { stride: 2, padding: 1 }),
  tfjs: (tf, x, w) => tf.conv2dTranspose(x!, w!, [8, 28, 28, 16], 2, 'same'),
  jax: ({ lax }, x, w) =>
    lax.convTranspose(
      x!,
      w!,
      [2, 2],
      [
        [1, 1],
        [1, 1],
      ],
      { transposeKernel: true },
    ),
  handWritten: () => (kind === 'forward' ? convTransposeForward(shape) : convTransposeGradients(shape)),
});

export const transposedConvolutions = [row('forward'), row('gradients')];
