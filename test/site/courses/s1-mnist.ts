// The figures of S1: PyTorch's own run of the short setting (python.json), beside what no check of the course itself holds.
import type { ExpectedCourse, ExpectedNumber } from './expected';

/** Test losses and shares of right answers of a network's epochs, as PyTorch has them with the seed. */
const epochs = (losses: readonly number[], shares: readonly number[], within: number): ExpectedNumber[] => [
  ...losses.map((value, i) => ({ row: `${i + 1}`, column: 'test, here', value, within })),
  ...shares.map((value, i) => ({ row: `${i + 1}`, column: 'right, here', value, within })),
];

export default {
  minutes: 8,
  cells: [
    { cell: 'const step = torch.tensor', shows: ['by a loop: 1 1 0 -1 -1', 'by conv1d: 1 1 0 -1 -1'] },
    { cell: 'const turned = box', plots: 1 },
    { cell: 'const photo = await', pictures: 6 },
    { cell: 'const kernelFilm', shows: [/epoch 3: loss 0\.85/] },
    { cell: 'const matrix = torch.zeros(5, 7)', shows: ['table × row: 1 1 0 -1 -1'], pictures: 1 },
    { cell: 'const links = torch', numbers: [{ row: '2', column: 'after two', value: 0.3125 }] },
    {
      cell: 'const trainSet = await',
      shows: ['60,000 pictures', '10,000 pictures', 'the first: [1, 28, 28], label 5'],
    },
    { cell: 'const samples = Array', pictures: 24 },
    { cell: 'const counts = new Array', plots: 1 },
    {
      cell: 'class CNNModel extends',
      shows: [
        '(conv1): Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1))',
        '(conv2): Conv2d(1, 2, kernel_size=(7, 7), stride=(2, 2))',
        '(conv3): Conv2d(2, 4, kernel_size=(7, 7), stride=(2, 2))',
        '(final): LazyLinear(in_features=0, out_features=10, bias=True)',
      ],
    },
    {
      cell: 'const scores = sketch(four)',
      shows: ['[4, 1, 28, 28] becomes [4, 10]', 'Linear(in_features=16, out_features=10, bias=True)'],
    },
    { cell: 'async function countParameters', shows: ['together: 676'] },
    { cell: 'const biases = sketch.final', plots: 1 },
    { cell: 'const tried = ', shows: ['slope by trying: -0.154', 'slope by backward: -0.154'] },
    {
      cell: 'const lossBefore = await',
      shows: ['loss before: 2.3628', 'loss after: 2.3592'],
      numbers: [
        { row: '5', column: 'slope', value: -0.1544, within: 0.0002 },
        { row: '7', column: 'change', value: -0.001 },
      ],
    },
    { cell: 'const history = await fit', plots: 1 },
    { cell: '[2.1635, 1.7935', numbers: epochs([1.7935, 1.1055, 0.9285], [0.467, 0.6805, 0.73], 0.006) },
    { cell: 'const denseSketch', shows: ['FNNModel 1,863,690 2,757'] },
    { cell: 'const fnnHistory = await', shows: [/loss 0\.4\d\d in training/], plots: 1 },
    { cell: 'const smallMatrix', pictures: 1 },
    { cell: 'const pooled = pool', shows: ['[[5,2],[2,7]]'] },
    { cell: 'const pooling = ', pictures: 4 },
    { cell: 'class ComplexCNNModel extends', shows: ['56,646 numbers', '3.0 % of the dense'] },
    { cell: 'const complexHistory = await', plots: 1 },
    {
      cell: '[0.8113, 0.2238',
      numbers: epochs([0.2238, 0.1289], [0.9305, 0.956], 0.02),
    },
    { cell: "network: 'ComplexCNNModel'", shows: ['ComplexCNNModel 56,646'] },
    { cell: 'const wrongCount = await', pictures: 8 },
    { cell: 'const stages = torch.noGrad', pictures: 3 },
    { cell: 'The two kernels of convolution 2', pictures: 8 },
    { cell: 'const blocks = torch.noGrad', pictures: 88 },
    { cell: 'torch.saveBytes', shows: ['the copy gives the same scores: true'] },
  ],
} satisfies ExpectedCourse;
