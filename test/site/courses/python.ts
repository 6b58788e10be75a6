// The courses in Python: each cell has to print what PyTorch printed of it (python.json, which python.py writes). Here stand the pictures, and where
// rounding that training adds up lets numbers be further apart.
import printed from './python.json';

export interface PythonCourse {
  /** Minutes that the short setting may take. */
  readonly minutes: number;
  /** Lines of each cell, as PyTorch printed them. */
  readonly cells: readonly (readonly string[])[];
  /** By a part of a cell's code: how far a number may be from PyTorch's. Default: 0.002. */
  readonly within?: Readonly<Record<string, number>>;
  /** By a part of a cell's code: how many pictures there are at least. */
  readonly pictures: Readonly<Record<string, number>>;
}

export const pythonCourses: Readonly<Record<keyof typeof printed, PythonCourse>> = {
  's0-convolution': {
    minutes: 10,
    cells: printed['s0-convolution'],
    within: { 'def train_head': 2 },
    pictures: { 'maps_of = ': 4, 'filters = ': 4, 'convolved = ': 7, 'pooled = ': 7, 'stem = ': 64, 'six = ': 12 },
  },
  's1-mnist': {
    minutes: 10,
    cells: printed['s1-mnist'],
    within: {
      'history = fit(model': 0.3,
      'fnn_history = fit': 0.3,
      'complex_history = fit': 1,
      '[2.1635, 1.7935': 0.006,
      '[0.8113, 0.2238': 0.02,
      'score("FNNModel"': 1,
      'counted = small_matrix': 6,
    },
    pictures: { 'samples = ': 24, 'def edges': 4, 'wrong_count = ': 8, 'out3 = model.': 3, 'maps3 = complex': 88 },
  },
  's2-cifar10': {
    minutes: 8,
    cells: printed['s2-cifar10'],
    within: { 'of_pytorch = ': 0.015, 'def validate_net': 0.03, 'matrix = ConfusionMatrix': 4 },
    pictures: { 'coffee = ': 4, 'val_images, val_labels, _ = ': 20, 'blurs = ': 3, 'first = torch': 41 },
  },
  's3-notes': {
    minutes: 8,
    cells: printed['s3-notes'],
    within: { 'right_answers = ': 6, 'precision = MeanAveragePrecision': 0.12 },
    pictures: {
      'filtered = ': 6,
      'def maps_of': 81,
      'covered = []': 6,
      'twelve_wrong = ': 12,
      'object_mean = ': 8,
      'patches, values': 32,
      'classes = score_ascent': 10,
      'rebuilt = {': 4,
      'style_losses = []': 3,
    },
  },
  's4-imaging': {
    minutes: 4,
    cells: printed['s4-imaging'],
    within: { 'def beside': 0.009, 'erasing = ': 0.02, 'steps taken': 0.005 },
    pictures: { 'ways = ': 4, 'matrices = [load_npy': 24, '"Red: ': 2, 'untrained_map = ': 2 },
  },
};
