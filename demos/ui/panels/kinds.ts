// Paints which kind each pixel belongs to, in one colour a kind, beside or over the picture.

import type { Rgb } from 'lamplight-notebook/ui/theme';
import { pixelsOf } from '../planes';

/** Paints kinds [height, width] over a picture of three planes of 0 to 1; kind 0 leaves the picture as it is. */
export function paintKinds(
  canvas: HTMLCanvasElement,
  picture: { readonly height: number; readonly width: number; readonly values: ArrayLike<number> },
  kinds: ArrayLike<number>,
  colors: readonly Rgb[],
): void {
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = pixelsOf(picture);
  image.data.forEach((own, i) => {
    const color = colors[Number(kinds[i >> 2] ?? 0)];
    const channel = i % 4;
    if (color && channel < 3) image.data[i] = 0.15 * own + 0.85 * color[channel as 0 | 1 | 2];
  });
  context.putImageData(image, 0, 0);
}
