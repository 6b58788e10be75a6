// Pictures of the visitor's own: files unpacked, folders that are classes, and the middle of a picture as a square.

/** A file's bytes, unpacked where they are packed by gzip. */
export async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

export interface ClassFile {
  readonly file: File;
  /** The number of its class. */
  readonly label: number;
}

/**
 * Pictures in folders, of which each is a class.
 *
 * @throws Error where there are no two classes, or more than `most`
 */
export function filesByFolder(
  files: readonly File[],
  most: number,
): { readonly classes: readonly string[]; readonly pictures: readonly ClassFile[] } {
  const classOf = (file: File) => file.webkitRelativePath.split('/').at(-2) ?? '';
  const pictures = files.filter(({ type }) => type.startsWith('image/'));
  const classes = [...new Set(pictures.map(classOf))].sort();
  if (classes.length < 2 || classes.length > most) {
    throw new Error(
      `expected pictures in 2 to ${most} folders, one a class, but got ${classes.length} (${classes.slice(0, 12).join(', ')})`,
    );
  }
  return { classes, pictures: pictures.map((file) => ({ file, label: classes.indexOf(classOf(file)) })) };
}

/** What to say of a file that is no picture. */
export const noPicture = ({ name }: File): string =>
  `${name} is no picture that this browser reads. PNG, JPEG and WebP are.`;

/** A picture out of a file. @throws Error that names a file that is none, without a full stop */
export const bitmapOf = (file: File): Promise<ImageBitmap> =>
  createImageBitmap(file).catch(() => {
    throw new Error(noPicture(file).replace(/\.$/, ''));
  });

/** The middle of a picture, as a square of `size` pixels. */
export function squareOf(source: ImageBitmap | HTMLVideoElement, size: number): ImageData {
  const [width, height] =
    source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const side = Math.min(width, height);
  const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('expected a canvas to draw the picture on, but the browser gave none');
  context.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size);
  return context.getImageData(0, 0, size, size);
}
