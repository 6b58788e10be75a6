// Saves pictures as files.

import { ArgumentError, type Target, type Tensor } from '../../../torch';
import {
  type Arguments,
  checkTarget,
  parseArgs,
  shown,
  targetName,
  kinds as torchKinds,
  writeTo,
} from '../../../torch/inside';
import { png } from '../pictures/encode-png';
import { type GridOptions, gridDefaults, gridKinds, makeGrid } from './make-grid';

/** Options of `saveImage`. */
export interface SaveImageOptions extends GridOptions {
  /** Only `'png'` is supported. Default: from the name's extension. */
  format?: string | null;
}

interface SaveArguments extends SaveImageOptions {
  tensor: Tensor | readonly Tensor[];
  /** Where to write: a path, or a handle of a file. */
  fp: Target;
}

type SaveOrder = [...['tensor', 'fp', 'format', 'nrow', 'padding', 'normalize', 'valueRange', 'scaleEach', 'padValue']];

/**
 * Saves a picture, or a batch as a grid, with floats from 0 to 1, as a PNG file: in a page as a download, in Node as a
 * file that is written completely or not at all.
 *
 *     await vision.utils.saveImage(images, 'digits.png', { nrow: 4, normalize: true });
 *
 * @throws ArgumentError if the format is not PNG, or the target cannot be written to
 */
export async function saveImage(...args: Arguments<SaveArguments, SaveOrder>): Promise<void> {
  const defaults = { format: null, ...gridDefaults };
  const kinds = { ...gridKinds, format: torchKinds.orNull(torchKinds.text) };
  const { tensor, fp, format, ...grid } = parseArgs<SaveArguments>(
    'saveImage',
    ['tensor', 'fp'],
    defaults,
    args,
    kinds,
  );
  checkTarget('saveImage', fp);
  const ending = format ?? /\.(\w+)$/.exec(targetName(fp) ?? '.png')?.[1];
  if (typeof ending !== 'string' || ending.toLowerCase() !== 'png') {
    throw new ArgumentError(
      `saveImage: expected the format png, but got ${shown(ending ?? fp)}; call the file name.png`,
    );
  }
  const picture = makeGrid(tensor, grid);
  const pixels = picture.to('float32').mul(255).add(0.5).clamp(0, 255).permute(1, 2, 0).to('uint8');
  const [height, width, channels] = pixels.shape as [number, number, number];
  await writeTo('saveImage', fp, [await png(Uint8Array.from(await pixels.data()), width, height, channels)]);
}
