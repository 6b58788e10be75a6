// Hand-written kernels of a 3×3 convolution with padding 1: forward, and with both gradients of ½Σy².
import conv from './conv2d.wgsl?raw';
import weightGradient from './conv2d-weight-grad.wgsl?raw';
import { bordered, chunksPass, padPass, totalPass, workgroups } from './passes';
import type { Pass, Program } from './program';

export interface Shape {
  readonly batch: number;
  readonly from: number;
  readonly to: number;
  /** Height and width, which 14 divides. */
  readonly size: number;
}

const tiles = ({ batch, to, size }: Shape): number => (batch * to * size ** 2) / (8 * 49);
const sizes = ({ batch, from, to, size }: Shape) => ({ BATCH: batch, FROM: from, TO: to, SIZE: size });

const convPass = (shape: Shape, flags: { FLIP: number; BORDER: number }, buffers: string[]): Pass => ({
  source: conv,
  constants: { ...sizes(shape), ...flags },
  buffers,
  workgroups: workgroups(tiles(shape), 32),
});

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
      totalPass(tiles(shape), 0.5, ['squares', 'loss']),
      convPass(back, { FLIP: 1, BORDER: 0 }, ['y', 'w', 'dx', 'unused']),
      {
        source: weightGradient,
        constants: sizes(shape),
        buffers: ['padded', 'y', 'parts'],
        workgroups: workgroups((batch * to * from) / 32, 16),
      },
      chunksPass(batch, weights, ['parts', 'dw']),
    ],
    read: 'loss',
    outputs: { 'gradient 0': 'dx', 'gradient 1': 'dw' },
  };
};
