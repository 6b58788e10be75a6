// Programs that compute with float16, and the late passes that these programs need.
import { LatePart } from '../../core/late';
import type { Program } from '../ir';

/** The pass that makes float32 kernels read float16 values directly. */
export const widening = new LatePart('halves', () => import('./widen-late'));

export const hasHalves = ({ values }: Program): boolean => values.some(({ dtype }) => dtype === 'float16');
