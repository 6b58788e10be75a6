// Passes that several hand-written computations share: the border around images, and sums over parts.
import pad from './conv2d-pad.wgsl?raw';
import type { Pass } from './program';
import chunks from './sum-chunks.wgsl?raw';
import sum from './total.wgsl?raw';

/** Elements of a plane with a border around `size`² elements. */
export const bordered = (size: number): number => (size + 2) * (size + 8);

/** The workgroups of so many invocations. */
export const workgroups = (invocations: number, size: number): [number] => [Math.ceil(invocations / size)];

export const padPass = (planes: number, size: number, buffers: [x: string, y: string]): Pass => ({
  source: pad,
  constants: { PLANES: planes, SIZE: size },
  buffers,
  workgroups: workgroups(planes * size, 64),
});

/** The sum of `count` numbers times `scale`. */
export const totalPass = (count: number, scale: number, buffers: [x: string, y: string]): Pass => ({
  source: sum,
  constants: { COUNT: count / 4, SCALE: scale },
  buffers,
  workgroups: [1],
});

/** The sum of `parts` results of `count` elements. */
export const chunksPass = (parts: number, count: number, buffers: [x: string, y: string]): Pass => ({
  source: chunks,
  constants: { CHUNKS: parts, COUNT: count / 4 },
  buffers,
  workgroups: workgroups(count / 4, 64),
});
