// Data of the visitor's own as MNIST's files have it: pictures of 28 × 28 grey levels, and a number for each.
import { bitmapOf, bytesOf, filesByFolder, squareOf } from '../../ui/own-pictures';

export interface OwnData {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** How many pictures. */
  readonly count: number;
  /** What it is, in a few words. */
  readonly note: string;
}

const SIDE = 28;
const MOST_CLASSES = 10;

/** IDX files: that with three dimensions holds pictures, that with one their labels. @throws Error that says which is missing */
export async function fromIdx(files: readonly File[]): Promise<OwnData> {
  const all = await Promise.all(files.map(bytesOf));
  const images = all.find((bytes) => bytes[3] === 3);
  const labels = all.find((bytes) => bytes[3] === 1);
  if (!images || !labels) {
    throw new Error(
      `expected two IDX files, of images and of labels, but got ${files.map(({ name }) => name).join(', ')}`,
    );
  }
  const count = new DataView(images.buffer).getUint32(4);
  return {
    images,
    labels,
    count,
    note: `${count.toLocaleString('en')} pictures of ${files.map(({ name }) => name).join(' and ')}.`,
  };
}

/** Pictures in folders, of which each is a class. @throws Error where there are no two classes, or more than ten */
export async function fromFolder(files: readonly File[]): Promise<OwnData> {
  const { classes, pictures } = filesByFolder(files, MOST_CLASSES);
  const planes = await Promise.all(pictures.map(({ file }) => greyOf(file)));
  return {
    images: idx([planes.length, SIDE, SIDE], planes),
    labels: idx([planes.length], [Uint8Array.from(pictures, ({ label }) => label)]),
    count: planes.length,
    note: `${planes.length} pictures of ${classes.map((name, i) => `${i} ${name}`).join(', ')}.`,
  };
}

/** The middle of a picture as 28 × 28 grey levels. @throws Error that names a file that is no picture */
async function greyOf(file: File): Promise<Uint8Array> {
  const bitmap = await bitmapOf(file);
  const { data } = squareOf(bitmap, SIDE);
  bitmap.close();
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
    Math.round(0.299 * (data[4 * i] ?? 0) + 0.587 * (data[4 * i + 1] ?? 0) + 0.114 * (data[4 * i + 2] ?? 0)),
  );
}

/** An IDX file of bytes. */
function idx(shape: readonly number[], parts: readonly Uint8Array[]): Uint8Array {
  const head = 4 + 4 * shape.length;
  const bytes = new Uint8Array(head + parts.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  bytes[2] = 8;
  bytes[3] = shape.length;
  shape.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  let at = head;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
