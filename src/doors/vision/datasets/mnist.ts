// MNIST and the data sets with the same file format: Fashion-MNIST, Kuzushiji-MNIST and EMNIST.
import { ArgumentError, type ByteSource } from '../../../torch';
import { describeSource, parseArgs, readBytes, shown } from '../../../torch/inside';
import type { Picture } from '../pictures/picture';
import { type DownloadSettings, pictureDefaults } from './download-settings';
import { expectSameCount, idxBound, parseIdxImages, parseIdxLabels } from './idx';
import { ImageDataset } from './image-dataset';
import { emnistPublished, emnistSplits, type IdxSet, idxSets } from './mnist-facts';
import type { IdxFile } from './mnist-files';
import { datasetKinds } from './option-kinds';
import type { DatasetRoot } from './source';
import { type ItemTransforms, readerOf, splitRoot } from './vision-dataset';

/** The two files of a set, given directly: files dropped on a page, for example. */
export interface IdxFiles {
  images: ByteSource;
  labels: ByteSource;
}

/** Options of `MNIST`. */
export interface MNISTOptions<Image, Label> extends ItemTransforms<Picture, Image, Label>, DownloadSettings {
  /** The training images, or the test images. Default: true. */
  train?: boolean;
  /** Use only the first `limit` images. Default: all. */
  limit?: number | null;
}

type MnistRoot = DatasetRoot | IdxFiles;

/** The type of `MNIST` and its relatives. Arguments can be given by position or by name. */
export interface IdxDataset {
  <Image = Picture, Label = number>(
    root: MnistRoot,
    options?: MNISTOptions<Image, Label>,
  ): Promise<ImageDataset<Image, Label>>;
  <Image = Picture, Label = number>(
    root: MnistRoot,
    train: boolean,
    options?: MNISTOptions<Image, Label>,
  ): Promise<ImageDataset<Image, Label>>;
  <Image = Picture, Label = number>(
    options: MNISTOptions<Image, Label> & { root: MnistRoot },
  ): Promise<ImageDataset<Image, Label>>;
  /** @deprecated A function that reads files, not a class: write `await datasets.MNIST('mnist/')`. */
  new (write: 'await datasets.MNIST(root), without new', ...rest: never[]): never;
}

const defaults = {
  train: true,
  ...pictureDefaults,
};

/**
 * The MNIST data set of handwritten digits, 60,000 and 10,000 pictures [28, 28, 1], from its IDX files
 * (`train-images-idx3-ubyte` and so on, also as `train-images.idx3-ubyte`, plain or with `.gz`): in a folder, at an
 * address, chosen or dropped in a page, or two files given directly. They may lie in `MNIST/raw`, where torchvision
 * puts them.
 *
 *     const trainSet = await datasets.MNIST('mnist/', { train: true, transform: new transforms.ToTensor() });
 *
 * @throws FetchError if a file cannot be read, FileFormatError if it is malformed
 */
export const MNIST: IdxDataset = readerOf('MNIST', (args) => read(idxSets.MNIST, args));

/** Zalando's Fashion-MNIST: ten kinds of clothing, in files like MNIST's and with the same arguments. */
export const FashionMNIST: IdxDataset = readerOf('FashionMNIST', (args) => read(idxSets.FashionMNIST, args));

/** Kuzushiji-MNIST: ten classes of cursive Japanese letters, in files like MNIST's and with the same arguments. */
export const KMNIST: IdxDataset = readerOf('KMNIST', (args) => read(idxSets.KMNIST, args));

/** EMNIST's ways to divide its characters into classes. */
export type EMNISTSplit = 'byclass' | 'bymerge' | 'balanced' | 'letters' | 'digits' | 'mnist';

/** Options of `EMNIST`. */
export interface EMNISTOptions<Image, Label> extends MNISTOptions<Image, Label> {
  split: EMNISTSplit;
}

/**
 * EMNIST: handwritten letters and digits, in files like MNIST's (`emnist-letters-train-images-idx3-ubyte` and so on, or
 * `gzip.zip`, which holds all of them). As in torchvision, pictures stay as the files have them, with rows and columns
 * exchanged, and the labels of `letters` begin at 1: class 0 is `N/A`.
 * `transform: (picture) => toTensor(picture).transpose(1, 2)` sets them upright.
 *
 *     const letters = await datasets.EMNIST('emnist/', 'letters', { train: true });
 * @param split The part of the data set.
 */
export function EMNIST<Image = Picture, Label = number>(
  root: MnistRoot,
  split: EMNISTSplit,
  options?: MNISTOptions<Image, Label>,
): Promise<ImageDataset<Image, Label>>;
export function EMNIST<Image = Picture, Label = number>(
  root: MnistRoot,
  options: EMNISTOptions<Image, Label>,
): Promise<ImageDataset<Image, Label>>;
export function EMNIST<Image = Picture, Label = number>(
  options: EMNISTOptions<Image, Label> & { root: MnistRoot },
): Promise<ImageDataset<Image, Label>>;
export async function EMNIST(...args: unknown[]): Promise<ImageDataset<unknown, unknown>> {
  const [root, rest] = splitRoot<MnistRoot>('EMNIST', args);
  const { split, ...options } = parseArgs<EMNISTOptions<unknown, unknown>>(
    'EMNIST',
    ['split'],
    defaults,
    rest,
    datasetKinds,
  );
  if (!Object.hasOwn(emnistSplits, split)) {
    throw new ArgumentError(
      `EMNIST: expected split to be one of ${Object.keys(emnistSplits).join(', ')}, but got ${shown(split)}`,
    );
  }
  const set: IdxSet = {
    name: 'EMNIST',
    classes: emnistSplits[split],
    stem: (train) => `emnist-${split}-${train ? 'train' : 'test'}`,
    folders: ['', 'EMNIST/raw', 'raw', 'gzip', 'EMNIST/raw/gzip'],
    archives: ['gzip.zip', 'EMNIST/raw/gzip.zip'],
    published: () => [emnistPublished],
  };
  return read(set, [root, options]);
}

/** Reads a set from its arguments. The overloads of its functions give the types. */
async function read<Image, Label>(set: IdxSet, args: readonly unknown[]): Promise<ImageDataset<Image, Label>> {
  const { name, classes } = set;
  const [root, rest] = splitRoot<MnistRoot>(name, args);
  if (root === null) throw new ArgumentError(`${name}: expected root to be an address, a path or files, but got null`);
  const options = parseArgs<MNISTOptions<Image, Label>>(name, [], defaults, rest, datasetKinds);
  const { train, limit } = options;
  // If both files were given, the code that finds and downloads files is not loaded.
  const located = isGiven(root) ? null : await (await import('./mnist-files')).locate(set, root, options);
  const [imageFile, labelFile] = located
    ? located.files
    : [named((root as IdxFiles).images), named((root as IdxFiles).labels)];
  const [imageBytes, labelBytes] = await Promise.all([imageFile, labelFile].map(({ at }) => readBytes(at, idxBound)));
  const images = parseIdxImages(imageBytes!, imageFile.name);
  const labels = parseIdxLabels(labelBytes!, { classes: classes.length, name: labelFile.name });
  expectSameCount(images, labels, imageFile.name, labelFile.name);
  const count = Math.min(images.count, limit ?? images.count);
  const { rows: height, columns: width } = images;
  const pixels = images.pixels.slice(0, count * height * width);
  return new ImageDataset(
    { pictures: { count, height, width, channels: 1, pixels }, labels: labels.subarray(0, count), classes },
    {
      name,
      root: located?.place ?? null,
      repr: `Split: ${train ? 'Train' : 'Test'}`,
      listsTargets: false,
      hasChannels: false,
    },
    options,
  );
}

const isGiven = (root: MnistRoot): root is IdxFiles =>
  typeof root === 'object' && root !== null && 'images' in root && 'labels' in root;

const named = (at: ByteSource): IdxFile => ({ name: describeSource(at), at });
