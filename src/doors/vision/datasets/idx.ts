// The IDX format of MNIST and its relatives: big-endian sizes after a magic number, then one byte a pixel or label.
// Source: http://yann.lecun.com/exdb/mnist (archived): 0x00000801 label files, 0x00000803 image files.
import { FileFormatError } from '../../../torch';

/** Grey images, one byte per pixel, row by row. */
export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** `count × rows × columns` bytes, a view of the file's bytes. */
  readonly pixels: Uint8Array;
}

const LABEL_MAGIC = 0x0801;
const IMAGE_MAGIC = 0x0803;
/** How many bytes to read of a file that is not IDX: enough to recognize a web page. */
const OTHER_HEAD = 40;

/**
 * Reads an IDX image file.
 *
 * @param name the file's name in messages
 * @throws FileFormatError if the file is truncated, too long, a label file, or no IDX file
 */
export function parseIdxImages(bytes: Uint8Array, name = 'IDX images'): IdxImages {
  const [count, rows, columns] = readSizes(bytes, IMAGE_MAGIC, name) as [number, number, number];
  if (rows === 0 || columns === 0) {
    throw new FileFormatError(`${name}: expected images of at least one pixel, but its header says ${rows}×${columns}`);
  }
  const pixels = payload(bytes, [count, rows, columns], `${count} images of ${rows}×${columns}`, name);
  return { count, rows, columns, pixels };
}

/**
 * Reads an IDX label file: one byte per label, each below `classes`.
 *
 * @param name the file's name in messages
 * @throws FileFormatError if the file is truncated, too long, an image file, no IDX file, or holds a label out of range
 */
export function parseIdxLabels(bytes: Uint8Array, { classes = 10, name = 'IDX labels' } = {}): Uint8Array {
  const [count] = readSizes(bytes, LABEL_MAGIC, name) as [number];
  const labels = payload(bytes, [count], `${count} labels`, name);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new FileFormatError(
      `${name}: label ${labels[wrong]} at position ${wrong} is over ${classes - 1}, the largest there is`,
    );
  }
  return labels;
}

/** The length of an IDX file by its header; for another file, as many bytes as are needed to tell what it is. */
export function idxBound(head: Uint8Array): number {
  if (head.length < 4) return 4;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const magic = view.getUint32(0);
  if (magic !== LABEL_MAGIC && magic !== IMAGE_MAGIC) return OTHER_HEAD;
  const rank = magic & 0xff;
  const header = 4 + 4 * rank;
  return head.length < header ? header : fileLength(Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d)));
}

/** Throws a FileFormatError unless there is one label per image. */
export function expectSameCount(images: IdxImages, labels: Uint8Array, imagesName: string, labelsName: string): void {
  if (images.count !== labels.length) {
    throw new FileFormatError(
      `${imagesName} holds ${images.count} images, but ${labelsName} ${labels.length} labels; use the two files of one set`,
    );
  }
}

function readSizes(bytes: Uint8Array, wanted: number, name: string): number[] {
  const fail = (message: string): never => {
    throw new FileFormatError(`${name}: ${message}`);
  };
  if (bytes.length < 4) fail(`expected an IDX file, but it has only ${bytes.length} bytes: it is truncated`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = view.getUint32(0);
  if (magic !== wanted) fail(`expected ${describe(wanted)}, but ${mistaken(magic)}`);
  const rank = magic & 0xff;
  const header = 4 + 4 * rank;
  if (bytes.length < header)
    fail(`expected a header of ${header} bytes, but the file has ${bytes.length}: it is truncated`);
  return Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
}

function payload(bytes: Uint8Array, sizes: readonly number[], contents: string, name: string): Uint8Array {
  const start = 4 + 4 * sizes.length;
  const wanted = fileLength(sizes);
  if (bytes.length !== wanted) {
    const fault = bytes.length < wanted ? 'it is truncated' : 'its header and its contents disagree';
    throw new FileFormatError(`${name}: expected ${wanted} bytes for ${contents}, but got ${bytes.length}: ${fault}`);
  }
  return bytes.subarray(start);
}

/** Three sizes of 32 bits may exceed 2⁵³; their product is then inexact, but far above any file's length. */
const fileLength = (sizes: readonly number[]): number =>
  4 + 4 * sizes.length + sizes.reduce((product, size) => product * size, 1);

function mistaken(magic: number): string {
  if (magic === LABEL_MAGIC || magic === IMAGE_MAGIC) return `this is ${describe(magic)}`;
  return `the magic number is 0x${magic.toString(16).padStart(8, '0')}: this is no IDX file of images or labels`;
}

function describe(magic: number): string {
  const kind = magic === LABEL_MAGIC ? 'a label file' : 'an image file';
  return `${kind} (magic number 0x${magic.toString(16).padStart(8, '0')})`;
}
