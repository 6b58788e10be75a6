// Rows, columns, moments, losses, windows and scatters with the kernels that GPUs take, beside those of processors.
import { compareRows } from '../../support/rows-on-gpus';

await compareRows('all');
