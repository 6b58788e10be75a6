// Owns arguments that work behind the door of vision.datasets.
import { data, ones, vision } from 'lamplight';

/** Of one function: some arguments by name, required ones. */
export const givenToDatasets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'vision.datasets.DatasetFolder': { root: 'nowhere', loader: () => vision.io.readImage, extensions: '.png' },
  'vision.datasets.EMNIST': { root: 'nowhere', split: 'letters' },
  'vision.datasets.findClasses': { directory: 'nowhere' },
  'vision.datasets.makeDataset': { directory: 'nowhere', classToIdx: () => ({ a: 0 }), extensions: '.png' },
  'vision.datasets.StandardTransform()': { input: () => ones(3, 4, 4), target: 1 },
  'vision.datasets.VisionDataset.add': { other: () => new data.TensorDataset(ones(4, 2)) },
};

/** What objects have been through before their methods are called. */
export const datasetsReady: Readonly<Record<string, (object: never) => void>> = {
  // A subclass says how many items there are.
  'vision.datasets.VisionDataset': (set: object) => void Object.defineProperty(set, 'length', { value: 4 }),
};
