// The figures of S0: the course's shapes, and PyTorch's own run of the short setting (test/fixtures/families/notebook_courses.py).
import type { ExpectedCourse } from './expected';
import { agreeing } from './rows';

export default {
  cells: [
    {
      cell: 'function correlate(',
      shows: agreeing({ 'first row of the result': '12, 12, 17', 'places of a 3×3 kernel on a 5×5 grid': '3 × 3' }),
    },
    { cell: 'function drawStep(', pictures: 1 },
    {
      cell: 'const byProduct',
      shows: agreeing({
        'shape of the result': '[1, 1, 3, 3]',
        'shape of the windows as columns': '[1, 9, 9]',
        'first row, as a convolution': '12, 12, 17',
        'first row, as a product': '12, 12, 17',
      }),
    },
    {
      cell: 'const scores100',
      shows: [
        ...agreeing({
          'Linear(100, 30) on 100 numbers': '[30]',
          'its weights': '[30, 100]',
          'its biases': '[30]',
        }),
        'Linear(in_features=100, out_features=30, bias=True)',
      ],
    },
    {
      cell: 'const conv2 = ',
      shows: agreeing({
        'Conv2d(3, 7, 5) on [32, 3, 128, 128]': '[32, 7, 124, 124]',
        'the same with padding 2': '[32, 7, 128, 128]',
        'its kernels': '[7, 3, 5, 5]',
        'biases of the seven channels': '[7]',
      }),
    },
    {
      cell: 'const img = await picture()',
      shows: agreeing({ 'the picture as an array: height, width, channels': '[350, 210, 3]', 'its numbers': 'uint8' }),
      pictures: 1,
    },
    {
      cell: 'const convolved',
      shows: agreeing({
        'the picture as a batch': '[1, 3, 350, 210]',
        'convolved, with padding': '[1, 7, 350, 210]',
        'least and greatest after normalising': '0, 1',
      }),
      pictures: 7,
    },
    { cell: "'upright edges': [[1, 0, -1]", pictures: 5 },
    { cell: 'const framePen', pictures: 1 },
    {
      cell: 'const pooled = ',
      shows: agreeing({
        'the largest of each 2×2': '[[6,8],[3,4]]',
        'the seven channels, pooled': '[1, 7, 175, 105]',
        'parameters of a pooling layer': 0,
      }),
      pictures: 7,
    },
    {
      cell: 'class LargeNet extends',
      shows: [
        '(conv1): Conv2d(3, 5, kernel_size=(5, 5), stride=(1, 1))',
        '(fc1): Linear(in_features=250, out_features=32, bias=True)',
        ...agreeing({
          'LargeNet on [4, 3, 32, 32]': '[4]',
          'its name': 'large',
          'its parameters: tensors': 8,
          'its parameters: numbers': '9,705',
        }),
      ],
    },
    {
      cell: 'const guessed',
      numbers: [0.0228, 0.0023, -0.0124, -0.0115].map((value, i) => ({
        row: `LargeNet, picture ${i}`,
        value,
        within: 0.0001,
      })),
    },
    {
      cell: 'vision.models.alexnet()',
      shows: [
        '(0): Conv2d(3, 64, kernel_size=(11, 11), stride=(4, 4), padding=(2, 2))',
        '(avgpool): AdaptiveAvgPool2d(output_size=(6, 6))',
        '(6): Linear(in_features=4096, out_features=1000, bias=True)',
        ...agreeing({
          'features: modules': 13,
          'classifier: modules': 7,
          'AlexNet: parameters': '61,100,840',
        }),
      ],
    },
    {
      cell: 'const firstMaps',
      shows: agreeing({
        'features of the dog': '[1, 256, 9, 5]',
        'after features[0]': '[1, 64, 86, 51]',
        'after avgpool': '[1, 256, 6, 6]',
        'classifier on these': '[1, 1000]',
      }),
      pictures: 64,
    },
    { cell: 'let kernels: Tensor', pictures: 64 },
    {
      cell: 'function drawShapes(',
      shows: agreeing({ 'pictures to train with': '[180, 3, 96, 96]' }),
      pictures: 12,
    },
    {
      cell: 'function featuresOf(',
      shows: agreeing({ 'features of the training pictures': '[180, 1024]', 'gradients that they carry': 'none' }),
    },
    {
      cell: 'const transferLosses',
      numbers: [
        { row: 'loss of the first epoch', value: 0.9352, within: 0.002 },
        { row: 'loss of the tenth epoch', value: 0.0246, within: 0.001 },
        { row: 'loss of the last epoch', value: 0.0046, within: 0.0005 },
        { row: 'right, of 180 training pictures', value: 180 },
        { row: 'right, of 60 new pictures', value: 50, within: 1 },
      ],
      plots: 1,
    },
  ],
} satisfies ExpectedCourse;
