// The figures of S4: the course's shapes and tables, and PyTorch's own run on the drawings of the page (test/fixtures/notebook-notes.json).
import type { ExpectedCourse } from './expected';
import { agreeing } from './rows';

const missing = ['inChannels', 'outChannels', 'kernelSize'];
const wrongRank = 'expected 4-D (or 3-D) input for 4-D weight [5, 1, 3, 3], but got 2-D input of shape [28, 28]';

export default {
  cells: [
    {
      cell: 'new nn.Conv2d())',
      shows: ['missing 3 required arguments', ...missing.map((name) => `the error names ${name} yes yes`)],
    },
    {
      cell: 'const withoutChannels',
      shows: [wrongRank, ...agreeing({ 'the error names the weight': '[5, 1, 3, 3]', 'what it got': '2-D' })],
    },
    {
      cell: 'const strided',
      shows: agreeing({
        'the drawing as a batch': '[1, 1, 28, 28]',
        'a 3×3 kernel': '[1, 5, 26, 26]',
        'with padding 1': '[1, 5, 28, 28]',
        'with stride 2 too': '[1, 5, 14, 14]',
      }),
      pictures: 6,
    },
    {
      cell: 'new nn.AvgPool2d(2)',
      shows: agreeing({ 'AvgPool2d(2)': '[1, 1, 14, 14]', 'MaxPool2d(4)': '[1, 1, 7, 7]' }),
      pictures: 2,
    },
    {
      cell: 'new nn.MaxUnpool2d(2)',
      shows: agreeing({
        'Conv2d(1, 1, 2, stride 2)': '[1, 1, 14, 14]',
        'ConvTranspose2d(1, 1, 2, stride 2) of that': '[1, 1, 28, 28]',
        'MaxUnpool2d(2) of MaxPool2d(2)': '[1, 1, 28, 28]',
        'Upsample(4) of 7×7': '[1, 1, 28, 28]',
      }),
      pictures: 4,
    },
    {
      cell: 'function sketch(',
      shows: ['circle', 'square', 'cross'].map((name) => `${name} [200, 784] [200, 784] uint8`),
      pictures: 24,
    },
    {
      cell: 'class Drawings extends',
      shows: agreeing({
        'drawings to train with': 480,
        'to validate with': 120,
        'a batch': '[10, 1, 28, 28]',
        'its labels': '[10]',
      }),
      pictures: 10,
    },
    {
      cell: 'class DrawingNet extends',
      shows: [
        '| Name | Type | Params | Mode',
        '0 | conv1 | Conv2d | 200 | train',
        '1 | linear | Linear | 11.8 K | train',
        '12.0 K Total params',
        '0.048 Total estimated model params size (MB)',
        'sampler has shuffling enabled, it is strongly recommended that you turn shuffling off',
        /48\/48 .* \d+(\.\d+)?it\/s/,
        '`Trainer.fit` stopped: `maxEpochs=2` reached.',
      ],
      numbers: [
        { row: 'parameters of conv1', value: 200 },
        { row: 'parameters of linear', value: 11763 },
        { row: 'training loss, second epoch', value: 0.4647, within: 0.001 },
        { row: 'validation loss', value: 0.3846, within: 0.001 },
        { row: 'right, of the validation drawings', value: 0.8333, within: 0.009 },
      ],
    },
    {
      cell: 'class StopAfter extends',
      shows: agreeing({
        'steps that were taken': 20,
        'the state of the trainer': 'interrupted',
        'the model is there to use': '[10, 3]',
      }),
    },
    {
      cell: 'picture.grad!.abs().squeeze()',
      shows: agreeing({ 'gradient of the drawing': '[1, 1, 28, 28]', saliency: '[28, 28]' }),
      pictures: 2,
    },
    {
      cell: 'visualization.visualizeImageAttr(attribution',
      shows: agreeing({
        'Saliency(model).attribute, greatest difference from the lines above': '0.000',
        'its shape': '[1, 1, 28, 28]',
      }),
      pictures: 2,
    },
  ],
} satisfies ExpectedCourse;
