// Reads the files of CIFAR-10 and CIFAR-100: batches of pictures and the names of classes, in the binary format and as
// Python pickles. Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Dataset layout" and "Binary version".
import { FileFormatError } from '../../../torch';
import { unpickleArrays } from '../../../torch/inside';
import type { CifarLabels, CifarSet } from './cifar-facts';

/** Pixels of a picture: rows of red, then of green, then of blue. */
const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;

/** Ends the error of a pickle that holds objects of other classes than NumPy's arrays. */
const NO_BATCH = 'this is no batch of CIFAR';

/** Whether a file is a pickle of protocol 2 or above, which all begin with this opcode. */
const isPickle = (bytes: Uint8Array): boolean => bytes[0] === 0x80;

/** The pictures of one file. */
export interface CifarBatch {
  readonly name: string;
  readonly count: number;
  /** The labels of the wanted kind. */
  readonly labels: ArrayLike<number>;
  /** Where picture i begins in `bytes`. */
  readonly start: (i: number) => number;
  readonly bytes: Uint8Array;
}

/**
 * Reads a batch of either format.
 * @throws FileFormatError if the file is not such a batch
 */
export function readBatch(bytes: Uint8Array, set: CifarSet, kind: CifarLabels, name: string): CifarBatch {
  return isPickle(bytes) ? pickledBatch(bytes, kind, name) : binaryBatch(bytes, set, kind, name);
}

function binaryBatch(bytes: Uint8Array, { labelBytes }: CifarSet, { place }: CifarLabels, name: string): CifarBatch {
  const row = labelBytes + PIXELS;
  if (bytes.length === 0 || bytes.length % row !== 0) {
    throw new FileFormatError(
      `${name}: expected pictures of ${row} bytes each, but got ${bytes.length} bytes: the file is truncated, or none of CIFAR's`,
    );
  }
  const count = bytes.length / row;
  const labels = Uint8Array.from({ length: count }, (_, i) => bytes[i * row + place]!);
  return { name, count, labels, start: (i) => i * row + labelBytes, bytes };
}

function pickledBatch(file: Uint8Array, { key }: CifarLabels, name: string): CifarBatch {
  const fail = (what: string): never => {
    throw new FileFormatError(`${name}: expected a batch of CIFAR's, but ${what}`);
  };
  const batch = unpickleArrays(file, name, NO_BATCH);
  const data = batch.get('data');
  const labels = batch.get(key);
  if (!(data && 'bytes' in data)) return fail("it has no array 'data'");
  const { shape, bytes } = data;
  if (shape.length !== 2 || shape[1] !== PIXELS) fail(`its data has shape [${shape.join(', ')}], not [N, ${PIXELS}]`);
  if (!(labels && 'list' in labels)) return fail(`it has no list '${key}'`);
  const count = shape[0]!;
  if (labels.list.length !== count) fail(`it has ${count} pictures and ${labels.list.length} labels`);
  const numbers = labels.list.map((label) => (typeof label === 'number' ? label : fail(`'${key}' holds no numbers`)));
  return { name, count, labels: numbers, start: (i) => i * PIXELS, bytes };
}

/** Reads the classes' names from a pickle, or from lines of text. */
export function readClasses(bytes: Uint8Array, { namesKey }: CifarLabels, name: string): string[] {
  if (!isPickle(bytes)) {
    const lines = new TextDecoder().decode(bytes).split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  }
  const names = unpickleArrays(bytes, name, NO_BATCH).get(namesKey);
  if (names && 'list' in names && names.list.every((each) => typeof each === 'string')) return names.list as string[];
  throw new FileFormatError(`${name}: expected a list '${namesKey}' of names, but there is none`);
}

/**
 * Joins batches to pictures [N, 32, 32, 3], pixel by pixel, and their labels.
 * @throws FileFormatError if a label has no class
 */
export function assemble(batches: readonly CifarBatch[], classes: number, limit: number | null) {
  const total = batches.reduce((sum, { count }) => sum + count, 0);
  const count = Math.min(total, limit ?? total);
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  let n = 0;
  for (const batch of batches) {
    for (let i = 0; i < batch.count && n < count; i++, n++) {
      const label = batch.labels[i]!;
      if (!Number.isInteger(label) || label < 0 || label >= classes) {
        throw new FileFormatError(`${batch.name}: label ${label} at position ${i} is none of 0 to ${classes - 1}`);
      }
      labels[n] = label;
      const from = batch.start(i);
      for (let p = 0, to = n * PIXELS; p < PLANE; p++, to += 3) {
        pixels[to] = batch.bytes[from + p]!;
        pixels[to + 1] = batch.bytes[from + PLANE + p]!;
        pixels[to + 2] = batch.bytes[from + 2 * PLANE + p]!;
      }
    }
  }
  return { pictures: { count, height: SIDE, width: SIDE, channels: 3, pixels }, labels };
}
