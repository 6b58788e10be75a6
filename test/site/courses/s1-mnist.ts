// The figures of S1: the course's shapes and counts, and PyTorch's own run of the short setting (test/fixtures/families/notebook_courses.py).
import type { ExpectedCourse, ExpectedNumber } from './expected';
import { agreeing } from './rows';

/** Losses and accuracies of a network's epochs, as PyTorch has them with the seed. */
const accuracies = (network: string, values: readonly number[], within: number): ExpectedNumber[] =>
  values.map((value, epoch) => ({ row: `${network}, epoch ${epoch + 1}`, column: 'accuracy, here', value, within }));
const losses = (network: string, values: readonly number[], within: number): ExpectedNumber[] =>
  values.map((value, epoch) => ({ row: `${network}, epoch ${epoch + 1}`, value, within }));

export default {
  cells: [
    {
      cell: 'const trainSet = await',
      shows: agreeing({
        'pictures to train with': '60,000',
        'pictures to test with': '10,000',
        'a picture': '[1, 28, 28]',
        'its numbers': 'float32',
        'least and greatest': '0, 1',
        'its label': 5,
      }),
      pictures: 24,
    },
    { cell: 'const labelsOf', plots: 1 },
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
      cell: 'const guesses = sketch.predict',
      shows: [
        ...agreeing({ 'a batch of four': '[4, 1, 28, 28]', 'scores for it': '[4, 10]', predict: 'uint8 [4]' }),
        'Linear(in_features=16, out_features=10, bias=True)',
      ],
    },
    { cell: 'async function countParameters', shows: agreeing({ 'CNNModel: parameters': 676 }) },
    {
      cell: 'class ComplexCNNModel extends',
      shows: [
        '(norm): LayerNorm((28, 28), eps=1e-05, elementwise_affine=True',
        ...agreeing({ 'ComplexCNNModel: parameters': '56,646' }),
      ],
    },
    {
      cell: 'const history = await fit',
      numbers: [...losses('CNNModel', [2.2806, 1.8421], 0.002), ...accuracies('CNNModel', [0.3692, 0.6052], 0.004)],
      plots: 1,
    },
    { cell: 'const smallMatrix', shows: [/\d+ of 10,000 lie on the diagonal/], pictures: 1 },
    { cell: 'async function mistakes', pictures: 8 },
    {
      cell: 'const stages = torch.noGrad',
      shows: agreeing({
        'after convolution 1': '[1, 1, 26, 26]',
        'after convolution 2': '[1, 2, 10, 10]',
        'after convolution 3': '[1, 4, 2, 2]',
      }),
      pictures: 11,
    },
    {
      cell: 'const complexHistory',
      numbers: [
        ...losses('ComplexCNNModel', [2.0643, 0.595], 0.01),
        ...accuracies('ComplexCNNModel', [0.66, 0.849], 0.02),
      ],
      plots: 1,
    },
    { cell: 'const largeMatrix', pictures: 8 },
    {
      cell: 'const blocks = torch.noGrad',
      shows: agreeing({
        'after block 1': '[1, 4, 14, 14]',
        'after block 2': '[1, 16, 7, 7]',
        'after block 3': '[1, 64, 3, 3]',
      }),
      pictures: 88,
    },
    { cell: 'torch.saveBytes', shows: [...agreeing({ 'the copy gives the same scores': 'true' }), /\d bytes/] },
  ],
} satisfies ExpectedCourse;
