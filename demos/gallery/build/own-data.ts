// Data of the visitor's own as MNIST's files have it: pictures of 28 × 28 grey levels, and a number for each.

export interface OwnData {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** What it is, in a few words. */
  readonly note: string;
}

const SIDE = 28;
const MOST_CLASSES = 10;

/** A file's bytes, unpacked where they are packed by gzip. */
async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

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
    note: `${count.toLocaleString('en')} pictures of ${files.map(({ name }) => name).join(' and ')}.`,
  };
}

/** Pictures in folders, of which each is a class. @throws Error where there are no two classes, or more than ten */
export async function fromFolder(files: readonly File[]): Promise<OwnData> {
  const classOf = (file: File) => file.webkitRelativePath.split('/').at(-2) ?? '';
  const pictures = files.filter(({ type }) => type.startsWith('image/'));
  const classes = [...new Set(pictures.map(classOf))].sort();
  if (classes.length < 2 || classes.length > MOST_CLASSES) {
    throw new Error(
      `expected pictures in 2 to ${MOST_CLASSES} folders, one a class, but got ${classes.length} (${classes.slice(0, 12).join(', ')})`,
    );
  }
  const planes = await Promise.all(pictures.map(greyOf));
  const images = idx([planes.length, SIDE, SIDE], planes);
  const labels = idx([planes.length], [Uint8Array.from(pictures, (file) => classes.indexOf(classOf(file)))]);
  return {
    images,
    labels,
    note: `${planes.length} pictures of ${classes.map((name, i) => `${i} ${name}`).join(', ')}.`,
  };
}

/** The middle of a picture as 28 × 28 grey levels. */
async function greyOf(file: File): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error(`${file.name} could not be drawn`);
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
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
