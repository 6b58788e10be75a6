// The code that puts expressions into kernels, and kernels together. Loads late, for plans that have kernels to fuse
// into.
import { LatePart } from '../../core/late';

export const inlining = new LatePart('fusion', () => import('./networks'));
