// Turns canvases into the pictures of summaries.
import { ArgumentError } from '../../torch';
import type { PlotCanvas } from '../../torch/inside';
import { paperOf, penOf } from '../draw/sheet';
import type { Pixels } from './pictures';

/** The context that reads the pixels of a canvas. */
type PixelPen = Pick<CanvasRenderingContext2D, 'getImageData'>;

/** The maximum number of canvases in a row. */
const COLUMNS = 8;

/**
 * The current pixels of canvases, laid out in rows of eight. Translucent pixels are blended with the background of the
 * canvas's page.
 *
 * @throws ArgumentError for canvases of different sizes, and for canvases that cannot be read
 */
export function figuresOf(op: string, canvases: readonly PlotCanvas[]): Pixels {
  const { width, height } = canvases[0]!;
  for (const canvas of canvases) {
    if (canvas.width === width && canvas.height === height && width > 0 && height > 0) continue;
    throw new ArgumentError(
      `${op}: expected figures of one size, of at least one pixel, but got one of ${canvas.width}×${canvas.height} beside ${width}×${height}`,
    );
  }
  const columns = Math.min(canvases.length, COLUMNS);
  const [wide, high] = [width * columns, height * Math.ceil(canvases.length / columns)];
  const bytes = new Uint8Array(wide * high * 3);
  for (const [n, canvas] of canvases.entries()) {
    const rgba = rgbaOf(op, canvas);
    const paper = paperOf(canvas);
    const [left, top] = [width * (n % columns), height * Math.floor(n / columns)];
    for (let pixel = 0; pixel < width * height; pixel++) {
      const to = 3 * ((top + Math.floor(pixel / width)) * wide + left + (pixel % width));
      const alpha = rgba[4 * pixel + 3]! / 255;
      for (let c = 0; c < 3; c++) bytes[to + c] = Math.round(rgba[4 * pixel + c]! * alpha + paper * (1 - alpha));
    }
  }
  return { width: wide, height: high, channels: 3, bytes };
}

function rgbaOf(op: string, canvas: PlotCanvas): Uint8ClampedArray {
  const pen = penOf(op, canvas) as Partial<PixelPen>;
  if (typeof pen.getImageData !== 'function') {
    throw new ArgumentError(`${op}: expected a canvas whose pixels can be read, but its context has no getImageData`);
  }
  try {
    return pen.getImageData(0, 0, canvas.width, canvas.height).data;
  } catch (cause) {
    throw new ArgumentError(
      `${op}: expected a canvas whose pixels can be read, but it cannot be (${(cause as Error).message}); a picture of another site may have been drawn on it`,
      { cause },
    );
  }
}
