// Pictures as planes of numbers, which networks take, and as pixels, which a canvas takes.

/** A square picture as red, green and blue planes of 0 to 1. */
export interface PictureValues {
  readonly size: number;
  readonly values: Float32Array;
}

/** The colours of pixels as planes of 0 to 1. */
export function planesOf({ data, width, height }: ImageData): PictureValues {
  const count = width * height;
  const values = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) values[channel * count + i] = (data[4 * i + channel] ?? 0) / 255;
  }
  return { size: width, values };
}

/** The pixels of planes of 0 to 1, of which the first begins at `from`; `bright` says what becomes of a value, 0 to 255. */
export function pixelsOf(
  { height, width, values }: { readonly height: number; readonly width: number; readonly values: ArrayLike<number> },
  { from = 0, bright = (value: number) => 255 * value }: { from?: number; bright?: (value: number) => number } = {},
): ImageData {
  const image = new ImageData(width, height);
  const count = height * width;
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * i + channel] = bright(values[from + channel * count + i] ?? 0);
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}
