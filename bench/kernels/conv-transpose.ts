// Hand-written kernels of a transposed convolution that doubles an image (4×4, stride 2, padding 1): forward, and with both
// gradients of ½Σy².
import forward from './conv-transpose.wgsl?raw';
import inputGradient from './conv-transpose-input-grad.wgsl?raw';
import weightGradient from './conv-transpose-weight-grad.wgsl?raw';
import type { Shape } from './conv2d';
import { bordered, chunksPass, padPass, totalPass, workgroups } from './passes';
import type { Pass, Program } from './program';

const tiles = ({ batch, to, size }: Shape): number => (batch * to * size ** 2) / (2 * 49);
const sizes = ({ batch, from, to, size }: Shape) => ({ BATCH: batch, FROM: from, TO: to, SIZE: size });

const passes = (shape: Shape, border: number): Pass[] => [
  padPass(shape.batch * shape.from, shape.size, ['x', 'padded']),
  {
    source: forward,
    constants: { ...sizes(shape), BORDER: border },
    buffers: ['padded', 'w', 'y', 'squares'],
    workgroups: workgroups(tiles(shape), 16),
  },
];

export const convTransposeForward = (shape: Shape): Program => {
  const { batch, from, to, size } = shape;
  return {
    inputs: ['x', 'w'],
    scratch: { padded: batch * from * bordered(size), y: batch * to * 4 * size ** 2, squares: tiles(shape) },
    passes: passes(shape, 0),
    read: 'y',
    outputs: { y: 'y' },
  };
};

/** dy is y, which the forward pass leaves with a border. */
export const convTransposeGradients = (shape: Shape): Program => {
  const { batch, from, to, size } = shape;
  const weights = from * to * 16;
  return {
    inputs: ['x', 'w'],
    scratch: {
      padded: batch * from * bordered(size),
      y: batch * to * bordered(2 * size),
      squares: tiles(shape),
      loss: 1,
      dx: batch * from * size ** 2,
      parts: batch * weights,
      dw: weights,
    },
    passes: [
      ...passes(shape, 1),
      totalPass(tiles(shape), 0.5, ['squares', 'loss']),
      {
        source: inputGradient,
        constants: sizes(shape),
        buffers: ['y', 'w', 'dx'],
        workgroups: workgroups((batch * from * size ** 2) / (8 * 49), 16),
      },
      {
        source: weightGradient,
        constants: sizes(shape),
        buffers: ['x', 'y', 'parts'],
        workgroups: workgroups((batch * from * to) / 16, 16),
      },
      chunksPass(batch, weights, ['parts', 'dw']),
    ],
    read: 'loss',
    outputs: { 'gradient 0': 'dx', 'gradient 1': 'dw' },
  };
};
