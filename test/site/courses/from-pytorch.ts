// The figures of the ported script: what PyTorch 2.15 printed for its Python.
import type { ExpectedCourse } from './expected';

export default {
  cells: [
    {
      cell: 'const angle = t.mul(2)',
      shows: ['tensor([[-1.3845, -1.6469], [-2.2426, 1.7026], [-0.0328, 0.6181]])'],
      plots: 1,
    },
    { cell: 'await x.at(y.eq(1))', shows: [/^0\.0251\d* \[ 100, 2 \] \[ 3\.2641\d*, 2\.5547\d* \]/] },
    {
      cell: 'constructor({ hidden = 32 } = {})',
      shows: ['(fc2): Linear(in_features=32, out_features=32, bias=True)', '1218'],
    },
    { cell: 'new optim.lrScheduler.StepLR', plots: 1 },
    {
      cell: 'const pytorch = ',
      numbers: [
        { row: '10', value: 0.023, within: 0.0005 },
        { row: '20', value: 0.0032, within: 0.0002 },
        { row: '30', value: 0.0017, within: 0.0002 },
        { row: '40', value: 0.0011, within: 0.0002 },
      ],
    },
    { cell: 'const accuracy = ', shows: [/^1\b/], pictures: 1 },
    {
      cell: "saveBytes(model.stateDict(), 'spiral.pt')",
      shows: ['the same answers: true', 'fc1.weight, fc1.bias, fc2.weight'],
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
