// Decoded pictures on the host, and the conversion of their channels.
import { ArgumentError } from '../../../torch';
import { shown } from '../../../torch/inside';

/**
 * Bytes [height, width, channels]: 1 is grey, 2 grey and alpha, 3 red, green and blue, 4 these and alpha. A raster can
 * be sent to a worker.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly bytes: Uint8Array;
}

/** The channels that a picture should have: torchvision's names, and `PALETTE`. */
export const ImageReadMode = {
  UNCHANGED: 'UNCHANGED',
  GRAY: 'GRAY',
  GRAY_ALPHA: 'GRAY_ALPHA',
  RGB: 'RGB',
  RGB_ALPHA: 'RGB_ALPHA',
  /** Not in torchvision: the palette indices, as `numpy.array(PIL.Image.open(path))` returns them. */
  PALETTE: 'PALETTE',
} as const;
export type ImageReadMode = (typeof ImageReadMode)[keyof typeof ImageReadMode];

const channelsOf = { UNCHANGED: null, GRAY: 1, GRAY_ALPHA: 2, RGB: 3, RGB_ALPHA: 4, PALETTE: 1 } as const;

/** @throws ArgumentError if the mode does not exist */
export function expectMode(op: string, mode: string): ImageReadMode {
  if (Object.hasOwn(channelsOf, mode)) return mode as ImageReadMode;
  throw new ArgumentError(
    `${op}: expected mode to be one of ${Object.keys(channelsOf).join(', ')}, but got ${shown(mode)}`,
  );
}

/**
 * Converts a picture to the channels of a mode. Grey is ITU-R BT.601's, rounded as in Pillow; unwanted alpha is
 * dropped.
 */
export function inMode(raster: Raster, mode: ImageReadMode): Raster {
  const to = channelsOf[mode];
  const { width, height, channels: from, bytes } = raster;
  if (to === null || to === from) return raster;
  const made = new Uint8Array(width * height * to);
  const [isGrey, wantsGrey] = [from < 3, to < 3];
  for (let i = 0, at = 0; at < made.length; i += from, at += to) {
    const [r, g, b] = isGrey ? [bytes[i]!, bytes[i]!, bytes[i]!] : ([bytes[i]!, bytes[i + 1]!, bytes[i + 2]!] as const);
    if (wantsGrey) made[at] = isGrey ? r : (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    else {
      made[at] = r;
      made[at + 1] = g;
      made[at + 2] = b;
    }
    if (to % 2 === 0) made[at + to - 1] = from % 2 === 0 ? bytes[i + from - 1]! : 255;
  }
  return { width, height, channels: to, bytes: made };
}
