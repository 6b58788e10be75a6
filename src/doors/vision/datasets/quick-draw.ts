// Quick, Draw!: drawings by class, as bitmaps in .npy files or as strokes in lines of JSON.
import { ArgumentError, FetchError, FileFormatError } from '../../../torch';
import { openReader, parseArgs, readBytes, readNpyHeader, shown } from '../../../torch/inside';
import type { Picture } from '../pictures/picture';
import { byCodePoints } from './code-points';
import { type DownloadSettings, pictureDefaults } from './download-settings';
import { allEnded, firstFound } from './downloads';
import { type FoundFile, sourceOf } from './found-file';
import { ImageDataset } from './image-dataset';
import { datasetKinds } from './option-kinds';
import { type DatasetRoot, type Folder, openRoot, rootName } from './source';
import { drawStrokes, type Stroke } from './strokes';
import { type ItemTransforms, splitRoot } from './vision-dataset';

/** Options of `QuickDraw`. */
export interface QuickDrawOptions<Image, Label> extends ItemTransforms<Picture, Image, Label>, DownloadSettings {
  /**
   * Names of the classes, in the order of their labels. Default: those of all files, sorted. For an address, they must
   * be given.
   */
  classes?: readonly string[] | null;
  /** Use only the first `limit` drawings of each class. Default: all. */
  limit?: number | null;
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const PUBLISHER = 'https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/';
/** Upper limit of the unpacked bytes of compressed strokes: the largest published file has 600 MB. */
const MOST_BYTES = 2 ** 30;
/** The prefix before a class's name in files downloaded by hand. */
const PREFIX = /^full[_-](numpy_bitmap|simplified|raw)[_-]/;

/**
 * Drawings of Quick, Draw!, pictures [28, 28, 1], one file per class: bitmaps, as `violin.npy` or
 * `full_numpy_bitmap_violin.npy`; or strokes, as `violin.ndjson` or `full_simplified_violin.ndjson`, which are drawn in
 * the way of the published bitmaps.
 *
 *     const set = await datasets.QuickDraw('drawings/', { classes: ['violin', 'guitar'], transform: new transforms.ToTensor() });
 *
 * @throws FetchError if a class has no file, FileFormatError if a file is malformed
 */
export function QuickDraw<Image = Picture, Label = number>(
  root: DatasetRoot,
  options?: QuickDrawOptions<Image, Label>,
): Promise<ImageDataset<Image, Label>>;
export function QuickDraw<Image = Picture, Label = number>(
  root: DatasetRoot,
  classes: readonly string[],
  options?: QuickDrawOptions<Image, Label>,
): Promise<ImageDataset<Image, Label>>;
export function QuickDraw<Image = Picture, Label = number>(
  options: QuickDrawOptions<Image, Label> & { root: DatasetRoot },
): Promise<ImageDataset<Image, Label>>;
export async function QuickDraw(...args: unknown[]): Promise<ImageDataset<unknown, unknown>> {
  const [root, rest] = splitRoot<DatasetRoot>('QuickDraw', args);
  const options = parseArgs<QuickDrawOptions<unknown, unknown>>(
    'QuickDraw',
    [],
    { classes: null, ...pictureDefaults },
    rest,
    datasetKinds,
  );
  const { classes, limit } = options;
  if (classes !== null && !(Array.isArray(classes) && classes.every((name) => typeof name === 'string'))) {
    throw new ArgumentError(`QuickDraw: expected classes to be names, but got ${shown(classes)}`);
  }
  const files = await locate(root, options);
  const parts: Uint8Array[] = [];
  for (const [, file] of files) parts.push(await readDrawings(file, limit));
  const pixels = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const labels = new Int32Array(pixels.length / PIXELS);
  let at = 0;
  parts.forEach((part, label) => {
    pixels.set(part, at * PIXELS);
    labels.fill(label, at, at + part.length / PIXELS);
    at += part.length / PIXELS;
  });
  return new ImageDataset(
    {
      pictures: { count: labels.length, height: SIDE, width: SIDE, channels: 1, pixels },
      labels,
      classes: files.map(([name]) => name),
    },
    { name: 'QuickDraw', root: rootName(root), repr: '', listsTargets: false, hasChannels: false },
    options,
  );
}

type ClassFile = readonly [name: string, file: FoundFile];

async function locate(
  root: DatasetRoot,
  options: DownloadSettings & { classes: readonly string[] | null },
): Promise<readonly ClassFile[]> {
  const { classes } = options;
  const opened = await openRoot('QuickDraw', root, options);
  if ('file' in opened) {
    const { file } = opened;
    if (classes && classes.length !== 1) {
      throw new ArgumentError(`QuickDraw: expected one class for one file, but got ${classes.length}`);
    }
    return [[classes?.[0] ?? classOf(file.path) ?? 'drawing', file]];
  }
  const { folder } = opened;
  if (!classes) {
    const found = (await folder.list()).files
      .filter(({ path }) => classOf(path) !== null)
      .map((file): ClassFile => [classOf(file.path)!, file])
      .sort(([a], [b]) => byCodePoints(a, b));
    // If a class has several files, bitmaps are preferred, because they need no drawing.
    const chosen = new Map<string, FoundFile>();
    for (const [name, file] of found) if (!chosen.has(name) || file.path.endsWith('.npy')) chosen.set(name, file);
    if (chosen.size > 0) return [...chosen];
    throw new FetchError(`QuickDraw: expected files such as violin.npy in ${folder.name}, but found none`, {
      status: 404,
    });
  }
  return allEnded(classes.map(async (name): Promise<ClassFile> => [name, await fileOf(name, root, folder, options)]));
}

/** The class in a file's name; null for files of other kinds. */
function classOf(path: string): string | null {
  const own = path.slice(path.lastIndexOf('/') + 1);
  const stem = /^(.+)\.(?:npy|ndjson(?:\.gz)?)$/.exec(own)?.[1];
  return stem === undefined ? null : stem.replace(PREFIX, '');
}

async function fileOf(name: string, root: DatasetRoot, folder: Folder, settings: DownloadSettings): Promise<FoundFile> {
  const bitmaps = [`${name}.npy`, `full_numpy_bitmap_${name}.npy`, `full/numpy_bitmap/${name}.npy`];
  const strokes = [`${name}.ndjson`, `full_simplified_${name}.ndjson`, `full/simplified/${name}.ndjson`];
  const found = await firstFound(
    folder,
    settings,
    async (place) => {
      for (const path of [...bitmaps, ...strokes]) {
        const file = await place.find(path);
        if (file) return file;
      }
      return null;
    },
    (get) => get('QuickDraw', { file: `${name}.npy`, md5: null, mirrors: [PUBLISHER] }, root, '', settings),
  );
  if (found) return found;
  throw new FetchError(
    `QuickDraw: expected one of ${[...bitmaps, ...strokes].join(', ')} in ${folder.name}, but found none of them; \`download: true\` fetches them`,
    { status: 404 },
  );
}

/** Reads the drawings of a class as bytes, one drawing after another. */
async function readDrawings(file: FoundFile, limit: number | null): Promise<Uint8Array> {
  const source = await sourceOf(file);
  if (/\.ndjson(\.gz)?$/.test(file.path)) {
    const text = new TextDecoder().decode(await readBytes(source, () => MOST_BYTES));
    return drawingsOf(text, file.name, limit);
  }
  // If only the first drawings are wanted, ranges spare the server from sending the others.
  const reader = await openReader(source, { ranges: limit !== null });
  try {
    const { shape, type, fortran, start } = await readNpyHeader(reader);
    const [count = 0, ...rest] = shape;
    if (type !== 'u8' || fortran || shape.length < 2 || rest.reduce((product, n) => product * n, 1) !== PIXELS) {
      throw new FileFormatError(
        `${file.name}: expected drawings, uint8 [N, ${PIXELS}], but got ${type} [${shape.join(', ')}]${fortran ? ' in Fortran order' : ''}`,
      );
    }
    return await reader.read(start, start + PIXELS * Math.min(count, limit ?? count));
  } finally {
    await reader.close();
  }
}

/** Draws the drawings of a file that has one in each line. */
function drawingsOf(text: string, name: string, limit: number | null): Uint8Array {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const count = Math.min(lines.length, limit ?? lines.length);
  const pixels = new Uint8Array(count * PIXELS);
  for (let i = 0; i < count; i++) pixels.set(drawStrokes(strokesOf(lines[i]!, i + 1, name), SIDE), i * PIXELS);
  return pixels;
}

function strokesOf(line: string, number: number, name: string): Stroke[] {
  const fail = (problem: string): never => {
    throw new FileFormatError(`${name}: expected a drawing in line ${number}, but ${problem}`);
  };
  let drawing: unknown;
  try {
    drawing = (JSON.parse(line) as { drawing?: unknown } | null)?.drawing;
  } catch {
    fail('it is no JSON');
  }
  return Array.isArray(drawing) && drawing.every(isStroke) ? drawing : fail("its 'drawing' is no list of strokes");
}

const isStroke = (stroke: unknown): stroke is Stroke =>
  Array.isArray(stroke) &&
  stroke.length >= 2 &&
  stroke.slice(0, 2).every((values) => Array.isArray(values) && values.every((value) => Number.isFinite(value))) &&
  stroke[0].length > 0 &&
  stroke[0].length === stroke[1].length;
