// CIFAR-10 and CIFAR-100, from files of either format, unpacked or in their archives.
import { ArgumentError, FetchError } from '../../../torch';
import { type Defaults, parseArgs, readBytes, shown } from '../../../torch/inside';
import type { Picture } from '../pictures/picture';
import { type CifarFiles, type CifarLabels, type CifarSet, cifar10, cifar100 } from './cifar-facts';
import { assemble, type CifarBatch, readBatch, readClasses } from './cifar-files';
import { type DownloadSettings, pictureDefaults } from './download-settings';
import { firstFound } from './downloads';
import { type FoundFile, sourceOf } from './found-file';
import { ImageDataset } from './image-dataset';
import { datasetKinds } from './option-kinds';
import { type DatasetRoot, type Folder, openRoot, rootName } from './source';
import { type ItemTransforms, readerOf, splitRoot } from './vision-dataset';

/** Options of `CIFAR10`. */
export interface CIFAROptions<Image, Label> extends ItemTransforms<Picture, Image, Label>, DownloadSettings {
  /** The 50,000 training pictures, or the 10,000 test pictures. Default: true. */
  train?: boolean;
  /** Use only the first `limit` pictures. Default: all. */
  limit?: number | null;
}

/** Options of `CIFAR100`. */
export interface CIFAR100Options<Image, Label> extends CIFAROptions<Image, Label> {
  /** `fine`: one of 100 classes; `coarse`: one of 20 groups of them. Default: `fine`. */
  targetType?: 'fine' | 'coarse';
}

/** The type of `CIFAR10` and `CIFAR100`. Arguments can be given by position or by name. */
export interface CifarDataset<Extra = unknown> {
  <Image = Picture, Label = number>(
    root: DatasetRoot,
    options?: CIFAROptions<Image, Label> & Extra,
  ): Promise<ImageDataset<Image, Label, readonly number[]>>;
  <Image = Picture, Label = number>(
    root: DatasetRoot,
    train: boolean,
    options?: CIFAROptions<Image, Label> & Extra,
  ): Promise<ImageDataset<Image, Label, readonly number[]>>;
  <Image = Picture, Label = number>(
    options: CIFAROptions<Image, Label> & Extra & { root: DatasetRoot },
  ): Promise<ImageDataset<Image, Label, readonly number[]>>;
  /** @deprecated A function that reads files, not a class: write `await datasets.CIFAR10('cifar10/')`. */
  new (write: 'await datasets.CIFAR10(root), without new', ...rest: never[]): never;
}

const defaults = {
  train: true,
  ...pictureDefaults,
  targetType: 'fine',
} as const satisfies Defaults<CIFAR100Options<unknown, unknown>>;

/**
 * CIFAR-10: 60,000 pictures [32, 32, 3] of ten classes, from the binary files or those of Python
 * (`cifar-10-batches-bin`, `cifar-10-batches-py`): in a folder, at an address, or chosen or dropped in a page; unpacked
 * or as the archive `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz`; or a single batch.
 *
 *     const trainSet = await datasets.CIFAR10('cifar10/', { train: true, transform: new transforms.ToTensor() });
 *     const [image, label] = trainSet[0]!;                    // Tensor [3, 32, 32], number
 *
 * @throws FetchError if a file cannot be read, FileFormatError if it is malformed
 */
export const CIFAR10: CifarDataset = readerOf('CIFAR10', (args) => read(cifar10, args));

/** CIFAR-100: 60,000 pictures like those of CIFAR-10, of 100 classes in 20 groups. */
export const CIFAR100: CifarDataset<{
  /** 'fine' for 100 classes, 'coarse' for 20. */ targetType?: 'fine' | 'coarse';
}> = readerOf('CIFAR100', (args) => read(cifar100, args));

async function read<Image, Label>(
  set: CifarSet,
  args: readonly unknown[],
): Promise<ImageDataset<Image, Label, readonly number[]>> {
  const { name } = set;
  const [root, rest] = splitRoot<DatasetRoot>(name, args);
  const { targetType, ...own } = defaults;
  const options = parseArgs<CIFAR100Options<Image, Label>>(
    name,
    [],
    set.coarse ? defaults : (own as never),
    rest,
    datasetKinds,
  );
  const kind = labelsOf(set, options.targetType ?? targetType);
  const { batches, classes } = await locate(set, kind, root, options);
  return new ImageDataset(
    { ...assemble(batches, classes.length, options.limit), classes },
    {
      name,
      root: rootName(root),
      repr: `Split: ${options.train ? 'Train' : 'Test'}`,
      listsTargets: true,
      hasChannels: true,
    },
    options,
  );
}

function labelsOf({ name, fine, coarse }: CifarSet, targetType: string): CifarLabels {
  if (targetType === 'fine') return fine;
  if (targetType === 'coarse' && coarse) return coarse;
  throw new ArgumentError(`${name}: expected targetType 'fine' or 'coarse', but got ${shown(targetType)}`);
}

/** The files of a set after reading. */
interface Contents {
  readonly batches: readonly CifarBatch[];
  readonly classes: readonly string[];
}

interface Wanted extends DownloadSettings {
  readonly train: boolean;
}

async function locate(set: CifarSet, kind: CifarLabels, root: DatasetRoot, wanted: Wanted): Promise<Contents> {
  const opened = await openRoot(set.name, root, wanted);
  if ('file' in opened) {
    const source = await sourceOf(opened.file);
    const { archiveKindOf } = await import('./archive');
    if ((await archiveKindOf(source)) !== null) return fromArchive(set, kind, opened.file, wanted);
    const batch = readBatch(await readBytes(source, () => MOST_BYTES), set, kind, opened.file.name);
    return { batches: [batch], classes: kind.classes };
  }
  const { folder } = opened;
  const found = await firstFound(
    folder,
    wanted,
    async (place) => (await fromFolder(set, kind, place, wanted)) ?? fromArchives(set, kind, place, wanted),
    async (get) => {
      const archive = await get(set.name, set.python.archive, root, '', wanted);
      return archive && fromArchive(set, kind, archive, wanted);
    },
  );
  if (found) return found;
  const names = [set.binary, set.python].flatMap((files) => [
    `${files.folder}/${first(files, wanted)}`,
    files.archive.file,
  ]);
  throw new FetchError(
    `${set.name}: expected one of ${names.join(', ')} in ${folder.name}, but found none of them; \`download: true\` fetches them`,
    { status: 404 },
  );
}

/** Upper limit of the unpacked bytes of a gzip file: as many as all batches have together. */
const MOST_BYTES = 2 ** 28;

const namesOf = (files: CifarFiles, { train }: Wanted): readonly string[] => (train ? files.train : files.test);
const first = (files: CifarFiles, wanted: Wanted): string => namesOf(files, wanted)[0]!;

/** Reads unpacked files, in their own subfolder or directly in the folder. */
async function fromFolder(set: CifarSet, kind: CifarLabels, folder: Folder, wanted: Wanted): Promise<Contents | null> {
  for (const files of [set.python, set.binary]) {
    for (const place of [`${files.folder}/`, '']) {
      const head = await folder.find(place + first(files, wanted));
      if (!head) continue;
      const rest = await Promise.all(
        namesOf(files, wanted)
          .slice(1)
          .map(async (name) => {
            const file = await folder.find(place + name);
            if (file) return file;
            throw new FetchError(
              `${set.name}: expected ${place + name} in ${folder.name}, beside ${head.path}, but it is missing`,
              {
                status: 404,
              },
            );
          }),
      );
      const batches = await Promise.all([head, ...rest].map((file) => batchOf(set, kind, file)));
      const meta = await folder.find(place + metaName(set, kind, files));
      const classes = meta ? readClasses(await bytesOf(meta), kind, meta.name) : kind.classes;
      return { batches, classes };
    }
  }
  return null;
}

const metaName = (set: CifarSet, kind: CifarLabels, files: CifarFiles): string =>
  files === set.binary && kind === set.coarse ? set.coarse.binaryMeta : files.meta;

const bytesOf = async (file: FoundFile): Promise<Uint8Array> => readBytes(await sourceOf(file), () => MOST_BYTES);

const batchOf = async (set: CifarSet, kind: CifarLabels, file: FoundFile): Promise<CifarBatch> =>
  readBatch(await bytesOf(file), set, kind, file.name);

async function fromArchives(
  set: CifarSet,
  kind: CifarLabels,
  folder: Folder,
  wanted: Wanted,
): Promise<Contents | null> {
  for (const { archive } of [set.python, set.binary]) {
    const file = await folder.find(archive.file);
    if (file) return fromArchive(set, kind, file, wanted);
  }
  return null;
}

/** Reads an archive of either format. Only the wanted batches are held in memory. */
async function fromArchive(set: CifarSet, kind: CifarLabels, file: FoundFile, wanted: Wanted): Promise<Contents> {
  const { membersOf } = await import('./archive');
  const batches = new Map<string, CifarBatch>();
  let classes: readonly string[] = kind.classes;
  const batchNames = [set.python, set.binary].flatMap((files) => namesOf(files, wanted));
  const metaNames = [set.python, set.binary].map((files) => metaName(set, kind, files));
  for await (const member of membersOf(await sourceOf(file), file.name)) {
    const own = member.name.slice(member.name.lastIndexOf('/') + 1);
    const name = `${file.name}/${member.name}`;
    if (batchNames.includes(own)) batches.set(own, readBatch(await member.bytes(), set, kind, name));
    else if (metaNames.includes(own)) classes = readClasses(await member.bytes(), kind, name);
  }
  for (const files of [set.python, set.binary]) {
    const names = namesOf(files, wanted);
    if (names.every((name) => batches.has(name))) return { batches: names.map((name) => batches.get(name)!), classes };
  }
  throw new FetchError(
    `${set.name}: expected ${namesOf(set.python, wanted).join(', ')} in ${file.name}, or the same with .bin, but some or all are missing`,
    { status: 404 },
  );
}
