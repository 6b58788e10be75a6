// The figures of S2: the course's shapes and counts, and PyTorch's own statistics and run of the pictures that the page draws
// (test/fixtures/families/notebook_courses.py and drawn_cifar.py).
import type { ExpectedCourse } from './expected';
import { agreeing } from './rows';

const colors = ['red', 'green', 'blue'];
const statistics = { mean: [0.5237, 0.5277, 0.5331], std: [0.2452, 0.2496, 0.2477] };

export default {
  cells: [
    { cell: 'const archive = files()', shows: ['Pictures that this page draws'] },
    {
      cell: 'const cifar10 = await',
      shows: [
        'Dataset CIFAR10',
        ...agreeing({ 'a picture, as the file has it': '32 × 32, 3 channels', classes: 10 }),
        'Picture 2 is of class 2: bird',
      ],
    },
    {
      cell: 'const tensorCifar10 = await',
      shows: agreeing({
        'shape of a picture as a tensor': '[3, 32, 32]',
        'its dtype': 'float32',
        'turned for drawing': '[32, 32, 3]',
      }),
      pictures: 20,
    },
    {
      cell: 'const imgs = torch.stack',
      shows: ['all pictures, stacked [3, 32, 32, 50000] [3, 32, 32, 1500]'],
      numbers: (['mean', 'std'] as const).flatMap((which) =>
        colors.map((color, i) => ({ row: `${which} of ${color}`, value: statistics[which][i]!, within: 0.0001 })),
      ),
      plots: 1,
    },
    {
      cell: 'const normalize = new Compose',
      shows: [
        'Compose( ToTensor() Normalize(mean=[0.5237, 0.5277, 0.5331], std=[0.2452, 0.2496, 0.2477], inplace=False) )',
      ],
      pictures: 2,
    },
    {
      cell: 'const fcNet',
      shows: agreeing({
        'fully connected: parameters': '3,738,506',
        'fully connected: by tensor': '3145728, 1024, 524288, 512, 65536, 128, 1280, 10',
        'scores for one picture': '[1, 10]',
      }),
    },
    {
      cell: 'const output = conv(img',
      shows: [
        'Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1))',
        ...agreeing({
          'one picture as a batch': '[1, 3, 32, 32]',
          'Conv2d(3, 16, 3) on it': '[1, 16, 30, 30]',
          'its weights': '[16, 3, 3, 3]',
          'its biases': '[16]',
        }),
      ],
      pictures: 16,
    },
    {
      cell: 'const upright = edges',
      shows: agreeing({
        'weight of Conv2d(3, 1, 3)': '[1, 3, 3, 3]',
        'with padding 1 the size stays': '[1, 1, 32, 32]',
        'sum of the weights': 0,
      }),
      pictures: 3,
    },
    {
      cell: 'const forgetful',
      shows: [...agreeing({ pooled: '[1, 3, 16, 16]', 'convolutional: parameters': '18,354' }), /ShapeError: .*512/],
    },
    {
      cell: 'class ModuleNet extends',
      shows: [
        '(conv2): Conv2d(16, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
        ...agreeing({
          'as a module: parameters': '18,354',
          'as a module: by tensor': '432, 16, 1152, 8, 16384, 32, 320, 10',
          'as a module: scores': '[1, 10]',
        }),
      ],
    },
    {
      cell: 'const answer = net(',
      shows: [
        'grad_fn=<AddmmBackward0>',
        /tensor\(\[\[-0\.052\d, +0\.054\d, -0\.22\d\d/,
        ...agreeing({ 'both ways with the same weights give the same scores': 'true' }),
      ],
    },
    {
      cell: 'const train3',
      shows: ['pictures to train with 15000 450 450', 'pictures to validate with 3000 150 150'],
    },
    {
      cell: 'async function trainingNet',
      numbers: [
        { row: 'loss in epoch 1', value: 2.0032, within: 0.002 },
        { row: 'loss in epoch 10', value: 0.5576, within: 0.005 },
        { row: 'loss in epoch 20', value: 0.3849, within: 0.01 },
        { row: 'loss in epoch 30', value: 0.2268, within: 0.015 },
      ],
      plots: 1,
    },
    {
      cell: 'async function validateNet',
      numbers: [
        { row: 'accuracy, training pictures', value: 0.94, within: 0.01 },
        { row: 'accuracy, validation pictures', value: 0.9, within: 0.02 },
      ],
    },
    { cell: 'const wrongOnes', pictures: 6 },
    {
      cell: 'const [firstMaps, secondMaps]',
      shows: agreeing({ 'after the first layer': '[1, 16, 32, 32]', 'after the second layer': '[1, 8, 16, 16]' }),
      pictures: 41,
    },
  ],
} satisfies ExpectedCourse;
