// The figures of the ported script: what PyTorch printed for the Python that stands in the notebook (test/fixtures/families/notebook_guides.py).
import fixture from '../../fixtures/notebook-guides.json';
import type { ExpectedCourse } from './expected';

const script = fixture.cases.find((one) => one.name === 'from-pytorch')!;
const [firstRows, , network, epochs, accuracy] = script.printed!;
/** `10: 0.0230` and so on, each with how far a run on a GPU may be from it. */
const losses = epochs!.split('\n').map((line, i) => ({
  row: line.split(':')[0]!,
  value: Number(line.split(':')[1]),
  within: [0.0005, 0.0002, 0.0002, 0.0002][i]!,
}));
/** A number with at least these four digits behind the point. */
const digits = (value: number) => `${value.toFixed(8).slice(0, -4).replace('.', '\\.')}\\d*`;

export default {
  cells: [
    {
      cell: 'const angle = t.mul(2)',
      shows: [firstRows!],
      plots: 1,
    },
    {
      cell: 'await x.at(y.eq(1))',
      shows: [
        new RegExp(
          `^${digits(script.mean!)} \\[ ${script.shape!.join(', ')} \\] \\[ ${script.greatest!.map(digits).join(', ')} \\]`,
        ),
      ],
    },
    {
      cell: 'constructor({ hidden = 32 } = {})',
      shows: [network!],
    },
    { cell: 'new optim.lrScheduler.StepLR', plots: 1 },
    {
      cell: 'const pytorch = ',
      numbers: losses.flatMap(({ row, value, within }) => [
        { row, value, within },
        { row, column: 'PyTorch', value },
      ]),
    },
    { cell: 'const accuracy = ', shows: [new RegExp(`^${Number(accuracy)}\\b`)], pictures: 1 },
    {
      cell: "saveBytes(model.stateDict(), 'spiral.pt')",
      shows: [`the same answers: ${script.sameAnswers}`, script.keys!.join(', ')],
    },
    {
      cell: 'const slips:',
      shows: [
        'expected a method such as x.add(1)',
        'expected await before a value that is read back',
        "got an unknown argument 'pading'",
        'noGrad cannot hold across an await',
        'WGSL has no 64-bit floats',
      ],
    },
    {
      cell: 'const whole = torch.tensor([1, 2])',
      shows: ['torch.tensor([1, 2]) int64', 'torch.tensor([1.5, 2]) float32'],
    },
  ],
} satisfies ExpectedCourse;
