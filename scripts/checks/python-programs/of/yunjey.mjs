// Programs of yunjey/pytorch-tutorial.
import { sentences } from '../texts.mjs';

const home = /** @type {const} */ ('pytorch-tutorial');

/** @param {string} folder @param {Omit<import('../list.mjs').Program, 'home' | 'folder' | 'entry'>} rest @returns {import('../list.mjs').Program} */
function tutorial(folder, rest) {
  return { home, folder: `tutorials/${folder}`, entry: 'main.py', ...rest };
}

/** @type {import('../list.mjs').Edit[]} */
const oneEpoch = [
  ['(i+1) % 100 == 0', '(i+1) % 2 == 0'],
  ['batch_size = 100', 'batch_size = 32'],
];

/** @type {Readonly<Record<string, import('../list.mjs').Program>>} */
export const yunjey = {
  'yunjey-linear_regression': tutorial('01-basics/linear_regression', {
    standIns: ['matplotlib'],
    edits: [
      ['import numpy as np\n', ''],
      ['np.array(', 'torch.tensor('],
      ['np.float32', 'torch.float32'],
      ['torch.from_numpy', ''],
      ['.detach().numpy()', '.detach()'],
    ],
  }),
  'yunjey-pytorch_basics': tutorial('01-basics/pytorch_basics', {
    edits: [
      ['data_iter.next()', 'next(data_iter)'],
      ['import numpy as np\n', ''],
      ['np.array(', 'torch.tensor('],
      ['torch.from_numpy', ''],
      ['y.numpy()', 'y.clone()'],
      [
        'torchvision.datasets.CIFAR10(',
        '(lambda root, train, transform, download: torchvision.datasets.FakeData(64, (3, 32, 32), 10, transform))(',
      ],
      ['return 0', 'return 64'],
      [
        '# TODO\n        # 1. Read one data from file (e.g. using numpy.fromfile, PIL.Image.open).',
        'return torch.ones(2)\n',
      ],
      ['pretrained=True', 'weights=None'],
      ["torch.save(resnet, 'model.ckpt')\nmodel = torch.load('model.ckpt')\n", ''],
      ['torch.randn(64, 3, 224, 224)', 'torch.randn(2, 3, 64, 64)'],
    ],
  }),
  'yunjey-logistic_regression': tutorial('01-basics/logistic_regression', { mnist: true, edits: oneEpoch }),
  'yunjey-feedforward': tutorial('01-basics/feedforward_neural_network', {
    mnist: true,
    edits: [...oneEpoch, ['num_epochs = 5', 'num_epochs = 2']],
  }),
  'yunjey-cnn': tutorial('02-intermediate/convolutional_neural_network', {
    mnist: true,
    edits: [...oneEpoch, ['num_epochs = 5', 'num_epochs = 1']],
  }),
  'yunjey-resnet': tutorial('02-intermediate/deep_residual_network', {
    edits: [
      [
        'torchvision.datasets.CIFAR10(',
        '(lambda root, train, transform, download=None: torchvision.datasets.FakeData(8, (3, 32, 32), 10, transform))(',
      ],
      ['num_epochs = 80', 'num_epochs = 1'],
      ['batch_size = 100', 'batch_size = 4'],
      ['(i+1) % 100 == 0', '(i+1) % 1 == 0'],
    ],
  }),
  'yunjey-rnn': tutorial('02-intermediate/recurrent_neural_network', {
    mnist: true,
    edits: [...oneEpoch, ['hidden_size = 128', 'hidden_size = 32'], ['num_epochs = 2', 'num_epochs = 1']],
  }),
  'yunjey-birnn': tutorial('02-intermediate/bidirectional_recurrent_neural_network', {
    mnist: true,
    edits: [...oneEpoch, ['hidden_size = 128', 'hidden_size = 32'], ['num_epochs = 2', 'num_epochs = 1']],
  }),
  'yunjey-language_model': tutorial('02-intermediate/language_model', {
    written: { 'data/train.txt': sentences(100) },
    edits: [
      ['import numpy as np\n', 'import math\n'],
      ['np.exp', 'math.exp'],
      ['hidden_size = 1024', 'hidden_size = 64'],
      ['batch_size = 20', 'batch_size = 4'],
      ['num_samples = 1000', 'num_samples = 100'],
      ['step % 100 == 0', 'step % 2 == 0'],
    ],
  }),
  'yunjey-gan': tutorial('03-advanced/generative_adversarial_network', {
    mnist: true,
    edits: [
      ["root='../../data/'", "root='../../data'"],
      ['num_epochs = 200', 'num_epochs = 2'],
      ['batch_size = 100', 'batch_size = 32'],
      ['(i+1) % 200 == 0', '(i+1) % 2 == 0'],
    ],
  }),
  'yunjey-vae': tutorial('03-advanced/variational_autoencoder', {
    mnist: true,
    edits: [
      ['num_epochs = 15', 'num_epochs = 2'],
      ['batch_size = 128', 'batch_size = 64'],
      ['(i+1) % 10 == 0', '(i+1) % 1 == 0'],
    ],
  }),
  'yunjey-neural_style': tutorial('03-advanced/neural_style_transfer', {
    pictures: { 'png/content.png': [48, 40], 'png/style.png': [40, 40] },
    args: '--max_size 44 --total_step 2 --log_step 1 --style_weight 1',
    edits: [
      ['import numpy as np\n', ''],
      ['size = np.array(image.size) * scale\n', 'size = [int(side * scale) for side in image.size]\n'],
      // Pillow has no ANTIALIAS since its version 10.
      ['size.astype(int), Image.ANTIALIAS', 'size, Image.LANCZOS'],
      ['pretrained=True', 'weights=None'],
    ],
  }),
};
