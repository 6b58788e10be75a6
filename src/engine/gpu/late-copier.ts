// The late part that copies values to the host for snapshots. Only programs that run for a while load it.
import { LatePart } from '../core/late';

export const lateCopier = new LatePart('copies', () => import('./copier'));
