// MNIST, and Fashion-MNIST, which comes in its files.
import { ArgumentError, FetchError } from '../../errors';
import { type ByteSource, describeSource, readBytes } from '../../io/bytes';
import { parseArgs } from '../../tensor/options';
import type { Tensor } from '../../tensor/tensor';
import type { TransformFunction } from '../transforms';
import { expectSameCount, idxBound, parseIdxImages, parseIdxLabels } from './idx';
import { ImageDataset } from './image-dataset';

/** The two files of a set, given by hand: dropped on a page, say. */
export interface IdxFiles {
  images: ByteSource;
  labels: ByteSource;
}

export interface MNISTOptions<Image, Label> {
  /** The 60,000 training images, or the 10,000 test images. Default: true. */
  train?: boolean;
  /** Makes an item's image out of a uint8 tensor [28, 28]. Default: none. */
  transform?: TransformFunction<Tensor, Image> | null;
  /** Makes an item's label out of its number. Default: none. */
  targetTransform?: TransformFunction<number, Label> | null;
  /** Use only the first so many images. Default: all. */
  limit?: number | null;
}

const digits = [
  '0 - zero',
  '1 - one',
  '2 - two',
  '3 - three',
  '4 - four',
  '5 - five',
  '6 - six',
  '7 - seven',
  '8 - eight',
  '9 - nine',
];

const garments = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * The MNIST data set of handwritten digits, from its IDX files: those in the folder or at the address `root`
 * (`train-images-idx3-ubyte` and so on, also as `train-images.idx3-ubyte`, plain or with `.gz`), or two given ones.
 *
 *     const trainSet = await vision.datasets.MNIST('mnist/', { train: true, transform: new vision.transforms.ToTensor() });
 *
 * @throws FetchError when a file cannot be read, FileFormatError when it is not what it should be
 */
export function MNIST<Image = Tensor, Label = number>(
  root: string | URL | IdxFiles,
  options: MNISTOptions<Image, Label> = {},
): Promise<ImageDataset<Image, Label>> {
  return read('MNIST', digits, root, options);
}

/** Zalando's Fashion-MNIST: ten kinds of clothing, in files like MNIST's and with the same arguments. */
export function FashionMNIST<Image = Tensor, Label = number>(
  root: string | URL | IdxFiles,
  options: MNISTOptions<Image, Label> = {},
): Promise<ImageDataset<Image, Label>> {
  return read('FashionMNIST', garments, root, options);
}

async function read<Image, Label>(
  name: string,
  classes: readonly string[],
  root: string | URL | IdxFiles,
  options: MNISTOptions<Image, Label>,
): Promise<ImageDataset<Image, Label>> {
  const defaults = { train: true, transform: null, targetTransform: null, limit: null };
  const { train, transform, targetTransform, limit } = parseArgs<MNISTOptions<Image, Label>>(name, [], defaults, [
    options,
  ]);
  if (limit !== null && (!Number.isSafeInteger(limit) || limit <= 0)) {
    throw new ArgumentError(`${name}: expected limit to be a positive integer, but got ${limit}`);
  }
  const [imageFile, labelFile] = await Promise.all(files(name, root, train));
  const images = parseIdxImages(imageFile.bytes, imageFile.name);
  const labels = parseIdxLabels(labelFile.bytes, { classes: classes.length, name: labelFile.name });
  expectSameCount(images, labels, imageFile.name, labelFile.name);
  const count = Math.min(images.count, limit ?? images.count);
  const pixels = images.pixels.slice(0, count * images.rows * images.columns);
  return new ImageDataset({ ...images, count, pixels }, labels.subarray(0, count), classes, {
    transform,
    targetTransform,
  });
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function files(
  name: string,
  root: string | URL | IdxFiles,
  train: boolean,
): [Promise<NamedBytes>, Promise<NamedBytes>] {
  if (typeof root === 'string' || root instanceof URL) {
    const stem = train ? 'train' : 't10k';
    return [
      firstFound(name, root, `${stem}-images`, 'idx3-ubyte'),
      firstFound(name, root, `${stem}-labels`, 'idx1-ubyte'),
    ];
  }
  if (!root?.images || !root.labels) {
    throw new ArgumentError(`${name}: expected a folder, an address, or { images, labels }, but got ${typeof root}`);
  }
  return [given(root.images), given(root.labels)];
}

async function given(source: ByteSource): Promise<NamedBytes> {
  return { name: describeSource(source), bytes: await readBytes(source, idxBound) };
}

/** The file under the first of its usual names that exists. */
async function firstFound(dataset: string, root: string | URL, stem: string, kind: string): Promise<NamedBytes> {
  const folder = root === '' ? '' : String(root).replace(/\/?$/, '/');
  const names = [`${stem}-${kind}`, `${stem}-${kind}.gz`, `${stem}.${kind}`, `${stem}.${kind}.gz`];
  for (const file of names) {
    try {
      const bytes = await readBytes(folder + file, idxBound);
      if (!isWebPage(bytes)) return { name: folder + file, bytes };
    } catch (error) {
      if (!(error instanceof FetchError) || error.status !== 404) throw error;
    }
  }
  throw new FetchError(`${dataset}: expected one of ${names.join(', ')} in ${folder}, but found none of them`, {
    status: 404,
  });
}

/** Servers of single-page applications answer a wrong address with their page and status 200. */
const isWebPage = (bytes: Uint8Array): boolean =>
  /^\s*<(!doctype|html)/i.test(String.fromCharCode(...bytes.subarray(0, 40)));
