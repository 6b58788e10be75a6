// What copies values to the host for snapshots, loaded by programs that go on for a while.
import { LatePart } from '../core/late';

export const copying = new LatePart('copies', () => import('./copier'));
