// Data sets of a folder with one subfolder per class: of pictures, or of files of any kind.

import { ArgumentError, type ByteSource, data, scope, Tensor, tensor } from '../../../torch';
import {
  type Arguments,
  fromHost,
  indexIn,
  indicesIn,
  inTurn,
  kinds,
  ofDataSet,
  parseArgs,
  resolveIndex,
} from '../../../torch/inside';
import { Picture } from '../pictures/picture';
import { readImage } from '../pictures/read-image';
import { batched, PackedPictures, type Pictures } from '../transforms';
import type { Place } from '../transforms/pictures';
import { type FoundFile, sourceOf } from './found-file';
import { transformKinds } from './option-kinds';
import { fileForWorker, type PictureRead } from './picture-file';
import { PictureGatherer } from './picture-gatherer';
import { readPictureFile } from './read-picture-file';
import {
  type ClassNumbers,
  type ClassSample,
  classesOf,
  expectOneFilter,
  filterKinds,
  IMG_EXTENSIONS,
  listRoot,
  type SampleOptions,
  samplesOf,
} from './samples';
import { type DatasetRoot, rootName } from './source';
import { startPictureWorker } from './start-picture-worker';
import { type ItemTransforms, StandardTransform, splitRoot, transformsIn, VisionDataset } from './vision-dataset';

/**
 * Reads a sample from a file. It gets the file's address, path or `File`, and the path under which `samples` lists it.
 */
export type SampleLoader<Raw> = (source: ByteSource, /** A path, or an address. */ path: string) => Raw | Promise<Raw>;

/** `io.readImage` itself, which also works in workers. */
type PictureLoader = typeof readImage;

interface FolderOptions<Raw, Image, Label> extends ItemTransforms<Raw, Image, Label> {
  /** Decides by path which files count, instead of by extensions. */
  isValidFile?: SampleOptions['isValidFile'];
  /** Also accept folders without any file as classes. Default: false. */
  allowEmpty?: boolean;
  /** Chooses classes and their numbers from the names of all folders. Default: all, sorted. */
  findClasses?:
    | ((/** The names of the folders, in the order of the classes. */ folders: readonly string[]) => ClassNumbers)
    | null;
}

/** Options of `DatasetFolder`. */
export interface DatasetFolderOptions<Raw, Image, Label> extends FolderOptions<Raw, Image, Label> {
  /**
   * Runs on the main thread for any `numWorkers`, because a function cannot be sent to a worker; the DataLoader's
   * option `worker` makes workers call it. If the loader is `io.readImage` itself, workers read the pictures, as red,
   * green and blue.
   */
  loader: SampleLoader<Raw>;
  /** Extensions of the files that count, in lower case. Give either these or `isValidFile`. */
  extensions?: SampleOptions['extensions'];
}

/** Options of `ImageFolder`. */
export interface ImageFolderOptions<Raw, Image, Label> extends FolderOptions<Raw, Image, Label> {
  /**
   * Default: reads pictures as red, green and blue, in workers if there are any. A custom loader runs on the main
   * thread.
   */
  loader?: SampleLoader<Raw> | null;
}

interface FolderContents<Raw> {
  readonly name: string;
  readonly root: string | null;
  readonly numbers: ClassNumbers;
  readonly samples: ClassSample[];
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Null means the default reader of pictures. */
  readonly loader: SampleLoader<Raw> | null;
  readonly extensions: SampleOptions['extensions'];
}

/** Images and labels; null if the batch must be made item by item. */
type FolderBatch<Image, Label> = Promise<[Tensor | data.Collated<Image>, data.Collated<Label>]> | null;

/**
 * Files in folders that are their classes. Items are read on request: `await dataset[3]` is `[sample, classIndex]`.
 * Files are read concurrently, but transforms run in the order in which items were requested, so that their random
 * numbers do not depend on which file arrives first.
 */
export class FolderDataset<Raw = Picture, Image = Raw, Label = number> extends VisionDataset<
  Raw,
  Image,
  Label,
  Promise<[Image, Label]>
> {
  readonly classes: readonly string[];
  readonly classToIdx: Readonly<Record<string, number>>;
  readonly extensions: SampleOptions['extensions'];
  /** Path and class of each sample. The list may be shortened or reordered. */
  samples: ClassSample[];
  readonly #files: ReadonlyMap<string, FoundFile>;
  readonly #loader: SampleLoader<Raw> | null;
  /**
   * Bytes to allocate for a batch of pictures of several sizes: the most that any batch has needed, so that eventually
   * all batches have the same plan.
   */
  #room = 0;

  constructor(
    /** The files of the folder, by class. */ contents: FolderContents<Raw>,
    /** The items, in their order. */ items: ItemTransforms<Raw, Image, Label>,
  ) {
    super(contents.root, { ...transformsIn(items), name: contents.name });
    [this.classes, this.classToIdx] = contents.numbers;
    this.samples = contents.samples;
    this.extensions = contents.extensions;
    this.#files = contents.files;
    this.#loader = contents.loader;
  }

  override get length(): number {
    return this.samples.length;
  }

  /** The same list as `samples`. */
  get imgs(): ClassSample[] {
    return this.samples;
  }

  /** The class of each sample. */
  get targets(): readonly number[] {
    return this.samples.map(([, classIndex]) => classIndex);
  }

  override get(...args: Arguments<{ index: number }, ['index']>): Promise<[Image, Label]> {
    const index = indexIn(this.printedName, args);
    const [path, target] = this.samples[resolveIndex(this.printedName, index, this.length)]!;
    return inTurn(this.#read(path), (raw) => scope(() => this.transformed(raw, target)));
  }

  /**
   * Transforms pictures as a batch if the transform belongs to this library, and the pictures have one size or its
   * first step brings them to one. Otherwise items are made one by one. Null with a custom loader.
   */
  override getBatch(indices: readonly number[]): FolderBatch<Image, Label>;
  override getBatch(named: { indices: readonly number[] }): FolderBatch<Image, Label>;
  override getBatch(...args: unknown[]): FolderBatch<Image, Label> {
    const indices = indicesIn(`${this.printedName}.getBatch`, args);
    if (this.#loader) return null;
    const samples = indices.map((index) => this.samples[resolveIndex(this.printedName, index, this.length)]!);
    const targets = samples.map(([, target]) => target);
    const all = Promise.all(samples.map(([path]) => this.#read(path)));
    return inTurn(all, (raws) =>
      scope(() => {
        const whole = this.#wholeBatch(raws, targets);
        if (whole) return whole;
        const items = raws.map((raw, i) => this.transformed(raw, targets[i]!));
        return [
          data.defaultCollate(items.map(([image]) => image)),
          data.defaultCollate(items.map(([, label]) => label)),
        ];
      }),
    );
  }

  /**
   * Workers read and decode pictures; the transforms run on the main thread. With a custom loader everything runs here,
   * because a function cannot be sent.
   */
  override workerCopy(): data.WorkerCopy<PictureRead, [Image, Label]> | 'here' {
    if (this.#loader) return 'here';
    const target = (index: number) => this.samples[index]![1];
    return {
      start: startPictureWorker,
      state: null,
      address: (index) => fileForWorker(this.#fileAt(this.samples[index]![0])),
      item: (read, index) => this.transformed(decoded(read) as unknown as Raw, target(index)),
      batch: (reads, indices) => this.#wholeBatch(reads.map(decoded) as unknown[] as Raw[], indices.map(target)),
    };
  }

  #wholeBatch(raws: readonly Raw[], targets: readonly number[]): [Tensor, data.Collated<Label>] | null {
    const pictures = raws as readonly unknown[] as readonly DecodedPicture[];
    const batch = this.transforms instanceof StandardTransform ? batched(this.transform) : null;
    if (!batch?.takes(pictures)) return null;
    const { targetTransform } = this;
    const draws: (object | null)[] = [];
    const labels: Label[] = [];
    for (const [i, target] of targets.entries()) {
      draws.push(...batch.draw([pictures[i]!]));
      if (targetTransform) labels.push(targetTransform(target));
    }
    const packed = this.#together(pictures);
    const collated = targetTransform ? data.defaultCollate(labels) : (tensor([...targets]) as data.Collated<Label>);
    return [Tensor.of(ofDataSet(batch.apply(packed, draws).value)), collated];
  }

  /**
   * The pixels of a batch on the device: pictures of one size as a tensor, pictures of several sizes packed one after
   * another.
   */
  #together(pictures: readonly DecodedPicture[]): Pictures {
    const { height, width, channels } = pictures[0]!;
    const total = pictures.reduce((bytes, { pixels }) => bytes + pixels.length, 0);
    const isOneSize = pictures.every((each) => each.height === height && each.width === width);
    if (!isOneSize) this.#room = Math.max(this.#room, roomFor(total));
    const bytes = new Uint8Array(isOneSize ? total : this.#room);
    const places: Place[] = [];
    let first = 0;
    for (const each of pictures) {
      bytes.set(each.pixels, first);
      places.push({ first, size: [each.height, each.width] });
      first += each.pixels.length;
    }
    if (isOneSize) {
      return new PictureGatherer({ count: pictures.length, height, width, channels, pixels: bytes }).gatherAll();
    }
    const words = new Uint32Array(bytes.buffer);
    return new PackedPictures(Tensor.of(fromHost(words, [words.length], 'uint32')), channels, places);
  }

  async #read(path: string): Promise<Raw> {
    const file = this.#fileAt(path);
    if (this.#loader) return this.#loader(await sourceOf(file), path);
    return decoded(await readPictureFile(file)) as unknown as Raw;
  }

  #fileAt(path: string): FoundFile {
    const file = this.#files.get(path);
    if (file) return file;
    throw new ArgumentError(`${this.printedName}: expected a path out of samples, but got ${path}`);
  }

  /** Transforms take `Picture` objects, which are made from the decoded bytes only now. */
  protected override transformed(raw: Raw, target: number): [Image, Label] {
    return super.transformed(raw instanceof DecodedPicture ? (raw.picture() as unknown as Raw) : raw, target);
  }
}

/** Rounds bytes up by less than a quarter, so that batches of similar sizes get buffers of the same size. */
function roomFor(bytes: number): number {
  const step = Math.max(4, 2 ** Math.ceil(Math.log2(bytes)) / 8);
  return Math.ceil(bytes / step) * step;
}

/** The pixels of a picture on the host. */
class DecodedPicture {
  constructor(
    readonly height: number,
    readonly width: number,
    readonly channels: number,
    readonly pixels: Uint8Array,
  ) {}

  picture(): Picture {
    return Picture.fromBytes(this.pixels, [this.height, this.width, this.channels]);
  }
}

const decoded = ({ height, width, channels, pixels }: PictureRead): DecodedPicture =>
  new DecodedPicture(height, width, channels, pixels);

const folderKinds = {
  ...transformKinds,
  loader: kinds.callback,
  ...filterKinds,
  findClasses: kinds.orNull(kinds.callback),
};

const defaults = {
  transform: null,
  targetTransform: null,
  isValidFile: null,
  allowEmpty: false,
  transforms: null,
  findClasses: null,
};

/**
 * Files in one folder per class: `root/dog/1.bin`, `root/cat/nested/2.bin`. `root` is a path, a folder or files of a
 * page, or an archive.
 *
 *     const set = await datasets.DatasetFolder('sounds/', { loader: (source) => torch.load(source), extensions: ['.npy'] });
 *     const [sound, label] = await set[0]!;
 *
 * @throws FetchError if there is no class, or if a class has no file
 */
export function DatasetFolder<Raw, Image = Raw, Label = number>(
  root: DatasetRoot,
  options: DatasetFolderOptions<Raw, Image, Label>,
): Promise<FolderDataset<Raw, Image, Label>>;
export function DatasetFolder<Raw, Image = Raw, Label = number>(
  root: DatasetRoot,
  loader: SampleLoader<Raw>,
  options?: Omit<DatasetFolderOptions<Raw, Image, Label>, 'loader'>,
): Promise<FolderDataset<Raw, Image, Label>>;
export function DatasetFolder<Raw, Image = Raw, Label = number>(
  options: DatasetFolderOptions<Raw, Image, Label> & { root: DatasetRoot },
): Promise<FolderDataset<Raw, Image, Label>>;
export function DatasetFolder<Image = Picture, Label = number, Raw = Picture>(
  root: DatasetRoot,
  loader: PictureLoader,
  options?: Omit<DatasetFolderOptions<Raw, Image, Label>, 'loader'>,
): Promise<FolderDataset<Raw, Image, Label>>;
export function DatasetFolder<Image = Picture, Label = number, Raw = Picture>(
  root: DatasetRoot,
  options: Omit<DatasetFolderOptions<Raw, Image, Label>, 'loader'> & { loader: PictureLoader },
): Promise<FolderDataset<Raw, Image, Label>>;
export async function DatasetFolder(...args: unknown[]): Promise<FolderDataset<unknown, unknown, unknown>> {
  const [root, rest] = splitRoot<DatasetRoot>('DatasetFolder', args);
  const options = parseArgs<DatasetFolderOptions<unknown, unknown, unknown>>(
    'DatasetFolder',
    ['loader'],
    { extensions: null, ...defaults },
    rest,
    folderKinds,
  );
  return open('DatasetFolder', root, options.loader, options);
}

/**
 * Pictures in one folder per class: `root/dog/1.png`, `root/cat/nested/2.jpg`. `root` is a path, a folder or files of a
 * page, or an archive.
 *
 *     const set = await datasets.ImageFolder(await showDirectoryPicker(), { transform: new transforms.ToTensor() });
 *     const [image, label] = await set[0]!;
 *
 * @throws FetchError if there is no class, or if a class has no picture
 */
export function ImageFolder<Image = Picture, Label = number, Raw = Picture>(
  root: DatasetRoot,
  options?: ImageFolderOptions<Raw, Image, Label>,
): Promise<FolderDataset<Raw, Image, Label>>;
export function ImageFolder<Image = Picture, Label = number, Raw = Picture>(
  root: DatasetRoot,
  transform: ImageFolderOptions<Raw, Image, Label>['transform'],
  options?: ImageFolderOptions<Raw, Image, Label>,
): Promise<FolderDataset<Raw, Image, Label>>;
export function ImageFolder<Image = Picture, Label = number, Raw = Picture>(
  options: ImageFolderOptions<Raw, Image, Label> & { root: DatasetRoot },
): Promise<FolderDataset<Raw, Image, Label>>;
export async function ImageFolder(...args: unknown[]): Promise<FolderDataset<unknown, unknown, unknown>> {
  const [root, rest] = splitRoot<DatasetRoot>('ImageFolder', args);
  const { transform, targetTransform, ...others } = defaults;
  const options = parseArgs<ImageFolderOptions<unknown, unknown, unknown>>(
    'ImageFolder',
    [],
    { transform, targetTransform, loader: null, ...others },
    rest,
    { ...folderKinds, loader: kinds.orNull(kinds.callback) },
  );
  const extensions = options.isValidFile ? null : IMG_EXTENSIONS;
  return open('ImageFolder', root, options.loader, { ...options, extensions });
}

async function open(
  name: string,
  root: DatasetRoot,
  loader: SampleLoader<unknown> | PictureLoader | null,
  options: FolderOptions<unknown, unknown, unknown> & SampleOptions,
): Promise<FolderDataset<unknown, unknown, unknown>> {
  expectOneFilter(name, options);
  const folder = await listRoot(name, root);
  const all = classesOf(name, folder);
  const numbers = options.findClasses?.(all[0]) ?? all;
  const found = await samplesOf(name, folder, numbers[1], options);
  return new FolderDataset(
    {
      name,
      root: rootName(root),
      numbers,
      samples: found.map(({ file, classIndex }): ClassSample => [file.name, classIndex]),
      files: new Map(found.map(({ file }) => [file.name, file])),
      loader: loader === readImage ? null : (loader as SampleLoader<unknown> | null),
      extensions: options.extensions,
    },
    options,
  );
}
