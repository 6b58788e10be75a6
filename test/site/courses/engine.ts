// What the README promises of the engine, as its notebook shows it.
import type { ExpectedCourse } from './expected';

export default {
  cells: [
    { cell: 'const recorded = ', shows: ['recording 200 operations', 'compiling, running and reading one number'] },
    { cell: 'const chain = ', shows: ['plan 1: 1 dispatch in 1 submit', 'five operations: kernels 1 1'] },
    { cell: 'const apart = ', shows: [/one expression 1 .* read at each step 5/] },
    {
      cell: 'for (let i = 2; i <= 8; i++)',
      shows: ['submits in a later step 1 1', 'plans compiled in it 0 0', 'least buffers created in the last three 0 0'],
    },
    { cell: 'torch.gpu.explain(step)', shows: ['conv2d relu maxPool2d', 'Adam: adam [13824]'] },
    {
      cell: 'const memory = plot(',
      shows: ['weights 54 kB 54 kB'],
      numbers: [{ row: 'most held, beside the tenth step', value: 1.25, within: 0.25 }],
      plots: 1,
    },
    { cell: 'const rates:', shows: ['512 × 512'] },
  ],
} satisfies ExpectedCourse;
