// A worker of tests in Node: it serves the data set that it is told of, and behaves as it is told.
import { workerData } from 'node:worker_threads';
import { data } from 'lamplight';
import { datasets, type ServedTask, seed } from '../served-data';

const { kind, seeding, length } = workerData as ServedTask;
if (kind === 'loads nothing') throw new RangeError('this module does not load');
if (kind !== 'serves nothing') data.serve(datasets[kind](length ?? 10), { workerInitFn: seeding ? seed : null });
