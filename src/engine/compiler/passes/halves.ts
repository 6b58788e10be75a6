// Programs that compute with float16, and the late passes that these programs need.
import { LatePart } from '../../core/late';
import type { Program } from '../ir';

/** Kernels of float32 that read float16 where it lies. */
export const widening = new LatePart('halves', () => import('./widen-late'));

export const hasHalves = ({ values }: Program): boolean => values.some(({ dtype }) => dtype === 'float16');
