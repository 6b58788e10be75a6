// Owns what the calls of vision.datasets may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const datasets: Rules = {
  ceilings: {
    'vision.datasets': { valid: 4, unnamed: 3, many: 12, misspelt: 5, fewer: 1 },
  },
  reasons: [
    {
      why: 'an address, a path or files, in which the set is looked for',
      calls: /^vision\.datasets\.\w+ root$/,
      takes: ["''", "'foo'", '[]'],
    },
    { why: 'fine labels, as where it is left out', calls: /^vision\.datasets\.CIFAR\w+ targetType$/, takes: ['null'] },
    { why: 'all classes that there are', calls: /^vision\.datasets\.\w+ classes$/, takes: ['null', '[]'] },
    { why: 'no transform', calls: /^vision\.datasets\.\w+ (transform|targetTransform)$/, takes: ['null'] },
    {
      why: 'a name to print, or that of the class; a place, where there is one',
      calls: /^vision\.datasets\.VisionDataset (name|root)$/,
      takes: ['null', "''", "'foo'"],
    },
    {
      why: 'an item is whatever the data set holds',
      calls: /^vision\.datasets\.(StandardTransform\(\)|VisionDataset\.transformed) (image|target)$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype', 'promise'],
    },
  ],
};
