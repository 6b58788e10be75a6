// Turns videos into the pictures of summaries. Loaded when the first video is added.
import type { Tensor } from '../../torch';
import { gif } from './gif';
import { byteOf } from './pictures';
import type { EncodedPicture } from './summaries';
import { numbersOf } from './values';

interface VideoOptions {
  /** The rows and columns of the grid in which videos are laid out. */
  readonly rows: number;
  readonly columns: number;
  readonly fps: number;
}

/** Encodes videos [N, T, C, H, W] as one GIF, side by side. */
export async function videoOf(x: Tensor, { rows, columns, fps }: VideoOptions): Promise<EncodedPicture> {
  const data = await numbersOf(x);
  const scale = x.dtype === 'uint8' ? 1 : 255;
  const [count, times, channels, h, w] = x.shape as [number, number, number, number, number];
  const [width, height] = [w * columns, h * rows];
  const frames = Array.from({ length: times }, (_, time) => {
    const rgb = new Uint8Array(3 * width * height);
    for (let n = 0; n < count; n++) {
      const [top, left] = [h * Math.floor(n / columns), w * (n % columns)];
      for (let c = 0; c < 3; c++) {
        const plane = ((n * times + time) * channels + (channels === 1 ? 0 : c)) * h * w;
        for (let pixel = 0; pixel < h * w; pixel++) {
          const to = (top + Math.floor(pixel / w)) * width + left + (pixel % w);
          rgb[3 * to + c] = byteOf(Math.fround(data[plane + pixel]! * scale));
        }
      }
    }
    return rgb;
  });
  return { width, height, channels, file: gif(frames, width, height, fps) };
}
