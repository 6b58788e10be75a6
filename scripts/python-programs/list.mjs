// Programs of other people that run in the page as they are: where they lie, with which arguments, and the few lines that are changed.

/**
 * `home` is the repository that a program is of, `folder` its place there; all Python files and those in `data` of the folder are taken. `entry` runs as
 * `__main__` with `args`. `edits` replace text that asks for what no page has: downloads, NumPy, random masks that PyTorch draws by another generator.
 * @typedef {{
 *   home: 'examples' | 'minGPT', folder: string, entry: string, args?: readonly string[], mnist?: boolean,
 *   edits?: readonly (readonly [file: string, from: string, to: string])[], most?: number,
 * }} Program
 */

const short = ['--epochs', '1', '--batch-size', '32', '--log-interval', '1'];

/** @type {Readonly<Record<string, Program>>} */
export const programs = {
  mnist: {
    ...{ home: 'examples', folder: 'mnist', entry: 'main.py', mnist: true },
    args: [...short, '--test-batch-size', '64', '--no-accel'],
    edits: [
      ['main.py', 'nn.Dropout(0.25)', 'nn.Dropout(0)'],
      ['main.py', 'nn.Dropout(0.5)', 'nn.Dropout(0)'],
    ],
  },
  mnist_rnn: {
    ...{ home: 'examples', folder: 'mnist_rnn', entry: 'main.py', mnist: true },
    args: [...short, '--test-batch-size', '64'],
    edits: [
      ['main.py', 'nn.Dropout2d(0.25)', 'nn.Dropout2d(0)'],
      ['main.py', 'nn.Dropout2d(0.5)', 'nn.Dropout2d(0)'],
    ],
  },
  mnist_forward_forward: {
    ...{ home: 'examples', folder: 'mnist_forward_forward', entry: 'main.py', mnist: true },
    args: ['--epochs', '3', '--train_size', '64', '--test_size', '64', '--no_accel', '--log-interval', '1'],
    edits: [['main.py', 'net = Net(', 'torch.manual_seed(args.seed)\n    net = Net(']],
  },
  vae: {
    ...{ home: 'examples', folder: 'vae', entry: 'main.py', mnist: true },
    args: [...short, '--no-accel'],
    edits: [['main.py', 'save_image(', '(lambda *a, **k: None)(']],
  },
  siamese_network: {
    ...{ home: 'examples', folder: 'siamese_network', entry: 'main.py', mnist: true },
    args: [...short, '--test-batch-size', '64', '--no-accel'],
    edits: [
      ['main.py', 'import numpy as np\n', 'random.seed(0)\n'],
      ['main.py', 'np.array(self.dataset.targets.clone(), dtype=None, copy=None)', 'self.dataset.targets.clone()'],
      ['main.py', 'np.where((np_arr==i))[0]', 'torch.where(np_arr == i)[0]'],
    ],
  },
  dcgan: {
    ...{ home: 'examples', folder: 'dcgan', entry: 'main.py' },
    args: [
      '--dataset',
      'fake',
      '--batchSize',
      '4',
      '--ngf',
      '8',
      '--ndf',
      '8',
      '--niter',
      '1',
      '--manualSeed',
      '1',
      '--workers',
      '0',
      '--dry-run',
    ],
    edits: [['main.py', 'vutils.save_image(', '(lambda *a, **k: None)(']],
  },
  regression: {
    ...{ home: 'examples', folder: 'regression', entry: 'main.py' },
    // It ends at a loss, which rounding reaches some steps sooner or later.
    edits: [
      ['main.py', 'POLY_DEGREE = 4', 'torch.manual_seed(0)\nPOLY_DEGREE = 4'],
      ['main.py', 'if loss < 1e-3:', 'if batch_idx == 100:'],
    ],
  },
  word_language_model: {
    ...{ home: 'examples', folder: 'word_language_model', entry: 'main.py' },
    args: ['--emsize', '16', '--nhid', '16', '--dropout', '0', '--epochs', '1', '--log-interval', '1', '--dry-run'],
  },
  'word_language_model-transformer': {
    ...{ home: 'examples', folder: 'word_language_model', entry: 'main.py' },
    args: [
      '--model',
      'Transformer',
      '--lr',
      '5',
      '--emsize',
      '16',
      '--nhid',
      '16',
      '--dropout',
      '0',
      '--epochs',
      '1',
      '--log-interval',
      '1',
      '--dry-run',
    ],
  },
};
