// Takes pictures as the browser draws them, or as pixels on the host, and gives their channels.

import { engine } from '../../compiler/engine';
import { captureOf, type Picture, rowPixels } from '../../gpu/pictures';
import { giveBackLater } from '../../graph/owners';
import { fromHost } from '../../graph/record';
import { internMeta } from '../../graph/signature';
import { Value } from '../../graph/value';
import { reshape } from '../shape/cast';
import { cat } from '../shape/join';
import { type UnpackAttrs, unpackPixels } from './pixels';

/** What the browser can draw, or pixels on the host: a word each, with red in the lowest byte, then green, blue and alpha. */
type Source = Picture | { readonly words: Uint32Array; readonly width: number; readonly height: number };

/**
 * The channels of a picture as it is now: [C, H, W]; of a list of pictures of one size [N, C, H, W]. The pixels are freed
 * after the flush without waiting for the garbage collector, since a camera makes 8 MB of them thirty times a second.
 */
export function captured(source: Source | readonly Source[], how: Pick<UnpackAttrs, 'channels' | 'dtype'>): Value {
  const pictures = [source].flat() as readonly Source[];
  const pixels = pictures.map((each) =>
    'words' in each ? fromHost(each.words, [each.height, each.width], 'uint32') : fromPicture(each),
  );
  const values = pixels.map((words, i) => unpackPixels(words, { columns: pictures[i]!.width, ...how }));
  const [first] = values as [Value];
  const made = Array.isArray(source) ? reshape(cat(values, 0), [values.length, ...first.shape]) : first;
  for (const words of pixels) giveBackLater(words);
  return made;
}

/** The pixels of a picture as it is now, one word each. Shape: [height, rowPixels(width)], uint32. */
function fromPicture(picture: Picture): Value {
  const shape = [picture.height, rowPixels(picture.width)];
  const value = new Value(internMeta({ shape, dtype: 'uint32' }), null, 0);
  engine.capture(value, captureOf(picture));
  return value;
}
