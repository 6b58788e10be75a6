// Shows channels on a canvas: packs them into pixels on the GPU, and has the canvas take these.
import { engine } from '../../compiler/engine';
import { rowPixels, type Screen, show } from '../../gpu/pictures';
import { backpressure, flush } from '../../graph/flush';
import type { Value } from '../../graph/value';
import { reshape } from '../shape/cast';
import { packPixels } from './pixels';

/**
 * Shows channels [1 | 3 | 4, height, width] or one channel [height, width], floats from 0 to 1 or bytes, on a canvas. Resolves once the GPU has nearly
 * caught up, so that code that awaits each picture does not pile up work.
 */
export async function showChannels(picture: Value, screen: Screen): Promise<void> {
  const rowWords = rowPixels(screen.width);
  const [height, width] = picture.shape.slice(-2) as [number, number];
  const channels = reshape(picture, [picture.shape.length === 2 ? 1 : picture.shape[0]!, height, width]);
  const pixels = packPixels(channels, { rowWords, blueFirst: screen.format === 'bgra8unorm' });
  flush([pixels]);
  await engine.show(pixels, (from) => show(from, screen));
  await backpressure();
}
