// Converts pictures to values, and shows values as pictures.
import { engine } from '../compiler/engine';
import { captureOf, type Picture, rowPixels, type Screen, show } from '../gpu/pictures';
import { backpressure, flush } from './flush';
import { internMeta } from './signature';
import { Value } from './value';

/** The pixels of a picture as it is now, one word each. Shape: [height, rowPixels(width)], uint32. */
export function fromPicture(picture: Picture): Value {
  const shape = [picture.height, rowPixels(picture.width)];
  const value = new Value(internMeta({ shape, dtype: 'uint32' }), null, 0);
  engine.capture(value, captureOf(picture));
  return value;
}

/**
 * Computes pixels [height, rowPixels(width)] and shows them on a canvas. Nothing else may use the pixels. Resolves once
 * the GPU has nearly caught up, so that code that awaits each picture does not pile up work.
 */
export async function showPicture(pixels: Value, screen: Screen): Promise<void> {
  flush([pixels]);
  await engine.show(pixels, (from) => show(from, screen));
  await backpressure();
}
