// Hand-written kernels of a chain of pointwise operations that ends in a sum.
import source from './elementwise.wgsl?raw';
import { totalPass, workgroups } from './passes';
import type { Program } from './program';

const STRIPS = 1024;

/** Σ relu(x·a + b)·sigmoid(x) + c over `count` elements, which 16,384 divides. */
export const elementwiseProgram = (count: number): Program => ({
  inputs: ['x', 'a', 'b', 'c'],
  scratch: { sums: STRIPS, y: 1 },
  passes: [
    {
      source,
      constants: { LENGTH: count / 4 / STRIPS },
      buffers: ['x', 'a', 'b', 'c', 'sums'],
      workgroups: workgroups(STRIPS, 64),
    },
    totalPass(STRIPS, 1, ['sums', 'y']),
  ],
  read: 'y',
  outputs: { y: 'y' },
});
