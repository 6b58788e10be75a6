// What puts expressions into kernels, loaded for plans that have both.
import { LatePart } from '../../core/late';

export const inlining = new LatePart('fusion', () => import('./inline'));
