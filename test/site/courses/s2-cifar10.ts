// The figures of S2: shapes and counts of the course, and PyTorch's statistics and run of the same patches (python.json).
import type { ExpectedCourse } from './expected';

export default {
  minutes: 6,
  cells: [
    { cell: "const coffee = await photograph('coffee')", shows: ['shape: [3, 400, 600]'], pictures: 4 },
    {
      cell: 'const { images, labels, names } = await load(true)',
      shows: ['to train with: [2560, 3, 32, 32] uint8', 'to validate with: [540, 3, 32, 32]', 'label 2: gravel'],
      pictures: 20,
    },
    {
      cell: 'const plain = functional.toPilImage(images.at(2))',
      shows: ['picture: 32 × 32, 3 channels', 'tensor: [3, 32, 32] float32', 'for drawing: [32, 32, 3]'],
    },
    {
      cell: 'const stacked = pixels.permute',
      shows: ['stacked: [3, 32, 32, 2560] as rows: [3, 2621440]'],
      numbers: [
        { row: 'red', column: 'mean', value: 0.5334, within: 0.0005 },
        { row: 'green', column: 'mean', value: 0.3898, within: 0.0005 },
        { row: 'blue', column: 'mean', value: 0.3163, within: 0.0005 },
        { row: 'red', column: 'deviation', value: 0.2744, within: 0.0005 },
        { row: 'green', column: 'deviation', value: 0.1995, within: 0.0005 },
        { row: 'blue', column: 'deviation', value: 0.2065, within: 0.0005 },
      ],
    },
    { cell: 'const normalize = new Compose', shows: ['normalised: -1.67'], pictures: 2 },
    {
      cell: 'const fcNet',
      shows: ['[1, 10]', '3,738,506', '3145728, 1024, 524288, 512, 65536, 128, 1280, 10'],
    },
    { cell: "'weights of the first layer'", shows: ['1024 × 1024 3,145,728 3,221,225,472 12.88'] },
    {
      cell: 'const output = conv(img',
      shows: [
        'Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1))',
        'weights: out, in, rows, columns [16, 3, 3, 3]',
        'output [1, 16, 30, 30]',
      ],
      pictures: 16,
    },
    { cell: 'const upright = edges', shows: ['weights: [1, 3, 3, 3] map: [512, 512]'], pictures: 2 },
    { cell: 'const blurs = ', shows: ['11 × 11 5,808 5,947,392 5'], pictures: 3 },
    { cell: 'const half = F.maxPool2d', shows: ['pooled: [1, 3, 16, 16]'], pictures: 3 },
    { cell: 'const forgetful', shows: ['parameters: 18,354', /ShapeError: .*512/] },
    {
      cell: 'class ModuleNet extends',
      shows: [
        '(conv2): Conv2d(16, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))',
        'by tensor: 432, 16, 1152, 8, 16384, 32, 320, 10',
      ],
    },
    { cell: 'class Net extends', shows: ['grad_fn=<AddmmBackward0>', /tensor\(\[\[-0\.028\d, +0\.052\d, -0\.056\d/] },
    { cell: 'const plainly', shows: ['10 0.500 0.980', '6 0.300 0.018', '4 0.200 0.002'] },
    { cell: 'const said = Array', shows: ['0.99 0.98 2.0 4.61 100.0'], plots: 1 },
    { cell: 'const chosen = ', shows: ['768 to train with, 162 to validate with'] },
    { cell: 'const losses = await', plots: 1 },
    {
      cell: 'const ofPyTorch',
      numbers: [
        { row: '1', value: 1.6447, within: 0.002 },
        { row: '5', value: 0.7443, within: 0.005 },
        { row: '10', value: 0.425, within: 0.01 },
        { row: '20', value: 0.1886, within: 0.015 },
      ],
    },
    {
      cell: 'async function validateNet',
      numbers: [
        { row: 'training', value: 0.9427, within: 0.02 },
        { row: 'validation', value: 0.8827, within: 0.03 },
      ],
    },
    { cell: 'const matrix = new ConfusionMatrix', pictures: 1 },
    { cell: 'const filters = model.conv1', shows: ['maps: [1, 16, 32, 32] and [1, 8, 16, 16]'], pictures: 41 },
  ],
} satisfies ExpectedCourse;
