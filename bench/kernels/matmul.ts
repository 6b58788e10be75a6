// Hand-written kernels of a square matrix product.
import source from './matmul.wgsl?raw';
import type { Program } from './program';

/** [n, n] · [n, n], where 16 divides n. */
export const matmulProgram = (n: number): Program => ({
  inputs: ['a', 'b'],
  scratch: { y: n * n },
  passes: [
    {
      source,
      constants: { N: n },
      buffers: ['a', 'b', 'y'],
      workgroups: [Math.ceil((n / 16) ** 2 / 32)],
    },
  ],
  read: 'y',
  outputs: { y: 'y' },
});
