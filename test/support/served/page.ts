// A worker of tests in a page: it serves the data set that its name tells, and behaves as it is told.
import { data } from 'lamplight';
import { datasets, type ServedTask, seed } from '../served-data';

const { kind, seeding, length } = JSON.parse((globalThis as unknown as { name: string }).name) as ServedTask;
if (kind === 'loads nothing') throw new RangeError('this module does not load');
if (kind !== 'serves nothing') data.serve(datasets[kind](length ?? 10), { workerInitFn: seeding ? seed : null });
