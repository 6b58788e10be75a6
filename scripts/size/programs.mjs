// The programs whose downloads are measured, and the most that each may download. None waits at the top level of a module: for one that
// does, Vite's bundler does not join what the entry and the parts that come later share, which costs 2 to 4 kB more.
import { fileURLToPath } from 'node:url';

/**
 * `budget` is in kB by gzip: `first` of what the entry brings, `all` of what has come when the program prints; `rounds` counts the requests
 * after the entry that wait for one another. `data` gives other files that it asks for.
 * @typedef {object} Program
 * @property {string} name
 * @property {string} title
 * @property {string} file
 * @property {{ first: number, all: number, rounds: number }} budget
 * @property {(path: string) => Uint8Array | undefined} [data]
 */

/** @param {string} name */
const file = (name) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

/**
 * A file in MNIST's format: sizes, and zeros.
 * @param {number} magic
 * @param {readonly number[]} sizes
 */
function idx(magic, sizes) {
  const bytes = new Uint8Array(4 + 4 * sizes.length + sizes.reduce((n, size) => n * size, 1));
  [magic, ...sizes].forEach((value, i) => {
    new DataView(bytes.buffer).setUint32(4 * i, value);
  });
  return bytes;
}

/** @type {Readonly<Record<string, Uint8Array>>} */
const digits = {
  'mnist/train-images-idx3-ubyte': idx(0x803, [8, 28, 28]),
  'mnist/train-labels-idx1-ubyte': idx(0x801, [8]),
};

/** @type {readonly Program[]} */
export const programs = [
  {
    name: 'a',
    title: 'tensor([1, 2, 3]).mul(2).sum().item()',
    file: file('tensor'),
    budget: { first: 121.5, all: 121.5, rounds: 2 },
  },
  {
    name: 'b',
    title: 'a step of MNIST over tensors',
    file: file('mnist'),
    budget: { first: 157, all: 215, rounds: 2 },
  },
  {
    name: 'c',
    title: 'a step of MNIST over its files',
    file: file('mnist-files'),
    budget: { first: 169, all: 230, rounds: 2 },
    data: (path) => digits[path],
  },
  {
    name: 'd',
    title: 'ResNet-18 on a picture',
    file: file('resnet'),
    budget: { first: 147, all: 209.5, rounds: 2 },
  },
  {
    name: 'e',
    title: 'a Trainer with a metric',
    file: file('trainer'),
    budget: { first: 235, all: 274, rounds: 2 },
  },
];
