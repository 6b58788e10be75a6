// Owns what the calls of vision.datasets may take.
import type { Rules } from '.';

export const datasets: Rules = {
  doors: ['vision.datasets'],
  reasons: [
    {
      why: 'an address, a path or files, in which the set is looked for',
      calls: /^vision\.datasets\.\w+ (root|directory)$/,
      takes: ["''", "'foo'", '[]'],
    },
    { why: 'fine labels, as where it is left out', calls: /^vision\.datasets\.CIFAR\w+ targetType$/, takes: ['null'] },
    { why: 'all classes that there are', calls: /^vision\.datasets\.\w+ classes$/, takes: ['null', '[]'] },
    {
      why: 'all folders, as findClasses finds them',
      calls: /^vision\.datasets\.makeDataset classToIdx$/,
      takes: ['null'],
    },
    {
      why: 'endings that no file has, or every one, as in torchvision',
      calls: /^vision\.datasets\.(DatasetFolder|makeDataset) extensions$/,
      takes: ["''", "'foo'", '[]'],
    },
    {
      why: 'it has a default, and is given as what stands behind it goes by place',
      calls: /^vision\.datasets\.makeDataset without classToIdx$/,
      takes: [''],
    },
    { why: 'no transform', calls: /^vision\.datasets\.\w+ (transform|targetTransform)$/, takes: ['null'] },
    {
      why: 'a name to print, or that of the class; a place, where there is one',
      calls: /^vision\.datasets\.VisionDataset (name|root)$/,
      takes: ['null', "''", "'foo'"],
    },
    {
      why: 'an item is whatever the data set holds',
      calls: /^vision\.datasets\.(StandardTransform\(\)|VisionDataset\.transformed) (input|image|target)$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype', 'promise'],
    },
  ],
};
