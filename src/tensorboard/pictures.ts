// Tensors as the pictures of summaries. Loaded when the first picture is added.
import type { Tensor } from '../tensor/tensor';
import { png } from '../vision/encode-png';
import type { EncodedPicture } from './summaries';

/** Pictures side by side. */
const COLUMNS = 8;

/** A picture whose dimensions are named by the letters of `formats`; several are laid out in rows. */
export async function pictureOf(x: Tensor, formats: string): Promise<EncodedPicture> {
  const data = Array.from((await x.data()) as ArrayLike<number | boolean>, Number);
  const scale = x.dtype === 'uint8' ? 1 : 255;
  const at = (letter: string): readonly [size: number, stride: number] => {
    const d = formats.indexOf(letter);
    return d < 0 ? [1, 0] : [x.shape[d]!, x.shape.slice(d + 1).reduce((n, size) => n * size, 1)];
  };
  const [[count, byPicture], [given, byChannel], [h, byRow], [w, byColumn]] = [at('N'), at('C'), at('H'), at('W')];
  const columns = Math.min(count, COLUMNS);
  const [width, height] = [w * columns, h * Math.ceil(count / columns)];
  // Gray becomes red, green and blue.
  const channels = given === 1 ? 3 : given;
  const pixels = new Uint8Array(width * height * channels);
  for (let n = 0; n < count; n++) {
    const [left, top] = [w * (n % columns), h * Math.floor(n / columns)];
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        const to = channels * ((top + row) * width + left + column);
        const from = n * byPicture + row * byRow + column * byColumn;
        for (let c = 0; c < channels; c++) {
          const value = data[from + (given === 1 ? 0 : c * byChannel)]!;
          pixels[to + c] = Math.min(255, Math.max(0, Math.fround(value * scale)));
        }
      }
    }
  }
  return { width, height, channels, png: await png(pixels, width, height, channels) };
}
