// The pass that clears an output to zeros, for kernels that write only some of its elements.
import fillSource from '../../../shaders/fill.wgsl?raw';
import { f32, gridFor, output, type Pass } from './ir';

/** The workgroup size of fill.wgsl. */
const WORKGROUP = 64;

/** Sets all `count` elements of the output to zero. */
export const clearPass = (label: string, count: number): Pass => ({
  source: [fillSource],
  label,
  reads: [],
  writes: [output()],
  params: { count, value: f32(0) },
  grid: gridFor(count, WORKGROUP),
});
