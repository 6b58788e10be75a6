// What puts expressions into kernels, and kernels together, loaded for plans that have some.
import { LatePart } from '../../core/late';

export const inlining = new LatePart('fusion', () => import('./networks'));
