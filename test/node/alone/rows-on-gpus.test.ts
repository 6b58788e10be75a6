// A few of the rows that test/long/node/rows-on-gpus compares between the kernels of GPUs and those of processors.
import { compareRows } from '../../support/rows-on-gpus';

await compareRows('often');
