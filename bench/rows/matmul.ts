// Rows of square matrix products.
import { normal } from '../inputs';
import type { FunctionRow } from './row';

const matmul = (n: number, goal: number): FunctionRow => ({
  kind: 'forward',
  name: `matmul-${n}`,
  title: `matmul ${n}³`,
  flops: 2 * n ** 3,
  tolerance: 1e-5,
  goal,
  inputs: () => [normal(1, [n, n]), normal(2, [n, n])],
  output: { shape: [n, n] },
  lamplight: (a, b) => a!.matmul(b!),
  tfjs: (tf, a, b) => tf.matMul(a!, b!),
  jax: ({ numpy: np }, a, b) => np.matmul(a!, b!),
});

export const matmuls = [matmul(256, 1), matmul(512, 1.25), matmul(1024, 1.25)];
