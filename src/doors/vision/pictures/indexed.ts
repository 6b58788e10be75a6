// Pictures whose pixels are indices of a palette.
import { FileFormatError } from '../../../torch';
import type { Raster } from './raster';

/** A palette index for each pixel, and three bytes for each colour. */
export interface Indexed {
  readonly width: number;
  readonly height: number;
  readonly indices: Uint8Array;
  readonly palette: Uint8Array;
  /** The alpha of the first colours of the palette; further colours have 255. */
  readonly transparency: Uint8Array | null;
}

/** Replaces indices by their colours. @throws FileFormatError if an index is not in the palette */
export function colored({ width, height, indices, palette, transparency }: Indexed, name: string): Raster {
  const channels = transparency ? 4 : 3;
  const bytes = new Uint8Array(width * height * channels);
  for (let i = 0, to = 0; i < indices.length; i++, to += channels) {
    const color = indices[i]!;
    if (3 * color + 2 >= palette.length) throw new FileFormatError(`${name}: colour ${color} is not in the palette`);
    for (let c = 0; c < 3; c++) bytes[to + c] = palette[3 * color + c]!;
    if (transparency) bytes[to + 3] = transparency[color] ?? 255;
  }
  return { width, height, channels, bytes };
}
