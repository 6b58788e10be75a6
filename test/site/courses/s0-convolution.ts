// The figures of the course on one layer: the arithmetic's, the layers' shapes, and what PyTorch gives from the same seed.
import type { ExpectedCourse } from './expected';

export default {
  minutes: 8,
  cells: [
    { cell: "'weights to 500 units'", shows: ['200 × 200 40,000 20,000,000', '1024 × 1024 1,048,576 524,288,000'] },
    { cell: 'const answersTo', shows: ['unit before after the move'] },
    { cell: 'const mapsOf', pictures: 4 },
    { cell: 'const convolutional = ', shows: ['0 48 of 48 48 of 48', '5 24 of 48 48 of 48'] },
    { cell: "panel('shift')", shows: ['Dense', '12,730 learned numbers', '2,870 learned numbers'] },
    {
      cell: 'const units = ',
      shows: ['fully connected 40,000 1,568,160,000', 'locally connected 9 352,836', 'convolutional 9, shared 9'],
    },
    { cell: 'function sumAt(', shows: ['12 12 17', '10 17 19', '9 6 14'] },
    { cell: 'const byLayer', shows: ['[12., 12., 17.]'] },
    { cell: 'const byProduct', shows: ['the windows as columns: [1, 9, 9]', '[12., 12., 17.]'] },
    { cell: 'const photo = ', pictures: 1 },
    { cell: 'const filters: ', pictures: 4 },
    { cell: 'const average', pictures: 1 },
    {
      cell: 'const sheets = ',
      shows: ['[1, 1, 4, 4] [1, 1, 4, 4] [1, 1, 4, 4]', 'the sum of the three is the same: true'],
    },
    { cell: 'const fc = ', shows: ['in: [100]', 'out: [30]'] },
    { cell: 'const conv = ', shows: ['in: [32, 3, 128, 128]', 'out: [32, 7, 124, 124]'] },
    { cell: 'const conv2 = ', shows: ['with padding 2: [32, 7, 128, 128]'] },
    { cell: 'const ringed', shows: ['[4., 6., 6., 6., 4.]'] },
    { cell: 'title: `upright edges, stride', pictures: 1 },
    { cell: 'const parametersOf', shows: ['[30, 100] [30]', '[7, 3, 5, 5] [7]'] },
    { cell: 'const channelsFirst', pictures: 1 },
    { cell: 'const convolved', pictures: 7 },
    {
      cell: 'const four = ',
      shows: ['[6., 8.]', '[3., 4.]', '[1, 7, 175, 105]', 'parameters of the pooling layer: 0'],
    },
    { cell: 'const pooled = ', pictures: 7 },
    {
      cell: 'class LargeNet extends',
      shows: [
        '(conv1): Conv2d(3, 5, kernel_size=(5, 5), stride=(1, 1))',
        '(fc1): Linear(in_features=250, out_features=32, bias=True)',
      ],
    },
    {
      cell: 'const keep = ',
      shows: [
        'the picture 3 × 32 × 32 3,072',
        'conv1 5 × 28 × 28 3,920',
        'pooling 5 × 14 × 14 980',
        'conv2 10 × 10 × 10 1,000',
        'pooling 10 × 5 × 5 250',
      ],
    },
    {
      cell: 'const guessed',
      shows: ['parameters: 9,705'],
      numbers: [0.0228, 0.0023, -0.0124, -0.0115].map((value, i) => ({ row: `${i}`, value, within: 0.0001 })),
    },
    {
      cell: 'vision.models.alexnet()',
      shows: [
        '(0): Conv2d(3, 64, kernel_size=(11, 11), stride=(4, 4), padding=(2, 2))',
        '(avgpool): AdaptiveAvgPool2d(output_size=(6, 6))',
        '(6): Linear(in_features=4096, out_features=1000, bias=True)',
      ],
    },
    { cell: 'const alexMaps', shows: ['features [1, 256, 9, 5] 2,469,696', 'classifier [1, 1000] 58,631,144'] },
    { cell: 'alexnet-owt-7be5be79.pth', shows: ['alexnet-owt-7be5be79.pth is not here'] },
    { cell: 'const lite0 = ', shows: ['parameters: 4,652,008'] },
    { cell: 'const three = ', shows: ['Egyptian cat, 40 %', 'espresso, 86 %', 'bobsled, 16 %'] },
    { cell: 'const stem = ', pictures: 64 },
    { cell: 'const block1280', shows: ['features: [1, 1280, 10, 15] 192,000', 'averaged: [1, 1280]'] },
    { cell: 'const six = ', pictures: 12 },
    {
      cell: 'function closest(',
      shows: ['coffee chelsea coffee', 'astronaut china astronaut', 'flower rocket flower', 'china china china'],
    },
    { cell: 'const trainPatches', pictures: 10 },
    { cell: 'const featuresOf', shows: ['pixels of a patch: 3072', 'features of a patch: 1280'] },
    // 55 and 111 of 120 by PyTorch.
    {
      cell: 'async function trainHead',
      shows: [/on pixels 80 of 80 5[3-7] of 120/, /on features 80 of 80 1(?:09|1[0-3]) of 120/],
    },
  ],
} satisfies ExpectedCourse;
