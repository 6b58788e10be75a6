// Turns tensors into the pictures of summaries. Loaded when the first picture is added.
import type { Tensor } from '../../torch';
import { png } from '../vision/pictures/encode-png';
import type { EncodedPicture } from './summaries';
import { numbersOf } from './values';

/** Pixels as bytes [height, width, channels]; channels are RGB or RGBA. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

/** The default maximum number of pictures in a row. */
const COLUMNS = 8;

/** Clamps to 0…255; storing the result in a byte array cuts off the fraction. */
export const byteOf = (value: number): number => Math.min(255, Math.max(0, value));

interface Layout {
  /** The maximum number of pictures in a row. Default 8. */
  readonly most?: number;
  /** The rounding of products; default: to float32. */
  readonly round?: (value: number) => number;
}

/** Reads a picture whose dimensions `formats` names by letters; several pictures are laid out in rows. */
export async function pixelsOf(
  x: Tensor,
  formats: string,
  { most = COLUMNS, round = Math.fround }: Layout = {},
): Promise<Pixels> {
  const data = await numbersOf(x);
  const scale = x.dtype === 'uint8' ? 1 : 255;
  const at = (letter: string): readonly [size: number, stride: number] => {
    const d = formats.indexOf(letter);
    return d < 0 ? [1, 0] : [x.shape[d]!, x.shape.slice(d + 1).reduce((n, size) => n * size, 1)];
  };
  const [[count, byPicture], [given, byChannel], [h, byRow], [w, byColumn]] = [at('N'), at('C'), at('H'), at('W')];
  const columns = Math.min(count, most);
  const [width, height] = [w * columns, h * Math.ceil(count / columns)];
  // Grey becomes red, green and blue.
  const channels = given === 1 ? 3 : given;
  const bytes = new Uint8Array(width * height * channels);
  for (let n = 0; n < count; n++) {
    const [left, top] = [w * (n % columns), h * Math.floor(n / columns)];
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        const to = channels * ((top + row) * width + left + column);
        const from = n * byPicture + row * byRow + column * byColumn;
        for (let c = 0; c < channels; c++) {
          bytes[to + c] = byteOf(round(data[from + (given === 1 ? 0 : c * byChannel)]! * scale));
        }
      }
    }
  }
  return { width, height, channels, bytes };
}

export async function encoded({ width, height, channels, bytes }: Pixels): Promise<EncodedPicture> {
  return { width, height, channels, file: await png(bytes, width, height, channels) };
}
