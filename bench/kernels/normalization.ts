// Hand-written kernels of softmax and layer norm over the rows of a matrix.
import layerNorm from './layer-norm.wgsl?raw';
import { workgroups } from './passes';
import type { Program } from './program';
import softmax from './softmax.wgsl?raw';

const program = (source: string, inputs: string[], rows: number, length: number): Program => ({
  inputs,
  scratch: { y: rows * length },
  passes: [
    {
      source,
      constants: { ROWS: rows, LENGTH: length / 4 },
      buffers: [...inputs, 'y'],
      workgroups: workgroups(rows, 64),
    },
  ],
  read: 'y',
  outputs: { y: 'y' },
});

/** Of [rows, length], where 16 divides the length. */
export const softmaxProgram = (rows: number, length: number): Program => program(softmax, ['x'], rows, length);

/** Likewise, with a weight and a bias. */
export const layerNormProgram = (rows: number, length: number): Program =>
  program(layerNorm, ['x', 'w', 'b'], rows, length);
