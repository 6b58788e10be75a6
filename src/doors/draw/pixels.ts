// Paints pixels on a canvas, enlarged without blur, and colour bars.

import { brief } from './axes';
import type { Pixels } from './colormap';
import { type Area, type Pen, TEXT, write } from './sheet';

/** A drawing context that can also paint pixels. */
export type PixelPen = Pen & Pick<CanvasRenderingContext2D, 'createImageData' | 'putImageData'>;

/**
 * Paints pixels, each as a square of `zoom` × `zoom` canvas pixels, whatever the transform. They replace what was
 * there.
 */
export function paintPixels(pen: PixelPen, { width, height, rgba }: Pixels, left: number, top: number, zoom = 1): void {
  const image = pen.createImageData(width * zoom, height * zoom);
  const from = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const to = new Uint32Array(image.data.buffer, image.data.byteOffset, width * zoom * height * zoom);
  for (let y = 0, at = 0; y < height * zoom; y++) {
    const row = Math.floor(y / zoom) * width;
    for (let x = 0; x < width; x++, at += zoom) to.fill(from[row + x]!, at, at + zoom);
  }
  pen.putImageData(image, left, top);
}

/** The height of a colour bar with its numbers. */
export const BAR = 2 * TEXT + 8;

/**
 * Draws a horizontal colour bar for values from low to high at the bottom of an area, with numbers at its ends and its
 * middle.
 */
export function colorBar(
  pen: Pen,
  { left, right, bottom }: Area,
  [low, high]: readonly [number, number],
  { ink, color }: { readonly ink: string; readonly color: (value: number) => string },
): void {
  const width = right - left;
  const columns = Math.max(1, Math.round(width));
  const edge = (i: number): number => left + (i / columns) * width;
  for (let i = 0; i < columns; i++) {
    pen.fillStyle = color(low + ((i + 0.5) / columns) * (high - low));
    pen.fillRect(edge(i), bottom - BAR + 4, edge(i + 1) - edge(i), TEXT);
  }
  write(pen, TEXT);
  pen.fillStyle = ink;
  pen.textBaseline = 'bottom';
  const places = [
    [low, left, 'left'],
    [(low + high) / 2, left + width / 2, 'center'],
    [high, right, 'right'],
  ] as const;
  for (const [value, x, align] of places) {
    pen.textAlign = align;
    pen.fillText(brief(value), x, bottom);
  }
}
