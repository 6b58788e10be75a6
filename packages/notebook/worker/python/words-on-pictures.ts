// Pictures with words on them, as Matplotlib's `text` puts them there.
import { type Tensor, vision } from 'lamplight';
import type { ShowOptions } from '../../builtins';
import type { RunOutputs } from '../outputs';
import { outputOf } from '../show';

/** A text at a place in the pixels of a picture. */
export interface Words {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  /** In points. */
  readonly size: number;
  readonly align: CanvasTextAlign;
  readonly baseline: CanvasTextBaseline;
}

/** Screen pixels for a point. */
const POINT = 4 / 3;

async function drawn(picture: Tensor, words: readonly Words[], options: ShowOptions): Promise<OffscreenCanvas> {
  const { zoom = 1, vmin = null, vmax = null } = options;
  const small = new OffscreenCanvas(1, 1);
  await vision.io.draw(picture, small, { cmap: (options.cmap ?? 'gray') as vision.io.Colormap, vmin, vmax });
  const canvas = new OffscreenCanvas(small.width * zoom, small.height * zoom);
  const pen = canvas.getContext('2d')!;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, canvas.width, canvas.height);
  for (const { x, y, text, color, size, align, baseline } of words) {
    pen.font = `${size * POINT}px system-ui, sans-serif`;
    pen.fillStyle = color;
    pen.textAlign = align;
    pen.textBaseline = baseline;
    // The middle of a pixel has its number.
    pen.fillText(text, (x + 0.5) * zoom, (y + 0.5) * zoom);
  }
  return canvas;
}

/** Shows pictures, each with its words. */
export function showWithWords(
  outputs: RunOutputs,
  pictures: readonly Tensor[],
  words: readonly (readonly Words[])[],
  options: ShowOptions,
): Promise<void> {
  return outputs.later(async (slot) => {
    const canvases = await Promise.all(pictures.map((picture, i) => drawn(picture, words[i] ?? [], options)));
    const { title, labels, columns } = options;
    const [first] = canvases;
    slot.put(
      await outputOf(canvases.length === 1 ? first : canvases, {
        zoom: 1,
        ...(title && { title }),
        ...(labels && { labels }),
        ...(columns && { columns }),
      }),
    );
  });
}
