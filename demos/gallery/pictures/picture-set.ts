// Pictures with their classes as the page holds them, and the files by which the program gets them.
import { bitmapOf, filesByFolder, squareOf } from '../../ui/own-pictures';

export interface PictureSet {
  /** Pixels of a side. */
  readonly size: number;
  readonly classes: readonly string[];
  /** Each as planes of red, green and blue bytes, with the number of its class. */
  readonly pictures: readonly LabelledPicture[];
}

export interface LabelledPicture {
  readonly planes: Uint8Array;
  readonly label: number;
}

const MOST_CLASSES = 20;
/** Pixels of a side of what comes from a folder or the webcam. */
export const OWN_SIZE = 64;

/** The colours of pixels as planes of bytes. */
export function bytePlanesOf({ data, width, height }: ImageData): Uint8Array {
  const count = width * height;
  return Uint8Array.from({ length: 3 * count }, (_, i) => data[4 * (i % count) + Math.floor(i / count)] ?? 0);
}

/**
 * At most `limit` pictures of each folder.
 *
 * @throws Error where the folders are no classes, or a file is no picture
 */
export async function setOfFolder(files: readonly File[], limit: number): Promise<PictureSet> {
  const { classes, pictures } = filesByFolder(files, MOST_CLASSES);
  const counts = classes.map(() => 0);
  const chosen = pictures.filter(({ label }) => {
    const before = counts[label] ?? 0;
    counts[label] = before + 1;
    return before < limit;
  });
  const read: LabelledPicture[] = [];
  for (const { file, label } of chosen) {
    const bitmap = await bitmapOf(file);
    read.push({ planes: bytePlanesOf(squareOf(bitmap, OWN_SIZE)), label });
    bitmap.close();
  }
  return { size: OWN_SIZE, classes, pictures: read };
}

/** How many pictures each class has. */
export const countsOf = ({ classes, pictures }: PictureSet): number[] =>
  classes.map((_, i) => pictures.filter(({ label }) => label === i).length);

/** The pictures [N, 3, size, size] and their classes [N] as files of NumPy. */
export function filesOf({ size, pictures }: PictureSet): { readonly images: File; readonly labels: File } {
  return {
    images: npy(
      'pictures.npy',
      [pictures.length, 3, size, size],
      pictures.map(({ planes }) => planes),
    ),
    labels: npy('labels.npy', [pictures.length], [Uint8Array.from(pictures, ({ label }) => label)]),
  };
}

/** Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */
function npy(name: string, shape: readonly number[], parts: readonly Uint8Array[]): File {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const start = 10;
  const padded = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const head = new Uint8Array(start + padded.length);
  head.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  new DataView(head.buffer).setUint16(8, padded.length, true);
  head.set(new TextEncoder().encode(padded), start);
  return new File([head, ...parts] as BlobPart[], name);
}
