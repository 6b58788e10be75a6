// Hand-written kernels of a 3×3 convolution with padding 1: forward, and with both gradients of ½Σy².
import conv from './conv2d.wgsl?raw';
import pad from './conv2d-pad.wgsl?raw';
import weightGradient from './conv2d-weight-grad.wgsl?raw';
import type { Pass, Program } from './program';
import sumChunks from './sum-chunks.wgsl?raw';
import total from './total.wgsl?raw';

export interface Shape {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  /** Height and width, which 28 divides. */
  readonly size: number;
}

const bordered = (size: number): number => (size + 2) * (size + 8);
const tiles = ({ batch, to, size }: Shape): number => (batch * to * size ** 2) / (8 * 49);
const workgroups = (invocations: number, size: number): [number] => [Math.ceil(invocations / size)];

const padPass = (planes: number, size: number, buffers: [string, string]): Pass => ({
  source: pad,
  constants: { PLANES: planes, SIZE: size },
  buffers,
  workgroups: workgroups(planes * size, 64),
});

const convPass = (shape: Shape, flags: { FLIP: number; BORDER: number }, buffers: string[]): Pass => ({
  source: conv,
  constants: { ...sizes(shape), ...flags },
  buffers,
  workgroups: workgroups(tiles(shape), 32),
});

const sizes = ({ batch, from, to, size }: Shape) => ({ BATCH: batch, FROM: from, TO: to, SIZE: size });

export const convForward = (shape: Shape): Program => {
  const { batch, from, to, size } = shape;
  return {
    inputs: ['x', 'w'],
    scratch: { padded: batch * from * bordered(size), y: batch * to * size ** 2, squares: tiles(shape) },
    passes: [
      padPass(batch * from, size, ['x', 'padded']),
      convPass(shape, { FLIP: 0, BORDER: 0 }, ['padded', 'w', 'y', 'squares']),
    ],
    read: 'y',
    outputs: { y: 'y' },
  };
};

/** dy is y, which the forward pass leaves with a border, ready for the gradient by the input. */
export const convGradients = (shape: Shape): Program => {
  const { batch, from, to, size } = shape;
  const weights = to * from * 9;
  const back = { ...shape, from: to, to: from };
  return {
    inputs: ['x', 'w'],
    scratch: {
      padded: batch * from * bordered(size),
      y: batch * to * bordered(size),
      squares: tiles(shape),
      unused: tiles(back),
      loss: 1,
      dx: batch * from * size ** 2,
      parts: batch * weights,
      dw: weights,
    },
    passes: [
      padPass(batch * from, size, ['x', 'padded']),
      convPass(shape, { FLIP: 0, BORDER: 1 }, ['padded', 'w', 'y', 'squares']),
      {
        source: total,
        constants: { COUNT: tiles(shape) / 4, SCALE: 0.5 },
        buffers: ['squares', 'loss'],
        workgroups: [1],
      },
      convPass(back, { FLIP: 1, BORDER: 0 }, ['y', 'w', 'dx', 'unused']),
      {
        source: weightGradient,
        constants: sizes(shape),
        buffers: ['padded', 'y', 'parts'],
        workgroups: workgroups((batch * to * from) / 32, 16),
      },
      {
        source: sumChunks,
        constants: { CHUNKS: batch, COUNT: weights / 4 },
        buffers: ['parts', 'dw'],
        workgroups: workgroups(weights / 4, 64),
      },
    ],
    read: 'loss',
    outputs: { 'gradient 0': 'dx', 'gradient 1': 'dw' },
  };
};
