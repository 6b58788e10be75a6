// Paints which kind each pixel belongs to, in one colour a kind, beside or over the picture.
import type { Rgb } from '../theme';

/** Paints kinds [height, width] over a picture of three planes of 0 to 1; kind 0 leaves the picture as it is. */
export function paintKinds(
  canvas: HTMLCanvasElement,
  { height, width, values }: { readonly height: number; readonly width: number; readonly values: ArrayLike<number> },
  kinds: ArrayLike<number>,
  colors: readonly Rgb[],
): void {
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  const count = height * width;
  for (let i = 0; i < count; i++) {
    const color = colors[Number(kinds[i] ?? 0)];
    for (let channel = 0; channel < 3; channel++) {
      const own = 255 * Math.min(1, Math.max(0, values[channel * count + i] ?? 0));
      image.data[4 * i + channel] = color ? 0.15 * own + 0.85 * color[channel as 0 | 1 | 2] : own;
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
