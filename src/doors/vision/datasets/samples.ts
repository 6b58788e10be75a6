// Finds the samples of a folder with one subfolder per class, in torchvision's order.

import { ArgumentError, FetchError } from '../../../torch';
import { type Arguments, isPlainObject, kinds, objectAt, parseArgs } from '../../../torch/inside';
import { byCodePoints } from './code-points';
import type { FoundFile } from './found-file';
import { type DatasetRoot, type Listing, openRoot } from './source';

/** File extensions that torchvision accepts as pictures. */
export const IMG_EXTENSIONS: readonly string[] = [
  '.jpg',
  '.jpeg',
  '.png',
  '.ppm',
  '.bmp',
  '.pgm',
  '.tif',
  '.tiff',
  '.webp',
];

/** Classes in order, and the number of each class. */
export type ClassNumbers = readonly [classes: readonly string[], classToIdx: Readonly<Record<string, number>>];

/** A file's path and the number of its class. */
export type ClassSample = readonly [path: string, classIndex: number];

export interface SampleOptions {
  /** Extensions of the files that count, in lower case. */
  extensions?: string | readonly string[] | null;
  /** Decides by path which files count, instead of by `extensions`. */
  isValidFile?: ((/** A path, or an address. */ path: string) => boolean | Promise<boolean>) | null;
  /** Also accept classes without any file. Default: false. */
  allowEmpty?: boolean;
}

/** A folder whose contents are known. */
export interface ListedFolder extends Listing {
  readonly name: string;
}

/** Lists all files in a folder, or in an archive. */
export async function listRoot(dataset: string, root: DatasetRoot): Promise<ListedFolder> {
  const opened = await openRoot(dataset, root);
  const folder = 'folder' in opened ? opened.folder : await (await import('./archive')).archiveFolder(opened.file);
  return { name: folder.name, ...(await folder.list()) };
}

/**
 * The folders directly below a directory, sorted, and their numbers.
 * @throws FetchError if there is none
 */
export async function findClasses(...args: Arguments<Directory, ['directory']>): Promise<ClassNumbers> {
  const given = objectAt('findClasses', ['directory'], 0, args);
  const { directory } = parseArgs<Directory>('findClasses', ['directory'], {}, given);
  return classesOf('findClasses', await listRoot('findClasses', directory));
}

interface Directory {
  /** The folder, with a folder of pictures for each class. */
  directory: DatasetRoot;
}

export function classesOf(op: string, { name, folders }: ListedFolder): ClassNumbers {
  const classes = folders.filter((path) => !path.includes('/')).sort(byCodePoints);
  if (classes.length === 0) throw notFound(op, `Couldn't find any class folder in ${name}.`);
  return [classes, Object.fromEntries(classes.map((each, i) => [each, i]))];
}

interface MakeArguments extends SampleOptions, Directory {
  /** The number of each class. Default: the result of `findClasses`. */
  classToIdx?: Readonly<Record<string, number>> | null;
}

const makeOrder = ['directory', 'classToIdx', 'extensions', 'isValidFile', 'allowEmpty'] as const;

/** The valid values of the options that filter files. */
export const filterKinds = {
  extensions: kinds.orNull(kinds.either(kinds.text, kinds.listOf(kinds.text))),
  isValidFile: kinds.orNull(kinds.callback),
};

/** @throws ArgumentError unless exactly one of `extensions` and `isValidFile` is given */
export function expectOneFilter(op: string, { extensions = null, isValidFile = null }: SampleOptions): void {
  if ((extensions === null) !== (isValidFile === null)) return;
  throw new ArgumentError(`${op}: Both extensions and isValidFile cannot be null or not null at the same time`);
}

const noClasses = (op: string): ArgumentError =>
  new ArgumentError(`${op}: 'classToIdx' must have at least one entry to collect any samples.`);

const numbers: kinds.Kind = { words: 'an object of numbers by the names of classes', fits: isPlainObject };

/**
 * The files of each class with its number: classes, folders and files sorted.
 *
 * @throws FetchError if a class has no file that counts, ArgumentError unless exactly one of `extensions` and
 * `isValidFile` is given
 */
export async function makeDataset(...args: Arguments<MakeArguments, typeof makeOrder>): Promise<ClassSample[]> {
  const { directory, classToIdx, ...options } = parseArgs<MakeArguments>(
    'makeDataset',
    ['directory'],
    { classToIdx: null, extensions: null, isValidFile: null, allowEmpty: false },
    objectAt('makeDataset', makeOrder, 0, args),
    { classToIdx: kinds.orNull(numbers), ...filterKinds },
  );
  if (classToIdx && Object.keys(classToIdx).length === 0) throw noClasses('makeDataset');
  expectOneFilter('makeDataset', options);
  const folder = await listRoot('makeDataset', directory);
  const found = await samplesOf('makeDataset', folder, classToIdx ?? classesOf('makeDataset', folder)[1], options);
  return found.map(({ file, classIndex }) => [file.name, classIndex]);
}

export interface FoundSample {
  readonly file: FoundFile;
  readonly classIndex: number;
}

export async function samplesOf(
  op: string,
  { files }: ListedFolder,
  classToIdx: Readonly<Record<string, number>>,
  { extensions = null, isValidFile = null, allowEmpty = false }: SampleOptions,
): Promise<FoundSample[]> {
  const names = Object.keys(classToIdx).sort(byCodePoints);
  if (names.length === 0) throw noClasses(op);
  const endings = extensions === null ? [] : typeof extensions === 'string' ? [extensions] : extensions;
  const counts = isValidFile ?? ((path: string) => endings.some((ending) => path.toLowerCase().endsWith(ending)));
  const samples: FoundSample[] = [];
  const filled = new Set<string>();
  const byClass = new Map<string, FoundFile[]>(names.map((name) => [name, []]));
  for (const file of files) byClass.get(file.path.slice(0, Math.max(0, file.path.indexOf('/'))))?.push(file);
  for (const name of names) {
    for (const file of byClass.get(name)!.sort(inWalkOrder)) {
      if (!(await counts(file.name))) continue;
      samples.push({ file, classIndex: classToIdx[name]! });
      filled.add(name);
    }
  }
  const empty = names.filter((name) => !filled.has(name));
  if (empty.length > 0 && !allowEmpty) {
    const supported = extensions === null ? '' : `Supported extensions are: ${endings.join(', ')}`;
    throw notFound(op, `Found no valid file for the classes ${empty.join(', ')}. ${supported}`.trimEnd());
  }
  return samples;
}

/** Compares files folder by folder, sorted by their whole paths, and then by name. */
function inWalkOrder(a: FoundFile, b: FoundFile): number {
  const [cutA, cutB] = [a.path.lastIndexOf('/'), b.path.lastIndexOf('/')];
  const folders = byCodePoints(a.path.slice(0, cutA), b.path.slice(0, cutB));
  return folders !== 0 ? folders : byCodePoints(a.path.slice(cutA + 1), b.path.slice(cutB + 1));
}

const notFound = (op: string, message: string): FetchError => new FetchError(`${op}: ${message}`, { status: 404 });
