// The figures of the digits' page: PyTorch's own run of its training, from the same seed on the same digits
// (test/fixtures/families/notebook_guides.py), and what is drawn is read.
import fixture from '../../fixtures/notebook-guides.json';
import type { ExpectedCourse } from './expected';

const { model, weights, losses, accuracy } = fixture.cases.find((one) => one.name === 'web-page')!;
const count = weights!.toLocaleString('en');

/** A figure that the notebook states as PyTorch's, to four digits, and the page's own. */
const beside = (row: string, value: number, within: number) => [
  { row, column: 'PyTorch', value: Number(value.toFixed(4)) },
  { row, value, within },
];

export default {
  cells: [
    {
      cell: 'class Digits extends',
      shows: [model!, `weights ${count} ${count}`],
    },
    {
      cell: 'const meanLosses',
      numbers: [
        ...beside('loss, first epoch', losses![0]!, 0.002),
        ...beside('loss, second epoch', losses![1]!, 0.005),
        ...beside('accuracy on new digits', accuracy!, 0.006),
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
