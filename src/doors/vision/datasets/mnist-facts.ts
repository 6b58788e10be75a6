// The facts about MNIST and its relatives: classes, file names, addresses and checksums. Source: torchvision 0.29.2,
// datasets/mnist.py.
import type { Published } from './downloads';

/** A data set of IDX files. */
export interface IdxSet {
  readonly name: string;
  readonly classes: readonly string[];
  /** How the names of its files begin. */
  readonly stem: (train: boolean) => string;
  /** Folders below the root to search for its files. */
  readonly folders: readonly string[];
  /** Archives below the root that may hold its files. */
  readonly archives: readonly string[];
  /** Its files, images first, or one archive of both. */
  readonly published: (train: boolean) => readonly Published[];
}

type Sums = readonly [trainImages: string, trainLabels: string, testImages: string, testLabels: string];

function idxSet(name: string, classes: readonly string[], mirrors: readonly string[], md5s: Sums): IdxSet {
  const stem = (train: boolean) => (train ? 'train' : 't10k');
  return {
    name,
    classes,
    stem,
    folders: ['', `${name}/raw`, 'raw'],
    archives: [],
    published: (train) =>
      ['images-idx3', 'labels-idx1'].map((kind, i) => ({
        file: `${stem(train)}-${kind}-ubyte.gz`,
        md5: md5s[(train ? 0 : 2) + i]!,
        mirrors,
      })),
  };
}

const digitNames = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export const idxSets = {
  MNIST: idxSet(
    'MNIST',
    digitNames.map((name, digit) => `${digit} - ${name}`),
    ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'http://yann.lecun.com/exdb/mnist/'],
    [
      'f68b3c2dcbeaaa9fbdd348bbdeb94873',
      'd53e105ee54ea40749a09fcbcd1e9432',
      '9fb629c4189551a2d022fa330f9573f3',
      'ec29112dd5afa0611ce80d1b7f02629c',
    ],
  ),
  FashionMNIST: idxSet(
    'FashionMNIST',
    ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
    [
      '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
      '25c81989df183df01b3e8a0aad5dffbe',
      'bef4ecab320f06d8554ea6380940ec79',
      'bb300cfdad3c16e7a12a480ee83cd310',
    ],
  ),
  KMNIST: idxSet(
    'KMNIST',
    ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
    ['http://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
    [
      'bdb82020997e1d708af4cf47b453dcf7',
      'e144d726b3acfaa3e44228e80efcd344',
      '5c965bf0a639b31b8f53240b1b52f4d7',
      '7320c461ea6c1c855c0b718fb2a4b134',
    ],
  ),
} as const satisfies Record<string, IdxSet>;

export const emnistPublished: Published = {
  file: 'gzip.zip',
  md5: '58c8d27c78d21e728a6bc7b3cc06412e',
  mirrors: ['https://biometrics.nist.gov/cs_links/EMNIST/'],
};

const digits = [...'0123456789'];
const lowercase = [...'abcdefghijklmnopqrstuvwxyz'];
const uppercase = lowercase.map((letter) => letter.toUpperCase());
/** Letters whose lower case looks like the upper case; both cases are one class. */
const merged = new Set('cijklmopsuvwxyz');
const byClass = [...digits, ...uppercase, ...lowercase];
const byMerge = byClass.filter((letter) => !merged.has(letter));

/** The classes of EMNIST's splits, by label. */
export const emnistSplits = {
  byclass: byClass,
  bymerge: byMerge,
  balanced: byMerge,
  letters: ['N/A', ...lowercase],
  digits,
  mnist: digits,
} as const;
