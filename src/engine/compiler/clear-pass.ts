// Owns the pass that makes an output zeros before another writes some of its elements.
import fillSource from '../../../shaders/fill.wgsl?raw';
import { f32, output, type Pass } from './ir';
import { gridFor } from './lowering';

/** Of fill.wgsl. */
const WORKGROUP = 64;

/** Zeros in the place of all `count` elements of the output. */
export const clearPass = (label: string, count: number): Pass => ({
  source: [fillSource],
  label,
  reads: [],
  writes: [output()],
  params: { count, value: f32(0) },
  grid: gridFor(count, WORKGROUP),
});
