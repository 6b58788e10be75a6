// The figures of the course of drawings: shapes and tables, and PyTorch's own run on the drawings that the page makes.
import type { ExpectedCourse } from './expected';

const wrongRank = 'expected 4-D (or 3-D) input for 4-D weight [5, 1, 3, 3], but got 2-D input of shape [28, 28]';
/** What a mean filter with padding makes of ones. */
const borderOfMeans = '[0.4444, 0.6667, 0.6667, 0.6667, 0.4444]';

export default {
  minutes: 5,
  cells: [
    { cell: 'const shuffled =', pictures: 2 },
    { cell: 'const weightShuffled', shows: ['first -0.0456 -0.0456', 'second 0.1240 0.1240'] },
    { cell: 'const blurred', pictures: 2 },
    { cell: 'const byLayer', shows: ['row 10, column 9 0.2593 0.2593'] },
    { cell: 'const upright', pictures: 3 },
    { cell: 'const learner', shows: [/-[01]\.\d+, +-?0\.0\d+, +[01]\.\d+/], plots: 1 },
    {
      cell: 'new nn.Conv2d())',
      shows: ['missing 3 required arguments', 'inChannels', 'outChannels', 'kernelSize'],
    },
    { cell: 'const withoutChannels', shows: [wrongRank] },
    { cell: 'const maps = conv', shows: ['the drawing as a batch [1, 1, 28, 28]', 'five maps of it [1, 5, 26, 26]'] },
    { cell: 'show(maps.detach()', pictures: 5 },
    { cell: 'const active', shows: ['their ReLU 0.000 [1, 5, 26, 26]'], pictures: 5 },
    {
      cell: 'const joined',
      shows: ['first [5, 1, 3, 3] [1, 5, 26, 26]', 'second [1, 5, 3, 3] [1, 1, 24, 24]'],
      pictures: 1,
    },
    { cell: 'const padded', shows: ['without padding [1, 5, 26, 26]', 'with padding 1 [1, 5, 28, 28]'] },
    { cell: 'const means', shows: [borderOfMeans], pictures: 1 },
    { cell: 'const strided', shows: ['stride 2: [1, 5, 14, 14]'] },
    { cell: 'one of its maps in steps', pictures: 2 },
    {
      cell: 'const quartered',
      shows: ['AvgPool2d(2) [1, 1, 14, 14]', 'MaxPool2d(4) [1, 1, 7, 7]'],
      pictures: 3,
    },
    { cell: 'const overlapping', shows: ['[0., 3., 0., 4.]', '[3., 5., 2.]'] },
    {
      cell: 'const through',
      shows: ['Conv2d, kernel 2, stride 2 [1, 1, 14, 14]', 'ConvTranspose2d, kernel 2, stride 2 [1, 1, 28, 28]'],
    },
    { cell: 'const ways', pictures: 4 },
    {
      cell: 'const matrices',
      shows: ['fish', 'house', 'umbrella'].map((name) => `${name} [300, 784] uint8`),
      pictures: 24,
    },
    { cell: 'class Drawings extends', shows: ['900 drawings'] },
    { cell: 'function loadersOf', shows: ['720 180 [10, 1, 28, 28] [10]'], pictures: 10 },
    { cell: 'const untrained =', shows: ['conv1 200', 'linear 11763'] },
    {
      cell: 'new Trainer({ maxEpochs: 2 })',
      shows: [
        '| Name | Type | Params | Mode',
        '0 | conv1 | Conv2d | 200 | train',
        '1 | maxpool1 | MaxPool2d | 0 | train',
        '2 | linear | Linear | 11.8 K | train',
        '12.0 K Total params',
        '0.048 Total estimated model params size (MB)',
        'sampler has shuffling enabled, it is strongly recommended that you turn shuffling off',
        /72\/72 .* \d+(\.\d+)?it\/s/,
        '`Trainer.fit` stopped: `maxEpochs=2` reached.',
      ],
    },
    {
      cell: 'async function logged',
      numbers: [
        { row: 'training loss, second epoch', value: 0.0462, within: 0.001 },
        { row: 'validation loss', value: 0.0514, within: 0.001 },
        { row: 'right, of the validation drawings', value: 0.9889, within: 0.006 },
      ],
    },
    { cell: 'show(model.conv1.weight', pictures: 20 },
    { cell: 'value: lossBefore', shows: ['steps taken 20', 'state of the trainer interrupted'] },
    { cell: 'const rightOnes', shows: ['10 of 10 are right'], pictures: 10 },
    { cell: 'const looked', shows: ['What the network says: umbrella'] },
    { cell: 'const saliency =', shows: ['gradient [1, 1, 28, 28] saliency [28, 28]'] },
    { cell: 'Red: a small', pictures: 2 },
    { cell: 'const byCaptum', shows: ['greatest difference 0.000000'] },
    // They add up to the whole, whatever network the lesson has trained.
    { cell: 'const whole', shows: [/ added up (-?\d+\.\d\d) \1 /], pictures: 2 },
    // A hidden check behind it holds which of the four lowers the score most.
    { cell: 'const erasing', shows: ['nothing ', 'ink by chance ', 'saliency ', 'integrated gradients '] },
    { cell: 'const untrainedMap', pictures: 2 },
    { cell: 'const cameraman', shows: ['872 tripod 0.9'] },
    { cell: 'const ofTripod', shows: ['the map has [1, 7, 7] numbers'] },
    { cell: 'await showLit(cameraman', pictures: 3 },
    { cell: 'const ofAstronaut', shows: ['450 bobsled', '560 football helmet'], pictures: 3 },
    { cell: 'const hardMatrices', pictures: 24 },
  ],
} satisfies ExpectedCourse;
