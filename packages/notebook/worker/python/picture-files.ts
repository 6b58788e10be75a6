// Pictures in files, as `Image` of IPython shows them.
import type { RunOutputs } from '../outputs';
import { canvasOf, pictureOf } from '../pictures';

interface Asked {
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly words: string | undefined;
}

/** Shows the picture of a file's bytes, as wide and as high as is asked; of one size alone the other follows. */
export async function showFile(outputs: RunOutputs, bytes: Uint8Array, asked: Asked): Promise<void> {
  const slot = outputs.slot();
  const bitmap = await createImageBitmap(new Blob([bytes as BlobPart])).catch(() => {
    throw new TypeError(
      'Image: expected a picture as PNG, JPEG, GIF or WebP, but got a file that the browser cannot read',
    );
  });
  const canvas = (await canvasOf(bitmap))!;
  const { width: across, height: down } = canvas;
  const alt = asked.words ?? `picture of ${across} × ${down} pixels`;
  const picture = await pictureOf(canvas, { zoom: 1, title: '', alt });
  const width = asked.width ?? (asked.height === undefined ? across : (asked.height * across) / down);
  const height = asked.height ?? (width * down) / across;
  slot.put({ ...picture, width, height, pixelated: width > across });
}
