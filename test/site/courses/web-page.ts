// The figures of the digits' page: PyTorch's own run of its training, from the same seed on the same digits, and what is drawn is read.
import type { ExpectedCourse } from './expected';

export default {
  cells: [
    {
      cell: 'class Digits extends',
      shows: ['(3): Linear(in_features=60, out_features=10, bias=True)', 'weights 12,878 12,878'],
    },
    {
      cell: 'const meanLosses',
      numbers: [
        { row: 'loss, first epoch', value: 1.296, within: 0.002 },
        { row: 'loss, second epoch', value: 0.3505, within: 0.005 },
        { row: 'accuracy on new digits', value: 0.917, within: 0.006 },
      ],
      plots: 1,
    },
    {
      cell: "saveBytes(model.stateDict(), 'digits.safetensors')",
      numbers: [
        { row: 'size of the file', value: 52, within: 1 },
        { row: 'greatest difference of its answers', value: 0 },
      ],
    },
    {
      cell: 'const strokes:',
      numbers: [0, 2, 7].map((digit) => ({ row: `${digit}`, column: 'read as', value: digit })),
      pictures: 3,
    },
    { cell: 'const naive = ', pictures: 3 },
  ],
} satisfies ExpectedCourse;
